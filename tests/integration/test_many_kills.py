"""Twenty kills at random moments: pytest -m long tests/integration/test_many_kills.py -n0 -s"""

import random
import signal
import time

import pytest
from training import Training, assert_same_end, parts_of, steps_saved

from keras_infogan.run_dir import RunDir

ARGUMENTS = (
    "--preset quick --no-jit --dataset mnist5k --max-steps 1200 --batch-size 32 --tick 50 "
    "--networks conv28(filters=4,units=32) --checkpoint-every 1 --sample-every 300"
)
KILLS = ["start", "training", "checkpoint", "training", "checkpoint"] * 3 + ["export"] * 5


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_a_run_that_is_killed_twenty_times_ends_as_if_left_alone(root, tmp_path):
    dice = random.Random(20)
    whole, broken = (RunDir(tmp_path / "runs" / name) for name in ("whole", "broken"))
    assert Training(root, tmp_path, *ARGUMENTS.split(), "--name", "whole").end() == 0
    arguments, table = [*ARGUMENTS.split(), "--name", "broken"], []
    for number, moment in enumerate(KILLS, start=1):
        training = Training(root, tmp_path, *arguments)
        before = max(steps_saved(broken), default=0)
        if moment == "start":
            training.wait_for(broken.config.exists)  # from then on it is a run
            time.sleep(dice.uniform(0, 4))
        elif moment == "export":
            training.wait_for(lambda: parts_of(broken.export), nap=0.001)
            time.sleep(dice.uniform(0, 0.5))
        else:
            training.wait_for(lambda: max(steps_saved(broken), default=0) > before)  # noqa: B023
            if moment == "training":
                time.sleep(dice.uniform(0, 1))
            else:
                training.wait_for(lambda: parts_of(broken.checkpoints), nap=0.001)
        assert training.end(signal.SIGKILL) == -signal.SIGKILL, training.output()
        saved = max(steps_saved(broken), default=0)
        newest = broken.checkpoint(saved)
        lost = time.time() - newest.stat().st_mtime if newest.exists() else 0.0
        folder = broken.export if moment == "export" else broken.checkpoints
        inside = bool(parts_of(folder))
        table.append((number, moment, saved, inside))
        print(f"kill {number}: {moment}, saved step {saved}, {lost:.1f} s since, {inside=}")
        arguments = ["--resume", "runs/broken"]
    last = Training(root, tmp_path, *arguments)
    assert last.end() == 0, last.output()
    assert last.errors() == ""
    assert_same_end(broken, whole)
    assert [path.name for path in broken.export.iterdir()] == ["1"]
    assert list(broken.path.rglob(".part-*")) == []
    assert sum(inside for _, moment, _, inside in table if moment == "checkpoint") >= 3
    assert sum(inside for _, moment, _, inside in table if moment == "export") >= 3
