"""Whether a run can be resumed, and with which config."""

import dataclasses
import json
import zipfile

import pytest

from keras_infogan.errors import UserError
from keras_infogan.run_dir import RunDir
from keras_infogan.training import resuming


@pytest.fixture
def run(tmp_path, tiny_config):
    """A run directory with a config and two sound checkpoints."""
    run = RunDir(tmp_path / "run")
    run.create()
    run.config.write_text(json.dumps({**tiny_config.to_json(), "run": {"data_dir": None}}))
    for step in (3, 7):
        with zipfile.ZipFile(run.checkpoint(step), "w") as archive:
            archive.writestr("model.weights.h5", b"weights" * 1000)
    return run


def rewrite(run, **changes):
    """Changes options of a config.json; those that it does not know stand at the top."""
    content = json.loads(run.config.read_text())
    for name, value in changes.items():
        groups = [part for part in content.values() if isinstance(part, dict) and name in part]
        (groups[0] if groups else content)[name] = value
    run.config.write_text(json.dumps(content))


def test_without_overrides_the_config_is_the_saved_one(run, tiny_config):
    assert resuming.check(run.path, {}) == tiny_config


def test_what_was_given_again_may_agree(run, tiny_config):
    assert resuming.check(run.path, {"seed": 3, "epochs": 2, "dataset": "tiny"}) == tiny_config


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"seed": 4}, r"--seed 4 contradicts the run in .*/run, which has 3\."),
        ({"batch_size": 9}, r"--batch-size 9 contradicts the run in .*/run, which has 8\."),
        ({"epochs": 1}, r"--epochs 1 contradicts the run in .*/run, which has 2\."),
        ({"seed": 3, "d_learning_rate": 0.5}, r"--d-learning-rate 0\.5 contradicts"),
    ],
)
def test_what_contradicts_the_run_is_refused(run, overrides, message):
    with pytest.raises(UserError, match=message):
        resuming.check(run.path, overrides)


def test_data_may_lie_elsewhere_if_the_run_says_what_they_are(run, tiny_config):
    with pytest.raises(UserError, match="--dataset folder:new contradicts the run in"):
        resuming.check(run.path, {"dataset": "folder:new"})
    rewrite(run, identity={"channels": 1})
    moved = dataclasses.replace(tiny_config, dataset="folder:new")
    assert resuming.check(run.path, {"dataset": "folder:new"}) == moved


def test_a_run_may_go_on_for_more_epochs(run, tiny_config):
    assert resuming.check(run.path, {"epochs": 5}) == dataclasses.replace(tiny_config, epochs=5)


@pytest.mark.parametrize("setting", [{"information_warmup": 0.5}, {"decay_from": 0.9}])
def test_a_run_that_depends_on_its_length_keeps_it(run, setting):
    rewrite(run, **setting)
    assert resuming.check(run.path, {"epochs": 2}).epochs == 2
    with pytest.raises(UserError, match="--epochs 5 contradicts"):
        resuming.check(run.path, {"epochs": 5})


def test_a_run_that_a_number_of_steps_ends_takes_no_more_epochs(run):
    rewrite(run, max_steps=7)
    with pytest.raises(UserError, match="--epochs 5 contradicts the run"):
        resuming.check(run.path, {"epochs": 5})


def test_a_run_without_a_checkpoint_can_be_resumed(run, tiny_config):
    for path in run.checkpoints.iterdir():
        path.unlink()
    assert resuming.check(run.path, {}) == tiny_config


@pytest.mark.parametrize("damage", ["cut", "bytes changed", "empty"])
def test_a_run_without_any_sound_checkpoint_is_refused(run, damage):
    path = run.checkpoint(7)
    content = path.read_bytes()
    middle = content.index(b"weightsweights") + 100
    path.write_bytes(
        {
            "cut": content[: len(content) // 2],
            "bytes changed": content[:middle] + b"X" + content[middle + 1 :],
            "empty": b"",
        }[damage]
    )
    assert resuming.check(run.path, {}).seed == 3  # the one before is sound
    run.checkpoint(3).unlink()
    with pytest.raises(UserError, match="step-000000007.keras is damaged: .* no checkpoint before"):
        resuming.check(run.path, {})


def test_a_run_that_another_process_is_at_is_refused(run):
    with run.locked(), pytest.raises(UserError, match=f"{run.path} is in use by process "):
        resuming.check(run.path, {})


def test_an_older_damaged_checkpoint_does_not_matter(run, tiny_config):
    run.checkpoint(3).write_bytes(b"")
    assert resuming.check(run.path, {}) == tiny_config


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(UserError, match="is not a run: there is no .*config.json"):
        resuming.check(tmp_path, {})


@pytest.mark.parametrize(
    "content",
    ['{"preset": "ti', "[]", "7", "{}", '{"preset": "tiny", "networks": "mlp", "color": 1}'],
)
def test_a_config_of_something_else_is_refused(run, content):
    run.config.write_text(content)
    with pytest.raises(UserError, match="config.json"):
        resuming.check(run.path, {})


def test_a_config_of_another_version_is_refused(run):
    rewrite(run, color="red")
    with pytest.raises(UserError, match="does not describe a run of this version.*color"):
        resuming.check(run.path, {})
