import os
import pathlib
import signal
import socket
import subprocess
import sys

import pytest
from rights import ordinary_user

from keras_infogan import checkpoints
from keras_infogan.config import RunConfig, RunOptions
from keras_infogan.errors import StorageError, UserError
from keras_infogan.run_dir import RunDir


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# Names


def test_names_below_a_run():
    run = RunDir("runs/lab-s0")
    assert run.config == pathlib.Path("runs/lab-s0/config.json")
    assert run.environment == pathlib.Path("runs/lab-s0/environment.json")
    assert run.metrics == pathlib.Path("runs/lab-s0/metrics.jsonl")
    assert run.summary == pathlib.Path("runs/lab-s0/summary.json")
    assert run.health == pathlib.Path("runs/lab-s0/health.jsonl")
    assert run.evaluations == pathlib.Path("runs/lab-s0/evaluations.jsonl")
    assert run.export == pathlib.Path("runs/lab-s0/export/generator")
    assert run.image("noise-by-code", 500) == pathlib.Path(
        "runs/lab-s0/images/noise-by-code-0000500.png"
    )
    assert run.checkpoint(1200) == pathlib.Path("runs/lab-s0/checkpoints/step-000001200.keras")


def test_names_sort_by_step():
    run = RunDir("run")
    steps = [0, 9, 10, 500, 3000, 10_000, 1_000_000]
    images = [run.image("grid", step) for step in steps]
    assert images == sorted(images)
    checkpoints = [run.checkpoint(step) for step in steps]
    assert checkpoints == sorted(checkpoints)


# A new run


def test_create_makes_the_folders(tmp_path):
    run = RunDir(tmp_path / "runs" / "first")
    run.create()
    assert names(run.path) == ["checkpoints", "images"]
    # Without a config.json it is no run yet: it may be made again.
    run.create()


def test_check_new_writes_nothing(tmp_path):
    RunDir(tmp_path / "runs" / "first").check_new()
    assert names(tmp_path) == []


@pytest.mark.parametrize("method", [RunDir.check_new, RunDir.create])
def test_a_run_is_never_overwritten(tmp_path, method):
    run = RunDir(tmp_path)
    run.config.write_text("{}")
    with pytest.raises(UserError, match=f"{tmp_path} holds a run already.*--resume {tmp_path}"):
        method(run)
    assert names(tmp_path) == ["config.json"]
    run.write_config(RunConfig(preset="x"), RunOptions(imports=("mine.py",)))
    with pytest.raises(UserError, match=f"--resume {tmp_path} --import .*mine.py$"):
        method(run)


@pytest.mark.parametrize("method", [RunDir.check_new, RunDir.create])
def test_a_file_in_the_way_is_refused(tmp_path, method):
    file = tmp_path / "runs"
    file.write_text("kept")
    with pytest.raises(UserError, match=f"Cannot write to {file}: Not a directory"):
        method(RunDir(file / "first"))
    assert file.read_text() == "kept"


def test_a_file_where_a_folder_belongs_is_refused(tmp_path):
    (tmp_path / "images").write_text("kept")
    with pytest.raises(StorageError, match=f"Cannot write {tmp_path}/images: File exists"):
        RunDir(tmp_path).create()


@pytest.mark.parametrize("method", [RunDir.check_new, RunDir.create])
def test_a_place_that_cannot_be_written_is_refused(shared_folder, method):
    shared_folder.chmod(0o555)
    with (
        ordinary_user(),
        pytest.raises(UserError, match=f"Cannot write to {shared_folder}: Permission denied"),
    ):
        method(RunDir(shared_folder / "runs" / "first"))
    assert names(shared_folder) == []


@pytest.mark.parametrize("method", [RunDir.check_new, RunDir.create])
def test_a_place_that_cannot_be_entered_is_refused(shared_folder, method):
    shared_folder.chmod(0o000)
    with ordinary_user(), pytest.raises(UserError, match="Cannot write to .*: Permission denied"):
        method(RunDir(shared_folder / "runs" / "first"))


