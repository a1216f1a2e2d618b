"""`infogan report`: one line for what it refuses, and nothing is written then."""

import shutil

import pytest

from keras_infogan.commands import report

EARLIER = "tests/support/earlier_run"


@pytest.fixture
def run(root, tmp_path):
    """A run that an earlier version has left, with its checkpoint and scores."""
    return shutil.copytree(root / EARLIER, tmp_path / "run")


def test_a_run_from_its_files_alone(run, tmp_path, capsys):
    out = tmp_path / "report.html"
    assert report.main([str(run), "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    text = out.read_text()
    assert "Confusion matrix" in text and "Conv2DTranspose" in text
    assert len(text) < 4_000_000


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("report.pdf", "--out must be a .html file."),
        ("nowhere/report.html", "is not a directory."),
        (".html", "--out must be a .html file."),
    ],
)
def test_a_file_that_cannot_be_written_is_refused(run, tmp_path, capsys, out, message):
    assert report.main([str(run), "--out", str(tmp_path / out)]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", "{"),
        ("summary.json", "{"),
        ("evaluation.json", "3"),
        ("metrics.jsonl", '{"step": 1}\n'),
    ],
)
def test_a_damaged_run_is_refused(run, tmp_path, capsys, name, content):
    (run / name).write_text(content)
    assert report.main([str(run), "--out", str(tmp_path / "report.html")]) == 2
    error = capsys.readouterr().err
    assert "damaged" in error and error.count("\n") == 1
    assert not (tmp_path / "report.html").exists()


def test_damaged_checkpoints_are_refused(run, tmp_path, capsys):
    (checkpoint,) = (run / "checkpoints").glob("*.keras")
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    assert report.main([str(run), "--out", str(tmp_path / "report.html")]) == 2
    assert checkpoint.name in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()


def test_a_run_is_given_once(run, tmp_path, capsys):
    for again in (run, f"{run}/", run / "images" / ".."):
        assert report.main([str(run), str(again), "--out", str(tmp_path / "report.html")]) == 2
        assert "Each run must be given once." in capsys.readouterr().err
