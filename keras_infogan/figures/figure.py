"""What a figure of `infogan compare` is."""

import dataclasses
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Figure:
    """A figure that sets runs side by side, or shows what the theory says.

    Args:
        draw: Function of the file to write, then of what the figure needs: a list of `RunDir`,
            a list of numbers of steps. Its file imports TensorFlow and matplotlib inside it, so
            that the help need not load them.
        shows: What it shows, in a line.
        needs_runs: Whether it is about runs.
        needs_steps: Whether it is about some of their steps.
        suffix: Kind of file that it writes.
    """

    draw: Callable
    shows: str
    needs_runs: bool = True
    needs_steps: bool = False
    suffix: str = ".png"
