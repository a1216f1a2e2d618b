"""What the command lines of this project share."""

import argparse
import math
import pathlib

from keras_infogan import files
from keras_infogan.errors import UserError

FLOAT32_MAX = 3.4028e38


class OneLineParser(argparse.ArgumentParser):
    """Reports an error in one line, without the usage."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}\n")


def setting(text):
    """`"c2=1.5"` → `("c2", 1.5)`.

    Raises:
        UserError: If it is anything else.
    """
    name, _, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not abs(number) <= FLOAT32_MAX:  # NaN is not
        raise UserError(f"--set takes NAME=NUMBER, such as c2=1.5. Received: {text}.")
    return name, number


def png_path(text):
    """The path of a picture that can be written.

    Raises:
        UserError: If it is no .png file, or cannot be written.
    """
    path = pathlib.Path(text)
    try:
        if path.suffix.lower() != ".png" or path.is_dir():
            raise UserError(f"--out must be a .png file. Received: {text}.")
    except OSError as error:  # a name that is too long, a folder that must not be looked into
        raise UserError(f"Cannot write {text}: {error.strerror}.") from None
    files.check_writable(path.parent)
    return path
