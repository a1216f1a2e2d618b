"""What the programs share: one line for an error, exit codes, imports of extensions first."""

import argparse
import signal
import sys

from keras_infogan import extensions
from keras_infogan.errors import ProgramError
from keras_infogan.text import take_any_text


class OneLineParser(argparse.ArgumentParser):
    """Reports an error in one line, without the usage."""

    def __init__(self, prog, description=None, **options):
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(prog=prog, description=description, allow_abbrev=False, **options)

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}\n")


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


def run(parser, action, arguments=None):
    """Runs a program.

    Args:
        parser: Its `OneLineParser`.
        action: Function of the parsed options. It returns None for success, an exit code, or the
            signal that stopped it.
        arguments: Texts; those of the command line by default.

    Returns:
        The exit code: that of a `ProgramError`, 2 for input that cannot be used; 128 + its number
        for a signal.
    """
    take_any_text()
    options = parser.parse_args(arguments)
    try:
        extensions.load_installed()
        extensions.load(getattr(options, "imports", ()))
        result = action(options)
    except ProgramError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"{parser.prog}: interrupted.", file=sys.stderr)
        return 128 + signal.SIGINT
    return 128 + result if isinstance(result, signal.Signals) else result or 0
