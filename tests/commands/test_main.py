"""The one program for all commands."""

import subprocess
import sys

import pytest

import keras_infogan
from keras_infogan.commands import main, train


def test_help_lists_every_command_without_tensorflow(capsys):
    program = """
import sys
from keras_infogan.commands.main import main
try:
    main(["--help"])
finally:
    print("tensorflow" in sys.modules, "numpy" in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stdout.endswith("False False\n")
    for name, does in main.COMMANDS.items():
        assert f"\n  {name:<11}{does}\n" in ended.stdout


def test_a_command_gets_what_follows_its_name(monkeypatch):
    monkeypatch.setattr(train, "main", lambda arguments: arguments)
    assert main.main(["train", "--preset", "--help"]) == ["--preset", "--help"]
    monkeypatch.setattr(sys, "argv", ["infogan", "train", "x"])
    assert main.main() == ["x"]


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_is_there(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main.main([name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: ")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["trian"], "Did you mean train? Received: trian."),
        (["?"], "The command must be one of train, evaluate, study, compare, report, watch, "),
        ([], "the following arguments are required: COMMAND"),
        (["--preset", "quick"], "the following arguments are required: COMMAND"),
    ],
)
def test_an_unknown_command_is_refused_in_one_line(arguments, line, capsys):
    with pytest.raises(SystemExit) as ended:
        main.main(arguments)
    assert ended.value.code == 2
    output = capsys.readouterr()
    assert output.out == "" and output.err.startswith("infogan: ") and output.err.count("\n") == 1
    assert line in output.err


def test_version_is_that_of_the_package():
    command = [sys.executable, "-m", "keras_infogan", "--version"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.stdout == f"keras-infogan {keras_infogan.__version__}\n"
