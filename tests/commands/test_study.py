import dataclasses
import json
import pathlib
import shutil

import pytest

from keras_infogan.training import experiment
from keras_infogan.commands import study
from keras_infogan.config import RunConfig
from keras_infogan.errors import UserError
from keras_infogan.presets import PRESETS

RESULTS = pathlib.Path(__file__).parent.parent / "results"
CONFIG = PRESETS["quick"].config
SCORES = {0: 0.95, 1: 0.85, 2: 0.93}


@pytest.fixture
def trained(monkeypatch):
    """Replaces training by a table of scores; returns the seeds that were trained."""
    seeds = []

    def train(config, path, data_dir=None):
        seeds.append(config.seed)
        path.mkdir(parents=True)
        saved = dataclasses.replace(config, dataset="mnist5k").to_json()
        (path / "config.json").write_text(json.dumps({**saved, "run": {}}))
        (path / "environment.json").write_text("{}")
        return {
            "preset": config.preset,
            "dataset": "mnist5k",
            "seed": config.seed,
            "epochs": 96.77,
            "steps": 6000,
            "seconds": 180.0,
            "train_images": 4000,
            "test_images": 1000,
            "code_accuracy": SCORES[config.seed],
            "code_purity": 0.96,
            "code_nmi": 0.9,
            "information": {"c1": {"nats": 2.2}},
            "continuous_codes": {
                "c2": {"moves": "slant", "rank_correlation": 0.97, "digits_at_0.8": 0.9}
            },
        }

    monkeypatch.setattr(experiment, "train", train)
    return seeds


def test_every_seed_is_reported_with_its_spread(tmp_path, trained):
    study.study(CONFIG, range(3), tmp_path / "quick", runs=tmp_path / "runs")
    text = (tmp_path / "quick" / "table.md").read_text()
    for seed, score in SCORES.items():
        row = f"| {seed} | {score:.3f} | 0.960 | 0.900 | – | 2.200 | c2 slant 0.97 (90%) | 3.0 |"
        assert row in text
    # mean (0.95 + 0.85 + 0.93) / 3 = 0.91, deviations 0.04, -0.06, 0.02: sqrt(0.0056 / 2) = 0.0529
    assert "mean 0.910 ± 0.053, median 0.930, worst 0.850; 1 of 3 under 0.90." in text


def test_a_place_that_cannot_be_written_is_refused_before_training(tmp_path, trained):
    (tmp_path / "quick").write_text("kept")
    with pytest.raises(UserError, match="Cannot write to .*quick: Not a directory"):
        study.study(CONFIG, range(3), tmp_path / "quick", runs=tmp_path / "runs")
    assert trained == []


def test_a_finished_seed_is_not_trained_again(tmp_path, trained):
    out = tmp_path / "quick"
    study.study(CONFIG, [1], out, runs=tmp_path / "runs")
    study.study(CONFIG, range(3), out, runs=tmp_path / "runs")
    assert trained == [1, 0, 2]
    assert [row["config"]["seed"] for row in study.read_rows(out / "runs.jsonl")] == [0, 1, 2]


def test_another_config_does_not_mix_with_a_study(tmp_path, trained):
    out = tmp_path / "quick"
    study.study(CONFIG, [0], out, runs=tmp_path / "runs")
    other = dataclasses.replace(CONFIG, batch_size=32)
    with pytest.raises(UserError, match="batch_size=64, not 32"):
        study.study(other, range(2), out, runs=tmp_path / "runs")
    assert trained == [0]


def test_a_field_that_is_newer_than_a_study_is_compared_too(tmp_path, trained):
    out = tmp_path / "quick"
    [row] = study.study(CONFIG, [0], out, runs=tmp_path / "runs")
    del row["config"]["learned_std"]
    (out / "runs.jsonl").write_text(json.dumps(row) + "\n")
    other = dataclasses.replace(CONFIG, learned_std=True)
    with pytest.raises(UserError, match="learned_std=False, not True"):
        study.study(other, range(2), out, runs=tmp_path / "runs")
    study.study(CONFIG, range(2), out, runs=tmp_path / "runs")
    assert trained == [0, 1]


