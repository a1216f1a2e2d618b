"""Flags that edit the text of another option: `--categories 20` writes cat(20) into `latents`."""

import dataclasses
import typing

from keras_infogan import notation
from keras_infogan.errors import UserError

NOISE = ("normal", "noise")
CATEGORICAL = ("cat", "categorical")
CONTINUOUS = ("uniform", "gaussian")


@dataclasses.dataclass(frozen=True)
class Shorthand:
    """A flag that edits the text of another option.

    Args:
        target: Name of that option.
        type: Type of its value.
        help: What it does, for people.
        edit: `(text of the target, value)` to the new text.
        least: Smallest value.
        repeated: Whether the flag may be repeated; `edit` then gets one value after another.
    """

    target: str
    type: type
    help: str
    edit: typing.Callable
    least: int | None = None
    repeated: bool = False

    def apply(self, text, value):
        """The target's text after all edits.

        Raises:
            UserError: If the value is too small.
        """
        if self.least is not None and value < self.least:
            raise UserError(f"The {self.help} must be at least {self.least}. Received: {value}.")
        for one in value if self.repeated else (value,):
            text = self.edit(text, one)
        return text


def _split(text, names):
    """The parts of these names, and the others, as `(count, Part)` pairs."""
    terms = notation.parse_sum(text)
    ours = [(count, part) for count, part in terms if part.name in names]
    return ours, [pair for pair in terms if pair not in ours]


def _noise(text, size):
    """The same noise in another size, or a new one in front."""
    ours, others = _split(text, NOISE)
    noise = ours[0][1] if ours else notation.Part("normal")
    rest = tuple(pair for pair in noise.kwargs if pair[0] != "size")
    noise = dataclasses.replace(noise, args=(size, *noise.args[1:]), kwargs=rest)
    return notation.format_sum([(int(size > 0), noise), *others])


def _categories(text, size):
    """Every categorical code in another size, or a new one."""
    code, terms = notation.Part("cat", (size,)), notation.parse_sum(text)
    if not any(part.name in CATEGORICAL for _, part in terms):
        terms.append((1, code))
    return notation.format_sum((n, code if p.name in CATEGORICAL else p) for n, p in terms)


def _continuous_codes(text, count):
    """So many continuous codes of the kind that is there, or U(−1, 1)."""
    ours, others = _split(text, CONTINUOUS)
    code = ours[0][1] if ours else notation.Part("uniform", (-1, 1))
    return notation.format_sum([*others, (count, code)])


def _learned_std(text, learned):
    """Continuous codes with a learned standard deviation, or the fixed one."""

    def changed(part):
        kept = tuple(pair for pair in part.kwargs if pair[0] != "std")
        return dataclasses.replace(part, kwargs=kept + ((("std", None),) if learned else ()))

    terms = notation.parse_sum(text)
    return notation.format_sum((n, changed(p) if p.name in CONTINUOUS else p) for n, p in terms)


def _network_option(text, setting):
    name, _, number = setting.partition("=")
    try:
        return str(notation.parse(text).with_arguments(**{name: int(number)}))
    except ValueError:
        raise UserError(
            f"--network-option takes NAME=NUMBER, such as filters=32. Received: {setting}."
        ) from None


SHORTHANDS = {
    "noise": Shorthand("latents", int, "number of noise variables", _noise, 0),
    "categories": Shorthand("latents", int, "values of each categorical code", _categories, 2),
    "continuous_codes": Shorthand(
        "latents", int, "number of continuous codes", _continuous_codes, 0
    ),
    "learned_std": Shorthand(
        "latents", bool, "let Q learn a standard deviation for continuous codes", _learned_std
    ),
    "network_option": Shorthand(
        "networks", str, "NAME=NUMBER, an option such as filters=32", _network_option, repeated=True
    ),
}
