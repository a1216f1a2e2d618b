"""Every file of a run directory cut short and altered in turn: named, mended or refused."""

import random
import shutil

import numpy as np
import pytest

from keras_infogan import checkpoints, checksums
from keras_infogan.config import RunOptions
from keras_infogan.data import sources
from keras_infogan.errors import UserError
from keras_infogan.files import read_jsonl
from keras_infogan.run_dir import RunDir
from keras_infogan.saving import load_model
from keras_infogan.serving.exported import Exported
from keras_infogan.serving.versions import altered_file
from keras_infogan.training import experiment, loop, resuming

pytestmark = pytest.mark.no_cover

DAMAGES = ("emptied", "cut", "a bit flipped", "removed")


@pytest.fixture(scope="module")
def finished(tiny_config, tiny_data, tmp_path_factory):
    """A finished run with three checkpoints, and a copy that is to go on from the second."""
    path = tmp_path_factory.mktemp("damage") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "load", lambda *arguments: tiny_data)
        patch.setattr(loop.Checkpoints, "step_done", save_at_4_and_7)
        experiment.train(tiny_config, path, RunOptions(tick=5, sample_every=5))
        yield RunDir(path)


def save_at_4_and_7(listener, step):
    if step in (4, 7):
        listener.save(step)


def damage(path, how, dice):
    content = path.read_bytes()
    if how == "removed":
        path.unlink()
    elif how == "a bit flipped":
        at = dice.randrange(len(content))
        flipped = content[at] ^ (1 << dice.randrange(8))
        path.write_bytes(content[:at] + bytes([flipped]) + content[at + 1 :])
    else:
        path.write_bytes(content[: 0 if how == "emptied" else dice.randrange(len(content))])


def damaged_copies(run, folder, names, times):
    """Yields `(copy, name, how)`: each file of a copy of a run directory is damaged in turn."""
    dice = random.Random(7)
    copy = RunDir(shutil.copytree(run.path, folder / "copy"))
    for name in names:
        content = (run.path / name).read_bytes()
        for how in DAMAGES:
            for number in range(times if how == "a bit flipped" else 1):
                if not content and how != "removed":
                    continue
                damage(copy.path / name, how, dice)
                yield copy, name, f"{how} {number}"
                (copy.path / name).write_bytes(content)


def names_of(run):
    found = sorted(path for path in run.path.rglob("*") if path.is_file())
    return [str(path.relative_to(run.path)) for path in found]


def is_as_before(run, copy):
    """Whether all that decides what a run computes is what it was, or was passed over by name."""
    config = resuming.check(copy.path, {})
    assert config == run.read_config()
    assert copy.read_options() == run.read_options()
    checkpoint = copy.latest_checkpoint(quietly=True)
    assert checkpoint.read_bytes() == (run.checkpoints / checkpoint.name).read_bytes()
    for read in (RunDir.read_summary, RunDir.read_environment):
        assert read(copy) in (None, read(run))
    altered = checkpoints.altered_logs(checkpoint, copy.logs)
    for log in run.logs:
        mine, step = copy.path / log.name, checkpoints.step_of(checkpoint)
        assert read_jsonl(mine, step) == read_jsonl(log, step) or mine in altered


def test_whatever_is_damaged_is_noticed_before_anything_is_computed(finished, tmp_path, capsys):
    names = [name for name in names_of(finished) if not name.startswith("export/")]
    refused = set()
    for copy, name, how in damaged_copies(finished, tmp_path, names, times=6):
        try:
            is_as_before(finished, copy)
        except UserError as error:
            assert "\n" not in str(error)
            refused.add(name)
        except AssertionError as error:
            raise AssertionError(f"{name} {how} went unnoticed") from error
    assert refused == {"config.json"}  # all else can do without


def test_a_run_whose_last_checkpoint_is_damaged_comes_to_the_same_end(
    finished, tmp_path, tiny_data
):
    copy = RunDir(shutil.copytree(finished.path, tmp_path / "copy"))
    damage(copy.checkpoint(10), "cut", random.Random(7))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "load", lambda *arguments: tiny_data)
        experiment.resume(copy.path)
    whole, again = (load_model(run.checkpoint(10)).weights for run in (finished, copy))
    for one, two in zip(whole, again, strict=True):
        np.testing.assert_array_equal(one, two, one.path)
    first, second = (run.read_summary() for run in (finished, copy))
    timed = {"seconds", "images_per_second"}
    assert {**first, **dict.fromkeys(timed)} == {**second, **dict.fromkeys(timed)}
    assert [path.name for path in copy.export.iterdir()] == ["1"]


def test_an_export_that_is_damaged_is_not_loaded(finished, tmp_path):
    names = [name for name in names_of(finished) if name.startswith("export/")]
    assert len(names) >= 7
    for copy, name, how in damaged_copies(finished, tmp_path, names, times=6):
        version, file = copy.export / "1", name.removeprefix("export/generator/1/")
        changed = altered_file(version)
        if file == "README.md" or (file == checksums.NAME and how.startswith("removed")):
            assert changed is None
        else:
            assert changed is not None, f"{name} {how} went unnoticed"
        if how.startswith("cut") and changed == file:
            with pytest.raises(UserError, match=f"{file} does not agree with SHA256SUMS"):
                Exported(copy.path)
