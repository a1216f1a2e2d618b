"""The mode of execution by measurement: what is measured and kept, and that nothing changes."""

import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.config import RunOptions
from keras_infogan.data import sources
from keras_infogan.files import read_json
from keras_infogan.latents import LatentSpec
from keras_infogan.models.gan import GAN
from keras_infogan.run_dir import RunDir
from keras_infogan.saving import load_model
from keras_infogan.training import execution, experiment


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A user's cache directory for the test alone."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "keras_infogan"


@pytest.fixture
def small_plan(tiny_plan, tiny_data):
    images = np.random.default_rng(0).integers(0, 256, (16, 4, 4, 1), np.uint8)
    data = dataclasses.replace(tiny_data, train_images=images, train_labels=None)
    config = dataclasses.replace(tiny_plan.config, image_size=4)
    return dataclasses.replace(tiny_plan, config=config, data=data)


@pytest.fixture
def small_model(tiny_gan_networks):
    """A function that makes a compiled GAN of 4×4 images."""

    def make(transforms=(), **options):
        latents = LatentSpec(3, [])
        model = GAN(**tiny_gan_networks(latents), latents=latents, transforms=transforms, **options)
        model.compile(keras.optimizers.Adam(0.1), keras.optimizers.Adam(0.1), jit_compile=False)
        return model

    return make


def instead(monkeypatch, **seconds):
    """Lets a measurement find these seconds; the list of measurements so far."""
    calls = []

    def measure(model, plan):
        calls.append(plan)
        return dict(seconds)

    monkeypatch.setattr(execution, "measure", measure)
    return calls


def values(model):
    return [np.array(variable.numpy()) for variable in model.state()]


def test_a_measured_model_trains_like_another(small_model, small_plan):
    """Weights, averages, optimizers, metrics and noise."""
    measured, other = (small_model(average_generator=0.9) for _ in range(2))
    before = values(measured)
    seconds = execution.measure(measured, small_plan)
    assert set(seconds) == {"graph", "XLA"} and min(seconds.values()) > 0
    for one, two in zip(before, values(measured), strict=True):
        np.testing.assert_array_equal(one, two)
    measured.jit_compile, measured.train_function = False, None
    for model in (measured, other):
        model.fit(small_plan.batches(0, False), steps_per_epoch=3, shuffle=False, verbose=0)
    assert int(other.step.numpy()) == 3
    moved = [not np.array_equal(*pair) for pair in zip(before, values(other), strict=True)]
    assert sum(moved) > len(moved) / 2
    for one, two in zip(values(measured), values(other), strict=True):
        np.testing.assert_array_equal(one, two)


def test_what_xla_cannot_compile_runs_as_a_graph(small_model, small_plan, capsys):
    class OnTheHost(keras.layers.Layer):
        def call(self, images, seed):
            rounded = tf.numpy_function(np.round, [images], tf.float32)
            return images + tf.stop_gradient(tf.reshape(rounded, tf.shape(images)) - images)

    model = small_model(transforms=[OnTheHost()])
    assert set(execution.measure(model, small_plan)) == {"graph"}
    assert capsys.readouterr().err.startswith("XLA cannot run these steps: ")


@pytest.mark.parametrize("graph, fastest", [(0.001, "graph"), (0.003, "XLA")])
def test_the_faster_mode_is_taken_and_said(
    small_model, small_plan, monkeypatch, capsys, graph, fastest
):
    instead(monkeypatch, graph=graph, XLA=0.002)
    model = small_model()
    plan, seconds = execution.choose(model, small_plan)
    assert execution.mode(model) == fastest
    assert plan.config == dataclasses.replace(small_plan.config, jit=fastest == "XLA")
    assert seconds == {"graph": graph, "XLA": 0.002}
    said = f"Mode of execution: {fastest}. A step takes: graph {1000 * graph} ms, XLA 2.0 ms (meas"
    assert capsys.readouterr().out.startswith(said)


def changed(plan, **options):
    return dataclasses.replace(plan, config=dataclasses.replace(plan.config, **options))


