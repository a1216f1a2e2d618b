"""`python -m benchmarks` and the scripts beside it."""

import json
import os
import pathlib
import subprocess

import pytest

from benchmarks import __main__ as command
from benchmarks import jobs, turns
from benchmarks.parts import gpu

ROOT = pathlib.Path(__file__).parents[2]


def test_an_unknown_part_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        command.main(["no-such-part"])
    assert "PART must be one of train-step, fit" in capsys.readouterr().err


def test_help_names_every_part():
    shown = command.build_parser().format_help()
    for part in command.PARTS:
        assert f"  {part:<12}{command.module(part).HELP}" in shown


def test_pipeline_is_measured(tmp_path, capsys):
    out = tmp_path / "out.json"
    assert command.main(["pipeline", "--short", "--presets", "quick", "--out", str(out)]) == 0
    assert capsys.readouterr().out.startswith("== pipeline\nquick  batches ready")
    (row,) = json.loads(out.read_text())["parts"]["pipeline"]
    assert row["unit"] == "images/s" and row["value"] > 0


class FakeWorker:
    """Stands for a process: one that is given an option `broken` ends before it has begun."""

    def __init__(self, target, preset, broken=False, **options):
        if broken:
            raise turns.WorkerError("a process ended with code 1")
        self.speed = 100.0 if target.startswith("benchmarks.jobs") else 50.0
        self.rates = []

    def take(self, seconds):
        self.rates.append(self.speed)

    def close(self):
        pass


def test_gpu_part_compares_what_runs_and_names_what_does_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(gpu, "OURS", {"graph": {"jit": False}, "other": {"broken": True}})
    monkeypatch.setattr(gpu, "TORCH", {"PyTorch": {}, "PyTorch compiled": {"compiled": "x"}})
    monkeypatch.setattr(gpu, "Worker", FakeWorker)
    monkeypatch.setattr(gpu, "once", lambda target: False)
    monkeypatch.setattr(gpu.importlib.util, "find_spec", lambda name: name)
    out = tmp_path / "out.json"
    arguments = ["gpu", "--short", "--presets", "quick", "mnist", "--out", str(out)]
    assert command.main(arguments) == 0
    assert "quick, other: a process ended with code 1" in capsys.readouterr().out
    found = json.loads(out.read_text())["parts"]["gpu"]
    assert [(row["measure"], row["value"]) for row in found] == [
        ("graph", 100.0),
        ("PyTorch", 50.0),
        ("graph / PyTorch", 2.0),
    ]


def test_the_job_of_a_step_takes_steps():
    job = jobs.train_step("quick", jit=False, **command.SMALL)
    job.call()
    assert job.units == 8


@pytest.fixture
def stub(tmp_path):
    """An interpreter that writes down what it is asked to run."""
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nexit ${{CODE:-0}}\n')
    program.chmod(0o755)

    def run(script, *arguments, **environment):
        done = subprocess.run(
            [ROOT / "benchmarks" / script, *arguments],
            env={**os.environ, "PYTHON": str(program), **environment},
            capture_output=True,
        )
        return done.returncode, (tmp_path / "asked").read_text().splitlines()

    return run


def test_gpu_script_asks_for_the_gpu_part(stub):
    code, (asked,) = stub("gpu.sh", "--short", OUT="figures.json")
    assert code == 0
    assert asked == (
        "-m benchmarks gpu --presets lab-plain paper quick --seconds 2 --rounds 3 "
        "--out figures.json --short"
    )


def test_to_the_end_runs_every_preset_over_three_seeds(stub):
    code, asked = stub("to_the_end.sh", "--data-dir", "data", RESULTS="out")
    assert code == 0
    presets = ("lab", "lab-plain", "lab-report", "dcgan", "slides", "paper", "authors")
    assert asked == [
        f"-m keras_infogan study --preset {name} --seeds 3 --out out/{name} --data-dir data"
        for name in presets
    ]


def test_to_the_end_stops_where_a_study_does(stub):
    code, asked = stub("to_the_end.sh", CODE="130", PRESETS="mlp quick")
    assert code == 130 and len(asked) == 1
