"""Runs from beginning to end, in this process, on tiny data."""

import dataclasses
import json
import math
import os
import signal

import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.training import assembly, experiment
from keras_infogan.training.callbacks.console import Console
from keras_infogan.data import sources
from keras_infogan.errors import UserError
from keras_infogan.files import read_jsonl
from keras_infogan.run_dir import RunDir
from keras_infogan.saving import load_model

STEPS, PER_EPOCH = 10, 5


@pytest.fixture(scope="module", autouse=True)
def tiny_source(tiny_data):
    """Every data set is the tiny one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "load", lambda *arguments: tiny_data)
        yield


@pytest.fixture(scope="module")
def finished(tiny_config, tmp_path_factory):
    """A finished run and what `train` returned."""
    path = tmp_path_factory.mktemp("finished") / "runs" / "tiny-s3"
    summary = experiment.train(tiny_config, path, sample_every=5, evaluate_every=1)
    return RunDir(path), summary


def tree(path):
    """`{relative name: bytes}` of all files."""
    return {
        str(found.relative_to(path)): found.read_bytes()
        for found in path.rglob("*")
        if found.is_file()
    }


def final_state(run):
    """Values of all weights and of both optimizers in the last checkpoint."""
    model = load_model(run.latest_checkpoint())
    optimizers = model.d_optimizer.variables + model.g_optimizer.variables
    return [np.array(variable.numpy()) for variable in model.weights + optimizers]


def assert_same_end(run, other):
    first, second = final_state(run), final_state(other)
    assert len(first) == len(second) > 50
    for one, two in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, two)


def points(run):
    """Lines of metrics.jsonl without what the clock says."""
    return [
        {name: value for name, value in row.items() if name != "seconds"}
        for row in read_jsonl(run.metrics)
    ]


def signal_at(monkeypatch, step, number):
    """Sends this process a signal at the end of a step."""

    class Signalling(Console):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, logs)
            if int(self.model.step.numpy()) == step:
                os.kill(os.getpid(), number)

    monkeypatch.setattr(experiment, "Console", Signalling)


def test_every_file_of_the_contract_is_there(finished):
    run, _ = finished
    files = set(tree(run.path))
    steps = ("0000005", "0000010")
    pictures = {
        f"images/{name}-{step}.png"
        for name in ("noise-by-code", "codes-by-noise", "traversal-c2")
        for step in steps
    }
    curves = {f"images/{name}.png" for name in ("losses", "probabilities", "information")}
    export = {name for name in files if name.startswith("export/")}
    assert "export/generator/1/saved_model.pb" in export
    assert files - export == pictures | curves | {
        "config.json",
        "environment.json",
        "metrics.jsonl",
        "summary.json",
        "health.jsonl",
        "evaluations.jsonl",
        "checkpoints/step-000000010.keras",
    }


def test_config_holds_the_choices_and_the_data(finished, tiny_config):
    run, _ = finished
    content = run.read_config()
    options = content.pop("run")
    assert content == {**tiny_config.to_json(), "dataset": "tiny"}
    assert options == {
        "data_dir": None,
        "data_note": None,
        "sample_every": 5,
        "checkpoint_every": 60.0,
        "evaluate_every": 1,
        "tensorboard": False,
    }


@pytest.mark.parametrize("settings", [dict(d_steps=3), dict(d_pretraining=4), {}])
def test_all_rates_fall_with_the_step_of_the_model(tiny_config, settings):
    config = dataclasses.replace(
        tiny_config,
        decay_from=0.5,
        d_learning_rate=1.0,
        g_learning_rate=1.0,
        q_learning_rate=1.0,
        **settings,
    )
    model = assembly.build_model(config, channels=1, total_steps=10)
    for step, rate in ((0, 1.0), (2, 1.0), (5, 1.0), (6, 0.8), (9, 0.2), (10, 0.02)):
        learned = max(step - config.d_pretraining, 0)
        model.d_optimizer.iterations.assign(step * config.d_steps)
        model.g_optimizer.iterations.assign(learned)
        model.q_optimizer.iterations.assign(learned)
        assert int(model.step) == step
        optimizers = model.d_optimizer, model.g_optimizer, model.q_optimizer
        rates = [float(one.learning_rate) for one in optimizers]
        assert rates == pytest.approx([rate] * 3), step


def test_evaluations_on_the_way_have_a_line_for_each_epoch(finished):
    run, _ = finished
    rows = read_jsonl(run.evaluations)
    assert [(row["step"], row["epoch"]) for row in rows] == [(5, 1), (10, 2)]
    assert {"codes", "information", "continuous", "generated"} <= set(rows[0])


def test_environment_names_the_versions(finished):
    run, _ = finished
    environment = json.loads(run.environment.read_text())
    assert environment["packages"]["tensorflow"] == tf.__version__


def test_metrics_have_a_line_for_the_last_step(finished):
    run, _ = finished
    rows = read_jsonl(run.metrics)
    assert [(row["step"], row["epoch"]) for row in rows] == [(10, 2.0)]
    assert rows[0]["mutual_information"] == pytest.approx(
        math.log(10) - rows[0]["categorical_loss"], abs=1e-5
    )


def test_summary_is_returned_and_written(finished):
    run, summary = finished
    assert json.loads(run.summary.read_text()) == summary
    assert list(summary) == [
        "preset",
        "dataset",
        "seed",
        "epochs",
        "steps",
        "seconds",
        "images_per_second",
        "generator_loss_kind",
        "train_images",
        "test_images",
        "label_names",
        "code_accuracy",
        "code_purity",
        "code_nmi",
        "code_ari",
        "mutual_information_nats",
        "codes_in_use",
        "code_to_label",
        "ambiguous_codes",
        "information",
        "continuous_codes",
        "health",
    ]
    told = ("preset", "dataset", "seed", "epochs", "steps", "train_images", "test_images")
    assert [summary[name] for name in told] == ["tiny", "tiny", 3, 2, STEPS, 44, 10]
    assert summary["generator_loss_kind"] == "non_saturating"
    assert 0 <= summary["code_accuracy"] <= 1
    assert sorted(map(int, summary["code_to_label"])) == list(range(10))
    assert set(summary["information"]) == {"c1", "c2"}
    assert set(summary["continuous_codes"]) == {"c2"}
    speed = STEPS * 8 / summary["seconds"]
    assert summary["images_per_second"] == pytest.approx(speed, rel=0.1)


def test_export_makes_the_images_of_the_last_checkpoint(finished):
    run, _ = finished
    model = load_model(run.latest_checkpoint())
    latents = model.latents.fixed(4, seed=9)
    signature = tf.saved_model.load(str(run.export / "1")).signatures["serving_default"]
    noise, codes = (tf.constant(part) for part in (latents[:, :3], latents[:, 3:]))
    images = signature(noise=noise, codes=codes)["image"]
    np.testing.assert_allclose(images, 0.5 * model.generate(latents) + 0.5, atol=1e-6)


def test_model_follows_from_the_seed_alone(tiny_config):
    def weights(config):
        model = assembly.build_model(config, channels=1, total_steps=10)
        return [variable.numpy() for variable in model.trainable_variables]

    first, same = weights(tiny_config), weights(tiny_config)
    other = weights(dataclasses.replace(tiny_config, seed=4))
    for one, two in zip(first, same, strict=True):
        np.testing.assert_array_equal(one, two)
    assert (first[0] != other[0]).all()


def test_config_decides_model_and_losses(tiny_config):
    config = dataclasses.replace(
        tiny_config,
        generator_loss="minimax",
        adversarial_weight=2.0,
        information_weight=3.0,
        continuous_weight=4.0,
        information_warmup=0.25,
        real_information_weight=0.3,
        d_learning_rate=0.1,
        g_learning_rate=0.2,
        adam_beta_1=0.3,
        decay_from=0.5,
        trunk_learns_information=False,
        shear=0.1,
        shift=1.5,
        thickness=0.6,
        learned_std=True,
        jit=False,
    )
    model = assembly.build_model(config, channels=3, total_steps=20)
    assert model.trunk.input_shape == (None, 8, 8, 3)
    assert (model.latents.size, model.latents.parameter_size) == (14, 12)
    assert model.generator_loss == "minimax"
    weights = (model.adversarial_weight, model.information_weight, model.continuous_weight)
    assert weights == (2.0, 3.0, 4.0)
    assert model.information_warmup == 5
    assert model.real_information_weight == 0.3
    assert (model.seed, model.trunk_learns_information, model.jit_compile) == (3, False, False)
    assert (model.augmentation.shear, model.augmentation.shift) == (0.1, 1.5)
    second = model.second_augmentation
    assert (model.augmentation.thickness, second.thickness) == (0.0, 0.6)
    assert (second.shear, second.scale, second.shift) == (0.1, 0.0, 1.5)
    for optimizer, rate in ((model.d_optimizer, 0.1), (model.g_optimizer, 0.2)):
        assert optimizer.beta_1 == 0.3
        schedule = optimizer._learning_rate
        # Held to step 10, then linear to a fiftieth at step 20: half-way at 15.
        assert float(schedule(10)) == pytest.approx(rate)
        assert float(schedule(15)) == pytest.approx(rate / 2)
        assert float(schedule(20)) == pytest.approx(rate / 50)


def test_constant_rates_and_no_distortion_are_the_default(tiny_config):
    model = assembly.build_model(tiny_config, channels=1, total_steps=20)
    assert model.augmentation is None
    assert float(model.d_optimizer.learning_rate) == pytest.approx(2e-4)
    assert float(model.g_optimizer.learning_rate) == pytest.approx(1e-3)


def test_plan_says_what_would_be_done_and_writes_nothing(tiny_config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = experiment.plan(tiny_config).splitlines()
    assert list(tmp_path.iterdir()) == []
    assert "batch_size: 8" in lines and "seed: 3" in lines
    assert lines[-5:] == [
        "data: tiny, 44 training and 10 test images; epochs of 5 steps, 10 steps in all",
        # Dense 14→8 and 8→16, transposed convolutions 4→2 and 2→1, three normalisations.
        "generator: 479 weights",  # 120 + 16 + 144 + 32 + 130 + 4 + 33
        "trunk: 326 weights",  # 34 + 132 + 8 + 136 + 16
        "discriminator: 9 weights",
        "recognizer: 2,827 weights",  # 8·128 + 128 + 256 + 128·11 + 11
    ]


def test_what_cannot_be_used_leaves_nothing_behind(tiny_config, tmp_path):
    config = dataclasses.replace(tiny_config, batch_size=45)
    with pytest.raises(UserError, match="must not exceed the 44 training images. Received: 45"):
        experiment.train(config, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_not_overwritten(finished, tiny_config):
    run, _ = finished
    before = tree(run.path)
    with pytest.raises(UserError, match="holds a run already: go on with it by --resume"):
        experiment.train(tiny_config, run.path)
    assert tree(run.path) == before


def test_note_on_the_data_is_printed_and_kept(
    tiny_config, tiny_data, tmp_path, monkeypatch, capsys
):
    noted = dataclasses.replace(tiny_data, note="Another set was taken.")
    monkeypatch.setattr(sources, "load", lambda *args: noted)
    monkeypatch.setattr(experiment, "_go_on", lambda run, data, content, model: content["run"])
    kept = experiment.train(tiny_config, tmp_path / "run")
    assert capsys.readouterr().out == "Another set was taken.\n"
    assert kept["data_note"] == "Another set was taken."


def test_a_finished_run_can_be_resumed_and_stays_as_it_is(finished):
    run, summary = finished
    metrics = run.metrics.read_bytes()
    assert experiment.resume(run.path) == summary
    assert [version.name for version in run.export.iterdir()] == ["1"]
    assert run.metrics.read_bytes() == metrics
    assert int(load_model(run.latest_checkpoint()).step.numpy()) == STEPS


def test_a_run_killed_before_its_summary_gets_one(finished):
    run, _ = finished
    run.summary.unlink()
    experiment.resume(run.path)
    assert json.loads(run.summary.read_text())["steps"] == STEPS


def test_a_stopped_run_resumes_to_the_same_end(
    finished, tiny_config, tmp_path, monkeypatch, capsys
):
    run = RunDir(tmp_path / "run")
    with monkeypatch.context() as patch:
        signal_at(patch, 3, signal.SIGTERM)  # in the middle of the first epoch
        assert experiment.train(tiny_config, run.path) is signal.SIGTERM
    assert f"python train.py --resume {run.path}\n" in capsys.readouterr().out
    assert [path.name for path in run.checkpoints.iterdir()] == ["step-000000003.keras"]
    assert not run.summary.exists() and not run.export.exists()
    assert run.image("noise-by-code", 3).exists() and (run.images / "losses.png").exists()

    summary = experiment.resume(run.path)
    assert summary["steps"] == STEPS
    assert_same_end(run, finished[0])
    assert points(run) == points(finished[0])
    for name in ("noise-by-code", "codes-by-noise", "traversal-c2"):
        pictures = [one.image(name, STEPS).read_bytes() for one in (run, finished[0])]
        assert pictures[0] == pictures[1]


def test_a_run_resumed_with_more_epochs_ends_like_a_longer_one(finished, tiny_config, tmp_path):
    run = RunDir(tmp_path / "run")
    experiment.train(dataclasses.replace(tiny_config, epochs=1), run.path)
    summary = experiment.resume(run.path, {"epochs": 2})
    assert (summary["epochs"], summary["steps"]) == (2, STEPS)
    assert run.read_config()["epochs"] == 2
    assert_same_end(run, finished[0])
    assert points(run) == points(finished[0])
    variables = "variables/variables.data-00000-of-00001"
    first, second = ((run.export / version / variables).read_bytes() for version in ("1", "2"))
    assert first != second


def test_a_limit_of_steps_ends_a_run_within_an_epoch(tiny_config, tmp_path):
    config = dataclasses.replace(tiny_config, max_steps=7)
    summary = experiment.train(config, tmp_path / "run")
    assert (summary["steps"], summary["epochs"]) == (7, 1.4)
    assert [row["step"] for row in read_jsonl(tmp_path / "run" / "metrics.jsonl")] == [7]


def test_resuming_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(UserError, match="is not a run"):
        experiment.resume(tmp_path)
    assert list(tmp_path.iterdir()) == []
