import json
import os
import platform

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_infogan
from keras_infogan.training import environment


def test_description_tells_versions_and_machine():
    description = environment.describe()
    assert description["python"] == platform.python_version()
    assert description["platform"] == platform.platform()
    assert description["cpus"] == os.cpu_count()
    assert description["packages"]["keras"] == keras.__version__
    assert description["packages"]["tensorflow"] == tf.__version__
    assert description["packages"]["numpy"] == np.__version__
    assert description["packages"]["keras-infogan"] == keras_infogan.__version__
    assert set(description["packages"]) == {"keras-infogan", *environment.PACKAGES}
    assert json.loads(json.dumps(description)) == description


@pytest.mark.parametrize(
    ("told", "threads"), [("1", 1), ("0", os.cpu_count()), ("many", os.cpu_count())]
)
def test_the_number_of_threads_is_told(monkeypatch, told, threads):
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", told)
    assert environment.describe()["threads"] == threads


def test_every_gpu_is_named(monkeypatch):
    devices = [
        tf.config.PhysicalDevice("/physical_device:GPU:0", "GPU"),
        tf.config.PhysicalDevice("/physical_device:GPU:1", "GPU"),
    ]
    details = {devices[0]: {"device_name": "NVIDIA H100"}, devices[1]: {}}
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: devices)
    monkeypatch.setattr(tf.config.experimental, "get_device_details", details.get)
    assert environment.describe()["gpus"] == ["NVIDIA H100", "/physical_device:GPU:1"]


def test_a_package_that_is_not_there_has_no_version(monkeypatch):
    monkeypatch.setattr(environment, "PACKAGES", ("keras", "no-such-package-as-this"))
    assert environment.describe()["packages"] == {
        "keras-infogan": keras_infogan.__version__,
        "keras": keras.__version__,
        "no-such-package-as-this": None,
    }
