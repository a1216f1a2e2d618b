import dataclasses
import pathlib
import shutil
import signal

import pytest
from studies import CONFIG, summary

from keras_infogan import files
from keras_infogan.commands import evaluate, study
from keras_infogan.config import RunConfig, RunOptions
from keras_infogan.errors import DivergedError, UserError
from keras_infogan.figures.table import DISENTANGLEMENT
from keras_infogan.run_dir import RunDir
from keras_infogan.training import experiment

RESULTS = pathlib.Path(__file__).parents[2] / "results"
RECORDED = {None: "mnist5k", "emnist": "emnist/byclass"}  # of a data set that was asked for
SCORES = {0: 0.95, 1: 0.85, 2: 0.93}
FRECHET = {0: 1.5, 1: 4.0, 2: 2.25}


def begin(run, config, options):
    """A run's directory as it is before the first step."""
    run.create()
    dataset = RECORDED.get(config.dataset, config.dataset)
    run.write_config(dataclasses.replace(config, dataset=dataset), options or RunOptions())
    run.environment.write_text("{}")


def evaluation(frechet):
    """What `evaluate` finds in a run's images."""
    generated = {"extractor": "some features", "frechet": frechet, "frechet_floor": 0.8}
    generated |= {"precision": 0.96, "recall": 0.84, "coverage": 0.93}
    diversity = {"c1": {"0": 0.97, "1": 0.92, "2": None}}
    return {
        "generated": generated,
        "diversity": diversity,
        "between_looks": {},
        "disentanglement": {},
    }


@pytest.fixture
def trained(monkeypatch):
    """Replaces training by a table of scores; returns the seeds that were trained."""
    seeds = []

    def scored(path):
        return {"step": 6000, **evaluation(FRECHET.get(RunDir(path).read_config().seed, 3.0))}

    monkeypatch.setattr(evaluate, "evaluate", scored)

    def train(config, path, options=None):
        seeds.append(config.seed)
        begin(RunDir(path), config, options)
        return summary(config, SCORES[config.seed])

    monkeypatch.setattr(experiment, "train", train)
    return seeds


def test_every_seed_is_reported_with_its_spread(tmp_path, trained):
    study.study(CONFIG, range(3), tmp_path / "quick", runs=tmp_path / "runs")
    text = (tmp_path / "quick" / "table.md").read_text()
    for seed, score in SCORES.items():
        row = f"| {seed} | {score:.3f} | 0.960 | 0.900 | – | 2.200 | {FRECHET[seed]:.2f} | "
        row += "0.96 | 0.84 | 0.93 | 0.92 or more | c2 slant 0.97 (90%) | good | 3.0 |"
        assert row in text
    assert "Median (worst) of 3 runs: Fréchet distance 2.25 (4.00), precision 0.96 (0.96)," in text
    assert "Training images themselves have a Fréchet distance of 0.80." in text
    # mean (0.95 + 0.85 + 0.93) / 3 = 0.91, deviations 0.04, -0.06, 0.02: sqrt(0.0056 / 2) = 0.0529
    assert "mean 0.910 ± 0.053, median 0.930, worst 0.850; 1 of 3 under 0.90." in text


def test_scores_of_known_factors_are_reported(tmp_path, trained, monkeypatch):
    scored = evaluate.evaluate

    def with_factors(path):
        seed = RunDir(path).read_config().seed
        found = {name: 0.1 * (seed + 1) for name in DISENTANGLEMENT}
        return {**scored(path), "disentanglement": {**found, "factors": {"x": {"c1": 0.5}}}}

    monkeypatch.setattr(evaluate, "evaluate", with_factors)
    study.study(CONFIG, range(3), tmp_path / "quick", runs=tmp_path / "runs")
    text = (tmp_path / "quick" / "table.md").read_text()
    assert "| seed | FactorVAE score | DCI disentanglement | DCI completeness |" in text
    for seed, score in (("0", "0.100"), ("2", "0.300"), ("median", "0.200")):
        assert f"\n| {seed} |" + f" {score} |" * 7 + "\n" in text


