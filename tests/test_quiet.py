"""The import of TensorFlow: without its notices, with settings of its own, on its own backend."""

import os
import pathlib
import subprocess
import sys

import pytest

from keras_infogan import quiet
from keras_infogan.errors import UserError

ROOT = pathlib.Path(__file__).parents[1]

NOISY = """
import os
os.write(2, b"a notice of C++\\n")
{more}
class config:
    def list_physical_devices(kind):
        os.write(2, b"no GPU\\n")
"""


@pytest.fixture
def imported(tmp_path):
    """A function: source of a stand-in for TensorFlow, settings → the process that imported it."""

    def run(source, program="", **environment):
        (tmp_path / "tensorflow.py").write_text(source)
        known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        path = os.pathsep.join([str(tmp_path), str(ROOT)])
        program = f"from keras_infogan import quiet; quiet.import_tensorflow(); {program}"
        return subprocess.run(
            [sys.executable, "-c", program],
            env={**known, "PYTHONPATH": path, "KERAS_HOME": str(tmp_path), **environment},
            capture_output=True,
            text=True,
        )

    return run


def test_notices_are_dropped_and_stderr_comes_back(imported):
    ended = imported(NOISY.format(more=""), "import os; os.write(2, b'after')")
    assert (ended.returncode, ended.stderr) == (0, "after")


def test_an_error_passes_and_is_seen(imported):
    ended = imported(NOISY.format(more="raise ImportError('no such library')"))
    assert ended.returncode == 1
    assert ended.stderr.endswith("ImportError: no such library\n")
    assert "notice" not in ended.stderr


def test_what_ends_the_process_at_a_flag_of_xla_is_seen(imported):
    ended = imported(NOISY.format(more="os._exit(1)"), TF_XLA_FLAGS="--no_such_flag")
    assert (ended.returncode, ended.stderr) == (1, "a notice of C++\n")


def test_no_file_descriptor_is_left_open():
    def count():
        return len(os.listdir("/dev/fd"))

    quiet.import_tensorflow()
    before = count()
    for _ in range(3):
        quiet.import_tensorflow()
    assert count() == before


SHOW = "import os; print(os.environ[{name!r}])"


@pytest.mark.parametrize(
    ("name", "default", "other"),
    [
        ("TF_CPP_MIN_LOG_LEVEL", "2", "0"),
        ("TF_ENABLE_ONEDNN_OPTS", "1", "0"),
        ("TF_FORCE_GPU_ALLOW_GROWTH", "true", "false"),
    ],
)
def test_settings_have_defaults_that_the_environment_overrules(imported, name, default, other):
    show = SHOW.format(name=name)
    assert imported(NOISY.format(more=""), show).stdout == f"{default}\n"
    assert imported(NOISY.format(more=""), show, **{name: other}).stdout == f"{other}\n"


def test_another_backend_in_the_environment_is_refused(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(UserError, match="^KERAS_BACKEND must be tensorflow. Received: jax.$"):
        quiet.import_tensorflow()
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    quiet.import_tensorflow()


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ('{"backend": "torch"}', True),
        ('{"backend": "tensorflow"}', False),
        ('{"floatx": "float32"}', False),
        ("{", False),
        ("[]", False),
    ],
)
def test_another_backend_in_the_file_of_keras_is_refused(tmp_path, monkeypatch, text, refused):
    file = tmp_path / "keras.json"
    file.write_text(text)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    if refused:
        with pytest.raises(UserError, match=f"^backend in {file} must be tensorflow. Received: t"):
            quiet.import_tensorflow()
    else:
        quiet.import_tensorflow()
    # The environment goes before the file.
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    quiet.import_tensorflow()
