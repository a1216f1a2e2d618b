"""Every command in the documentation runs, or is marked with what keeps it from running here."""

import importlib
import re
import shutil

import pytest
from pages import all_commands

# Why a command is not run: its options are parsed all the same, see test_commands.py.
TRAINS = "minutes of training, or hours; training is run below, shortened"
NO_DATA = "data that CI has not got"
SERVES = "serves until Ctrl-C; tests/commands starts it and asks for its page"
NO_SERVER = "a TensorFlow Serving; tests/commands asks a stand-in for it"
OWN_PARTS = "files of docs/extending.md; tests/integration/test_extensions.py runs these"
PACKAGE = "writes into the package; tests/commands/test_pretrained.py runs it"
PLACEHOLDER = "the same is run, of runs/quick-s0"
NOT_RUN = {
    r".* --import ": OWN_PARTS,
    r".* --dataset (celeb_a|folder:|omniglot)": NO_DATA,
    r"train --preset (svhn|celeba|fashion)\b": NO_DATA,
    r"study --preset fashion\b": NO_DATA,
    r"train (--epochs|--preset)": TRAINS,
    r"study ": TRAINS,
    r"compare runs/gan-s0 ": "a GAN of 10,000 steps; tests/commands/test_compare.py draws these",
    r"(demo|watch) ": SERVES,
    r"client ": NO_SERVER,
    r"pretrained add ": PACKAGE,
    r"(evaluate|export|generate) RUN\b": PLACEHOLDER,
    r"generate fitted/export/1 ": "what examples/fit.py leaves; test_examples.py runs it",
}
# What these commands need, no run of a test takes long to make.
NEED_NO_RUN = r"train --help|pretrained list|compare --figure "
SHORT = ["--max-steps", "2", "--tick", "1", "--no-jit", "--networks", "conv28(filters=2, units=8)"]


def text_of(command):
    return " ".join([command[0], *command[1]])


def reason(command):
    """The patterns of `NOT_RUN` that a command matches; the first says why it is not run."""
    return [pattern for pattern in NOT_RUN if re.match(pattern, text_of(command))]


def main(command):
    """Runs a command in this process and returns its exit code."""
    name, arguments = command
    module = importlib.import_module(f"keras_infogan.commands.{name}")
    try:
        return module.main(list(arguments))
    except SystemExit as end:  # help
        return end.code


RUN = [one for one in all_commands() if not reason(one)]
ALONE = [one for one in RUN if re.match(NEED_NO_RUN, text_of(one))]
OF_RUNS = [one for one in RUN if one not in ALONE]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A directory with a trained run under each name that the commands have for one."""
    folder = tmp_path_factory.mktemp("place")
    names = {word for _, words in OF_RUNS for word in words if re.match(r"runs/[\w-]+$", word)}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(("train", ["--preset", "quick", "--dataset", "mnist5k", *SHORT])) == 0
        for name in names - {"runs/quick-s0"}:
            shutil.copytree("runs/quick-s0", name)
    return folder


@pytest.mark.parametrize("command", ALONE, ids=text_of)
def test_a_command_runs(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(command) == 0


@pytest.mark.long
@pytest.mark.parametrize("command", OF_RUNS, ids=text_of)
def test_a_command_runs_on_a_run(command, place, monkeypatch):
    monkeypatch.chdir(place)
    assert main(command) == 0
    name, arguments = command
    if "--out" in arguments:
        out = place / arguments[arguments.index("--out") + 1]
        assert out.is_dir() or out.stat().st_size > 100


def test_most_commands_of_finished_runs_are_run():
    assert len(ALONE) > 4 and len(OF_RUNS) > 20
    assert {name for name, _ in RUN} == {
        *("train", "evaluate", "generate", "export", "compare", "report", "pretrained")
    }


def test_every_mark_is_of_a_command():
    marked = {patterns[0] for one in all_commands() if (patterns := reason(one))}
    assert marked == set(NOT_RUN)
