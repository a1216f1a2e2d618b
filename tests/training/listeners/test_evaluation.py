"""Evaluation: a line of scores every so many epochs."""

import json

import numpy as np
import pytest

from keras_infogan.errors import UserError
from keras_infogan.files import read_jsonl
from keras_infogan.training.listeners import evaluation as module
from keras_infogan.training.listeners.evaluation import Evaluation


@pytest.fixture
def make(tmp_path, tiny_data, tiny_plan, monkeypatch):
    """A function: every → the listener; its scores are the run's seed and a number of 0.75."""

    def scores(model, data, seed):
        assert data is tiny_data
        return {"codes": {"code_accuracy": 0.75}, "generated": {"frechet": 12.34}, "seed": seed}

    monkeypatch.setattr(module, "evaluate_model", scores)

    def listener(every=2):
        listener = Evaluation(tmp_path / "evaluations.jsonl", tiny_plan, every)
        listener.begin("model", 0)
        return listener

    return listener


@pytest.fixture
def go(tick):
    """A function: tells a listener of ticks after these steps."""

    def go(listener, *steps, first=0):
        for previous, step in zip((first, *steps), steps, strict=False):
            listener.tick(tick(step, previous))

    return go


def test_a_line_every_so_many_epochs_and_none_otherwise(make, go, capsys):
    listener = make()
    go(listener, *range(1, 26))
    rows = read_jsonl(listener.path)
    assert [(row["step"], row["epoch"]) for row in rows] == [(10, 2), (20, 4)]
    assert rows[0] == {
        "step": 10,
        "epoch": 2,
        "codes": {"code_accuracy": 0.75},
        "generated": {"frechet": 12.34},
        "seed": 3,
    }
    assert capsys.readouterr().out == "".join(
        f"step {step}, one-to-one accuracy 0.750, Fréchet distance 12.3\n" for step in (10, 20)
    )


def test_every_epoch(make, go):
    listener = make(every=1)
    go(listener, *range(1, 16))
    assert [row["epoch"] for row in read_jsonl(listener.path)] == [1, 2, 3]


def test_an_epoch_that_ends_within_a_tick_gets_its_line_at_the_tick(make, go):
    listener = make(every=1)
    go(listener, 4, 8, 9, 12)
    rows = read_jsonl(listener.path)
    assert [(row["step"], row["epoch"]) for row in rows] == [(8, 1.6), (12, 2.4)]


def test_a_run_too_short_for_a_line_leaves_no_file(make, go):
    listener = make(every=4)
    go(listener, *range(1, 20))
    assert not listener.path.exists()


def test_lines_after_the_models_step_are_dropped(make, go):
    listener = make(every=1)
    go(listener, 5, 10, 15)
    kept = read_jsonl(listener.path)[:2]
    with open(listener.path, "a") as file:
        file.write('{"step": 20, "ep')
    listener.begin("model", 12)
    assert read_jsonl(listener.path) == kept
    assert listener.path.read_text().count("\n") == 2
    go(listener, 15, first=10)
    assert [row["step"] for row in read_jsonl(listener.path)] == [5, 10, 15]


def test_without_an_accuracy_none_is_shown(make, go, monkeypatch, capsys):
    scores = {"codes": {"code_accuracy": None}, "generated": {"frechet": 1.0}}
    monkeypatch.setattr(module, "evaluate_model", lambda *arguments: scores)
    go(make(every=1), 5)
    assert "accuracy none," in capsys.readouterr().out


def test_a_model_that_cannot_be_scored_gets_no_line(make, go, monkeypatch, capsys):
    def refuse(*arguments):
        raise UserError("Nothing can be scored.")

    listener = make(every=1)
    monkeypatch.setattr(module, "evaluate_model", refuse)
    go(listener, 5)
    assert capsys.readouterr().out == "step 5: Nothing can be scored.\n"
    assert read_jsonl(listener.path) == []


def test_a_line_holds_all_scores_and_leaves_the_model_alone(
    tiny_model, tiny_plan, go, tmp_path, arrays
):
    model = tiny_model()
    before = arrays(model.variables + model.d_optimizer.variables)
    listener = Evaluation(tmp_path / "evaluations.jsonl", tiny_plan, 1)
    listener.begin(model, 0)
    go(listener, 5)
    (row,) = read_jsonl(listener.path)
    assert {"step", "epoch", "codes", "information", "continuous", "generated"} <= set(row)
    json.dumps(row, allow_nan=False)
    after = arrays(model.variables + model.d_optimizer.variables)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)
