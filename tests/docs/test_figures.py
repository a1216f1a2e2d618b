"""Figures in the documentation follow from the records in results/."""

import re
import statistics

import pytest
from pages import PAGES, ROOT

from keras_infogan import files
from keras_infogan.config import RunConfig
from keras_infogan.registry import PRESETS
from keras_infogan.reports.reported import REPORTED

RESULTS = PAGES["docs/results.md"]
README = PAGES["README.md"]


def study(folder):
    """The rows of a study in the order of their seeds."""
    rows = files.read_jsonl(ROOT / folder / "runs.jsonl")
    return sorted(rows, key=lambda row: seed_of(row))


def seed_of(row):
    return row["summary"]["seed"]


def seeds_of(rows):
    """`"10–14"`: all of them from the first to the last."""
    first, last = seed_of(rows[0]), seed_of(rows[-1])
    assert [seed_of(row) for row in rows] == list(range(first, last + 1))
    return f"{first}–{last}"


def spread(values, digits=3):
    return f"{statistics.mean(values):.{digits}f} ± {statistics.stdev(values):.{digits}f}"


def code_scores(rows, name):
    return [(row["summary"].get("codes") or row["summary"])[name] for row in rows]


def test_studies_of_the_results():
    rows = re.findall(
        r"^\|(.*?)\| \[(results/[\w.-]+)\]\(\.\./\2/table\.md\) \|$", RESULTS, re.MULTILINE
    )
    folders = {str(path.parent.relative_to(ROOT)) for path in ROOT.glob("results/*/runs.jsonl")}
    # Data without labels has no accuracy.
    labelled = {one for one in folders if None not in code_scores(study(one), "code_accuracy")}
    assert {folder for _, folder in rows} == labelled
    for cells, folder in rows:
        *_, steps, seeds, mean, median, worst = (cell.strip() for cell in cells.split("|"))
        runs = study(folder)
        scores = code_scores(runs, "code_accuracy")
        assert seeds == seeds_of(runs)
        assert steps == f"{runs[0]['summary']['steps']:,}"
        assert mean == spread(scores)
        assert (median, worst) == (f"{statistics.median(scores):.3f}", f"{min(scores):.3f}")


def test_scores_of_known_factors():
    rows = re.findall(r"^\| seed (\d+) \|(.*)\|$", RESULTS, re.MULTILINE)
    runs = study("results/sprites")
    assert [int(seed) for seed, _ in rows] == [seed_of(run) for run in runs]
    names = ("factor_vae", "dci_disentanglement", "sap", "mig", "modularity")
    for (_, cells), run in zip(rows, runs, strict=True):
        found = run["evaluation"]["disentanglement"]
        expected = [f"{found[name]:.2f}"[1:] for name in names]
        assert [cell.strip() for cell in cells.split("|")] == expected


def test_studies_of_the_readme():
    rows = re.findall(
        r"^\|[^|]*\| \[([^\]]+)\]\((results/[\w.-]+)/table\.md\) \|(.*)\|$", README, re.MULTILINE
    )
    assert len(rows) >= 4
    for accuracy, folder, cells in rows:
        purity, frechet, recall, minutes, seeds, _ = (cell.strip() for cell in cells.split("|"))
        runs = study(folder)
        assert seeds == seeds_of(runs)
        assert accuracy == spread(code_scores(runs, "code_accuracy"))
        assert purity == spread(code_scores(runs, "code_purity"))
        assert minutes == spread([run["summary"]["seconds"] / 60 for run in runs], 1)
        if all("evaluation" in run for run in runs):
            generated = [run["evaluation"]["generated"] for run in runs]
            assert frechet == spread([one["frechet"] for one in generated], 1)
            assert recall == spread([one["recall"] for one in generated], 2)


def test_distances_of_training_images_of_the_readme():
    floors = [
        statistics.mean(
            row["evaluation"]["generated"]["frechet_floor"] for row in study(f"results/{name}")
        )
        for name in ("quick", "mnist", "fashion", "lab")
    ]
    first, second, third, fourth = (f"{floor:.1f}" for floor in floors)
    said = f"Training images have {first}, {second}, {third} and {fourth} in the first four rows."
    assert said in " ".join(README.split())


@pytest.mark.parametrize("name, digits", [("Fréchet distance", 1), ("recall", 2)])
def test_picture_quality_of_the_readme(name, digits):
    page = (ROOT / "results" / "mnist-one-discriminator" / "evaluations.md").read_text()
    row = re.search(rf"^\| {name} \|(.*)\|$", page, re.MULTILINE)[1]
    values = [float(cell) for cell in row.split("|")]
    assert f"{spread(values, digits)} (seeds 0–{len(values) - 1})" in README
    if name == "recall":
        assert f"recall is {min(values):.2f} to {max(values):.2f}".replace("0.", ".") in README
    else:
        low, high = int(min(values)), -int(-max(values) // 1)
        assert f"Fréchet distance is {low} to {high}" in " ".join(README.split())


def test_single_runs_are_recorded():
    rows = re.findall(r"^\|[^|]*\| ([\d,]+) \([^|]*epochs\) \| (\.\d+) \|$", RESULTS, re.MULTILINE)
    assert len(rows) == 11
    summaries = [row["summary"] for row in files.read_jsonl(ROOT / "results/single-runs.jsonl")]
    recorded = {
        (f"{s['steps']:,}", f"{(s.get('codes') or s)['code_accuracy']:.3f}"[1:]) for s in summaries
    }
    assert set(rows) <= recorded


def reported(who, dataset):
    """`{score: figure}` of what others report, as the package declares it."""
    return {
        one.score: one.figure
        for one in REPORTED
        if one.who.startswith(who) and dataset in one.datasets
    }


def test_figures_of_others_are_those_of_reports():
    rows = re.findall(r"^\| InfoGAN(-CR)?[ ,]\D.*?\| ([^|]*) \| ([^|]*) \| (.*) \|$", RESULTS, re.M)
    assert [name for name, *_ in rows] == ["", "-CR"]
    for name, vae, dci, rest in rows:
        sap, mig, modularity = rest.split(" | ")
        found = reported(f"InfoGAN{name or ','}", "sprites")
        assert found == {"factor_vae": vae, "dci_disentanglement": dci, "sap": sap, "mig": mig}
        assert modularity == "–"
    for who, dataset, score in [
        ("InfoGAN", "mnist", "code_accuracy"),
        ("ClusterGAN", "mnist", "code_purity"),
        ("RIM-DCGAN", "mnist", "code_accuracy"),
        ("ClusterGAN", "fashion_mnist", "code_purity"),
    ]:
        purity = " purity" if score == "code_purity" else ""
        assert f"{who}{purity} {reported(who, dataset)[score]}" in README


def test_hours_of_the_readme():
    """Its table of what to expect, from the seconds that its first three studies took."""
    seconds = {
        name: [row["summary"]["seconds"] for row in study(f"results/{name}")]
        for name in ("quick", "mnist", "fashion")
    }
    count = sum(map(len, seconds.values()))
    hours = sum(map(sum, seconds.values())) / 3600
    assert f"all {count} runs of the first three rows below ({hours:.1f} hours)" in README
    assert 4.5 < 3600 / statistics.mean(seconds["mnist"]) < 5.5  # "five runs of `mnist`" in an hour
    # "4 minutes: preset `quick`, trained": the README's first command, with nothing beside it.
    config = PRESETS.get("quick").config
    rows = files.read_jsonl(ROOT / "results/single-runs.jsonl")
    (first,) = (row["summary"] for row in rows if RunConfig.from_json(row["config"]) == config)
    assert first["seconds"] < 4 * 60
