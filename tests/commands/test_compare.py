"""`infogan compare`: from run directories to figures."""

import dataclasses
import json
import subprocess
import sys
import time

import numpy as np
import pytest
from matplotlib.axes import Axes
from PIL import Image

from keras_infogan import figures
from keras_infogan.commands import compare
from keras_infogan.config import RunOptions
from keras_infogan.figures import curves, images, table
from keras_infogan.files import write_json, write_jsonl
from keras_infogan.latents import Noise
from keras_infogan.models.infogan import InfoGAN
from keras_infogan.pictures import save_grid
from keras_infogan.run_dir import RunDir

SUMMARY = {
    "dataset": "mnist5k",
    "steps": 2000,
    "seconds": 90.0,
    "epochs": 4.5,
    "codes": {"code": "c1", "code_accuracy": 0.9123},
    "information": {"c1": {"nats": 2.25, "share": 0.98}, "c2": {"nats": -0.3, "share": None}},
    "continuous": {"c2": {"moves": "slant", "rank_correlation": 0.97}},
    "health": [],
}


@pytest.fixture
def make_run(tmp_path, tiny_config):
    """A function: name → a run that has trained 200 steps, with grey pictures of its own."""

    def make(name, grey=0.0, summary=SUMMARY, codes=True):
        run = RunDir(tmp_path / name)
        run.create()
        run.write_config(tiny_config, RunOptions())
        grid = "noise-by-code" if codes else "samples"
        for step in (100, 200):
            save_grid(run.image(grid, step), np.full((2, 2, 8, 8, 1), grey + step / 1000))
            if codes:
                save_grid(run.image("traversal-c2", step), np.full((2, 3, 8, 8, 1), grey))
        rows = [{"step": step, "d_loss": 1.3, "g_loss": 0.7 + grey} for step in (100, 200)]
        write_jsonl(run.metrics, rows)
        if summary is not None:
            write_json(run.summary, summary)
        return run.path

    return make


def draw(name, *runs, out, steps=()):
    arguments = [*map(str, runs), "--figure", name, "--out", str(out)]
    return compare.main(arguments + (["--steps", *map(str, steps)] if steps else []))


def greys(path):
    """The grey values that fill more than a hundredth of a picture, but white."""
    with Image.open(path) as picture:
        counts = np.bincount(np.asarray(picture.convert("L")).ravel(), minlength=256)
    return {int(value) for value in np.flatnonzero(counts > counts.sum() / 100)} - {255}


@pytest.mark.parametrize("codes", [True, False])
def test_the_last_grid_of_each_run_is_shown(make_run, tmp_path, codes):
    runs = make_run("a", 0.0, codes=codes), make_run("b", 0.5, codes=codes)
    assert draw("codes", *runs, out=tmp_path / "x.png") == 0
    # (grey + 1.2) * 127.5, of step 200 and not of step 100.
    assert greys(tmp_path / "x.png") == {153, 217}


def test_grids_of_chosen_steps(make_run, tmp_path):
    assert draw("steps", make_run("a"), out=tmp_path / "x.png", steps=[100, 200]) == 0
    assert greys(tmp_path / "x.png") == {140, 153}


def test_each_categorical_code_has_a_grid_in_the_row_of_its_run(make_run, tmp_path):
    run = RunDir(make_run("a", codes=False))
    for path in run.images.iterdir():
        path.unlink()
    for name, grey in (("c2", 0.0), ("c10", 0.5)):
        save_grid(run.image(f"noise-by-code-{name}", 200), np.full((2, 2, 8, 8, 1), grey))
    assert draw("codes", run.path, out=tmp_path / "x.png") == 0
    assert greys(tmp_path / "x.png") == {128, 191}
    assert draw("steps", run.path, out=tmp_path / "y.png", steps=[200]) == 0
    assert greys(tmp_path / "y.png") == {128}  # of the first code


