"""How the program was called, so that what it tells people to type can be typed."""

import pathlib
import shlex
import sys


def prog(command):
    """The program's name in front of its messages: `"train.py"`, or `"infogan <command>"`."""
    return "train.py" if _called() == "train.py" and command == "train" else f"infogan {command}"


def command_line(command, *arguments):
    """A command of this package, such as `"train"`, as it can be pasted into a shell."""
    if _called() == "train.py" and command == "train":
        words = ["python", sys.argv[0]]
    elif _called() == "infogan":
        words = ["infogan", command]
    else:
        words = ["python", "-m", "keras_infogan", command]
    return shlex.join([*words, *map(str, arguments)])


def resume_command(path, imports=()):
    """The command that resumes a run.

    Args:
        path: The run's directory.
        imports: What the run records of its `--import`.
    """
    return command_line("train", "--resume", path, *_flags(imports))


def export_command(path, imports=(), out=None):
    """The command that exports a run.

    Args:
        path: The run's directory.
        imports: What the run records of its `--import`.
        out: Directory of the versions; None for the run's.
    """
    where = () if out is None else ("--out", out)
    return command_line("export", path, *where, *_flags(imports))


def _flags(imports):
    return [word for name in imports for word in ("--import", name)]


def _called():
    return pathlib.Path(sys.argv[0]).name
