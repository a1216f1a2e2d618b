"""Versions and machine, for environment.json."""

import importlib.metadata
import os
import pathlib
import platform

from keras_infogan.version import __version__

PACKAGES = (
    "tensorflow",
    "keras",
    "tensorflow-datasets",
    "numpy",
    "scipy",
    "scikit-learn",
    "mlxtend",
)


def describe():
    """A JSON-ready description of what the run ran on."""
    import tensorflow as tf

    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "threads": _threads(),
        "gpus": [
            tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
            for gpu in tf.config.list_physical_devices("GPU")
        ],
        "packages": {
            "keras-infogan": __version__,
            **{name: _version(name) for name in PACKAGES},
        },
    }


def _threads():
    """Threads of one operation: on their number the last digits of sums depend."""
    import tensorflow as tf

    told = os.environ.get("TF_NUM_INTRAOP_THREADS", "")
    set_here = tf.config.threading.get_intra_op_parallelism_threads()
    return set_here or (int(told) if told.isdecimal() else 0) or os.cpu_count()


def _processor():
    """Name of the processor, as exactly as the system tells it."""
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = ()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
