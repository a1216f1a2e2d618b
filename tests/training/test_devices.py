"""What goes with several devices, and how two of them train as one does."""

import dataclasses
import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from keras_infogan.config import RunConfig
from keras_infogan.data.pipeline import training_batches
from keras_infogan.errors import UserError
from keras_infogan.training import devices

# The rest of a program that has two logical CPUs, which must be made before TensorFlow runs.
SUPPORT = "tests/support"


def in_process(root, *command):
    """Runs Python with the package and the tests' support on its path."""
    env = dict(os.environ, PYTHONPATH=f"{root}:{root / SUPPORT}", TF_CPP_MIN_LOG_LEVEL="3")
    return subprocess.run(
        [sys.executable, *command], cwd=root, env=env, capture_output=True, text=True, timeout=570
    )


def test_two_replicas_of_32_are_one_of_64(root):
    """With synchronised statistics, over ten updates, where losses are products of means too."""
    done = in_process(root, "tests/support/replicas.py", "relativistic_average")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["steps"] == [10, 10] and found["divergence"] == [None, None]
    assert found["moved"] > 0.01
    for name in ("weights", "optimizers", "metrics", "means"):
        assert found[name] < 1e-5, name


def test_parts_of_batches_are_the_batches(tiny_images):
    images = (np.arange(20 * 4, dtype=np.uint8)).reshape(20, 2, 2, 1)
    labels = np.arange(20)
    whole = iter(training_batches(images, 2, 6, seed=3, first_step=2, labels=labels))
    parts = [
        iter(training_batches(images, 2, 6, 3, 2, labels, part=part))
        for part in ((0, 2, 3), (2, 1, 3))  # two replicas on a host, one on another
    ]
    for _ in range(5):
        expected = next(whole)
        found = [next(parts[0]), next(parts[0]), next(parts[1])]
        for index in range(2):
            joined = np.concatenate([part[index] for part in found])
            np.testing.assert_array_equal(joined, expected[index])
            assert found[0][index].shape[0] == 2


def test_more_devices_than_there_are_is_refused(tiny_config):
    config = dataclasses.replace(tiny_config, devices="99")
    with pytest.raises(UserError, match=r"--devices must be all or from 1 to \d+, .* Received: 99"):
        devices.strategy_of(config)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"batch_size": 9}, "--batch-size must be a multiple of the 2 devices.*Received: 9"),
        ({"steps_per_execution": 5}, "--steps-per-execution must be 1 on several devices"),
        ({"d_pretraining": 3}, "--d-pretraining must be 0 on several devices.*Received: 3"),
        ({"jit": True}, "--jit cannot be combined with several devices"),
        ({"measure_jit": True}, "--measure-jit cannot be combined with several devices"),
    ],
)
def test_what_several_devices_cannot_do_is_refused(tiny_config, monkeypatch, changes, message):
    listed = lambda kind: [] if kind == "GPU" else ["CPU:0", "CPU:1"]  # noqa: E731
    monkeypatch.setattr(devices, "devices_of", listed)
    config = dataclasses.replace(tiny_config, devices="all", **changes)
    with pytest.raises(UserError, match=message):
        devices.strategy_of(config)


@pytest.mark.parametrize("value", [None, "1"])
def test_one_device_needs_no_strategy(tiny_config, value):
    strategy = devices.strategy_of(dataclasses.replace(tiny_config, devices=value))
    assert strategy.num_replicas_in_sync == 1


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_devices_are_a_number_or_all(value):
    with pytest.raises(UserError, match="--devices must be all, or a whole number above 0"):
        RunConfig(preset="own", devices=value)


def test_statistics_are_of_a_device_where_there_is_one(tiny_model):
    model = tiny_model()
    devices.synchronize(model, True)
    norms = [
        layer
        for layer in model.generator.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    assert norms and not any(norm.synchronized for norm in norms)
