"""Imports TensorFlow without the notices that its libraries print past Python's reach."""

import contextlib
import os
import sys


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
    """Imports TensorFlow and looks for GPUs; errors are raised as ever, notices are dropped."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with _stderr_muted():
        import tensorflow as tf

        tf.config.list_physical_devices("GPU")
