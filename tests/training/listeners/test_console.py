"""Console: its numbers, with a clock of our own."""

import dataclasses
import io
import sys
import types

import pytest

from keras_infogan.latents import Categorical, LatentSpec, Uniform
from keras_infogan.training.listeners import console
from keras_infogan.training.listeners.console import FASTER, Console


@pytest.fixture
def clock(monkeypatch):
    clock = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr(console, "time", types.SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.fixture
def make(tiny_plan):
    """A function: a console of a run in epochs of 50 steps, 64 images each."""
    config = dataclasses.replace(tiny_plan.config, batch_size=64)

    def console(total_steps=1025, line_seconds=1e9, **options):
        plan = dataclasses.replace(
            tiny_plan, config=config, steps_per_epoch=50, total_steps=total_steps
        )
        return Console(plan, line_seconds=line_seconds, **options)

    return console


def model_of(*codes):
    return types.SimpleNamespace(latents=LatentSpec(1, codes))


def run_steps(listener, clock, steps, seconds, first=1, first_seconds=None, every=1):
    """Steps of `seconds` each; the first five of a run may take longer."""
    if first_seconds is not None or listener.model is None:
        listener.begin(model_of(Categorical(10)), first - 1)
    for step in range(first, first + steps, every):
        slow = first_seconds is not None and step < first + 5
        clock.now += (first_seconds if slow else seconds) * every
        listener.step_done(step + every - 1)


def test_estimate_leaves_the_first_five_steps_out(make, clock, capsys):
    listener = make()
    run_steps(listener, clock, 24, seconds=0.5, first_seconds=30.0)
    assert capsys.readouterr().out == ""
    run_steps(listener, clock, 1, seconds=0.5, first=25)
    # 64 / 0.5 = 128 images/s; 1025 - 25 = 1000 steps of 0.5 s = 500 s.
    assert capsys.readouterr().out == (
        "128 images/s, 500 ms a step: 1000 steps left, about 8 min.\n"
    )
    run_steps(listener, clock, 100, seconds=0.5, first=26)
    assert capsys.readouterr().out == ""


def test_estimate_of_a_resumed_run_counts_the_steps_left(make, clock, capsys):
    run_steps(make(total_steps=1000), clock, 25, seconds=0.1, first=901)
    assert "640 images/s, 100 ms a step: 75 steps left, about 8 s." in capsys.readouterr().out


@pytest.mark.parametrize(("total_steps", "long"), [(7225, False), (7226, True)])
def test_faster_ways_are_named_over_two_hours_only(make, clock, capsys, total_steps, long):
    run_steps(make(total_steps=total_steps, on_gpu=False), clock, 25, seconds=1.0)
    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[1:] == ([FASTER] if long else [])
    assert lines[0].endswith("about 2.0 h.")


def test_on_a_gpu_no_faster_ways_are_named(make, clock, capsys):
    run_steps(make(total_steps=10**6), clock, 25, seconds=1.0)
    assert len(capsys.readouterr().out.strip().splitlines()) == 1


def test_a_line_has_the_figures_of_the_codes_that_there_are(make, tick, clock, capsys):
    """There is no categorical information without a categorical code."""
    metrics = {"d_loss": 1.0, "information": 0.5, "code_accuracy": 0.25, "continuous_loss": 3.0}
    for codes, shown in (
        ([Categorical(10), Uniform()], "0.50 nats, accuracy 0.250"),
        ([Uniform()], "continuous loss 3.000"),
    ):
        listener = make(total_steps=200, line_seconds=10.0)
        listener.begin(model_of(*codes), 0)
        listener.tick(tick(100, metrics=metrics))
        run_steps(listener, clock, 1, seconds=11.0)
        assert capsys.readouterr().out == f"step 1/200, D 1.000, {shown}\n"


def test_lines_come_every_so_many_seconds_with_the_means_of_the_last_tick(
    make, tick, clock, capsys
):
    listener = make(total_steps=200, line_seconds=10.0)
    listener.tick(tick(100, metrics={"d_loss": 1.23456, "g_loss": 0.5}))
    run_steps(listener, clock, 4, seconds=3.0)
    assert capsys.readouterr().out == (
        "step 4/200, D 1.235, G 0.500\n"  # 12 s
    )
    listener.tick(tick(200, metrics={"d_loss": 2.0}))
    run_steps(listener, clock, 7, seconds=3.0, first=5)
    lines = capsys.readouterr().out.splitlines()
    # 24 s; the next is due at 36 s. 64 / 3 = 21 images/s; 192 steps of 3 s = 576 s.
    assert lines == ["step 8/200, 21 images/s, 10 min left, D 2.000"]


def test_a_line_before_the_first_tick_shows_no_metrics(make, clock, capsys):
    run_steps(make(line_seconds=10.0), clock, 1, seconds=11.0)
    assert capsys.readouterr().out == "step 1/1025\n"


def test_estimate_where_several_steps_run_at_once(make, clock, capsys):
    run_steps(make(total_steps=1000), clock, 30, seconds=0.1, every=10)
    assert capsys.readouterr().out.startswith("640 images/s, 100 ms a step: 970 steps left")


def test_a_line_has_the_few_figures_that_people_watch(make, tick, clock, capsys):
    listener = make(line_seconds=10.0)
    names = ("d_loss", "g_loss", "information", "code_accuracy", "categorical_loss")
    listener.tick(tick(100, metrics=dict.fromkeys(names, 0.5)))
    run_steps(listener, clock, 1, seconds=11.0)
    assert capsys.readouterr().out == "step 1/1025, D 0.500, G 0.500, 0.50 nats, accuracy 0.500\n"


def test_the_speed_of_a_line_is_that_of_the_last_half_minute(make, clock, capsys):
    listener = make(line_seconds=50.0)
    run_steps(listener, clock, 30, seconds=0.01)
    run_steps(listener, clock, 50, seconds=2.0, first=31)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("step")]
    assert lines[-1].startswith("step 80/1025, 32 images/s")


