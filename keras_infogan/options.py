"""Options: each declared once, with its default, type, range and help.

The command line, the checks, `study --set`, config.json, `--dry-run` and docs/options.md all come
from these declarations. A group of options is a dataclass that extends `Group`; a configuration
inherits from its groups.
"""

import dataclasses
import math
import re
import types
import typing

from keras_infogan import notation, registry
from keras_infogan.errors import UserError

PARTS = tuple[str, ...]  # parts by their text, such as ("r1(5)",)
LARGEST = 1e30  # of a float; much more, and it or what is made of it is infinite in 32 bits


def option(default, help, least=None, most=None, **rules):
    """A field of a `Group`; its type is its annotation.

    Args:
        default: Its default.
        help: What it is, for people.
        least: Smallest value.
        most: Largest value.
        **rules: `above` and `below`, bounds that may not be reached; `choices`; `parts`, the kind
            of registry that its texts name; `latents`, whether it is a sum of noise and codes;
            `flag`, where it is not the field's name; `metavar`; `common`, whether the short help
            shows it; `hidden`, whether the command line lacks it; `resumable`, whether a run may be
            resumed with another value.
    """
    bounds = {"least": least, "most": most}
    rules |= {name: bound for name, bound in bounds.items() if bound is not None}
    return dataclasses.field(default=default, metadata={"help": help, **rules})


@dataclasses.dataclass(frozen=True)
class Option:
    """A declared option.

    Args:
        name: Field of the configuration.
        flag: As the command line has it.
        type: `bool`, `int`, `float`, `str` or `PARTS`.
        optional: Whether it may be None.
        default: Its default.
        rules: As given to `option`.
    """

    name: str
    flag: str
    type: type
    optional: bool
    default: object
    rules: typing.Mapping

    @property
    def help(self):
        """What it is, for people."""
        return self.rules["help"]

    def check(self, value):
        """Refuses a value of another type or out of range.

        Raises:
            UserError: With the rule and the value.
        """
        if value is None and self.optional:
            return
        if self.type == PARTS:
            if not isinstance(value, tuple) or not all(isinstance(one, str) for one in value):
                self._refuse("takes names such as r1(5)", value)
        elif not registry.fits(value, self.type):
            self._refuse(f"must be of type {self.type.__name__}", value)
        if self.type is str and not value:
            self._refuse("must not be empty", repr(value))
        rules = self.rules
        if self.type is float and not math.isfinite(value):
            self._refuse("must be finite", value)
        fits = (
            value >= rules.get("least", value)
            and value <= rules.get("most", value)
            and ("above" not in rules or value > rules["above"])
            and ("below" not in rules or value < rules["below"])
        )
        if not fits:
            self._refuse(f"must be {self.range}", value)
        if self.type is int and not -(2**31) <= value < 2**31:
            self._refuse("must be a whole number of 32 bits", value)
        if self.type is float and abs(value) > LARGEST:
            self._refuse(f"must be from -{LARGEST:g} to {LARGEST:g}", value)
        if "choices" in rules and value not in rules["choices"]:
            self._refuse(f"must be one of {', '.join(map(str, rules['choices']))}", value)
        try:
            if "parts" in rules:
                parts = registry.registry_of(rules["parts"])
                for text in value if self.type == PARTS else (value,):
                    parts.check(text)
            if "latents" in rules:
                for _, part in notation.parse_sum(value):
                    if part.name not in notation.NOISE:
                        registry.CODES.check(str(part))
        except UserError as error:
            raise UserError(f"{self.flag}: {error}") from None

    @property
    def range(self):
        """Its bounds in words, or ""."""
        words = {"least": "at least", "above": "above", "most": "at most", "below": "below"}
        return " and ".join(f"{words[n]} {self.rules[n]}" for n in words if n in self.rules)

    def parse(self, text):
        """The value that a text on the command line means.

        Raises:
            UserError: If it means none.
        """
        if self.optional and text == "none":
            return None
        try:
            if self.type is bool:
                return {"true": True, "false": False}[text.lower()]
            if self.type == PARTS:
                return tuple(filter(None, map(str.strip, text.split(";"))))
            return self.type(text)
        except (ValueError, KeyError):
            kind = {bool: "true or false", int: "a whole number", float: "a number"}[self.type]
            raise UserError(f"{self.flag} must be {kind}. Received: {text}.") from None

    def _refuse(self, rule, value):
        raise UserError(f"{self.flag} {rule}. Received: {value}.")


class Group:
    """Options that belong together; a subclass is a frozen dataclass of `option` fields.

    Attributes:
        title: Heading in the help; by default the first line of the docstring.
        models: Names of the models that use the options; None for all.
        switch: Name of the option without which the others mean nothing; None where there is none.
        about: What the others are about, for messages.
    """

    title = ""
    models = None
    switch = None
    about = ""

    def __init_subclass__(cls):
        super().__init_subclass__()
        if "title" not in vars(cls):
            cls.title = (cls.__doc__ or "").partition("\n")[0].removesuffix(".")

    @classmethod
    def groups(cls):
        """The groups that a configuration inherits from, in the order of their declaration."""
        bases = [base for base in cls.__mro__ if issubclass(base, Group) and base is not Group]
        # A configuration that another one extends is none: it inherits from groups itself.
        return [base for base in bases if base.__bases__ == (Group,)]

    @classmethod
    def key(cls):
        """Its name in config.json: `TwoLooks` is `two_looks`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def own_options(cls):
        """The options of a group, or of a configuration beside its groups, `{name: Option}`."""
        groups = [group for group in cls.groups() if group is not cls]
        elsewhere = {field.name for group in groups for field in dataclasses.fields(group)}
        hints = typing.get_type_hints(cls)
        found = {}
        for field in dataclasses.fields(cls):
            if field.name in elsewhere or "help" not in field.metadata:
                continue
            kind, optional = hints[field.name], False
            if isinstance(kind, types.UnionType):
                kind = next(one for one in kind.__args__ if one is not type(None))
                optional = True
            flag = "--" + field.metadata.get("flag", field.name).replace("_", "-")
            found[field.name] = Option(
                field.name, flag, kind, optional, field.default, field.metadata
            )
        return found

    @classmethod
    def turned_off(cls, values):
        """The options of all groups whose switch is at its default, `{name: default}`.

        Args:
            values: Some options, `{name: value}`.
        """
        off = {}
        for group in cls.groups():
            own = group.own_options()
            if group.switch in values and values[group.switch] == own[group.switch].default:
                off |= {name: one.default for name, one in own.items()}
        return off

    @classmethod
    def options(cls):
        """All options of a configuration, `{name: Option}`."""
        return {
            name: one
            for group in dict.fromkeys([cls, *cls.groups()])
            for name, one in group.own_options().items()
        }

    def __post_init__(self):
        for name, one in type(self).options().items():
            one.check(getattr(self, name))
