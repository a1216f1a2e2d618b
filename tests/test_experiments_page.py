"""docs/experiments.md: its commands are ones that the programs take, its pictures are there."""

import pathlib
import re
import shlex

import pytest

import train
from keras_infogan.training import experiment
from keras_infogan.training.assembly import check_names
from keras_infogan.data import sources
from keras_infogan.figures import FIGURES
from keras_infogan.presets import PRESETS

DOCS = pathlib.Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "experiments.md").read_text()
COMMANDS = sorted(set(re.findall(r"`train\.py ([^`]+)`", PAGE)))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_taken(command, monkeypatch):
    configs = []
    monkeypatch.setattr(sources, "check", lambda name, data_dir: None)
    monkeypatch.setattr(experiment, "plan", lambda config, data_dir: configs.append(config))
    command = command.replace("NAME", "feature_matching")
    assert train.main([*shlex.split(command), "--dry-run"]) == 0
    check_names(configs[0])


def test_there_are_commands_of_every_preset_of_the_sources():
    named = set(re.findall(r"--preset ([\w-]+)", PAGE))
    assert named == set(PRESETS) - {"mnist"}  # which goes in place of `quick`, the page says


def test_runs_of_one_row_have_names_of_their_own():
    for row in PAGE.splitlines():
        names = []
        short = row.split("|")[2] if row.count("|") > 3 else ""
        for command in re.findall(r"`train\.py ([^`]+)`", short):
            preset = re.search(r"--preset ([\w-]+)", command)
            name = re.search(r"--name ([\w-]+)", command)
            names.append(name[1] if name else preset[1] if preset else "lab")
        assert len(names) == len(set(names)), row


def test_figures_exist():
    figures = re.findall(r"--figure ([\w-]+)", PAGE)
    assert len(figures) > 10 and set(figures) <= set(FIGURES)


def test_pictures_are_there_and_small():
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", PAGE)
    assert {DOCS / picture for picture in pictures} == set((DOCS / "experiments").glob("*.png"))
    for picture in pictures:
        assert (DOCS / picture).stat().st_size < 300_000
