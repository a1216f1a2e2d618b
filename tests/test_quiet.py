"""The import of TensorFlow without its notices."""

import os
import sys

import pytest

from keras_infogan import quiet


def test_notices_are_dropped_while_muted_and_come_again_after(capfd):
    os.write(2, b"before\n")
    with quiet._stderr_muted():
        os.write(2, b"a notice of C++\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "before\nafter\n"


def test_an_error_passes_and_stderr_comes_back(capfd):
    with pytest.raises(ImportError, match="no such library"), quiet._stderr_muted():
        raise ImportError("no such library")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_no_file_descriptor_is_left_open():
    def count():
        return len(os.listdir("/dev/fd"))

    before = count()
    for _ in range(3):
        with quiet._stderr_muted():
            pass
    assert count() == before


def test_import_lowers_the_log_level_unless_one_is_set(monkeypatch, capfd):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    quiet.import_tensorflow()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "2"
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    quiet.import_tensorflow()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"
    assert "tensorflow" in sys.modules
    assert capfd.readouterr().err == ""


def test_an_import_that_fails_says_so(monkeypatch, capfd):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ImportError):
        quiet.import_tensorflow()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"
