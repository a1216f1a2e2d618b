"""Runs that diverge: what is kept of them, what they say, and how they restart."""

import dataclasses
import itertools
import json
import types

import keras
import numpy as np
import pytest

from keras_infogan.commands.export import export_run
from keras_infogan.config import RunOptions
from keras_infogan.data import sources
from keras_infogan.errors import DivergedError, UserError
from keras_infogan.files import read_jsonl
from keras_infogan.run_dir import RunDir
from keras_infogan.saving import load_model
from keras_infogan.serving.saved_model import export_model
from keras_infogan.training import divergence, experiment
from keras_infogan.training.assembly import build_model
from keras_infogan.training.listeners import checkpoints

OPTIONS = RunOptions(tick=5, sample_every=5)


class Poisoned(keras.callbacks.Callback):
    """Makes a weight infinite, so many times, from a step on."""

    def __init__(self, step, times=1):
        super().__init__()
        self.at, self.times = step, times

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.step.numpy()) >= self.at and self.times:
            self.times -= 1
            weight = self.model.generator.trainable_variables[0]
            weight.assign(weight + np.inf)


@pytest.fixture(scope="module", autouse=True)
def tiny_source(tiny_data):
    """Every data set is the tiny one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "load", lambda *arguments: tiny_data)
        yield


@pytest.fixture
def every_step_is_kept(monkeypatch):
    """A checkpoint is due after each step."""
    clock = itertools.count(0, 1000)
    monkeypatch.setattr(
        checkpoints, "time", types.SimpleNamespace(monotonic=lambda: float(next(clock)))
    )


def files_of(run):
    return {str(path.relative_to(run.path)) for path in run.path.rglob("*") if path.is_file()}


def test_a_run_that_diverges_keeps_the_checkpoint_before(
    tiny_config, tmp_path, every_step_is_kept, capsys
):
    run = RunDir(tmp_path / "run")
    with pytest.raises(DivergedError, match="at step 8; the last good checkpoint is") as caught:
        experiment.train(tiny_config, run.path, OPTIONS, [Poisoned(7)])
    assert (caught.value.step, caught.value.exit_code) == (8, 4)
    assert "\n" not in str(caught.value) and "--on-divergence restart" in str(caught.value)
    model = load_model(run.latest_checkpoint())
    assert int(model.step.numpy()) == 7
    # No picture, no export, no line of metrics is of the broken model.
    assert not any(name.startswith("export") for name in files_of(run))
    assert not any("0000010" in name for name in files_of(run))
    assert [row["step"] for row in run.read_metrics()] == [5]
    summary = json.loads(run.summary.read_text())
    assert summary["status"] == "failed" and run.has_failed()
    assert summary["failure"] == {"step": 8, "quantity": caught.value.quantity}
    assert (summary["steps"], summary["restarts"], summary["seed"]) == (8, 0, 3)
    with pytest.raises(UserError, match="has failed, so it is not exported"):
        export_run(run.path)


@pytest.mark.usefixtures("only_scored")
def test_a_restart_goes_on_from_there_with_fresh_noise_and_lower_rates(
    tiny_config, tmp_path, every_step_is_kept, capsys
):
    config = dataclasses.replace(tiny_config, on_divergence="restart", decay_from=0.5)
    run = RunDir(tmp_path / "run")
    summary = experiment.train(config, run.path, OPTIONS, [Poisoned(7, times=2)])
    assert (summary["status"], summary["steps"], summary["restarts"]) == ("finished", 10, 2)
    rows = read_jsonl(run.restarts)
    assert [(row["restart"], row["step"]) for row in rows] == [(1, 8), (2, 9)]
    assert len({config.seed, *(row["noise_seed"] for row in rows)}) == 3
    assert [row["learning_rates_times"] for row in rows] == [0.5, 0.25]
    assert "Restart 1 of 3 from step-000000007.keras" in capsys.readouterr().out
    assert [row["step"] for row in run.read_metrics()] == [5, 10]
    model = load_model(run.latest_checkpoint())
    assert model.seed == rows[1]["noise_seed"]
    assert model.d_optimizer._learning_rate.rate == config.d_learning_rate / 4
    assert model.g_optimizer._learning_rate.rate == config.g_learning_rate / 4


@pytest.mark.usefixtures("only_scored")
def test_a_run_fails_after_its_last_restart_and_begins_at_the_start_without_a_checkpoint(
    tiny_config, tmp_path, capsys
):
    config = dataclasses.replace(tiny_config, on_divergence="restart", max_restarts=1)
    run = RunDir(tmp_path / "run")
    with pytest.raises(DivergedError, match="at step 5; no checkpoint is kept"):
        experiment.train(config, run.path, OPTIONS, [Poisoned(4, times=9)])
    assert json.loads(run.summary.read_text())["restarts"] == len(read_jsonl(run.restarts)) == 1
    assert "Restart 1 of 1 from the start" in capsys.readouterr().out
    # With more restarts it may go on, and has not failed any longer.
    summary = experiment.resume(run.path, {"max_restarts": 5})
    assert summary["status"] == "finished" and not run.has_failed()


def test_restarts_hold_for_a_checkpoint_from_before_them(tiny_config, tiny_plan, run):
    config = dataclasses.replace(tiny_config, on_divergence="restart")
    plan = dataclasses.replace(tiny_plan, config=config)
    model = build_model(config, 1, 10)
    divergence.apply_restarts(run, model, plan)
    assert model.seed == config.seed
    for number in (1, 2):
        assert divergence.note_restart(run, config, DivergedError(4, "d_loss")) == number
    for _ in range(2):  # once more changes nothing
        divergence.apply_restarts(run, model, plan)
        assert model.seed == divergence.noise_seed(config.seed, 2) != config.seed
        rate = float(model.d_optimizer.learning_rate)
        assert rate == pytest.approx(config.d_learning_rate / 4)


def test_no_model_with_a_broken_weight_is_exported_or_loaded(tiny_model, tmp_path):
    model = tiny_model()
    weight = model.trunk.weights[0]
    weight.assign(weight * np.nan)
    with pytest.raises(UserError, match="not finite is not exported") as caught:
        export_model(model, tmp_path / "export", {"summary": {}})
    assert str(caught.value).endswith(f"{weight.path}.") and not (tmp_path / "export").exists()
    model.save(tmp_path / "broken.keras")
    with pytest.raises(UserError, match="is of a model that diverged"):
        load_model(tmp_path / "broken.keras")


def test_the_config_says_what_follows_a_divergence(tiny_config):
    assert (tiny_config.on_divergence, tiny_config.max_restarts) == ("stop", 3)
    with pytest.raises(UserError, match="--on-divergence must be one of stop, restart"):
        dataclasses.replace(tiny_config, on_divergence="ignore")