def test_a_seed_that_diverges_is_a_failed_row_and_the_study_goes_on(tmp_path, trained, monkeypatch):
    train = experiment.train

    def train_two(config, path, options=None):
        result = train(config, path, options)
        if config.seed == 1:
            files.write_json(RunDir(path).summary, {"status": "failed", "steps": 8})
            raise DivergedError(8, "d_loss")
        return result

    monkeypatch.setattr(experiment, "train", train_two)
    for _ in range(2):  # finished and failed seeds alike are not trained again
        study.study(CONFIG, range(3), tmp_path / "quick", runs=tmp_path / "runs")
        assert trained == [0, 1, 2]
    text = (tmp_path / "quick" / "table.md").read_text()
    assert "| 1 | failed |" in text and "\n1 of 3 runs failed.\n" in text
    assert "One-to-one accuracy over 2 seeds: mean 0.940" in text
    assert "Median (worst) of 2 runs: Fréchet" in text  # no images of a failed run


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
    with pytest.raises(UserError, match=f"batch_size={CONFIG.batch_size}, not 32"):
        study.study(other, range(2), out, runs=tmp_path / "runs")
    assert trained == [0]


def test_all_seeds_see_the_data_that_the_first_one_found(tmp_path, trained, monkeypatch):
    config, out = dataclasses.replace(CONFIG, dataset=None), tmp_path / "quick"
    study.study(config, [0], out, runs=tmp_path / "runs")
    monkeypatch.setitem(RECORDED, None, "mnist")  # the network answers now
    for seeds in ([1], [2]):  # by the same command, and by the next
        study.study(config, seeds, out, runs=tmp_path / "runs")
    configs = [RunConfig.from_json(row["config"]) for row in study.read_rows(out / "runs.jsonl")]
    assert [config.dataset for config in configs] == ["mnist5k"] * 3


@pytest.mark.parametrize("name", ["a[1]", "-s"])
def test_a_place_that_cannot_name_runs_is_refused(tmp_path, trained, name):
    with pytest.raises(UserError, match="the last part of --out must be a plain name"):
        study.study(CONFIG, [0], tmp_path / name)
    assert trained == [] and list(tmp_path.iterdir()) == []


