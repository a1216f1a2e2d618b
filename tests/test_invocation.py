"""What people are told to type."""

import sys

import pytest

from keras_infogan import invocation


@pytest.mark.parametrize(
    ("called", "prog", "command"),
    [
        ("train.py", "train.py", "python train.py --resume 'my runs/a'"),
        ("../here/train.py", "train.py", "python ../here/train.py --resume 'my runs/a'"),
        ("/bin/infogan", "infogan train", "infogan train --resume 'my runs/a'"),
        ("x/__main__.py", "infogan train", "python -m keras_infogan train --resume 'my runs/a'"),
        ("-c", "infogan train", "python -m keras_infogan train --resume 'my runs/a'"),
    ],
)
def test_it_is_the_program_that_was_called(monkeypatch, called, prog, command):
    monkeypatch.setattr(sys, "argv", [called, "--preset", "quick"])
    assert invocation.prog("train") == prog
    assert invocation.prog("export") == "infogan export"
    assert invocation.resume_command("my runs/a") == command


def test_imports_are_repeated_and_quoted(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py"])
    command = invocation.resume_command("runs/a", ("parts", "/my parts/b.py"))
    assert command == "python train.py --resume runs/a --import parts --import '/my parts/b.py'"


def test_an_export_repeats_imports_and_names_its_place(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["infogan"])
    assert invocation.export_command("my runs/a") == "infogan export 'my runs/a'"
    command = invocation.export_command("runs/a", ("/my parts/b.py",), "served")
    assert command == "infogan export runs/a --out served --import '/my parts/b.py'"