def test_command_line_refuses_no_seeds(tmp_path, capsys):
    code = study.main(["--preset", "quick", "--seeds", "0", "--out", str(tmp_path / "x")])
    assert code == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "x").exists()


def test_data_without_labels_has_a_table_without_accuracy(tmp_path, trained, monkeypatch):
    monkeypatch.setitem(SCORES, 0, None)
    study.study(CONFIG, [0], tmp_path / "quick", runs=tmp_path / "runs")
    text = (tmp_path / "quick" / "table.md").read_text()
    assert "| 0 | – | 0.960 |" in text
    assert "One-to-one" not in text


def test_machine_and_versions_stand_below_the_table():
    rows = [
        {
            "config": CONFIG.to_json(),
            "summary": {
                "preset": "quick",
                "dataset": "mnist5k",
                "seed": 0,
                "epochs": 1.0,
                "steps": 10,
                "seconds": 60.0,
                "train_images": 4000,
                "test_images": 1000,
                "code_accuracy": 0.5,
            },
            "environment": {
                "cpus": 2,
                "gpus": [],
                "packages": {"tensorflow": "2.21.0", "keras": "3.15.1"},
            },
        }
    ]
    assert "Machine: 2 CPUs, no GPU, TensorFlow 2.21.0, Keras 3.15.1." in study.table(rows)


def test_settings_of_an_ablation_reach_the_runs(tmp_path, trained, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = ["--preset", "quick", "--seeds", "1", "--out", "results/plain"]
    settings = ["--set", "information_weight=0", "--set", "trunk_learns_information=false"]
    settings += ["--set", "channels=1", "--set", "crop=20"]
    assert study.main(command + settings) == 0
    [row] = study.read_rows(tmp_path / "results" / "plain" / "runs.jsonl")
    assert row["config"]["information_weight"] == 0
    assert row["config"]["trunk_learns_information"] is False
    assert (row["config"]["channels"], row["config"]["crop"]) == (1, 20)
    text = (tmp_path / "results" / "plain" / "table.md").read_text()
    assert (
        "\nPreset `quick` with channels 1, crop 20, information_weight 0, "
        "trunk_learns_information False, 4,000" in text
    )


def test_data_of_the_preset_or_of_the_command_line(tmp_path, monkeypatch):
    configs = []
    monkeypatch.setattr(study, "study", lambda config, *_: configs.append(config))
    monkeypatch.setattr(study.pathlib.Path, "read_text", lambda path: "")
    command = ["--preset", "mnist", "--out", str(tmp_path)]
    study.main(command)
    study.main([*command, "--dataset", "fashion_mnist"])
    assert [config.dataset for config in configs] == ["mnist", "fashion_mnist"]


def test_two_lengths_are_refused(tmp_path, trained, capsys):
    command = ["--preset", "quick", "--out", str(tmp_path / "x"), "--epochs", "3"]
    assert study.main([*command, "--set", "max_steps=10"]) == 2
    assert "--epochs and --set max_steps do not go together." in capsys.readouterr().err
    assert trained == []


@pytest.mark.parametrize(
    "setting", ["colour=3", "shear", "shear=wide", "seed=3", "noise=1.5", "noise=true", "crop=0.5"]
)
def test_a_setting_that_is_none_is_refused(tmp_path, trained, capsys, setting):
    out = str(tmp_path / "x")
    assert study.main(["--preset", "quick", "--out", out, "--set", setting]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and error.endswith(f"Received: {setting}.\n")
    assert trained == []


def test_command_line_prints_the_table(tmp_path, trained, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert study.main(["--preset", "quick", "--seeds", "2", "--out", "results/quick"]) == 0
    assert "median 0.900" in capsys.readouterr().out


@pytest.mark.parametrize(
    "record", sorted(RESULTS.glob("*/runs.jsonl")), ids=lambda p: p.parent.name
)
def test_tables_in_results_follow_from_their_runs(record, tmp_path, trained):
    shutil.copy(record, tmp_path)
    rows = study.read_rows(record)
    config = RunConfig.from_json(rows[0]["config"])
    study.study(config, range(len(rows)), tmp_path, runs=tmp_path / "runs")
    assert trained == []
    assert (tmp_path / "table.md").read_text() == record.with_name("table.md").read_text()
