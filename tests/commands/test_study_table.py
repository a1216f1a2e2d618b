"""The table of a study: every run, the spread, what failed, and what the runs were made of."""

import dataclasses
import pathlib
import shutil

import pytest
from studies import CONFIG, row

from keras_infogan.commands import study
from keras_infogan.commands.study_table import table
from keras_infogan.config import RunConfig
from keras_infogan.presets import PRESETS

RESULTS = pathlib.Path(__file__).parents[2] / "results"


def test_machine_and_versions_stand_below_the_table():
    packages = {"tensorflow": "2.21.0", "keras": "3.15.1"}
    machine = {"cpus": 2, "gpus": [], "packages": packages}
    text = table([row(CONFIG, environment=machine)])
    assert text.endswith("\nMachine: 2 CPUs, no GPU, TensorFlow 2.21.0, Keras 3.15.1.\n")


def test_failed_runs_are_shown_and_counted():
    seeded = [dataclasses.replace(CONFIG, seed=seed) for seed in range(3)]
    failed = {"config": seeded[0].to_json(), "summary": {"status": "failed"}, "environment": {}}
    text = table([failed, row(seeded[1], 0.8), row(seeded[2], 0.9)])
    assert "\n| 0 | failed |" + " – |" * 12 + "\n" in text
    assert "over 2 seeds: mean 0.850 ± 0.071" in text
    assert "\n1 of 3 runs failed.\n" in text
    assert "4,000 training and 1,000 held-out images of mnist5k" in text
    text = table([failed])
    assert "1 of 1 runs failed.\nPreset `quick`.\n" in text


def test_problems_that_the_health_check_found_are_named():
    problems = [{"problem": "collapse"}, {"problem": "dead code"}, {"problem": "collapse"}]
    assert "| collapse, dead code | 3.0 |" in table([row(CONFIG, health=problems)])


def test_information_between_looks_of_each_seed_is_told():
    generated = dict.fromkeys(("frechet", "frechet_floor", "precision", "recall", "coverage"), 0.5)
    scores = {"generated": {**generated, "extractor": "features"}, "diversity": {}}
    rows = [
        row(dataclasses.replace(CONFIG, seed=seed))
        | {"evaluation": scores | {"between_looks": {"c1": nats}}}
        for seed, nats in ((3, 2.1234), (4, None))
    ]
    told = (
        "Nats of c1 between two looks at a test image, without labels: 2.123 (seed 3), – (seed 4)."
    )
    assert f"\n{told}\n" in table(rows)


def test_table_of_several_codes_and_of_none():
    config = CONFIG.with_options(latents="normal(62) + 2*cat(10) + gaussian")
    codes = {"code": "c2", "code_accuracy": 0.912, "each": {"c1": {}, "c2": {}}}
    nats = {"c1": {"nats": 1.5, "share": 0.6}, "c2": {"nats": 2.25, "share": 0.97}}
    text = table([row(config, codes=codes, information=nats | {"c3": {"nats": 1, "share": None}})])
    assert "| nats of c1, c2 |" in text
    assert "| 0 | 0.912 (c2) | – | – | – | 1.500, 2.250 | – | – | – | – | – | c2 slant" in text
    assert "Preset `quick` with latents normal(62) + 2*cat(10) + gaussian, 4,000" in text
    config = PRESETS.get("gan").config
    text = table([row(config, None, codes={"code_accuracy": None}, information={}, continuous={})])
    assert "| nats of c1 |" in text
    assert "| 0 |" + " – |" * 11 + " good | 3.0 |" in text


@pytest.mark.parametrize(
    "record", sorted(RESULTS.glob("*/runs.jsonl")), ids=lambda p: p.parent.name
)
def test_tables_in_results_follow_from_their_runs(record, tmp_path):
    shutil.copy(record, tmp_path)
    rows = study.read_rows(record)
    config = RunConfig.from_json(rows[0]["config"])
    seeds = [row["config"]["seed"] for row in rows]
    study.study(config, seeds, tmp_path, runs=tmp_path / "runs")
    assert (tmp_path / "table.md").read_text() == record.with_name("table.md").read_text()


def test_single_runs_are_read():
    rows = study.read_rows(RESULTS / "single-runs.jsonl")
    assert len(rows) >= 4
    assert all("code_accuracy" in one["summary"]["codes"] for one in rows)
