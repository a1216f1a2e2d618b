"""Declared options → flags of a command line, and docs/options.md."""

import argparse

from keras_infogan import markdown, registry
from keras_infogan.config import RunConfig, RunOptions
from keras_infogan.errors import UserError
from keras_infogan.options import PARTS
from keras_infogan.shorthands import SHORTHANDS, Shorthand

GROUPS = (RunConfig, *RunConfig.groups(), RunOptions)
METAVARS = {int: "N", float: "X", str: "TEXT"}


class _HelpAll(argparse.Action):
    """Prints the help of a parser that shows every option."""

    def __init__(self, *args, make, **options):
        super().__init__(*args, nargs=0, **options)
        self.make = make

    def __call__(self, parser, *_):
        self.make().print_help()
        parser.exit()


def add_options(parser, show_all, shown):
    """Adds the flags of all declared options; what is not given is not in the result.

    Args:
        parser: A parser with `argument_default=argparse.SUPPRESS`.
        show_all: Whether the help shows all of them, or those that most people need.
        shown: The `RunConfig` whose values the help shows.
    """
    few = parser.add_argument_group("common options")
    for group in GROUPS:
        if show_all:
            few = parser.add_argument_group(_heading(group))
        for one in _shown(group):
            _add(few, one, show_all or one.rules.get("common"), shown)


def add_help_all(parser, make):
    """Adds `--help-all`, which prints the help of the parser that `make` returns."""
    parser.add_argument("--help-all", action=_HelpAll, make=make, help="show every option")


def _shown(group):
    """The options of a group that the command line has, then the shorthands that edit one."""
    own = group.own_options()
    edits = [one for one in SHORTHANDS.values() if one.target in own]
    return [one for one in own.values() if not one.rules.get("hidden")] + edits


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
    for group in GROUPS:
        lines += ["", f"## {group.title}", ""]
        if group.models is not None:
            lines += [f"For `model` {', '.join(group.models)} only.", ""]
        rows = []
        for one in _shown(group):
            flag = f"--[no-]{one.flag[2:]}" if one.type is bool else one.flag
            default = "" if one.default in (None, ()) else f"`{one.default}`"
            text = "; ".join([one.help, *_facts(one)])
            if isinstance(one, Shorthand):
                text += f"; a shorthand that edits `{one.target}`"
            rows.append((f"`{flag}`", f"`{one.name}`", default, text))
        lines.append(markdown.table(("flag", "name", "default", ""), rows))
    return "\n".join(lines)


if __name__ == "__main__":
    print(options_page())
