"""train.py as a user meets it: killed, interrupted and resumed, it ends as if left alone."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile

import h5py
import numpy as np
import pytest

from keras_infogan.files import read_jsonl
from keras_infogan.run_dir import RunDir

# Three epochs of 62 steps: lines at steps 100 and 186, both across the end of an epoch.
ARGUMENTS = (
    "--preset quick --no-jit --dataset mnist5k --epochs 3 --batch-size 64 --checkpoint-every 1"
)
PER_EPOCH, STEPS = 62, 186
PATIENCE = 240.0  # seconds for one process, on a machine that has other work

pytestmark = pytest.mark.timeout(600)


class Process:
    """A `train.py` that runs beside the test."""

    def __init__(self, root, folder, arguments):
        self.log = folder / f"log-{len(list(folder.glob('log-*')))}"
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with open(self.log, "w") as out, open(f"{self.log}.err", "w") as err:
            self.process = subprocess.Popen(
                [sys.executable, str(root / "train.py"), *arguments],
                cwd=folder,
                stdout=out,
                stderr=err,
                env=environment,
            )

    def wait_for(self, condition):
        """Waits while the process runs until `condition()` holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert self.process.poll() is None, f"It ended too early:\n{self.output()}"
            assert time.monotonic() < deadline, f"It takes too long:\n{self.output()}"
            time.sleep(0.01)

    def end(self, number=None):
        """Sends a signal, if one is given, and returns the exit code."""
        if number is not None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def output(self):
        return self.log.read_text() + self.errors()

    def errors(self):
        with open(f"{self.log}.err") as file:
            return file.read()


def steps_saved(run):
    """Steps of the checkpoints that are there, in order."""
    return sorted(int(path.stem.split("-")[1]) for path in run.checkpoints.glob("step-*.keras"))


@pytest.fixture(scope="module")
def story(root, tmp_path_factory):
    """A run left alone, and beside it one that is killed twice, interrupted once and resumed."""
    started = []

    def start(folder, *arguments):
        started.append(Process(root, folder, arguments))
        return started[-1]

    folder = tmp_path_factory.mktemp("story")
    whole, broken = (RunDir(folder / "runs" / name) for name in ("whole", "broken"))
    resume = ("--resume", "runs/broken")
    try:
        alone = start(folder, *ARGUMENTS.split(), "--name", "whole")

        first = start(folder, *ARGUMENTS.split(), "--name", "broken")
        first.wait_for(lambda: len(steps_saved(broken)) >= 2)
        killed = [first.end(signal.SIGKILL)]
        at = [steps_saved(broken)[-1]]

        second = start(folder, *resume)
        second.wait_for(lambda: steps_saved(broken)[-1] > max(at[0], PER_EPOCH))
        killed.append(second.end(signal.SIGKILL))
        at.append(steps_saved(broken)[-1])

        third = start(folder, *resume)
        third.wait_for(lambda: steps_saved(broken)[-1] > at[1])
        interrupted = third.end(signal.SIGINT)
        at.append(steps_saved(broken)[-1])
        left = {path.name for path in broken.images.iterdir()}
        finished_then = broken.summary.exists()

        last = start(folder, *resume)
        codes = {"alone": alone.end(), "last": last.end()}
        yield {
            "whole": whole,
            "broken": broken,
            "killed": killed,
            "at": at,
            "interrupted": interrupted,
            "third": third,
            "left": left,
            "finished_then": finished_then,
            "codes": codes,
            "processes": {"alone": alone, "third": third, "last": last},
        }
    finally:
        for one in started:
            if one.process.poll() is None:
                one.end(signal.SIGKILL)


def weights(run):
    """`{name: array}` of all that the final checkpoint holds, optimizers and metrics included."""
    found = {}
    with zipfile.ZipFile(run.checkpoint(STEPS)) as archive:
        with archive.open("model.weights.h5") as file, h5py.File(file) as store:
            store.visititems(
                lambda name, item: (
                    found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None
                )
            )
    return found


def without_clock(content):
    clock = ("seconds", "images_per_second")
    return {name: value for name, value in content.items() if name not in clock}


def test_it_was_killed_twice_and_interrupted_once_on_the_way(story):
    assert story["killed"] == [-signal.SIGKILL, -signal.SIGKILL]
    first, second, third = story["at"]
    assert 0 < first < second < third < STEPS
    assert second > PER_EPOCH
    assert not story["finished_then"]


def test_both_runs_end_with_exit_code_0_and_a_quiet_stderr(story):
    assert story["codes"] == {"alone": 0, "last": 0}
    for process in story["processes"].values():
        assert process.errors() == ""


def test_resumed_weights_and_optimizers_equal_those_of_the_run_left_alone(story):
    whole, broken = weights(story["whole"]), weights(story["broken"])
    assert sorted(whole) == sorted(broken)
    # Four networks, two Adams with two moments a weight, the sums behind the metrics.
    for part in ("d_optimizer", "g_optimizer", "discriminator", "generator", "layers", "vars"):
        assert any(name.startswith(part) for name in whole), part
    assert len(whole) > 100
    for name, value in whole.items():
        np.testing.assert_array_equal(value, broken[name], err_msg=name)


def test_resumed_metrics_equal_those_of_the_run_left_alone(story):
    whole, broken = (
        [without_clock(row) for row in read_jsonl(run.metrics)]
        for run in (story["whole"], story["broken"])
    )
    assert [row["step"] for row in whole] == [100, STEPS]
    assert whole == broken


def test_resumed_pictures_and_scores_equal_those_of_the_run_left_alone(story):
    whole, broken = story["whole"], story["broken"]
    for name in ("noise-by-code", "codes-by-noise", "traversal-c2", "traversal-c3"):
        assert whole.image(name, STEPS).read_bytes() == broken.image(name, STEPS).read_bytes()
    summaries = [without_clock(json.loads(run.summary.read_text())) for run in (whole, broken)]
    assert summaries[0] == summaries[1]
    assert summaries[0]["steps"] == STEPS


def test_seconds_of_the_parts_add_up(story):
    for run in (story["whole"], story["broken"]):
        seconds = [row["seconds"] for row in read_jsonl(run.metrics)]
        assert 0 < seconds[0] < seconds[1] <= json.loads(run.summary.read_text())["seconds"] + 0.1


def test_ctrl_c_exits_with_130_and_says_how_to_go_on(story):
    assert story["interrupted"] == 130
    lines = story["third"].output().splitlines()
    step = story["at"][2]
    assert lines[-2:] == [
        f"Stopped by SIGINT at step {step} of {STEPS}. Resume with:",
        "python train.py --resume runs/broken",
    ]


def test_ctrl_c_leaves_grids_curves_and_a_checkpoint(story):
    step = f"{story['at'][2]:07d}"
    assert {
        f"noise-by-code-{step}.png",
        f"codes-by-noise-{step}.png",
        f"traversal-c2-{step}.png",
        f"traversal-c3-{step}.png",
        "losses.png",
        "probabilities.png",
        "information.png",
    } <= story["left"]


def test_no_half_written_file_is_left(story):
    for run in (story["whole"], story["broken"]):
        assert steps_saved(run)[-1] == STEPS
        assert len(steps_saved(run)) == 2
        if run is story["whole"]:
            assert [path for path in run.path.rglob(".part-*")] == []
