"""What the programs share: one line for an error, exit codes, imports of extensions first."""

import argparse
import contextlib
import os
import pathlib
import re
import signal
import sys

from keras_infogan import extensions, files
from keras_infogan.commands.leaving import leaves_at_once
from keras_infogan.errors import (
    OUT_OF_MEMORY,
    ProgramError,
    StorageError,
    UserError,
    lacks_memory,
    names_no_path,
)
from keras_infogan.text import shown, take_any_text


class OneLineParser(argparse.ArgumentParser):
    """Reports an error in one line, without the usage. A text that is given must not be empty."""

    def __init__(self, prog, description=None, **options):
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(prog=prog, description=description, allow_abbrev=False, **options)
        self.register("type", None, _given)  # of arguments that declare no type

    def error(self, message):
        self.exit(2, f"{self.prog}: {shown(message)}\n")


def _given(text):
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def add_import(parser):
    """Adds `--import MODULE`, which `run` heeds before anything is resolved."""
    parser.add_argument(
        "--import",
        dest="imports",
        action="append",
        default=[],
        metavar="MODULE",
        help="import a module or .py file with parts of your own first; may be repeated",
    )


def add_exported(parser):
    """Adds `run`, what `serving.loading.find` takes."""
    parser.add_argument(
        "run", help="directory of a run, of versions or of one version; or a pretrained model"
    )


def output_file(text, *suffixes, folder_is_made=False):
    """The path of a file that can be written.

    Args:
        text: What `--out` says.
        suffixes: Those that it may have.
        folder_is_made: Whether its folder need not be there.

    Raises:
        UserError: If it has another suffix, or cannot be written.
    """
    path = pathlib.Path(text)
    try:
        if path.suffix.lower() not in suffixes:
            raise UserError(f"--out must be a {suffixes[0]} file. Received: {text}.")
        if path.is_dir():
            raise UserError(f"--out must be a file. Received a directory: {text}.")
        if not folder_is_made and not path.parent.is_dir():
            raise UserError(f"{path.parent} is not a directory.")
    except OSError as error:  # a name that is too long, a folder that must not be looked into
        raise UserError(f"Cannot write {text}: {error.strerror}.") from None
    files.check_writable(path.parent)
    return path


def run(parser, action, arguments=None):
    """Runs a program.

    Args:
        parser: Its `OneLineParser`.
        action: Function of the parsed options. It returns None for success, an exit code, or the
            signal that stopped it.
        arguments: Texts; those of the command line by default.

    Returns:
        The exit code: that of a `ProgramError`, 2 for input that cannot be used; `OUT_OF_MEMORY`;
        128 + its number for a signal.
    """
    _open_closed_streams()
    take_any_text()
    # Programs draw into files. matplotlib, which Keras imports, fails at a name it does not know.
    os.environ["MPLBACKEND"] = "agg"
    options = parser.parse_args(arguments)
    try:
        with leaves_at_once(parser.prog):
            extensions.load_installed()
            extensions.load(getattr(options, "imports", ()))
            result = action(options)
        sys.stdout.flush()
    except ProgramError as error:
        return _end(parser, error, error.exit_code)
    except OSError as error:  # of a disk or a pipe, to which stdout may go too
        if names_no_path(error):
            text = f"{os.fsdecode(error.filename)} cannot be used: {error.strerror}."
            return _end(parser, text, UserError.exit_code)
        return _end(parser, error, StorageError.exit_code)
    except KeyboardInterrupt:
        return _end(parser, "interrupted.", 128 + signal.SIGINT)
    except Exception as error:
        if not lacks_memory(error):
            raise
        why = " ".join(re.sub(r"{{.*?}}", "", str(error)).split())  # a node of TensorFlow's graph
        return _end(parser, f"out of memory: {why or 'no more is free'}", OUT_OF_MEMORY)
    return 128 + result if isinstance(result, signal.Signals) else result or 0


def _open_closed_streams():
    """Opens the standard streams that the caller has closed: what goes there goes nowhere.

    Another file would take their numbers otherwise, and what is printed would go into it.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))


def _end(parser, text, exit_code):
    """Says why the program ends, and returns its exit code."""
    with contextlib.suppress(OSError):
        print(f"{parser.prog}: {shown(str(text))}", file=sys.stderr, flush=True)
    try:
        sys.stdout.flush()
    except OSError:  # Python would try it again at its end, and print a traceback
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return exit_code
