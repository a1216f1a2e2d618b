import pathlib
import re
import statistics
import subprocess

import numpy as np

from keras_infogan.commands.study import read_rows

ROOT = pathlib.Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_python_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    section = README.split("## In Python")[1]
    example = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    images = np.random.default_rng(0).uniform(-1, 1, (64, 28, 28, 1)).astype("float32")
    names = {"images": images}
    exec(compile(example.replace("epochs=10", "epochs=1"), "README.md", "exec"), names)
    assert names["digits"].shape == (16, 28, 28, 1)
    assert (tmp_path / "infogan.keras").stat().st_size > 1_000_000


def test_ci_runs_the_test_command_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text()
    extract = re.search(r"test_command=\$\((.*?README\.md)\)", script, re.DOTALL)[1]
    found = subprocess.run(["bash", "-c", extract], cwd=ROOT, capture_output=True, text=True)
    assert found.stdout.strip().endswith("python -m pytest")
    assert found.stdout.strip() in README


def test_figures_of_studies_follow_from_their_runs():
    rows = re.findall(r"^\|(.*?)\| \[(results/[\w-]+)\]\(\2/table\.md\) \|$", README, re.MULTILINE)
    assert rows
    for cells, folder in rows:
        *_, steps, seeds, mean, median, worst = (cell.strip() for cell in cells.split("|"))
        runs = read_rows(ROOT / folder / "runs.jsonl")
        scores = [run["summary"]["code_accuracy"] for run in runs]
        numbers = [run["config"]["seed"] for run in runs]
        assert numbers == list(range(len(runs))) and seeds == f"0–{len(runs) - 1}"
        assert steps == f"{runs[0]['summary']['steps']:,}"
        assert mean == f"{statistics.mean(scores):.3f} ± {statistics.stdev(scores):.3f}"
        assert (median, worst) == (f"{statistics.median(scores):.3f}", f"{min(scores):.3f}")


def test_figures_of_single_runs_are_recorded():
    rows = re.findall(
        r"^\|.*\| ([\d,]+) \([^|]*epochs\) \| 0 \| (\.\d+), one run", README, re.MULTILINE
    )
    assert len(rows) >= 4
    runs = read_rows(ROOT / "results" / "single-runs.jsonl")
    summaries = [run["summary"] for run in runs]
    recorded = {(f"{s['steps']:,}", f"{s['code_accuracy']:.3f}"[1:]) for s in summaries}
    assert set(rows) <= recorded


def test_pictures_exist_and_are_small():
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)
    assert pictures
    for picture in pictures:
        assert (ROOT / picture).stat().st_size < 300_000


def test_layout_names_what_exists():
    layout = README.split("## Layout")[1]
    block = re.search(r"```\n(.*?)```", layout, re.DOTALL)[1]
    for line in block.splitlines():
        names = re.split(r"\s{2,}", line.strip())[0].split()
        if not line.startswith(" "):
            folder = ROOT
        for name in names:
            assert (folder / name).exists(), name
        if not line.startswith(" "):
            folder = ROOT / names[0]
