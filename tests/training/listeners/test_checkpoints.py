"""Checkpoints: when they are written, which are kept, and that none is ever half there."""

import types

import pytest

from keras_infogan import checkpoints as checkpoints_on_disk
from keras_infogan import files
from keras_infogan.training.listeners import checkpoints
from keras_infogan.training.listeners.checkpoints import Checkpoints


class FakeModel:
    """Saves a line of text."""

    def __init__(self):
        self.saved_to = []

    def save(self, path):
        self.saved_to.append(path)
        path.write_text(f"model number {len(self.saved_to)}")

    def divergence(self):
        return None


def make(run, step=0, **options):
    listener = Checkpoints(run, **options)
    listener.begin(FakeModel(), step)
    return listener


def names(run):
    """Of the checkpoints, each of which has its checksums beside it."""
    found = sorted(path.name for path in run.checkpoints.iterdir())
    assert sorted(name.replace(".keras", ".json") for name in found[1::2]) == found[::2]
    return found[1::2]


def test_three_newest_are_kept(run):
    listener = make(run)
    for step in (7, 8, 9, 10, 11):
        listener.save(step)
    kept = ["step-000000009.keras", "step-000000010.keras", "step-000000011.keras"]
    assert names(run) == kept
    assert run.latest_checkpoint().read_text() == "model number 5"


def test_as_many_as_asked_are_kept(run):
    listener = make(run, keep=1)
    for step in (1, 2):
        path = listener.save(step)
    assert names(run) == [path.name] == ["step-000000002.keras"]


def test_checksums_are_those_of_the_logs_that_were_mended(run):
    files.append_jsonl(run.metrics, {"step": 1}, {"step": 2})
    listener = make(run)
    path = listener.save(2)
    assert checkpoints_on_disk.altered_logs(path, run.logs) == []
    # A longer run drops the line of the last step, for it ends no tick there.
    files.write_jsonl(run.metrics, [{"step": 1}])
    assert checkpoints_on_disk.altered_logs(path, run.logs) == [run.metrics]
    listener.begin(FakeModel(), 2)
    assert checkpoints_on_disk.altered_logs(path, run.logs) == []


def test_nothing_bears_the_name_before_it_is_whole(run):
    listener = make(run)
    listener.save(1)
    seen = []
    write = listener.model.save

    def watching(path):
        write(path)
        seen.append(sorted(found.name for found in run.checkpoints.glob("step-*.keras")))
        assert path.suffix == ".keras"  # Keras chooses the format by it

    listener.model.save = watching
    listener.save(2)
    assert seen == [["step-000000001.keras"]]
    assert names(run) == ["step-000000001.keras", "step-000000002.keras"]


def test_a_save_that_fails_leaves_the_others_and_no_part(run):
    listener = make(run)
    for step in (1, 2):
        listener.save(step)

    def failing(path):
        path.write_text("half")
        raise OSError("disk full")

    listener.model.save = failing
    with pytest.raises(OSError, match="disk full"):
        listener.save(3)
    assert names(run) == ["step-000000001.keras", "step-000000002.keras"]


def test_they_are_written_every_so_many_seconds(run, monkeypatch):
    clock = types.SimpleNamespace(now=100.0)
    monkeypatch.setattr(checkpoints, "time", types.SimpleNamespace(monotonic=lambda: clock.now))
    listener = make(run, every_seconds=60.0)
    written = []
    for step, now in enumerate((100.0, 159.9, 160.0, 200.0, 219.0, 220.5), start=1):
        clock.now = now
        before = len(listener.model.saved_to)
        listener.step_done(step)
        if len(listener.model.saved_to) > before:
            written.append(now)
    assert written == [160.0, 220.5]
    assert names(run) == ["step-000000003.keras", "step-000000006.keras"]


def test_the_end_is_saved_unless_it_is_there_already(run):
    listener = make(run, step=4)
    listener.end(4)
    assert names(run) == []
    listener.end(6)
    listener.end(6)
    assert names(run) == ["step-000000006.keras"]
    assert len(listener.model.saved_to) == 1


def test_checkpoints_after_the_step_from_which_a_run_goes_on_are_removed(run):
    listener = make(run)
    for step in (5, 6, 7):
        listener.save(step)
    make(run, step=6)
    assert names(run) == ["step-000000005.keras", "step-000000006.keras"]
