"""How a program ends: exit code and one line."""

import os
import signal
import subprocess
import sys

import pytest

from keras_infogan.commands import program
from keras_infogan.errors import DivergedError, ProgramError, StorageError, UserError


def run(action, *arguments):
    parser = program.OneLineParser("infogan try")
    parser.add_argument("--text")
    return program.run(parser, action, list(arguments))


def raising(error):
    def action(options):
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserError("no"), 2),
        (StorageError("Cannot write x."), 3),
        (OSError(28, "No space left on device"), 3),
        (OSError(28, "No space left on device", "x"), 3),
        (BrokenPipeError(32, "Broken pipe"), 3),
        (OSError(36, "File name too long", "x"), 2),
        (IsADirectoryError(21, "Is a directory", "x"), 2),
        (MemoryError(), 6),
        (MemoryError("Unable to allocate 728. TiB"), 6),
        (type("ResourceExhaustedError", (Exception,), {})("{{function_node x}} OOM\nin y"), 6),
        (DivergedError(7, "d_loss"), 4),
        (KeyboardInterrupt(), 130),
        (UserError("two\nlines\x1b[31m\udce9"), 2),
    ],
    ids=repr,
)
def test_an_error_is_one_line_and_an_exit_code(capfd, error, code):
    assert run(raising(error)) == code
    out, err = capfd.readouterr()
    assert out == "" and err.count("\n") == 1 and err.startswith("infogan try: ")
    assert err[:-1].isprintable()


def test_each_reason_has_an_exit_code_of_its_own():
    reasons = (ProgramError, UserError, StorageError, DivergedError)
    assert [reason.exit_code for reason in reasons] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("result", "code"), [(None, 0), (0, 0), (5, 5), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_what_an_action_returns_is_the_exit_code(result, code):
    assert run(lambda options: result) == code


def test_an_empty_text_is_refused(capfd):
    with pytest.raises(SystemExit) as stop:
        run(lambda options: None, "--text", "")
    assert stop.value.code == 2
    assert capfd.readouterr().err == "infogan try: argument --text: must not be empty\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("action", "code"), [("print('x')", 0), ("open('no/x')", 2)])
def test_a_closed_stream_is_no_reason_to_fail(tmp_path, closed, action, code):
    text = (
        "import sys; from keras_infogan.commands import program as p\n"
        f"sys.exit(p.run(p.OneLineParser('infogan try'), lambda options: {action}, []))"
    )
    shell = ["sh", "-c", f'"$@" {closed}', "sh", sys.executable, "-c", text]
    ended = subprocess.run(shell, capture_output=True, text=True)
    assert ended.returncode == code
    told = "infogan try: no/x cannot be used: No such file or directory.\n"
    assert ended.stderr == (told if code and "2>" not in closed else "")


def test_a_program_needs_no_window_to_draw(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    assert run(lambda options: os.environ["MPLBACKEND"] != "agg") == 0


def test_a_program_whose_output_goes_to_a_full_disk_ends_in_one_line():
    text = (
        "import sys; from keras_infogan.commands import program as p\n"
        "sys.exit(p.run(p.OneLineParser('infogan try'), lambda options: print('x'), []))"
    )
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-c", text], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert ended.returncode == 3
    assert ended.stderr == "infogan try: [Errno 28] No space left on device\n"