def test_curves_draw_a_line_for_each_run(make_run, tmp_path):
    runs = make_run("a"), make_run("b", 0.5)
    for out, given in ((tmp_path / "one.png", runs[:1]), (tmp_path / "two.png", runs)):
        assert draw("curves", *given, out=out) == 0
    with Image.open(tmp_path / "one.png") as one, Image.open(tmp_path / "two.png") as two:
        assert one.size == two.size
        assert np.any(np.asarray(one) != np.asarray(two))


def test_a_free_logit_is_not_shown_as_a_probability(make_run, tmp_path, tiny_config, monkeypatch):
    titles = []

    def note(axes, lines, labels, **settings):
        titles.append((axes.get_title(), labels))

    monkeypatch.setattr(Axes, "legend", note)
    runs = {name: RunDir(make_run(name)) for name in ("minimax", "hinge")}
    for name, run in runs.items():
        run.write_config(dataclasses.replace(tiny_config, generator_loss=name), RunOptions())
        row = {"step": 1, "d_loss": 1.0, "real_probability": 0.9}
        # G begins at the second.
        write_jsonl(run.metrics, [row, {**row, "step": 2, "g_loss": 1.0}])
    every, real = list(runs), "D's probability for real images"
    for chosen, with_probability in ((every, ["minimax"]), (["hinge"], [])):
        titles.clear()
        curves.draw(tmp_path / "x.png", [runs[name] for name in chosen])
        shown = dict(titles)
        assert shown["loss of D"] == shown["loss of G (adversarial)"] == chosen
        assert shown.get(real, []) == with_probability
        assert (real in shown) == bool(with_probability)


