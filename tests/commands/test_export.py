"""`infogan export RUN`."""

import errno
import json
import os
import shutil

import pytest
import tensorflow as tf
from rights import ordinary_user

from keras_infogan.commands import export as program
from keras_infogan.errors import StorageError
from keras_infogan.run_dir import RunDir
from keras_infogan.serving import saved_model


@pytest.fixture
def run(trained, about, tmp_path):
    """The directory of a finished run."""
    run = RunDir(tmp_path / "run")
    run.create()
    trained.save(run.checkpoint(1))
    run.config.write_text(json.dumps({**about["config"], "run": {}}))
    run.summary.write_text(json.dumps({**about["summary"], "steps": 1}))
    run.environment.write_text(json.dumps(about["environment"]))
    return run


def test_each_export_is_the_next_version(run, capsys):
    for version in ("1", "2"):
        assert program.main([str(run.path)]) == 0
        assert capsys.readouterr().out == f"{run.export / version}\n"
        assert "sample" in tf.saved_model.load(str(run.export / version)).signatures
    assert sorted(path.name for path in run.export.iterdir()) == ["1", "2"]


def test_out_is_another_directory_of_versions(run, tmp_path, capsys):
    assert program.main([str(run.path), "--out", str(tmp_path / "served")]) == 0
    assert (tmp_path / "served" / "1" / "saved_model.pb").exists()
    assert not run.export.exists()


def test_a_run_made_with_parts_of_its_own_says_which_to_import(run, capsys, tmp_path):
    part = tmp_path / "own_part.py"
    part.write_text("")
    config = json.loads(run.config.read_text())
    run.config.write_text(json.dumps({**config, "run": {"imports": [str(part)]}}))
    assert program.main([str(run.path)]) == 2
    assert capsys.readouterr().err == (
        f"infogan export: {run.path} was made with parts of its own: repeat --import {part}.\n"
    )
    assert program.main([str(run.path), "--import", str(part)]) == 0


def test_what_could_not_be_written_is_exported_again_with_the_same_imports(
    run, capsys, tmp_path, monkeypatch
):
    part = tmp_path / "another_part.py"
    part.write_text("")
    config = json.loads(run.config.read_text())
    run.config.write_text(json.dumps({**config, "run": {"imports": [str(part)]}}))

    def full(path, servable):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(saved_model, "write_warm_up", full)
    assert program.main([str(run.path), "--import", str(part)]) == StorageError.exit_code
    command = f"python -m keras_infogan export {run.path} --import {part}"
    assert capsys.readouterr().err.endswith(f"Export again with: {command}\n")


def test_out_that_cannot_be_written_is_refused(run, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert program.main([str(run.path), "--out", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_directory_of_versions_that_cannot_be_read_is_refused(shared_folder, capsys):
    shared_folder.chmod(0o333)
    with ordinary_user():
        assert program.main(["quick", "--out", str(shared_folder)]) == 2
    said = f"infogan export: Cannot read {shared_folder}: Permission denied.\n"
    assert capsys.readouterr().err == said
    shared_folder.chmod(0o755)
    assert not any(shared_folder.iterdir())


def test_a_file_of_another_format_is_refused(run, tmp_path, capsys):
    out = tmp_path / "generator.tflite"
    assert program.main([str(run.path), "--format", "onnx", "--out", str(out)]) == 2
    assert capsys.readouterr().err == (
        f"infogan export: --out must be a .onnx file. Received: {out}.\n"
    )


def trained_on(run):
    run.summary.write_text(json.dumps({**json.loads(run.summary.read_text()), "steps": 99}))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda run: shutil.rmtree(run.path), "is not a run: there is no "),
        (lambda run: run.config.unlink(), "is not a run: there is no "),
        (lambda run: run.config.write_text("{"), "config.json is damaged: "),
        (lambda run: run.summary.unlink(), "has not finished: there is no "),
        (lambda run: run.summary.write_text("{"), "is damaged: its summary.json"),
        (lambda run: run.summary.write_text("3"), "is damaged: its summary.json"),
        (lambda run: run.summary.write_text("{}"), "is damaged: its summary.json"),
        (lambda run: run.environment.write_text("]"), "or environment.json"),
        (lambda run: run.checkpoint(1).unlink(), "has no checkpoint."),
        (lambda run: run.checkpoint(1).write_bytes(b"not a zip"), ".keras is damaged: it is torn"),
        (trained_on, "of step 1, and its summary.json of step 99. Resume it with: "),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_finished_run_is_refused_in_one_line(run, capfd, damage, message):
    damage(run)
    capfd.readouterr()
    assert program.main([str(run.path)]) == 2
    err = capfd.readouterr().err
    assert err.startswith("infogan export: ") and message in err and err.count("\n") == 1
    assert not run.export.exists()


def test_without_a_run_it_exits_with_2(capsys):
    with pytest.raises(SystemExit) as stop:
        program.main([])
    assert stop.value.code == 2
    assert "the following arguments are required: run" in capsys.readouterr().err
