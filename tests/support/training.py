"""`train.py` as a process beside a test, and what its run directory then holds."""

import os
import subprocess
import sys
import time
import zipfile

import h5py
import numpy as np

from keras_infogan.checkpoints import step_of, there
from keras_infogan.files import read_jsonl

PATIENCE = 600.0  # seconds for one process, on a machine that has other work
CLOCK = ("seconds", "images_per_second")


class Training:
    """A `train.py` that runs beside the test, with `folder` as its working directory."""

    def __init__(self, root, folder, *arguments):
        self.log = folder / f"log-{len(list(folder.glob('log-*')))}"
        with open(self.log, "w") as out, open(f"{self.log}.err", "w") as err:
            self.process = subprocess.Popen(
                [sys.executable, str(root / "train.py"), *map(str, arguments)],
                cwd=folder,
                stdout=out,
                stderr=err,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )

    def wait_for(self, condition, nap=0.01):
        """Waits while the process runs until `condition()` holds; says whether it came to that."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            if condition():
                return True
            assert time.monotonic() < deadline, f"It takes too long:\n{self.output()}"
            time.sleep(nap)
        return False

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
    return [step_of(path) for path in there(run.checkpoints)]


def parts_of(folder):
    """What is being written in a directory, or was when its process was killed."""
    return list(folder.glob(".part-*"))


def weights(run):
    """`{name: array}` of all that the last checkpoint holds, optimizers and metrics included."""
    found = {}
    with zipfile.ZipFile(run.latest_checkpoint()) as archive:
        with archive.open("model.weights.h5") as file, h5py.File(file) as store:
            store.visititems(
                lambda name, item: (
                    found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None
                )
            )
    return found


def without_clock(content):
    """A row or a summary without what the clock says."""
    return {name: value for name, value in content.items() if name not in CLOCK}


def assert_same_end(run, other):
    """Weights, optimizers, metrics, health, last pictures and scores are equal, bit for bit."""
    first, second = weights(run), weights(other)
    assert sorted(first) == sorted(second)
    # Four networks, two Adams with two moments a weight, the sums behind the metrics.
    for part in ("d_optimizer", "g_optimizer", "discriminator", "generator", "layers", "vars"):
        assert any(name.startswith(part) for name in first), part
    assert len(first) > 100
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name], err_msg=name)
    for log in ("metrics", "health"):
        rows = [[without_clock(row) for row in read_jsonl(getattr(r, log))] for r in (run, other)]
        assert rows[0] == rows[1]
    pictures = run.images.glob(f"*-{steps_saved(run)[-1]:07d}.png")
    assert (names := [path.name for path in pictures])
    for name in names:
        assert (run.images / name).read_bytes() == (other.images / name).read_bytes()
    summaries = [without_clock(one.read_summary()) for one in (run, other)]
    assert summaries[0] == summaries[1]
