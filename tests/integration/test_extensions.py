"""Parts from outside of the package, one of each kind, through every program in fresh processes."""

import json
import os
import subprocess
import sys

import pytest
from outside import ARGUMENTS, write_parts

from keras_infogan.files import read_jsonl
from keras_infogan.registry import REGISTRIES

pytestmark = pytest.mark.timeout(900)

STOP = """
import os, signal
import keras
from keras_infogan import register

@register("callback", "stopped")
class Stopped(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if os.environ.get("STOP"):
            os.kill(os.getpid(), signal.SIGTERM)
"""
RUN = "runs/quick-hinge-s0"


@pytest.fixture(scope="module")
def call(root, tmp_path_factory):
    """A function: runs a program in a fresh process. Its `flags` import all parts."""
    place = tmp_path_factory.mktemp("place")
    paths = write_parts(root, place)
    paths["stop"] = place / "my_stop.py"
    paths["stop"].write_text(STOP)

    def call(*arguments, stop=""):
        return subprocess.run(
            [sys.executable, "-m", "keras_infogan", *arguments],
            cwd=place,
            env={**os.environ, "PYTHONPATH": str(root), "STOP": stop},
            capture_output=True,
            text=True,
        )

    call.place = place
    call.kinds = set(paths) - {"stop"}
    call.paths = [str(path) for path in paths.values()]
    call.flags = [part for path in paths.values() for part in ("--import", path.name)]
    return call


@pytest.fixture(scope="module")
def stopped(call):
    """What a run printed that was stopped within its second tick, after a checkpoint."""
    length = ["--max-steps", "20", "--tick", "10", "--callback", "stopped"]
    done = call("train", *ARGUMENTS, *length, *call.flags, stop="yes")
    assert done.returncode == 143, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def resumed(call, stopped):
    """The run's directory, resumed to its end."""
    done = call("train", "--resume", RUN, *call.flags)
    assert done.returncode == 0, done.stdout + done.stderr
    return call.place / RUN


def test_the_page_has_a_part_of_each_kind(call):
    assert call.kinds == set(REGISTRIES) - {"figure"} - ({"network family"} & set(REGISTRIES))


def test_a_stopped_run_says_which_imports_to_repeat(call, stopped):
    flags = " ".join(f"--import {path}" for path in call.paths)
    assert stopped.splitlines()[-1].endswith(f"--resume {RUN} {flags}")


def test_what_a_run_was_made_of_is_in_its_config(call, stopped):
    content = json.loads((call.place / RUN / "config.json").read_text())
    assert content["run"]["imports"] == call.paths
    assert content["run"]["callbacks"] == ["enough(information, 99)", "stopped"]
    assert content["latents"]["latents"] == "normal(3) + cat(2) + angle(4)"
    assert content["objective"]["terms"] == ["anchors(0.3)"]


@pytest.mark.parametrize("program", [["train", "--resume"], ["evaluate"], ["export"]])
def test_without_its_imports_a_run_is_refused_in_one_line(call, stopped, program):
    done = call(*program, RUN)
    assert done.returncode == 2
    flags = " ".join(f"--import {path}" for path in call.paths)
    assert done.stderr.endswith(f"{RUN} was made with parts of its own: repeat {flags}.\n")
    assert done.stderr.count("\n") == 1 and done.stdout == ""


def test_the_run_resumes_to_its_end(resumed):
    summary = json.loads((resumed / "summary.json").read_text())
    assert (summary["steps"], summary["dataset"]) == (20, "stripes:200")
    assert summary["label_names"] == ["upright", "level"]
    assert [row["step"] for row in read_jsonl(resumed / "metrics.jsonl")] == [10, 20]
    assert (resumed / "images" / "traversal-c2-0000020.png").exists()


def test_it_is_evaluated_and_exported(call, resumed):
    done = call("evaluate", RUN, *call.flags)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((resumed / "evaluation.json").read_text())["codes"]["code"] == "c1"
    done = call("export", RUN, *call.flags)
    assert done.returncode == 0, done.stdout + done.stderr
    about = resumed / "export" / "generator" / "2"
    assert (about / "saved_model.pb").exists()