def test_such_steps_are_measured_once(small_model, small_plan, monkeypatch, cache, capsys):
    calls = instead(monkeypatch, graph=0.001, XLA=0.002)
    model = small_model()
    _, seconds = execution.choose(model, small_plan)
    for options in ({}, {"seed": 9}, {"epochs": 7}, {"d_learning_rate": 0.3}, {"jit": True}):
        _, again = execution.choose(model, changed(small_plan, **options))
        assert again == seconds
    assert len(calls) == len(list(cache.iterdir())) == 1
    assert str(next(cache.iterdir())) in capsys.readouterr().out.splitlines()[1]
    others = (
        {"batch_size": 4},
        {"image_size": 5},
        {"networks": "mlp"},
        {"terms": ("r1(1)",)},
        {"shear": 0.1},
        {"precision": "mixed_bfloat16"},
    )
    for count, options in enumerate(others, 2):
        execution.choose(model, changed(small_plan, **options))
        assert len(calls) == count


def test_another_machine_is_measured_by_itself(small_model, small_plan, monkeypatch):
    calls = instead(monkeypatch, graph=0.001, XLA=0.002)
    described = execution.environment.describe()
    for machine in ({}, {"processor": "another"}, {"gpus": ["one"]}, {"cpus": 999}):
        monkeypatch.setattr(
            execution.environment, "describe", lambda machine=machine: described | machine
        )
        execution.choose(small_model(), small_plan)
    assert len(calls) == 4


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"seconds": 3}',
        b'{"seconds": {"graph": "fast", "XLA": 1.0}}',
        b'{"seconds": {"graph": -1.0, "XLA": 1.0}}',
        b'{"seconds": {"XLA": 1.0}}',
        b'{"seconds": {"graph": 1.0, "turbo": 1.0}}',
        b'{"seconds": {"graph": 1.0, "XLA": 0.5}, "checksum": "0"}',
    ],
)
def test_a_damaged_measurement_is_replaced(
    small_model, small_plan, monkeypatch, cache, capsys, content
):
    calls = instead(monkeypatch, graph=0.001, XLA=0.002)
    execution.choose(small_model(), small_plan)
    (path,) = cache.iterdir()
    path.write_bytes(content)
    for _ in range(2):
        execution.choose(small_model(), small_plan)
    assert len(calls) == 2
    assert read_json(path)["seconds"] == {"graph": 0.001, "XLA": 0.002}
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{path} cannot be used: ")


def test_a_cache_that_cannot_be_written_is_passed_over(
    small_model, small_plan, monkeypatch, tmp_path, capsys
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    instead(monkeypatch, graph=0.001, XLA=0.002)
    plan, _ = execution.choose(small_model(), small_plan)
    assert plan.config.jit is False
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("Cannot write ") and lines[-1].endswith(" is not kept.")


@pytest.mark.usefixtures("only_scored")
def test_a_run_is_that_of_its_mode_and_resumes_without_a_measurement(
    tiny_config, tiny_data, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(sources, "load", lambda *arguments: tiny_data)
    calls = instead(monkeypatch, graph=0.001, XLA=0.002)
    runs = [RunDir(tmp_path / name) for name in ("measured", "named")]
    options = RunOptions(tick=5, sample_every=5)
    short = dataclasses.replace(tiny_config, epochs=1)
    # As a preset that names a mode.
    experiment.train(dataclasses.replace(short, jit=True, measure_jit=True), runs[0].path, options)
    assert ", mode graph, step 0 of 5." in capsys.readouterr().out
    experiment.train(dataclasses.replace(short, jit=False), runs[1].path, options)
    found = [run.read_environment() for run in runs]
    assert [one["mode"] for one in found] == ["graph", "graph"]
    assert [one["seconds_per_step"] for one in found] == [{"graph": 0.001, "XLA": 0.002}, None]
    config = runs[0].read_config()
    assert (config.jit, config.measure_jit) == (False, True)
    assert len(calls) == 1

    runs[0].environment.unlink()
    for run in runs:
        experiment.resume(run.path, {"epochs": 2})
    assert len(calls) == 1
    assert runs[0].read_environment()["mode"] == "graph"
    models = [load_model(run.latest_checkpoint()) for run in runs]
    for one, two in zip(*map(values, models), strict=True):
        np.testing.assert_array_equal(one, two)
    assert json.loads(runs[0].config.read_text())["optimization"]["jit"] is False
