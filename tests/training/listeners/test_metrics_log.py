"""MetricsLog: means over windows of steps, whatever the epochs."""

import json

import keras
import numpy as np
import pytest

from keras_infogan.training.callbacks.metrics_log import MetricsLog
from keras_infogan.files import read_jsonl


class Reporter(keras.Model):
    """A model whose only metric is the mean of the numbers that it is fed, one a step."""

    def __init__(self):
        super().__init__()
        self.mean = keras.metrics.Mean(name="value")
        self.step = keras.Variable(0, dtype="int32", trainable=False)
        self.compile(optimizer=None)
        self.built = True

    @property
    def metrics(self):
        return [self.mean]

    def train_step(self, data):
        self.step.assign_add(1)
        self.mean.update_state(data)
        return {"value": self.mean.result()}

    def test_step(self, data):
        self.mean.update_state(data)
        return {"value": self.mean.result()}


def fit(model, values, log, epochs=1, **options):
    """Trains on `values`, one a step, the same in every epoch."""
    batches = np.asarray(values, np.float32)[:, None]
    model.fit(
        batches,
        batch_size=1,
        shuffle=False,
        epochs=epochs,
        callbacks=[log],
        verbose=0,
        **options,
    )


def points(path):
    return [(row["step"], row["value"]) for row in read_jsonl(path)]


def test_lines_are_means_since_the_last_line_across_epochs(tmp_path):
    path = tmp_path / "metrics.jsonl"
    log = MetricsLog(path, steps_per_epoch=4, every=5, last_step=12)
    fit(Reporter(), [1, 2, 4, 8], log, epochs=3)
    # Steps 1 to 12 report 1 2 4 8 1 | 2 4 8 1 2 | 4 8.
    assert points(path) == [(5, pytest.approx(3.2)), (10, pytest.approx(3.4)), (12, 6.0)]
    rows = read_jsonl(path)
    assert [row["epoch"] for row in rows] == [1.25, 2.5, 3.0]
    assert list(rows[0]) == ["step", "epoch", "seconds", "value"]


def test_without_a_last_step_only_whole_windows_get_a_line(tmp_path):
    path = tmp_path / "metrics.jsonl"
    fit(Reporter(), [1, 2, 4, 8], MetricsLog(path, steps_per_epoch=4, every=3))
    assert points(path) == [(3, pytest.approx(7 / 3))]


def test_last_step_on_a_whole_window_gets_one_line(tmp_path):
    path = tmp_path / "metrics.jsonl"
    fit(Reporter(), [1, 2, 4, 8], MetricsLog(path, steps_per_epoch=4, every=2, last_step=4))
    assert points(path) == [(2, 1.5), (4, 6.0)]


def test_window_goes_on_through_a_second_fit(tmp_path):
    """A resumed epoch is a `fit` of its own."""
    path = tmp_path / "metrics.jsonl"
    model = Reporter()
    log = MetricsLog(path, steps_per_epoch=4, every=5)
    fit(model, [1, 2, 4], log)
    fit(model, [8, 16, 32, 64, 128, 256, 512], log)
    # 1 2 4 8 16 | 32 64 128 256 512
    assert points(path) == [(5, pytest.approx(31 / 5)), (10, pytest.approx(992 / 5))]


def test_validation_does_not_enter_the_means(tmp_path):
    path = tmp_path / "metrics.jsonl"
    log = MetricsLog(path, steps_per_epoch=4, every=6)
    held_out = np.full((3, 1), 1000.0, np.float32)
    fit(Reporter(), [1, 2, 4, 8], log, epochs=3, validation_data=held_out)
    # 1 2 4 8 1 2 | 4 8 1 2 4 8
    assert points(path) == [(6, 3.0), (12, 4.5)]


def test_lines_after_the_models_step_are_dropped(tmp_path):
    path = tmp_path / "metrics.jsonl"
    kept = {"step": 2, "value": 7.0}
    lines = [json.dumps(kept), json.dumps({"step": 4, "value": 9.0}), '{"step": 5, "val']
    path.write_text("\n".join(lines))
    model = Reporter()
    model.step.assign(2)
    fit(model, [3, 5], MetricsLog(path, steps_per_epoch=4, every=2))
    assert points(path) == [(2, 7.0), (4, 4.0)]
    assert path.read_text().count("\n") == 2


def test_seconds_go_on_from_earlier_parts(tmp_path, monkeypatch):
    path = tmp_path / "metrics.jsonl"
    log = MetricsLog(path, steps_per_epoch=2, every=1, seconds=50.0)
    assert log.seconds == 50.0
    fit(Reporter(), [1, 2], log)
    first, second = (row["seconds"] for row in read_jsonl(path))
    assert 50.0 <= first <= second < 110.0
    log.began -= 1000.0
    assert log.seconds >= 1050.0


def test_what_has_not_been_measured_is_left_out(tmp_path):
    model = Reporter()
    log = MetricsLog(tmp_path / "metrics.jsonl", steps_per_epoch=8)
    log.set_model(model)
    assert list(log.row()) == ["step", "epoch", "seconds"]
    model.mean.update_state(0.0)
    assert log.row()["value"] == 0.0


def test_row_shows_the_steps_since_the_last_line(tmp_path):
    path = tmp_path / "metrics.jsonl"
    model = Reporter()
    log = MetricsLog(path, steps_per_epoch=8, every=2)
    fit(model, [1, 2, 4], log)
    row = log.row()
    assert (row["step"], row["epoch"], row["value"]) == (3, 0.375, 4.0)
    assert points(path) == [(2, 1.5)]