# One process at a time


def test_a_second_one_is_refused_and_told_who_holds_the_run(tmp_path):
    run = RunDir(tmp_path)
    holder = f"process {os.getpid()} on {socket.gethostname()}"
    with run.locked(), pytest.raises(UserError, match=f"{tmp_path} is in use by {holder}."):
        with run.locked():
            pass
    with run.locked():  # it is free again
        pass


def test_a_process_that_was_killed_holds_nothing(tmp_path):
    program = (
        "import os, pathlib, signal, sys\n"
        "from keras_infogan.run_dir import RunDir\n"
        "with RunDir(sys.argv[1]).locked():\n"
        "    (pathlib.Path(sys.argv[1]) / '.part-config.json').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", program, tmp_path])
    assert ended.returncode == -signal.SIGKILL
    assert names(tmp_path) == [".lock", ".part-config.json"]
    with RunDir(tmp_path).locked():
        assert names(tmp_path) == [".lock"]
    assert names(tmp_path) == []


def test_a_run_that_cannot_be_written_cannot_be_held(shared_folder):
    shared_folder.chmod(0o555)
    with (
        ordinary_user(),
        pytest.raises(StorageError, match=f"Cannot write {shared_folder}: Permission denied."),
        RunDir(shared_folder).locked(),
    ):
        pass


# What a run holds


def test_latest_checkpoint_has_the_most_steps(tmp_path):
    run = RunDir(tmp_path)
    assert run.latest_checkpoint() is None
    run.create()
    assert run.latest_checkpoint() is None
    for step in (900, 1200, 1000):
        checkpoints.save(run.checkpoint(step), lambda part: part.write_text("a model"))
    # What a killed process leaves behind is no checkpoint.
    (run.checkpoints / ".part-step-000009999.keras").touch()
    (run.checkpoints / "step-of-mine.keras").touch()
    assert run.latest_checkpoint() == run.checkpoint(1200)
    assert run.saved_step() == 1200


def test_read_config_returns_what_was_written(tmp_path):
    run = RunDir(tmp_path)
    config, options = RunConfig(preset="lab", seed=3), RunOptions(sample_every=7)
    run.write_config(config, options)
    assert run.read_config() == config
    assert run.read_options() == options


def test_read_config_of_what_is_no_run(tmp_path):
    run = RunDir(tmp_path / "missing")
    with pytest.raises(UserError, match=f"{run.path} is not a run: there is no {run.config}"):
        run.read_config()


@pytest.mark.parametrize("content", [b"", b'{"preset": "la', b"\xff\xfe\x00"])
def test_read_config_of_a_damaged_run(tmp_path, content):
    run = RunDir(tmp_path)
    run.config.write_bytes(content)
    with pytest.raises(UserError, match=f"{run.path} is not a run: {run.config} is damaged"):
        run.read_config()


@pytest.mark.parametrize(
    "line",
    [
        '{"d_loss": 1.0}',
        '{"step": "1"}',
        '{"step": 1, "g_loss": {}}',
        '{"step": ' + "9" * 400 + "}",
    ],
    ids=len,
)
def test_a_line_of_metrics_that_is_none_is_left_out(tmp_path, line):
    run = RunDir(tmp_path)
    run.metrics.write_text('{"step": 1, "d_loss": NaN}\n' + line + "\n")
    assert [row["step"] for row in run.read_metrics()] == [1]


@pytest.mark.parametrize(
    "content, expected", [(None, None), ("{", None), ("[3]", None), ('{"steps": 3}', {"steps": 3})]
)
def test_summary_is_read_if_it_can_be(tmp_path, content, expected):
    run = RunDir(tmp_path)
    if content is not None:
        run.summary.write_text(content)
    assert run.read_summary() == expected
