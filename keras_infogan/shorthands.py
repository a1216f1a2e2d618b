"""Flags that edit the text of another option: `--categories 20` writes cat(20) into `latents`."""

import dataclasses
import typing

from keras_infogan import notation
from keras_infogan.errors import UserError
from keras_infogan.options import PARTS, Option

CATEGORICAL = ("cat", "categorical")
CONTINUOUS = {"uniform": 2, "gaussian": 0}  # and the place of std among their arguments


@dataclasses.dataclass(frozen=True)
class Shorthand(Option):
    """An option that is no field of a configuration, but edits the text of one.

    Args:
        target: Name of that field.
        edit: `(text of the target, value)` to the new text; of `PARTS`, one value after another.
    """

    target: str
    edit: typing.Callable

    def apply(self, text, value):
        """The target's text after all edits.

        Raises:
            UserError: If it cannot have the value.
        """
        value = tuple(value) if self.type == PARTS else value
        self.check(value)
        for one in value if self.type == PARTS else (value,):
            text = self.edit(text, one)
        return text


SHORTHANDS = {}


def _shorthand(target, kind, help, **rules):
    """Declares the function below it: `(text of the target, value)` to the new text."""

    def declare(edit):
        name = edit.__name__
        flag = "--" + name.replace("_", "-")
        rest = {"help": help, **rules}
        SHORTHANDS[name] = Shorthand(name, flag, kind, False, None, rest, target, edit)
        return edit

    return declare


def _split(text, names):
    """The parts of these names, and the others, as `(count, Part)` pairs."""
    terms = notation.parse_sum(text)
    ours = [(count, part) for count, part in terms if part.name in names]
    return ours, [pair for pair in terms if pair not in ours]


@_shorthand("latents", int, "number of noise variables", least=0)
def noise(text, size):
    """The same noise in another size, or a new one in front."""
    ours, others = _split(text, notation.NOISE)
    part = ours[0][1] if ours else notation.Part("normal")
    rest = tuple(pair for pair in part.kwargs if pair[0] != "size")
    part = dataclasses.replace(part, args=(size, *part.args[1:]), kwargs=rest)
    return notation.format_sum([(int(size > 0), part), *others])


@_shorthand("latents", int, "values of each categorical code", least=2, common=True)
def categories(text, size):
    """Every categorical code in another size, or a new one."""
    code, terms = notation.Part("cat", (size,)), notation.parse_sum(text)
    if not any(part.name in CATEGORICAL for _, part in terms):
        terms.append((1, code))
    return notation.format_sum((n, code if p.name in CATEGORICAL else p) for n, p in terms)


@_shorthand("latents", int, "number of continuous codes", least=0, common=True)
def continuous_codes(text, count):
    """So many continuous codes of the kind that is there, or U(−1, 1)."""
    ours, others = _split(text, CONTINUOUS)
    code = ours[0][1] if ours else notation.Part("uniform", (-1, 1))
    return notation.format_sum([*others, (count, code)])


@_shorthand("latents", bool, "let Q learn a standard deviation for continuous codes")
def learned_std(text, learned):
    """Continuous codes with a learned standard deviation, or the fixed one that they have or 1."""

    def changed(part):
        place, named = CONTINUOUS[part.name], dict(part.kwargs)
        positional = len(part.args) > place
        std = part.args[place] if positional else named.pop("std", 1.0)
        if (std is None) == learned:
            return part
        if positional:
            args = (*part.args[:place], None if learned else 1.0, *part.args[place + 1 :])
            return dataclasses.replace(part, args=args)
        named |= {"std": None} if learned else {}
        return dataclasses.replace(part, kwargs=tuple(named.items()))

    terms = notation.parse_sum(text)
    return notation.format_sum((n, changed(p) if p.name in CONTINUOUS else p) for n, p in terms)


@_shorthand("networks", PARTS, "an option such as filters=32", metavar="NAME=NUMBER")
def network_option(text, setting):
    """The networks with an option set to a number."""
    name, _, number = setting.partition("=")
    try:
        return str(notation.parse(text).with_arguments(**{name: int(number)}))
    except ValueError:
        raise UserError(
            f"--network-option takes NAME=NUMBER, such as filters=32. Received: {setting}."
        ) from None
