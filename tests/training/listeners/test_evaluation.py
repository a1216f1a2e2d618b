"""Evaluation: a line of scores every so many epochs."""

import json

import numpy as np
import pytest

from keras_infogan.training.callbacks import evaluation as module
from keras_infogan.training.callbacks.evaluation import Evaluation
from keras_infogan.errors import UserError
from keras_infogan.files import read_jsonl


@pytest.fixture
def make(tmp_path, tiny_data, monkeypatch):
    """A function: (model, every) → the callback; its scores are its seed and a number of 0.75."""

    def scores(model, data, seed):
        assert data is tiny_data
        return {"codes": {"code_accuracy": 0.75}, "generated": {"frechet": 12.34}, "seed": seed}

    monkeypatch.setattr(module, "evaluate_model", scores)

    def callback(model, every=2, seed=0):
        callback = Evaluation(
            tmp_path / "evaluations.jsonl", tiny_data, every, steps_per_epoch=5, seed=seed
        )
        callback.set_model(model)
        return callback

    return callback


def go_through(callback, steps):
    for step in steps:
        callback.model.step.assign(step)
        callback.on_train_batch_end(0)


def test_a_line_every_so_many_epochs_and_none_otherwise(make, tiny_model, capsys):
    callback = make(tiny_model(), seed=3)
    go_through(callback, range(1, 26))
    rows = read_jsonl(callback.path)
    assert [(row["step"], row["epoch"]) for row in rows] == [(10, 2), (20, 4)]
    assert rows[0] == {
        "step": 10,
        "epoch": 2,
        "codes": {"code_accuracy": 0.75},
        "generated": {"frechet": 12.34},
        "seed": 3,
    }
    assert capsys.readouterr().out == "".join(
        f"\nstep {step}, one-to-one accuracy 0.750, Fréchet distance 12.3\n" for step in (10, 20)
    )


def test_every_epoch(make, tiny_model):
    callback = make(tiny_model(), every=1)
    go_through(callback, range(1, 16))
    assert [row["epoch"] for row in read_jsonl(callback.path)] == [1, 2, 3]


def test_a_run_too_short_for_a_line_leaves_no_file(make, tiny_model):
    callback = make(tiny_model(), every=4)
    callback.on_train_begin()
    go_through(callback, range(1, 20))
    assert not callback.path.exists()


def test_lines_after_the_models_step_are_dropped(make, tiny_model):
    callback = make(tiny_model(), every=1)
    go_through(callback, (5, 10, 15))
    kept = read_jsonl(callback.path)[:2]
    with open(callback.path, "a") as file:
        file.write('{"step": 20, "ep')
    callback.model.step.assign(12)
    callback.on_train_begin()
    assert read_jsonl(callback.path) == kept
    assert callback.path.read_text().count("\n") == 2
    go_through(callback, (13, 14, 15))
    assert [row["step"] for row in read_jsonl(callback.path)] == [5, 10, 15]


def test_without_an_accuracy_none_is_shown(make, tiny_model, monkeypatch, capsys):
    scores = {"codes": {"code_accuracy": None}, "generated": {"frechet": 1.0}}
    monkeypatch.setattr(module, "evaluate_model", lambda *arguments: scores)
    callback = make(tiny_model(), every=1)
    go_through(callback, [5])
    assert "accuracy none," in capsys.readouterr().out


def test_a_model_that_cannot_be_scored_gets_no_line(make, tiny_model, monkeypatch, capsys):
    def refuse(*arguments):
        raise UserError("Nothing can be scored.")

    callback = make(tiny_model(), every=1)
    monkeypatch.setattr(module, "evaluate_model", refuse)
    go_through(callback, [5])
    assert capsys.readouterr().out == "\nstep 5: Nothing can be scored.\n"
    assert read_jsonl(callback.path) == []


def test_a_line_holds_all_scores_of_the_model(tiny_model, tiny_data, tmp_path, arrays):
    model = tiny_model()
    before = arrays(model.variables + model.d_optimizer.variables)
    callback = Evaluation(tmp_path / "evaluations.jsonl", tiny_data, 1, steps_per_epoch=5)
    callback.set_model(model)
    go_through(callback, [5])
    (row,) = read_jsonl(callback.path)
    assert list(row) == [
        "step",
        "epoch",
        "codes",
        "confusion",
        "information",
        "continuous",
        "diversity",
        "labels_obeyed",
        "generated",
    ]
    json.dumps(row, allow_nan=False)
    model.step.assign(0)
    for one, other in zip(
        before, arrays(model.variables + model.d_optimizer.variables), strict=True
    ):
        np.testing.assert_array_equal(one, other)
