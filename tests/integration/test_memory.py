"""Memory grows neither with the length of a run nor with the number of evaluations."""

import os
import statistics
import subprocess
import sys

import pytest
from resident import megabytes
from training import Training

from keras_infogan.files import read_jsonl
from keras_infogan.run_dir import RunDir

ARGUMENTS = (
    "--preset quick --dataset mnist5k --networks conv28(filters=2,units=8) --image-size 8 "
    "--batch-size 64 --max-steps 3000 --tick 50 --checkpoint-every 1 --sample-every 250 --name run"
)
GROWTH = 1.02

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("mode", ["--jit", "--no-jit"])
def test_memory_of_a_run_is_flat_over_two_thousand_steps(root, tmp_path, mode):
    """Ticks, checkpoints, pictures and checks of health are made all along."""
    run, seen = RunDir(tmp_path / "runs" / "run"), []
    training = Training(root, tmp_path, *ARGUMENTS.split(), mode)

    def next_tick():
        rows = read_jsonl(run.metrics) if run.metrics.exists() else []
        return rows[-1]["step"] if rows and rows[-1]["step"] > (seen[-1][0] if seen else 0) else 0

    while training.wait_for(next_tick, nap=0.05):
        seen.append((next_tick(), megabytes(training.process.pid)))
        if seen[-1][0] >= 3000:
            break
    assert training.end() == 0, training.output()
    first, last = (
        statistics.median(size for step, size in seen if begin < step <= begin + 500)
        for begin in (500, 2500)
    )
    print(f"{mode}: {first:.0f} MB around step 750, {last:.0f} MB around step 2,750")
    assert last < GROWTH * first, seen


def test_memory_is_flat_over_two_hundred_evaluations(root, tmp_path):
    support = root / "tests" / "support"
    done = subprocess.run(
        [sys.executable, str(support / "evaluate_again.py"), "240", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": f"{root}:{support}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    sizes = [float(line) for line in done.stdout.splitlines()]
    # The first ones fill the allocators' pools.
    first, last = (statistics.median(sizes[begin : begin + 20]) for begin in (20, 220))
    print(f"{first:.0f} MB after 30 evaluations, {last:.0f} MB after 230")
    assert last < GROWTH * first, sizes
