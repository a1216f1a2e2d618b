"""train.py as a user meets it: killed, interrupted and resumed, it ends as if left alone."""

import os
import signal
import subprocess
import sys

import pytest
from training import Training, assert_same_end, parts_of, steps_saved, weights, without_clock

from keras_infogan.files import read_jsonl
from keras_infogan.run_dir import RunDir

# Three epochs of 62 steps: lines at steps 100 and 186, both across the end of an epoch.
ARGUMENTS = (
    "--preset quick --no-jit --dataset mnist5k --epochs 3 --batch-size 64 --checkpoint-every 1"
)
PER_EPOCH, STEPS = 62, 186

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def story(root, tmp_path_factory):
    """A run left alone, and beside it one that is killed three times and interrupted once."""
    started = []

    def start(*arguments):
        started.append(Training(root, folder, *arguments))
        return started[-1]

    folder = tmp_path_factory.mktemp("story")
    whole, broken = (RunDir(folder / "runs" / name) for name in ("whole", "broken"))
    resume = ("--resume", "runs/broken")
    try:
        alone = start(*ARGUMENTS.split(), "--name", "whole")

        first = start(*ARGUMENTS.split(), "--name", "broken")
        first.wait_for(lambda: steps_saved(broken) and parts_of(broken.checkpoints), nap=0.001)
        killed = [first.end(signal.SIGKILL)]
        at = [steps_saved(broken)[-1]]

        second = start(*resume)
        second.wait_for(lambda: steps_saved(broken)[-1] > at[0])
        rival = start(*resume)
        refused = rival.end(), rival.errors(), second.process.pid, second.process.poll()
        second.wait_for(lambda: steps_saved(broken)[-1] > PER_EPOCH)
        killed.append(second.end(signal.SIGKILL))
        at.append(steps_saved(broken)[-1])

        third = start(*resume)
        third.wait_for(lambda: steps_saved(broken)[-1] > at[1])
        interrupted = third.end(signal.SIGINT)
        at.append(steps_saved(broken)[-1])
        left = {path.name for path in broken.images.iterdir()}

        fourth = start(*resume)
        fourth.wait_for(lambda: parts_of(broken.export), nap=0.001)
        killed.append(fourth.end(signal.SIGKILL))
        finished_then = broken.summary.exists()

        last = start(*resume)
        codes = {"alone": alone.end(), "last": last.end()}
        yield {
            "whole": whole,
            "broken": broken,
            "killed": killed,
            "at": at,
            "refused": refused,
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


def test_it_was_killed_three_times_and_interrupted_once_on_the_way(story):
    assert story["killed"] == [-signal.SIGKILL] * 3
    first, second, third = story["at"]
    assert 0 < first < second < third < STEPS
    assert second > PER_EPOCH
    assert not story["finished_then"]


def test_both_runs_end_with_exit_code_0_and_a_quiet_stderr(story):
    assert story["codes"] == {"alone": 0, "last": 0}
    for process in story["processes"].values():
        assert process.errors() == ""


def test_the_resumed_run_equals_the_one_left_alone(story):
    assert_same_end(story["broken"], story["whole"])
    assert len(weights(story["broken"])) > 100
    assert story["broken"].read_summary()["steps"] == STEPS
    rows = [without_clock(row) for row in read_jsonl(story["broken"].metrics)]
    assert [row["step"] for row in rows] == [100, STEPS]


def test_a_second_process_is_refused_at_once_and_disturbs_nothing(story):
    code, errors, holder, ended = story["refused"]
    assert code == 2 and ended is None
    assert errors.startswith(f"train.py: runs/broken is in use by process {holder} on ")
    assert errors.count("\n") == 1


def test_seconds_of_the_parts_add_up(story):
    for run in (story["whole"], story["broken"]):
        seconds = [row["seconds"] for row in read_jsonl(run.metrics)]
        assert 0 < seconds[0] < seconds[1] <= run.read_summary()["seconds"] + 0.1


def test_ctrl_c_exits_with_130_and_says_how_to_go_on(story, root):
    assert story["interrupted"] == 130
    lines = story["third"].output().splitlines()
    step = story["at"][2]
    assert lines[-2:] == [
        f"Stopped by SIGINT at step {step} of {STEPS}. Resume with:",
        f"python {root / 'train.py'} --resume runs/broken",
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


def test_nothing_half_written_is_left(story):
    for run in (story["whole"], story["broken"]):
        assert steps_saved(run)[-1] == STEPS
        assert len(steps_saved(run)) <= 3
        assert list(run.path.rglob(".part-*")) == []
        assert [path.name for path in run.export.iterdir()] == ["1"]


@pytest.mark.parametrize("options", [["evaluate"], ["export"], ["report", "--out", "whole.html"]])
def test_commands_read_the_finished_run_in_processes_that_trained_nothing(
    story, root, tmp_path, options
):
    command, *others = options
    program = [sys.executable, "-m", "keras_infogan", command, story["whole"].path, *others]
    ended = subprocess.run(
        program,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