def test_a_new_grid_is_named_once(make, clock, capsys):
    grids = types.SimpleNamespace(newest=None)
    listener = make(line_seconds=10.0, grids=grids)
    run_steps(listener, clock, 1, seconds=11.0)
    grids.newest = "images/noise-by-code-0000100.png"
    run_steps(listener, clock, 2, seconds=11.0, first=2)
    lines = capsys.readouterr().out.splitlines()
    assert [line.endswith(grids.newest) for line in lines] == [False, True, False]


class Terminal(io.StringIO):
    """An output that says that it is a terminal."""

    def isatty(self):
        return True


def test_a_terminal_has_one_line_that_changes(make, tick, clock, monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "60")
    listener = make(total_steps=100, line_seconds=1.0)
    listener.tick(tick(100, metrics={"d_loss": 1.0, "g_loss": 2.0, "information": 0.5}))
    run_steps(listener, clock, 20, seconds=1.0)
    console.say("something to keep")
    run_steps(listener, clock, 30, seconds=1.0, first=21)
    listener.end(50)
    text = sys.stdout.getvalue()
    assert text.count("\n") == 3  # what was said, the estimate, the end
    last = text.split("\x1b[K")[-1]
    assert last.startswith("step 50/100 [#####-----], 64 images/s, 50 s left, D 1.000")
    assert max(len(line) for line in text.split("\x1b[K") if line.startswith("step")) < 62
    assert "\r\x1b[Ksomething to keep\n" in text


def test_a_failure_ends_the_line_that_changes(make, tick, clock, monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    listener = make(total_steps=100, line_seconds=1.0)
    run_steps(listener, clock, 20, seconds=1.0)
    assert not sys.stdout.getvalue().endswith("\n")
    listener.fail()
    assert sys.stdout.getvalue().endswith("\n")
