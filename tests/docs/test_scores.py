"""docs/scores.md names all that the files of a run hold, and the thresholds of the checks."""

import re

import pytest
from pages import PAGES, ROOT

from keras_infogan import files
from keras_infogan.evaluation import health
from keras_infogan.evaluation.moments import PROPERTIES
from keras_infogan.evaluation.scores import USE_SHARE

PAGE = PAGES["docs/scores.md"]


def keys(content):
    """The keys of nested dicts, without names of codes, values, labels and properties."""
    found = set()
    for key, value in content.items():
        if not re.fullmatch(r"c?\d+", key) and key not in PROPERTIES:
            found.add(key)
        if isinstance(value, dict):
            found |= keys(value)
    return found


@pytest.mark.parametrize("study", ["quick", "mnist", "fashion", "sprites"])
def test_the_page_names_every_figure_of_recorded_runs(study):
    for row in files.read_jsonl(ROOT / "results" / study / "runs.jsonl"):
        for part in ("summary", "evaluation"):
            found = keys(row[part])
            assert len(found) > 10
            for key in found:
                assert f"`{key}`" in PAGE, key


def test_every_table_says_what_is_good():
    tables = re.findall(r"^\| name \|.*$", PAGE, re.MULTILINE)
    assert len(tables) == 6
    for head in tables:
        assert head.endswith("| range | good |"), head


@pytest.mark.parametrize(
    ("problem", "threshold"),
    [
        ("dead code", f"less than {health.NATS_OF_A_DEAD_CODE:.0%} of"),
        ("unused codes", {0.1: "less than a tenth of an even share"}[USE_SHARE]),
        ("several codes on one label", "the same most common label"),
        ("D too strong", f"under {health.STRONG_D_LOSS}"),
        ("D blind", f"less than {health.BLIND_DIFFERENCE} apart"),
        ("D blind", f"{health.ROUGH} times as rough"),
        ("collapse", f"less than {health.COLLAPSED:.0%} of"),
        ("standard deviation at its floor", f"within {health.AT_FLOOR - 1:.0%} of"),
        ("not finite", "not finite"),
    ],
)
def test_checks_of_health(problem, threshold):
    (row,) = re.findall(rf"^\| {problem} \| (.*) \|$", PAGE, re.MULTILINE)
    assert threshold.replace("%", " %") in row
