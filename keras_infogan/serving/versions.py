"""The versions below a directory that a server watches."""

import os
import pathlib

from keras_infogan import checksums, files
from keras_infogan.errors import UserError
from keras_infogan.serving import model_card


def versions(base):
    """Numbers of the versions, ascending: the directories whose name is a plain number.

    Args:
        base: `pathlib.Path` of the directory.

    Raises:
        OSError: If it cannot be read.
    """
    return sorted(number for number, path in _numbered(base).items() if path.is_dir())


def check_base(base):
    """Checks that a new version can be written below a directory, which need not exist yet.

    Raises:
        UserError: If not.
    """
    files.check_writable(base)
    try:
        if pathlib.Path(base).exists():
            versions(pathlib.Path(base))  # the next one's number is taken from them
    except OSError as error:
        raise UserError(f"Cannot read {base}: {error.strerror}.") from None


def altered_file(version):
    """Name of a file of a version that is not as it was exported; None if all are.

    The model card is for people, who may change it.

    Raises:
        OSError: If it cannot be read.
    """
    return checksums.disagreeing(version, free=[model_card.FILE])


def new_version(base, fill):
    """Makes the next free version, whole or not at all: a server loads what it sees.

    Args:
        base: Directory of the versions; it is made.
        fill: Function that writes a version's files into a directory.

    Returns:
        Path of the version's directory.

    Raises:
        StorageError: If it cannot be written.
    """
    base = pathlib.Path(base)
    with files.new_directory(base) as part:
        part.chmod(0o755)  # a server may run as somebody else
        fill(part)
        files.flush_tree(part)
        while True:
            target = base / str(max(_numbered(base), default=0) + 1)
            try:
                os.rename(part, target)
            except OSError:
                if not target.exists():
                    raise
            else:
                files.flush(base)
                return target


def _numbered(base):
    """`{number: path}` of all that has a plain number for a name, directory or not."""
    return {
        int(path.name): path
        for path in base.iterdir()
        if path.name.isdecimal() and str(int(path.name)) == path.name
    }
