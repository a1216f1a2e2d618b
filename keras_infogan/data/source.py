"""What a name of `--dataset` stands for: a source of images, with or without an argument."""

import dataclasses
from collections.abc import Callable

from keras_infogan.errors import UserError


@dataclasses.dataclass(frozen=True)
class Source:
    """A source of images, as `register("data", NAME, Source(...))` takes it.

    Args:
        load: `load(rest, data_dir, fitting)` returns an `ImageData`. `rest` is what follows the
            colon of `NAME:REST`, None without one; `data_dir` is where tensorflow-datasets keeps
            its sets, or None; `fitting` is the `Fitting` that brings images to what a run uses.
        check: Optional `check(rest, data_dir)` that raises a UserError if the data is not there.
            It runs before TensorFlow is loaded.
        argument: What follows the colon: `"PATH"` for a source that needs it, `"[PATH]"` for one
            that can do without, empty for one that takes none.
        resolve: Optional `resolve(rest)` that returns what stands for the same in any directory.
    """

    load: Callable
    check: Callable | None = None
    argument: str = ""
    resolve: Callable | None = None

    def usage(self, name):
        """How the source is written: `"mnist5k"`, `"folder:PATH"`, `"mine[:WHAT]"`."""
        if self.argument.startswith("["):
            return f"{name}[:{self.argument[1:]}"
        return f"{name}:{self.argument}" if self.argument else name

    def argument_of(self, text):
        """What follows the colon in `NAME:REST`, or None.

        Raises:
            UserError: If the source needs an argument that is not there, or takes none.
        """
        name, colon, rest = text.partition(":")
        optional = self.argument.startswith("[")
        if (colon and not rest) or (bool(rest) != bool(self.argument) and not optional):
            raise UserError(f"--dataset must be written {self.usage(name)}. Received: {text}.")
        return rest or None
