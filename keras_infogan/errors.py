"""Why a program ends early: each reason is an error with an exit code of its own."""

import difflib

# A program exits so where memory does not suffice: Python and TensorFlow have errors of their own.
OUT_OF_MEMORY = 6


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


def did_you_mean(name, known):
    """A question that ends a message: " Did you mean hinge?"; "" if no known name is near."""
    near = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""
