"""Why a program ends early: each reason is an error with an exit code of its own."""

import difflib
import errno

# A program exits so where memory does not suffice: Python and TensorFlow have errors of their own.
OUT_OF_MEMORY = 6

# Of a path that cannot be what it was given for. All else is a disk's or a pipe's trouble.
NO_SUCH_PATH = (
    errno.EACCES,
    errno.EISDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EPERM,
)


class ProgramError(Exception):
    """Something that ends a program, said in one line, which the program prints.

    Attributes:
        exit_code: The program's exit code.
    """

    exit_code = 1


class UserError(ProgramError, ValueError):
    """Input that cannot be used; in Python it is a `ValueError`."""

    exit_code = 2


class StorageError(ProgramError, OSError):
    """A file that cannot be written: a full disk, a directory that has become read-only.

    What had been written before is whole. In Python it is an `OSError`.
    """

    exit_code = 3


class LostMachineError(ProgramError):
    """A run on several machines of which one no longer answers."""

    exit_code = 5


class DivergedError(ProgramError):
    """A training in which a loss, a gradient norm or a weight is not finite.

    Args:
        step: Step at which it was seen, from 1.
        quantity: What is not finite.
        advice: What is left and what may help, to add to the message.
    """

    exit_code = 4

    def __init__(self, step, quantity, advice=""):
        super().__init__(f"{quantity} is not finite at step {step}{advice}")
        self.step = step
        self.quantity = quantity


def lacks_memory(error):
    """Whether Python or TensorFlow, which need not be loaded, could allocate no more."""
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"


def names_no_path(error):
    """Whether an `OSError` says that a path cannot be what it was given for."""
    return error.errno in NO_SUCH_PATH and error.filename is not None


def is_of_machine(error):
    """Whether memory or a disk failed a library that reads a file, which may be sound.

    For what it finds in the file, a library raises any error; an `OSError` without a number too.
    """
    if isinstance(error, OSError):
        return error.errno is not None and not names_no_path(error)
    return lacks_memory(error)


def did_you_mean(name, known):
    """A question that ends a message: " Did you mean hinge?"; "" if no known name is near."""
    near = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""