def test_curves_of_an_earlier_run_have_its_information(make_run, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(Axes, "plot", lambda axes, *points, **style: drawn.append(points))
    monkeypatch.setattr(Axes, "legend", lambda axes, *given, **style: None)
    run = RunDir(make_run("a"))
    write_jsonl(run.metrics, [{"step": 1, "mutual_information": 0.5}])
    curves.draw(tmp_path / "x.png", [run])
    assert drawn == [((1,), (0.5,))]


def test_an_epoch_takes_the_seconds_of_the_chosen_start(make_run, tmp_path):
    begun = {"chosen": 2, "starts": [{"seconds": 100.0}, {"seconds": SUMMARY["seconds"]}]}
    seconds = SUMMARY["seconds"] + 100.0
    run = make_run("a", summary={**SUMMARY, "seconds": seconds, "starts": begun})
    assert draw("table", run, out=tmp_path / "x.md") == 0
    assert rows_of(tmp_path / "x.md")["seconds an epoch"] == ["20"]


def test_table_by_hand(make_run, tmp_path):
    run, other = make_run("a"), make_run("b", summary={**SUMMARY, "health": [{"problem": "blind"}]})
    confusion = np.zeros((10, 10), int)
    confusion[[3, 5, 8, 0], [3, 5, 8, 0]] = [90, 80, 90, 7]
    confusion[3, 5], confusion[5, 8], confusion[8, 1] = 10, 20, 10
    generated = {"frechet": 12.34, "precision": 0.9, "recall": 0.3, "coverage": 0.5}
    evaluation = {
        "step": 2000,
        "generated": {**generated, "sharpness": 1.1},
        "labels_obeyed": None,
        "disentanglement": {"factor_vae": 0.876, "mig": 0.2, "factors": {}},
        "diversity": {"c1": {"0": 0.5, "1": 0.7, "2": None}},
        "confusion": {"c1": confusion.tolist()},
    }
    (run / "evaluation.json").write_text(json.dumps(evaluation))
    assert draw("table", run, other, out=tmp_path / "x.md") == 0
    rows = rows_of(tmp_path / "x.md")
    assert rows[""] == ["a", "b"]
    assert rows["steps"] == ["2,000", "2,000"]
    assert rows["seconds an epoch"] == ["20", "20"]
    assert rows["one-to-one accuracy"] == ["0.912", "0.912"]
    assert rows["nats of c1"] == ["2.25", "2.25"]
    assert "nats of c2" not in rows
    assert rows["c2 moves"] == ["slant 0.97", "slant 0.97"]
    assert rows["health"] == ["good", "blind"]
    assert rows["Fréchet distance"] == ["12.3", "–"]
    assert rows["sharpness (real images 1)"] == ["1.10", "–"]
    assert rows["diversity within a code (real images 1)"] == ["0.60", "–"]
    assert rows["FactorVAE score"] == ["0.88", "–"]
    assert rows["MIG"] == ["0.20", "–"]
    assert "SAP" not in rows
    # 30 of the 300 images of 3, 5 and 8.
    assert rows["3, 5 and 8 taken for each other"] == ["10.0%", "–"]


def test_the_name_of_a_run_cannot_break_the_table(make_run, tmp_path):
    assert draw("table", make_run("a|b"), make_run("c"), out=tmp_path / "x.md") == 0
    head, line, *rows = (tmp_path / "x.md").read_text().splitlines()
    assert (head, line) == ("|  | a\\|b | c |", "|---|---|---|")
    assert {row.count("|") for row in rows} == {4}


def rows_of(path):
    """The rows of a Markdown table, `{name: cells}`."""
    lines = path.read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {name: rest for name, *rest in cells}


def test_table_of_a_run_of_an_earlier_version(make_run, tmp_path):
    earlier = {name: value for name, value in SUMMARY.items() if name != "codes"}
    earlier |= {"code_accuracy": 0.9123, "continuous_codes": earlier.pop("continuous")}
    run = make_run("old", summary=earlier)
    scores = {"frechet": 12.34, "precision": 0.9, "recall": 0.3, "coverage": 0.5}
    evaluation = {
        "step": 2000,
        "codes": {"code_accuracy": 0.9, "mutual_information_nats": 2.0},
        "information": SUMMARY["information"],
        "generated": scores,
        "diversity": {"0": 0.5, "1": 0.7},
        "confusion": np.diag(np.full(10, 9)).tolist(),
    }
    write_json(run / "evaluation.json", evaluation)
    assert draw("table", run, make_run("new"), out=tmp_path / "x.md") == 0
    rows = rows_of(tmp_path / "x.md")
    assert rows["one-to-one accuracy"] == ["0.912", "0.912"]
    assert rows["c2 moves"] == ["slant 0.97", "slant 0.97"]
    assert rows["diversity within a code (real images 1)"] == ["0.60", "–"]
    assert rows["3, 5 and 8 taken for each other"] == ["0.0%", "–"]


def test_table_of_several_codes_and_of_a_failed_run(make_run, tmp_path):
    each = {"c1": {"code_accuracy": 0.2}, "c2": {"code_accuracy": 0.9}}
    codes = {"code": "c2", "code_accuracy": 0.9, "each": each}
    shares = {name: {"nats": 2.0, "share": 0.9} for name in each}
    run = make_run("a", summary={**SUMMARY, "codes": codes, "information": shares})
    failed = make_run("b", summary={"status": "failed", "seed": 3})
    evaluation = {
        "step": 2000,
        "codes": codes,
        "generated": {"frechet": 12.34, "precision": 0.9, "recall": 0.3, "coverage": 0.5},
        "diversity": {"c1": {"0": 0.5}, "c2": {"0": 0.7}},
        "confusion": {},
    }
    write_json(run / "evaluation.json", evaluation)
    assert draw("table", run, failed, out=tmp_path / "x.md") == 0
    rows = rows_of(tmp_path / "x.md")
    assert rows["status"] == ["–", "failed"]
    assert rows["one-to-one accuracy"] == rows["one-to-one accuracy of c2"] == ["0.900", "–"]
    assert rows["one-to-one accuracy of c1"] == ["0.200", "–"]
    assert rows["nats of c1"] == rows["nats of c2"] == ["2.00", "–"]
    assert rows["diversity within c1 (real images 1)"] == ["0.50", "–"]
    assert rows["diversity within c2 (real images 1)"] == ["0.70", "–"]


@pytest.mark.parametrize(
    "evaluation",
    [
        "[]",
        '{"step": 2000}',
        '{"step": 2000, "generated": {"frechet": 9, "precision": 0, "recall": 0, "coverage": 0}}',
        # of an earlier step: the run has gone on since
        '{"step": 100, "generated": {"frechet": 9, "precision": 0, "recall": 0, "coverage": 0}, '
        '"diversity": {}, "confusion": null}',
    ],
)
def test_a_damaged_or_older_evaluation_is_left_out(make_run, evaluation):
    path = make_run("a")
    (path / "evaluation.json").write_text(evaluation)
    text = table.table([RunDir(path)])
    assert "Fréchet" not in text
    assert "| not evaluated | run `infogan evaluate` |" in text


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_interpolation_goes_from_noise_to_noise(
    make_run, tmp_path, tiny_model, monkeypatch, distribution
):
    run = RunDir(make_run("a"))
    model = tiny_model(noise=Noise(4, distribution))
    model.save(run.checkpoint(10))
    drawn = []
    monkeypatch.setattr(
        InfoGAN,
        "generate",
        lambda self, rows: drawn.append(rows) or np.zeros((*rows.shape[:2], 8, 8, 1)),
    )
    assert draw("interpolation", run.path, out=tmp_path / "x.png") == 0
    (rows,) = drawn
    expected = model.latents.fixed(2 * images.PAIRS)
    for row, first, last in zip(
        rows, expected[: images.PAIRS], expected[images.PAIRS :], strict=True
    ):
        np.testing.assert_allclose(row[0, :4], first[:4], rtol=1e-6)
        np.testing.assert_allclose(row[-1, :4], last[:4], rtol=1e-5, atol=1e-6)
        # Half-way: on a straight line the mean of both; on an arc as far out as they are.
        middle = (first[:4] + last[:4]) / 2
        if distribution == "normal":
            angle = np.arccos(
                first[:4] @ last[:4] / np.linalg.norm(first[:4]) / np.linalg.norm(last[:4])
            )
            middle /= np.cos(angle / 2)
        np.testing.assert_allclose(row[images.BETWEEN // 2, :4], middle, rtol=1e-4, atol=1e-5)
        assert np.abs(row[0, :4] - row[1, :4]).max() > 0
        np.testing.assert_array_equal(row[:, 4:], np.repeat(row[:1, 4:], images.BETWEEN, axis=0))


def test_interpolation_needs_noise(make_run, tmp_path, tiny_model, capsys):
    run = RunDir(make_run("a"))
    tiny_model(noise=0).save(run.checkpoint(10))
    assert draw("interpolation", run.path, out=tmp_path / "x.png") == 2
    assert "has no noise to go between." in capsys.readouterr().err


def test_an_arc_keeps_its_length():
    first, last = np.array([3.0, 0.0, 0.0]), np.array([0.0, 3.0, 0.0])
    points = images.arc(first, last, 3)
    np.testing.assert_allclose(points, [first, [4.5**0.5, 4.5**0.5, 0.0], last], atol=1e-12)
    np.testing.assert_allclose(images.arc(first, first, 2), [first, first])


@pytest.mark.parametrize("name", sorted(set(figures.names()) - {"interpolation"}))
def test_every_figure_writes_its_file_or_says_why_not(make_run, tmp_path, name):
    figure = figures.get(name)
    out = tmp_path / f"figure{figure.suffix}"
    runs = [make_run("a")] if figure.needs_runs else []
    assert draw(name, *runs, out=out, steps=[100] if figure.needs_steps else []) == 0
    assert out.stat().st_size > 20


@pytest.mark.parametrize(
    ("name", "runs", "out", "message"),
    [
        ("codes", [], "x.png", "--figure codes needs at least one run. Received: none."),
        ("xy-game", ["a"], "x.png", "--figure xy-game takes no runs. Received:"),
        ("codes", ["a"], "x.md", "--out must be a .png file. Received:"),
        ("table", ["a"], "x.png", "--out must be a .md file. Received:"),
        ("codes", ["a"], "no/x.png", "is not a directory."),
        ("codes", ["nothing"], "x.png", "is not a run"),
        ("steps", ["a"], "x.png", "--figure steps needs --steps"),
        ("codes", ["a"], "a.png", "--out must be a file. Received a directory: "),
        ("ink", [], "x.png", "Received: ink."),
        ("code", [], "x.png", "Did you mean codes? Received: code."),
        ("codes", ["own"], "x.png", "own was made with parts of its own: repeat --import mine."),
        ("codes", ["torn"], "x.png", "noise-by-code-0000200.png is damaged."),
        ("table", ["begun"], "x.md", "has not finished"),
        ("table", ["old"], "x.md", "summary.json is damaged or of another version: "),
        ("interpolation", ["a"], "x.png", "has no checkpoint."),
    ],
)
def test_bad_input_is_one_line(make_run, tmp_path, capsys, name, runs, out, message):
    make_run("a")
    make_run("begun", summary=None)
    make_run("old", summary={"steps": 200})
    own = RunDir(make_run("own"))
    write_json(own.config, {"run": {"imports": ["mine"]}})
    RunDir(make_run("torn")).image("noise-by-code", 200).write_bytes(b"no picture")
    (tmp_path / "a.png").mkdir()
    before = sorted(tmp_path.rglob("*"))
    assert draw(name, *(tmp_path / run for run in runs), out=tmp_path / out) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and message in error
    assert sorted(tmp_path.rglob("*")) == before


def test_steps_are_for_the_figure_of_them_alone(make_run, tmp_path, capsys):
    assert draw("codes", make_run("a"), out=tmp_path / "x.png", steps=[100]) == 2
    assert "--figure codes takes no --steps. Received: 100." in capsys.readouterr().err


def test_two_runs_of_one_name_have_a_line_each(make_run, tmp_path, monkeypatch):
    lines = []
    monkeypatch.setattr(Axes, "plot", lambda axes, *points, **style: lines.append(points))
    monkeypatch.setattr(Axes, "legend", lambda axes, *given, **style: None)
    (tmp_path / "other").mkdir()
    make_run("a", 0.5).rename(tmp_path / "other" / "a")
    curves.draw(tmp_path / "x.png", [RunDir(make_run("a")), RunDir(tmp_path / "other" / "a")])
    assert len(lines) == 4 and lines[2] != lines[3]  # d_loss and g_loss, each of both


def test_a_step_without_pictures_is_named(make_run, tmp_path, capsys):
    assert draw("steps", make_run("a"), out=tmp_path / "x.png", steps=[100, 150]) == 2
    assert "no pictures of step 150; it has those of 100, 200." in capsys.readouterr().err


def test_help_names_the_figures_at_once(root):
    began = time.monotonic()
    code = "import sys; from keras_infogan.commands import compare\ntry: compare.main(['--help'])\n"
    code += "finally: print('loaded:', 'tensorflow' in sys.modules, 'matplotlib' in sys.modules)"
    command = [sys.executable, "-c", code]
    process = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    assert time.monotonic() - began < 10  # on a busy machine; by itself half a second
    for name in figures.names():
        assert f"  {name} " in process.stdout and figures.get(name).shows in process.stdout
    assert process.stdout.endswith("loaded: False False\n")


def test_a_figure_of_ones_own(root, tmp_path):
    (tmp_path / "my_figures.py").write_text(
        "from keras_infogan import registry\n"
        "from keras_infogan.figures import Figure\n"
        "def draw(out):\n"
        "    out.write_text('drawn')\n"
        "figure = Figure(draw, 'a word', needs_runs=False, suffix='.md')\n"
        "registry.register('figure', 'my-figure', figure)\n"
        "registry.register('figure', 'no-figure', 3)\n"
    )

    def run(name):
        command = [sys.executable, "-m", "keras_infogan", "compare", "--figure", name]
        command += ["--import", str(tmp_path / "my_figures.py"), "--out", str(tmp_path / "x.md")]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)

    assert run("my-figure").returncode == 0
    assert (tmp_path / "x.md").read_text() == "drawn"
    process = run("no-figure")
    assert process.returncode == 2
    assert process.stderr == "infogan compare: A figure must be a Figure. Received: 3.\n"