def test_the_place_where_one_is_names_runs(tmp_path, trained, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study.study(CONFIG, [0], ".")
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [f"{tmp_path.name}-s0"]


def test_another_speed_is_no_other_study(tmp_path, trained):
    out = tmp_path / "quick"
    study.study(CONFIG, [0], out, runs=tmp_path / "runs")
    faster = CONFIG.with_options(jit=False, steps_per_execution=10)
    study.study(faster, [0, 1], out, runs=tmp_path / "runs")
    assert trained == [0, 1]
    assert "\nPreset `quick`, 4,000" in (out / "table.md").read_text()


def test_a_study_of_an_earlier_version_goes_on(tmp_path, trained, monkeypatch):
    # Its configs are flat, and do not know of options that are newer.
    shutil.copy(RESULTS / "quick-one-discriminator" / "runs.jsonl", tmp_path / "runs.jsonl")
    before = files.read_jsonl(tmp_path / "runs.jsonl")
    config = RunConfig.from_json(before[0]["config"])
    rows = study.study(config, [0, 4], tmp_path, runs=tmp_path / "runs")
    assert trained == [] and len(rows) == 5
    other = config.with_options(learned_std=True)
    with pytest.raises(UserError, match=r"latents=normal\(62\) .* not .*std=None"):
        study.study(other, [0], tmp_path, runs=tmp_path / "runs")
    monkeypatch.setitem(SCORES, 7, 0.97)
    study.study(config, [7], tmp_path, runs=tmp_path / "runs")
    found = files.read_jsonl(tmp_path / "runs.jsonl")
    assert found[:5] == before and found[5]["config"]["seed"] == 7
    assert "| 7 | 0.970 | 0.960 |" in (tmp_path / "table.md").read_text()


@pytest.fixture
def resumed(monkeypatch):
    """Replaces resuming; returns the runs that were resumed, and where their data was."""
    paths = []

    def resume(path, overrides=None, data_dir=None):
        paths.append((path, data_dir))
        return summary(RunDir(path).read_config(), 0.9)

    monkeypatch.setattr(experiment, "resume", resume)
    return paths


def test_a_begun_run_is_resumed(tmp_path, trained, resumed):
    runs = tmp_path / "runs"
    run = RunDir(runs / "quick-s1")
    begin(run, dataclasses.replace(CONFIG, seed=1), None)
    options = RunOptions(data_dir="/data")
    study.study(CONFIG, [0, 1], tmp_path / "quick", options, runs=runs)
    assert trained == [0]
    assert resumed == [(run.path, "/data")]


def test_a_begun_run_of_another_config_is_refused(tmp_path, trained, resumed):
    runs = tmp_path / "runs"
    begin(RunDir(runs / "quick-s0"), dataclasses.replace(CONFIG, epochs=3), None)
    with pytest.raises(UserError, match="quick-s0 was made with epochs=3, not 100"):
        study.study(CONFIG, [0], tmp_path / "quick", runs=runs)
    assert trained == resumed == []


@pytest.mark.parametrize("dataset", ["emnist", "emnist/byclass"])
def test_a_study_of_a_default_configuration_goes_on(tmp_path, trained, resumed, dataset):
    config, runs = dataclasses.replace(CONFIG, dataset="emnist"), tmp_path / "runs"
    study.study(config, [0], tmp_path / "quick", runs=runs)
    begin(RunDir(runs / "quick-s1"), dataclasses.replace(config, seed=1), None)
    again = dataclasses.replace(CONFIG, dataset=dataset)
    study.study(again, range(2), tmp_path / "quick", runs=runs)
    assert trained == [0] and len(resumed) == 1
    other = dataclasses.replace(CONFIG, dataset="emnist/letters")
    with pytest.raises(UserError, match="dataset=emnist/byclass, not emnist/letters"):
        study.study(other, [0], tmp_path / "quick", runs=runs)


def test_a_begun_run_with_parts_of_its_own_asks_for_their_import(tmp_path, trained, resumed):
    runs = tmp_path / "runs"
    begin(RunDir(runs / "quick-s0"), CONFIG, RunOptions(imports=("nobodys_module",)))
    with pytest.raises(UserError, match="repeat --import nobodys_module"):
        study.study(CONFIG, [0], tmp_path / "quick", runs=runs)
    assert resumed == []


def test_imports_are_passed_on_to_the_runs(tmp_path, trained, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "imported_by_a_study.py").write_text("")
    command = ["--preset", "quick", "--seeds", "1", "--out", "results/x"]
    assert study.main([*command, "--import", "imported_by_a_study.py", "--data-dir", "/data"]) == 0
    options = RunDir("runs/x-s0").read_options()
    assert options.imports == (str(tmp_path / "imported_by_a_study.py"),)
    assert options.data_dir == "/data"


def test_a_signal_stops_the_study(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(experiment, "train", lambda *_: signal.SIGTERM)
    command = ["--preset", "quick", "--seeds", "2", "--out", str(tmp_path / "x")]
    assert study.main(command) == 128 + signal.SIGTERM
    assert capsys.readouterr().out == "Give the same command again to resume the study.\n"
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("seeds", ["0", "-1", "1.5", "few", "3,", "1-2-3"])
def test_seeds_that_are_none_are_refused(tmp_path, trained, capsys, seeds):
    assert study.main(["--preset", "quick", f"--seeds={seeds}", "--out", str(tmp_path / "x")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "a list such as 3,7, up to 2147483647" in error
    assert error.endswith(f"Received: {seeds}.\n")
    assert trained == [] and not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "text, seeds",
    [
        ("3", [0, 1, 2]),
        ("10-12", [10, 11, 12]),
        ("3,7", [3, 7]),
        ("0, 5-6", [0, 5, 6]),
        ("4-4", [4]),
    ],
)
def test_seeds_are_a_number_a_range_or_a_list(text, seeds):
    assert list(study.parse_seeds(text)) == seeds


def test_data_without_labels_has_a_table_without_accuracy(tmp_path, trained, monkeypatch):
    monkeypatch.setitem(SCORES, 0, None)
    study.study(CONFIG, [0], tmp_path / "quick", runs=tmp_path / "runs")
    text = (tmp_path / "quick" / "table.md").read_text()
    assert "| 0 | – | 0.960 |" in text
    assert "One-to-one" not in text


def test_what_cannot_be_scored_is_kept(tmp_path, trained, monkeypatch, capsys):
    def refuse(path):
        raise UserError("The scores take more than 5 test images.")

    monkeypatch.setattr(evaluate, "evaluate", refuse)
    study.study(CONFIG, [0], tmp_path / "quick", runs=tmp_path / "runs")
    [kept] = study.read_rows(tmp_path / "quick" / "runs.jsonl")
    assert kept["evaluation"] is None
    assert "is not scored: The scores take more than 5 test images." in capsys.readouterr().out


def test_two_studies_write_to_one_table(tmp_path, trained, monkeypatch):
    out, runs, train = tmp_path / "quick", tmp_path / "runs", experiment.train

    def meanwhile(config, path, options=None):
        if config.seed == 0:
            study.study(CONFIG, [1], out, runs=runs)
        return train(config, path, options)

    monkeypatch.setattr(experiment, "train", meanwhile)
    rows = study.study(CONFIG, [0, 2], out, runs=runs)
    assert [one["config"]["seed"] for one in rows] == [0, 1, 2]
    assert "| 1 | 0.850 |" in (out / "table.md").read_text()


def test_settings_of_an_ablation_reach_the_runs(tmp_path, trained, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = ["--preset", "quick", "--seeds", "1", "--out", "results/plain"]
    settings = ["--set", "information_weight=0", "--set", "trunk_learns_information=true"]
    settings += ["--set", "terms=r1(0.1);feature_matching", "--set", "crop=20"]
    assert study.main(command + settings) == 0
    [written] = study.read_rows(tmp_path / "results" / "plain" / "runs.jsonl")
    config = RunConfig.from_json(written["config"])
    assert config.information_weight == 0
    assert config.trunk_learns_information is True
    assert config.terms == ("r1(0.1)", "feature_matching")
    assert config.crop == 20
    text = (tmp_path / "results" / "plain" / "table.md").read_text()
    assert (
        "\nPreset `quick` with crop 20, terms r1(0.1); feature_matching, information_weight 0, "
        "trunk_learns_information True, 4,000" in text
    )


@pytest.mark.parametrize(
    "settings, name, value",
    [
        (["latents=normal(3) + 2*cat(5)"], "latents", "normal(3) + 2*cat(5)"),
        (["noise=30"], "latents", "normal(30) + cat(10) + 2*uniform(-1, 1)"),
        (["categories=20"], "latents", "normal(62) + cat(20) + 2*uniform(-1, 1)"),
        (["learned_std=true"], "latents", "normal(62) + cat(10) + 2*uniform(-1, 1, std=None)"),
        (["networks=conv28(filters=8)"], "networks", "conv28(filters=8)"),
        (["network_option=filters=8"], "networks", "conv28(filters=8, units=128)"),
        (["network_option=filters=8;units=9"], "networks", "conv28(filters=8, units=9)"),
        (
            ["network_option=filters=8", "network_option=units=9"],
            "networks",
            "conv28(filters=8, units=9)",
        ),
        (["jit=none"], "jit", None),
        (["jit=true"], "jit", True),
        (["max_steps=10"], "max_steps", 10),
        (["epochs=3"], "max_steps", None),
        (["epochs=3", "max_steps=10"], "max_steps", 10),
        (["generator_loss=hinge"], "generator_loss", "hinge"),
        (["shear=1"], "shear", 1.0),
    ],
)
def test_every_option_and_shorthand_can_be_set(settings, name, value):
    config = CONFIG.with_options(**study.parse_settings(settings))
    assert getattr(config, name) == value
    assert type(getattr(config, name)) is type(value)


def test_data_of_the_preset_or_of_the_command_line(tmp_path, monkeypatch):
    configs = []
    monkeypatch.setattr(study, "study", lambda config, *_: configs.append(config))
    (tmp_path / "table.md").write_text("")
    command = ["--preset", "mnist", "--out", str(tmp_path)]
    study.main(command)
    study.main([*command, "--dataset", "fashion_mnist"])
    assert [config.dataset for config in configs] == ["mnist", "fashion_mnist"]


@pytest.mark.parametrize(
    "setting, message",
    [
        ("color=3", "--set takes NAME=VALUE with NAME one of model, "),
        ("shear", "--set takes NAME=VALUE with NAME one of model, "),
        ("seed=3", "--set takes NAME=VALUE with NAME one of model, "),
        ("shear=wide", "--shear must be a number. Received: wide."),
        ("shear=-1", "--shear must be at least 0. Received: -1.0."),
        ("noise=1.5", "--noise must be a whole number. Received: 1.5."),
        ("categories=1", "--categories must be at least 2. Received: 1."),
        ("learned_std=maybe", "--learned-std must be true or false. Received: maybe."),
        ("crop=0.5", "--crop must be a whole number. Received: 0.5."),
        ("generator_loss=hing", "Did you mean hinge? Received: hing."),
        ("terms=r1(0.1);nothing", "The term must be one of "),
        ("network_option=filters", "--network-option takes NAME=NUMBER, such as filters=32."),
    ],
)
def test_a_setting_that_is_none_is_refused(tmp_path, trained, capsys, setting, message):
    out = str(tmp_path / "x")
    assert study.main(["--preset", "quick", "--out", out, "--set", setting]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and error.startswith("infogan study: ") and message in error
    assert trained == []


def test_an_unknown_preset_is_refused(tmp_path, capsys):
    assert study.main(["--preset", "quik", "--out", str(tmp_path / "x")]) == 2
    assert capsys.readouterr().err.endswith("Did you mean quick? Received: quik.\n")


def test_command_line_prints_the_table(tmp_path, trained, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert study.main(["--preset", "quick", "--seeds", "2", "--out", "results/quick"]) == 0
    assert "median 0.900" in capsys.readouterr().out
