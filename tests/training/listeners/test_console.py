"""Console: its numbers, with a clock of our own."""

import types

import keras
import numpy as np
import pytest

from keras_infogan.training.callbacks import console
from keras_infogan.training.callbacks.console import Console, readable


@pytest.fixture
def clock(monkeypatch):
    clock = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr(console, "time", types.SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def metrics(measured=("d_loss", "g_loss")):
    """Two metrics, of which some have been measured."""
    both = [keras.metrics.Mean(name=name) for name in ("d_loss", "g_loss")]
    for metric in both:
        if metric.name in measured:
            metric.update_state(1.0)
    return both


def run_steps(callback, clock, steps, seconds, first=1, first_seconds=None):
    """Steps of `seconds` each; the first five of a run may take longer."""
    step = keras.Variable(0, dtype="int32")
    callback.set_model(types.SimpleNamespace(step=step, metrics=metrics()))
    for step in range(first, first + steps):
        slow = first_seconds is not None and step < first + 5
        clock.now += first_seconds if slow else seconds
        callback.model.step.assign(step)
        callback.on_train_batch_end(0, {"d_loss": 1.23456, "g_loss": 0.5})


def make(total_steps=1025, line_seconds=None, **options):
    return Console(
        total_steps, steps_per_epoch=50, batch_size=64, line_seconds=line_seconds, **options
    )


def test_estimate_leaves_the_first_five_steps_out(clock, capsys):
    callback = make()
    run_steps(callback, clock, 24, seconds=0.5, first_seconds=30.0)
    assert capsys.readouterr().out == ""
    run_steps(callback, clock, 1, seconds=0.5, first=25)
    # 64 / 0.5 = 128 images/s; 1025 - 25 = 1000 steps of 0.5 s = 500 s.
    assert capsys.readouterr().out == (
        "\n128 images/s, 500 ms a step: 1000 steps to go, about 8 min.\n"
    )
    run_steps(callback, clock, 100, seconds=0.5, first=26)
    assert capsys.readouterr().out == ""


def test_estimate_of_a_resumed_run_counts_the_steps_left(clock, capsys):
    run_steps(make(total_steps=1000), clock, 25, seconds=0.1, first=901)
    assert "640 images/s, 100 ms a step: 75 steps to go, about 8 s." in capsys.readouterr().out


@pytest.mark.parametrize(("total_steps", "long"), [(7225, False), (7226, True)])
def test_faster_ways_are_named_over_two_hours_only(clock, capsys, total_steps, long):
    run_steps(make(total_steps=total_steps, faster="Take a GPU."), clock, 25, seconds=1.0)
    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[1:] == (["Take a GPU."] if long else [])
    assert lines[0].endswith("about 2.0 h.")


def test_without_faster_ways_none_are_named(clock, capsys):
    run_steps(make(total_steps=10**6), clock, 25, seconds=1.0)
    assert len(capsys.readouterr().out.strip().splitlines()) == 1


def test_lines_come_every_so_many_seconds(clock, capsys):
    callback = make(total_steps=200, line_seconds=10.0)
    run_steps(callback, clock, 4, seconds=3.0)
    assert capsys.readouterr().out == (
        "step 4/200 epoch 0.08 d_loss=1.235 g_loss=0.500\n"  # 12 s
    )
    run_steps(callback, clock, 7, seconds=3.0, first=5)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == ["8/200"]  # 24 s; the next is due at 36 s


def test_figures_that_nothing_has_measured_are_not_shown(clock, capsys):
    callback = make(line_seconds=10.0)
    step = keras.Variable(1, dtype="int32")
    callback.set_model(types.SimpleNamespace(step=step, metrics=metrics(["d_loss"])))
    clock.now += 11.0
    logs = {"d_loss": 1.23456, "g_loss": 0.0}
    callback.on_train_batch_end(0, logs)
    assert capsys.readouterr().out == "step 1/1025 epoch 0.02 d_loss=1.235\n"
    assert list(logs) == ["d_loss"]  # what the progress bar is given next


def test_the_progress_bar_of_an_epoch_shows_no_other_either(tiny_model, capsys):
    model = tiny_model(d_pretraining=9)
    model.fit(np.zeros((8, 8, 8, 1), np.float32), batch_size=4, callbacks=[make()], verbose=2)
    shown = capsys.readouterr().out
    assert "d_loss" in shown and "g_loss" not in shown


def test_epoch_of_a_line_is_the_step_over_the_steps_of_an_epoch(clock, capsys):
    run_steps(make(line_seconds=10.0), clock, 1, seconds=11.0, first=75)
    assert capsys.readouterr().out.startswith("step 75/1025 epoch 1.50 d_loss=1.235")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"),
        (40, "40 s"),
        (89.4, "89 s"),
        (90, "2 min"),
        (725, "12 min"),
        (89 * 60, "89 min"),
        (90 * 60, "1.5 h"),
        (12_600, "3.5 h"),
    ],
)
def test_durations_are_readable(seconds, text):
    assert readable(seconds) == text
