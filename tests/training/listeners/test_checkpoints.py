"""Checkpoints: when they are written, which are kept, and that none is ever half there."""

import types

import keras
import pytest

from keras_infogan.training.callbacks import checkpoints
from keras_infogan.training.callbacks.checkpoints import Checkpoints
from keras_infogan.run_dir import RunDir


class FakeModel:
    """Stands at a step and saves a line of text."""

    def __init__(self):
        self.step = keras.Variable(0, dtype="int32")
        self.saved_to = []

    def save(self, path):
        self.saved_to.append(path)
        path.write_text(f"model at {int(self.step.numpy())}")


@pytest.fixture
def run(tmp_path):
    run = RunDir(tmp_path / "run")
    run.create()
    return run


def make(run, **options):
    callback = Checkpoints(run, **options)
    callback.set_model(FakeModel())
    return callback


def save_at(callback, step):
    callback.model.step.assign(step)
    return callback.save()


def names(run):
    return sorted(path.name for path in run.checkpoints.iterdir())


def test_two_newest_are_kept(run):
    callback = make(run)
    for step in (8, 9, 10, 11):
        save_at(callback, step)
    assert names(run) == ["step-000000010.keras", "step-000000011.keras"]
    assert run.latest_checkpoint().read_text() == "model at 11"


def test_as_many_as_asked_are_kept(run):
    callback = make(run, keep=1)
    for step in (1, 2):
        path = save_at(callback, step)
    assert names(run) == [path.name] == ["step-000000002.keras"]


def test_nothing_bears_the_name_before_it_is_whole(run):
    callback = make(run)
    save_at(callback, 1)
    seen = []
    write = callback.model.save

    def watching(path):
        write(path)
        seen.append(sorted(found.name for found in run.checkpoints.glob("step-*.keras")))
        assert path.suffix == ".keras"  # Keras chooses the format by it

    callback.model.save = watching
    save_at(callback, 2)
    assert seen == [["step-000000001.keras"]]
    assert names(run) == ["step-000000001.keras", "step-000000002.keras"]


def test_a_save_that_fails_leaves_the_others_and_no_part(run):
    callback = make(run)
    for step in (1, 2):
        save_at(callback, step)

    def failing(path):
        path.write_text("half")
        raise OSError("disk full")

    callback.model.save = failing
    with pytest.raises(OSError, match="disk full"):
        save_at(callback, 3)
    assert names(run) == ["step-000000001.keras", "step-000000002.keras"]


def test_they_are_written_every_so_many_seconds(run, monkeypatch):
    clock = types.SimpleNamespace(now=100.0)
    monkeypatch.setattr(checkpoints, "time", types.SimpleNamespace(monotonic=lambda: clock.now))
    callback = make(run, every_seconds=60.0)
    written = []
    for step, now in enumerate((100.0, 159.9, 160.0, 200.0, 219.0, 220.5), start=1):
        clock.now = now
        callback.model.step.assign(step)
        before = len(callback.model.saved_to)
        callback.on_train_batch_end(step)
        if len(callback.model.saved_to) > before:
            written.append(now)
    assert written == [160.0, 220.5]
    assert names(run) == ["step-000000003.keras", "step-000000006.keras"]
