"""Declared options → flags of a command line, and docs/options.md."""

import argparse

from keras_infogan import registry
from keras_infogan.config import RunConfig, RunOptions
from keras_infogan.errors import UserError
from keras_infogan.options import PARTS
from keras_infogan.shorthands import SHORTHANDS

COMMON_SHORTHANDS = ("categories", "continuous_codes")
METAVARS = {int: "N", float: "X", str: "TEXT"}


class _HelpAll(argparse.Action):
    """Prints the help of a parser that shows every option."""

    def __init__(self, *args, make, **options):
        super().__init__(*args, nargs=0, **options)
        self.make = make

    def __call__(self, parser, *_):
        self.make().print_help()
        parser.exit()


def add_options(parser, show_all, shown=None, config_class=RunConfig, options_class=RunOptions):
    """Adds the flags of all declared options; what is not given is not in the result.

    Args:
        parser: A parser with `argument_default=argparse.SUPPRESS`.
        show_all: Whether the help shows all of them, or those that most people need.
        shown: Preset whose values the help shows.
        config_class: `RunConfig`, or one that extends it.
        options_class: `RunOptions`, or one that extends it.
    """
    few = parser.add_argument_group("common options")
    for group in (config_class, *config_class.groups(), options_class):
        if show_all:
            few = parser.add_argument_group(_heading(group))
        for one in group.own_options().values():
            if not one.rules.get("hidden"):
                _add(few, one, show_all or one.rules.get("common"), shown)
        for name, shorthand in SHORTHANDS.items():
            if shorthand.target in group.own_options():
                _add_shorthand(few, name, shorthand, show_all or name in COMMON_SHORTHANDS)


def add_help_all(parser, make):
    """Adds `--help-all`, which prints the help of the parser that `make` returns."""
    parser.add_argument("--help-all", action=_HelpAll, make=make, help="show every option")


def _heading(group):
    title = group.title[0].lower() + group.title[1:]
    return title if group.models is None else f"{title} (model {', '.join(group.models)})"


def _add(group, one, visible, shown):
    described = _described(one, getattr(shown, one.name, one.default), shown)
    settings = {"dest": one.name, "help": described if visible else argparse.SUPPRESS}
    if one.type is bool:
        group.add_argument(one.flag, action=argparse.BooleanOptionalAction, **settings)
        return
    settings["metavar"] = one.rules.get("metavar") or METAVARS.get(one.type, "NAME")
    if one.type == PARTS:
        group.add_argument(one.flag, action="append", **settings)
        return
    group.add_argument(one.flag, type=_parsed(one), **settings)


def _parsed(one):
    def parse(text):
        try:
            return one.parse(text)
        except UserError as error:
            rule = str(error).removeprefix(f"{one.flag} ")
            raise argparse.ArgumentTypeError(rule) from None

    return parse


def _add_shorthand(group, name, shorthand, shown):
    flag = "--" + name.replace("_", "-")
    settings = {"dest": name, "help": shorthand.help if shown else argparse.SUPPRESS}
    if shorthand.type is bool:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, **settings)
        return
    group.add_argument(
        flag,
        type=shorthand.type,
        action="append" if shorthand.repeated else "store",
        metavar=METAVARS[shorthand.type],
        **settings,
    )


def _described(one, value, shown):
    """Help, range and the value of a preset in one line."""
    facts = _facts(one)
    if value not in (None, ()):
        facts.append(f"{shown.preset if hasattr(shown, one.name) else 'default'}: {value}")
    return one.help + (f" ({'; '.join(facts)})" if facts else "")


def _facts(one):
    choices = one.rules.get("choices", ())
    if "parts" in one.rules:
        choices = registry.names(one.rules["parts"])
    repeated = "may be repeated" if one.type == PARTS else ""
    return [fact for fact in (one.range, ", ".join(map(str, choices)), repeated) if fact]


def options_page():
    """The text of docs/options.md."""
    lines = [
        "# Options",
        "",
        "Every option of a run, as `python train.py --help-all` lists them. The names without "
        "dashes are those of `config.json`, of `infogan study --set NAME=VALUE` and of "
        "`keras_infogan.RunConfig`. Defaults are those without a preset. This page is generated: "
        "`python -m keras_infogan.commands.options_parser > docs/options.md`.",
    ]
    for group in (RunConfig, *RunConfig.groups(), RunOptions):
        lines += ["", f"## {group.title}", ""]
        if group.models is not None:
            lines += [f"For `model` {', '.join(group.models)} only.", ""]
        lines += ["| flag | name | default | |", "|---|---|---|---|"]
        for one in group.own_options().values():
            if not one.rules.get("hidden"):
                flag = f"--[no-]{one.flag[2:]}" if one.type is bool else one.flag
                default = "" if one.default in (None, ()) else f"`{one.default}`"
                text = "; ".join([one.help, *_facts(one)])
                lines.append(f"| `{flag}` | `{one.name}` | {default} | {text} |")
        for name, shorthand in SHORTHANDS.items():
            if shorthand.target in group.own_options():
                flag = "--" + name.replace("_", "-")
                text = f"{shorthand.help}; a shorthand that edits `{shorthand.target}`"
                lines.append(f"| `{flag}` | `{name}` | | {text} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(options_page())
