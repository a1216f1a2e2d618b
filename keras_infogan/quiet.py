"""Imports TensorFlow, fast on any processor, without what its libraries print past Python."""

import contextlib
import logging
import os
import pathlib
import sys

from keras_infogan import cluster
from keras_infogan.errors import UserError
from keras_infogan.text import parse_json


@contextlib.contextmanager
def _stderr_muted():
    """Sends what is written to file descriptor 2, by C++ too, to nowhere."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)


def import_tensorflow():
    """Imports TensorFlow and looks for GPUs; errors are raised as ever, notices are dropped.

    TensorFlow's oneDNN kernels are turned on where TensorFlow itself would leave them off: on
    processors with AVX2 alone a training step takes half the time, and numbers differ in the last
    bits. A GPU's memory is taken as it is needed, so that several processes can share it. Where
    $TF_ENABLE_ONEDNN_OPTS or $TF_FORCE_GPU_ALLOW_GROWTH is set, it stays as it is.

    Raises:
        UserError: If Keras is set to another backend.
    """
    check_backend()
    # Of several machines a lost one is an error, which has a line of ours.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3" if cluster.here().several else "2")
    if "tensorflow" not in sys.modules:
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
        os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    # At a flag in it that TensorFlow does not know, it says so and ends the process.
    muted = contextlib.nullcontext() if os.environ.get("TF_XLA_FLAGS") else _stderr_muted()
    with muted:
        import tensorflow as tf

        tf.config.list_physical_devices("GPU")
    # It warns of functions that are traced anew, as those of each of several models are.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


def check_backend():
    """Refuses a backend other than TensorFlow; Keras reads it from the same two places.

    Raises:
        UserError: If Keras is, or will be, on another backend: names the setting.
    """
    if backend := os.environ.get("KERAS_BACKEND"):
        setting = "KERAS_BACKEND"
    else:
        home = os.path.expanduser(os.environ.get("KERAS_HOME", "~/.keras"))
        file = pathlib.Path(home, "keras.json")
        setting = f"backend in {file}"
        try:
            backend = parse_json(file.read_text("utf-8"))["backend"]
        except (OSError, ValueError, KeyError, TypeError):  # Keras then takes TensorFlow
            return
    if backend != "tensorflow":
        raise UserError(f"{setting} must be tensorflow. Received: {backend}.")
