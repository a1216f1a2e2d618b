"""Every command in the documentation is one that its program takes; test_running.py runs them."""

import importlib
import re
import shlex
import signal

import pytest
from pages import PAGES, all_commands, flags, inline

from benchmarks import __main__ as benchmarks
from keras_infogan import pretrained
from keras_infogan.commands import pretrained as adding
from keras_infogan.commands import program, study, train
from keras_infogan.data import sources
from keras_infogan.registry import FIGURES, PRESETS
from keras_infogan.training import experiment
from keras_infogan.training.assembly import check_parts

EXPERIMENTS = PAGES["docs/experiments.md"]
NAMES = ("train", "evaluate", "study", "compare", "report", "export", "pretrained", "generate")
NAMES += ("client", "demo", "watch")
# Of docker compose and TensorBoard.
OTHERS = {"--detach", "--wait", "--logdir"}


@pytest.fixture(scope="module")
def parsers():
    """`{command: its parser}`, as each hands it to `program.run`."""
    built = {}

    def keep(parser, action, arguments=None):
        built["last"] = parser

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "run", keep)
        for name in NAMES:
            importlib.import_module(f"keras_infogan.commands.{name}").main([])
            built[name] = built.pop("last")
    return built


def planned(arguments, monkeypatch):
    """The config that a command line of train.py would train, its parts checked."""
    configs = []

    def prepare(config, options):
        check_parts(config)
        configs.append(config)
        return None, None

    monkeypatch.setattr(sources, "check", lambda name, data_dir: None)
    monkeypatch.setattr(experiment, "prepare", prepare)
    monkeypatch.setattr(train, "describe", lambda plan, model, options: "")
    assert train.main([*arguments, "--dry-run"]) == 0
    return configs[0]


def studied(arguments, monkeypatch):
    """The config and the seeds of a command line of `infogan study`."""
    asked = []

    def record(config, seeds, out, options):
        asked.append((config, list(seeds)))
        return signal.SIGINT

    monkeypatch.setattr(study, "study", record)
    assert study.main(arguments) == 128 + signal.SIGINT
    return asked[0]


def test_the_pages_have_commands_of_every_program():
    assert {name for name, _ in all_commands()} == set(NAMES)
    assert len(all_commands()) > 60


def test_a_pretrained_model_is_added_under_a_name_that_is_free():
    for text in (PAGES["docs/pretrained.md"], adding.__doc__):
        names = re.findall(r"pretrained add \S+ --name (\w+)", text)
        assert names and not set(names) & set(pretrained.names())


@pytest.mark.parametrize(
    "name, arguments", all_commands(), ids=[" ".join([n, *a]) for n, a in all_commands()]
)
def test_a_command_is_taken(name, arguments, parsers, monkeypatch):
    # The page on extensions has a test of its own, which writes the files that it names.
    plain = not {"--help", "--help-all", "--resume", "--import"} & set(arguments)
    if name == "train" and plain:
        assert planned(arguments, monkeypatch).preset
        return
    if name == "study":
        config, seeds = studied(arguments, monkeypatch)
        assert config.preset and seeds
        return
    try:
        parsers[name].parse_args(arguments)
    except SystemExit as end:  # help
        assert end.code == 0


def test_every_flag_is_one_of_a_program(parsers):
    known = set(OTHERS)
    train_parser = train.build_parser(show_all=True)
    for parser in [*parsers.values(), train_parser, benchmarks.build_parser()]:
        for action in parser._actions:
            known |= set(action.option_strings)
    for name, page in PAGES.items():
        assert flags(page) <= known, name


def test_flags_in_prose_take_the_values_shown():
    """`--d-steps 2`, without the command around it; not `--d-steps N`."""
    parser = train.build_parser(show_all=True)
    known = {flag for action in parser._actions for flag in action.option_strings}
    found = {text for page in PAGES.values() for text in inline(page) if text.startswith("--")}
    found = {text for text in found if " " in text and not re.search(r"\b[A-Z]+\b", text)}
    shown = [text for text in found if set(re.findall(r"--[a-z][\w-]*", text)) <= known]
    assert len(shown) > 20
    for text in shown:
        parser.parse_args(shlex.split(text))


def test_rows_of_techniques_name_flags_that_are_taken(monkeypatch):
    table = EXPERIMENTS.split("| flags |")[1].split("\n\n")[0]
    found = re.findall(r"^\| `(--[^`]+)`", table, re.MULTILINE)
    assert len(found) > 15
    for text in found:
        planned(["--preset", "gan", "--dataset", "mnist5k", *shlex.split(text)], monkeypatch)


def test_there_are_experiments_of_every_preset_of_the_sources():
    named = set(re.findall(r"--preset ([\w-]+)", EXPERIMENTS))
    assert named == set(PRESETS.names()) - {"mnist"}  # stands in for `quick`, the page says


def test_runs_of_one_experiment_have_names_of_their_own():
    for row in EXPERIMENTS.splitlines():
        names = []
        short = row.split("|")[2] if row.count("|") > 3 else ""
        for command in re.findall(r"`train\.py ([^`]+)`", short):
            preset = re.search(r"--preset ([\w-]+)", command)
            name = re.search(r"--name ([\w-]+)", command)
            names.append(name[1] if name else preset[1] if preset else "lab")
        assert len(names) == len(set(names)), row


def test_figures_exist():
    figures = re.findall(r"--figure ([\w-]+)", "".join(PAGES.values()))
    assert len(figures) > 10 and {*figures} <= {*FIGURES.names(), "NAME"}


def test_every_preset_has_a_row():
    rows = re.findall(r"^\| `([\w-]+)`(?: \(default\))? \|", PAGES["docs/presets.md"], re.MULTILINE)
    assert set(PRESETS.names()) <= set(rows)
