"""`infogan COMMAND ...`: one program for all commands, of which it imports the one it runs."""

import argparse
import importlib
import sys

from keras_infogan.commands.program import OneLineParser
from keras_infogan.errors import did_you_mean
from keras_infogan.version import __version__

COMMANDS = {
    "train": "train a model, or resume a run",
    "evaluate": "compute all scores of a run, and their pictures",
    "study": "train several seeds and write a table of their scores",
    "compare": "compare runs in a figure or a table",
    "report": "write an HTML report of one or more runs",
    "watch": "serve a live page of a run",
    "export": "export a run for TensorFlow Serving",
    "pretrained": "list the models that ship with the package, or add one",
    "generate": "draw images from an export or a pretrained model, without a server",
    "client": "ask a TensorFlow Serving server for images",
    "demo": "serve a page on which to try an export",
}


def main(arguments=None):
    """Runs a command.

    Args:
        arguments: Texts, the command first; those of the command line by default.

    Returns:
        The command's exit code.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    parser = _parser()
    name = parser.parse_args(arguments[:1]).command
    if name not in COMMANDS:
        hint = did_you_mean(name, COMMANDS)
        parser.error(f"The command must be one of {', '.join(COMMANDS)}.{hint} Received: {name}.")
    return importlib.import_module(f"keras_infogan.commands.{name}").main(arguments[1:])


def _parser():
    listed = "".join(f"  {name:<11}{does}\n" for name, does in COMMANDS.items())
    parser = OneLineParser(
        prog="infogan",
        usage="infogan COMMAND ...",
        description=f"InfoGAN in Keras 3 and TensorFlow.\n\ncommands:\n{listed}",
        epilog="`infogan COMMAND --help` describes a command.",
    )
    parser.add_argument("--version", action="version", version=f"keras-infogan {__version__}")
    parser.add_argument("command", metavar="COMMAND", help=argparse.SUPPRESS)
    return parser
