"""The help of the command line, and what it does without TensorFlow and in any encoding."""

import os
import subprocess
import sys

import pytest

import train
from keras_infogan.config import RunConfig, RunOptions
from keras_infogan.registry import PRESETS

WITHOUT_TENSORFLOW = """
import sys, train
try:
    train.main(["--help"])
except SystemExit as stop:
    assert stop.code == 0, stop.code
assert train.main(["--epochs", "0"]) == 2
assert train.main(["--resume", "nowhere"]) == 2
assert train.main(["--preset", "labb"]) == 2
assert not {"tensorflow", "keras", "numpy"} & set(sys.modules)
"""


DATA_WITHOUT_TENSORFLOW = """
import sys, train
from keras_infogan.data import network
network.answers = lambda: False
assert train.main(["--dataset", "mnits"]) == 2
assert train.main(["--dataset", "mnist"]) == 2
assert train.main(["--data-dir", "nowhere"]) == 2
assert not {"tensorflow", "keras"} & set(sys.modules)
"""


def test_data_that_cannot_be_had_are_refused_without_tensorflow(root, place):
    done = subprocess.run(
        [sys.executable, "-c", DATA_WITHOUT_TENSORFLOW],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    unknown, unprepared, no_directory = done.stderr.splitlines()
    assert "Did you mean mnist? Received: mnits." in unknown
    assert f"mnist is not prepared in {place / 'no-such-place'}" in unprepared
    assert "--data-dir is not a directory. Received: nowhere." in no_directory
    assert list(place.iterdir()) == []


def test_help_and_refusals_need_no_tensorflow(root):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 3  # of the three refusals
    presets = done.stdout.split("presets:")[1]
    for name in PRESETS.names():
        preset = PRESETS.get(name)
        assert f"\n  {name} " in presets and preset.source in presets and preset.expect in presets


def test_help_all_shows_every_option(capsys):
    def shown(flag):
        with pytest.raises(SystemExit, match="0"):
            train.main([flag])
        return capsys.readouterr().out

    everything, few = shown("--help-all"), shown("--help")
    found = {**RunConfig.options(), **RunOptions.options()}.values()
    flags = [one.flag for one in found if not one.rules.get("hidden")]
    assert [flag for flag in flags if f"  {flag}" not in everything] == []
    assert "--help-all" in few and "--epochs" in few and "--steps-per-execution" not in few


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_an_output_of_any_encoding_will_do(root, encoding):
    """As on Windows, where output goes to a file."""
    process = subprocess.run(
        [sys.executable, root / "train.py", "--help-all"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )
    assert (process.returncode, process.stderr) == (0, b"")
    assert b"\\u03bb, the weight of the categorical codes" in process.stdout
