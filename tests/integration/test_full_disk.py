"""A disk that fills up, or a directory that may no longer be written, at every stage of a run."""

import os
import pathlib
import subprocess
import tempfile

import numpy as np
import pytest

from keras_infogan import checkpoints
from keras_infogan.commands import export
from keras_infogan.config import RunOptions
from keras_infogan.data import sources
from keras_infogan.errors import StorageError
from keras_infogan.run_dir import RunDir
from keras_infogan.saving import load_model
from keras_infogan.training import experiment, finish, loop

pytestmark = pytest.mark.no_cover

OPTIONS = RunOptions(tick=5, sample_every=5)
FULL, DENIED = "No space left on device", "Permission denied"


@pytest.fixture(scope="module", autouse=True)
def saved_at_4_and_7(tiny_data):
    """Runs of the tiny data, with checkpoints after steps 4, 7 and 10."""

    def step_done(listener, step):
        if step in (4, 7):
            listener.save(step)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "load", lambda *arguments: tiny_data)
        patch.setattr(loop.Checkpoints, "step_done", step_done)
        yield


@pytest.fixture(scope="module")
def whole(tiny_config, tmp_path_factory):
    """A run that nothing happened to."""
    run = RunDir(tmp_path_factory.mktemp("whole") / "run")
    experiment.train(tiny_config, run.path, OPTIONS)
    return run


@pytest.fixture
def disk(tmp_path):
    """A small file system of its own, which takes a superuser to make."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("No file system can be mounted here.")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder):
    with open(folder / "filler", "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.strerror == FULL


def at_step(monkeypatch, step, do):
    """Does something in the middle of a training."""

    class Doing(loop.Console):
        def step_done(self, number):
            super().step_done(number)
            if number == step:
                do()

    monkeypatch.setattr(loop, "Console", Doing)


def assert_one_line(error, path, reason, step):
    line = str(error.value)
    assert line.startswith(f"Cannot write {path}") and f": {reason}. " in line
    command = f"python -m keras_infogan train --resume '{path}'"
    assert line.endswith(f"The run is saved up to step {step}. Resume with: {command}")
    assert "\n" not in line


def assert_resumed_to_the_same_end(run, whole):
    assert experiment.resume(run.path)["steps"] == 10
    first, second = (load_model(one.latest_checkpoint()) for one in (run, whole))
    for one, two in zip(first.weights, second.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())
    assert list(run.path.rglob(".part-*")) == []
    assert [path.name for path in run.export.iterdir()] == ["1"]


def test_a_disk_that_fills_up_while_training_and_is_still_full_at_resume(
    disk, whole, tiny_config, monkeypatch
):
    run = RunDir(disk / "run")
    with monkeypatch.context() as patch, pytest.raises(StorageError) as error:
        at_step(patch, 6, lambda: fill(disk))
        experiment.train(tiny_config, run.path, OPTIONS)
    assert_one_line(error, run.path, FULL, 4)
    assert checkpoints.there(run.checkpoints) == [run.checkpoint(4)]
    assert list(run.path.rglob(".part-*")) == []
    with pytest.raises(StorageError) as error:
        experiment.resume(run.path)
    assert_one_line(error, run.path, FULL, 4)
    (disk / "filler").unlink()
    assert_resumed_to_the_same_end(run, whole)


# Before the last checkpoint is saved again, and after it.
@pytest.mark.parametrize("step", [(experiment, "finish"), (finish, "export_model")])
def test_a_disk_that_fills_up_at_the_end(disk, whole, tiny_config, monkeypatch, capsys, step):
    run = RunDir(disk / "run")
    with monkeypatch.context() as patch, pytest.raises(StorageError) as error:
        do = getattr(*step)
        patch.setattr(*step, lambda *given: (fill(disk), do(*given)))
        experiment.train(tiny_config, run.path, OPTIONS)
    assert_one_line(error, run.path, FULL, 10)
    assert not list(run.export.glob("*"))
    (disk / "filler").unlink()
    assert_resumed_to_the_same_end(run, whole)
    # Once more by the command.
    fill(disk)
    capsys.readouterr()
    assert export.main([str(run.path)]) == StorageError.exit_code == 3
    line = capsys.readouterr().err
    assert line.count("\n") == 1 and FULL in line
    command = f"python -m keras_infogan export '{run.path}'"
    assert line.endswith(f"Nothing was exported. Export again with: {command}\n")
    assert [path.name for path in run.export.iterdir()] == ["1"]


@pytest.fixture
def folder():
    """A folder that anybody may look into, unlike tmp_path."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield pathlib.Path(name)


def test_a_directory_that_may_no_longer_be_written(whole, tiny_config, folder, monkeypatch):
    if os.geteuid():
        pytest.skip("Only a superuser becomes another user here.")
    run = RunDir(folder / "a run")
    with monkeypatch.context() as patch:
        at_step(patch, 6, lambda: os.seteuid(65534))
        try:
            with pytest.raises(StorageError) as error:
                experiment.train(tiny_config, run.path, OPTIONS)
        finally:
            os.seteuid(0)
    assert_one_line(error, run.path, DENIED, 4)
    assert_resumed_to_the_same_end(run, whole)
