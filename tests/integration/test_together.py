"""Two devices train a run together, or two processes on one machine, as two machines would."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
from training import weights

from keras_infogan.errors import LostMachineError
from keras_infogan.files import read_jsonl
from keras_infogan.run_dir import RunDir

OPTIONS = (
    "--preset quick --no-jit --dataset mnist5k --networks conv28(filters=2,units=8) "
    "--image-size 8 --batch-size 64 --max-steps 12 --tick 5 --sample-every 5 --synchronized "
    "--d-learning-rate 0.02 --g-learning-rate 0.02"
).split()
PATIENCE = 600.0  # seconds, on a machine that has other work

pytestmark = pytest.mark.long


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start(root, folder, count, *arguments, program="machine.py"):
    """A run on so many machines, one process each, the chief first."""
    workers = [f"127.0.0.1:{port}" for port in free_ports(count)]
    support = root / "tests" / "support"
    env = {
        **os.environ,
        "PYTHONPATH": f"{root}:{support}",
        "PYTHONUNBUFFERED": "1",
        "CUDA_VISIBLE_DEVICES": "-1",
    }
    processes = []
    for index in range(count):
        if count > 1:
            task = {"type": "worker", "index": index}
            env["TF_CONFIG"] = json.dumps({"cluster": {"worker": workers}, "task": task})
        processes.append(
            subprocess.Popen(
                [sys.executable, str(support / program), *arguments],
                cwd=folder,
                env=dict(env),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    return processes


def ends(processes):
    """`(exit code, stdout, stderr)` of each."""
    texts = [process.communicate(timeout=PATIENCE) for process in processes]
    return [(p.returncode, *text) for p, text in zip(processes, texts, strict=True)]


@pytest.fixture(scope="module")
def alone(root, tmp_path_factory):
    """The run of a single machine."""
    folder = tmp_path_factory.mktemp("alone")
    (end,) = ends(start(root, folder, 1, *OPTIONS, "--name", "run"))
    assert end[0] == 0, end
    return RunDir(folder / "runs" / "run")


def assert_equal(run, other):
    """Weights, optimizers and metrics within rounding."""
    first, second = weights(run), weights(other)
    assert sorted(first) == sorted(second) and len(first) > 100
    for name, value in first.items():
        np.testing.assert_allclose(value, second[name], atol=1e-5, rtol=1e-5, err_msg=name)
    rows = [read_jsonl(one.metrics) for one in (run, other)]
    assert [row["step"] for row in rows[0]] == [row["step"] for row in rows[1]] == [5, 10, 12]
    for one, two in zip(*rows, strict=True):
        assert set(one) == set(two)
        for name in set(one) - {"seconds"}:
            assert one[name] == pytest.approx(two[name], abs=1e-4), name


def test_two_devices_train_as_one(root, tmp_path, alone):
    devices = ("--devices", "2", "--name", "run")
    (end,) = ends(start(root, tmp_path, 1, *OPTIONS, *devices, program="two_devices.py"))
    assert end[0] == 0, end
    run = RunDir(tmp_path / "runs" / "run")
    assert run.read_summary()["status"] == "finished"
    assert (run.export / "1" / "saved_model.pb").exists()
    assert_equal(run, alone)


@pytest.mark.parametrize(
    "programs", [("two_devices.py", "machine.py"), ("machine.py", "two_devices.py")]
)
def test_a_run_goes_on_with_another_number_of_devices(root, tmp_path, alone, programs):
    run = RunDir(tmp_path / "runs" / "run")
    devices = [("--devices", "2") if name == "two_devices.py" else () for name in programs]
    (process,) = start(
        root, tmp_path, 1, *OPTIONS, *devices[0], "--name", "run", program=programs[0]
    )
    deadline = time.monotonic() + PATIENCE
    while not run.metrics.exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGTERM)
    ((code, out, _),) = ends([process])
    assert code == 128 + signal.SIGTERM and " of 12" in out
    resume = ("--resume", "runs/run", *(devices[1] or ("--devices", "1")))
    ((code, *texts),) = ends(start(root, tmp_path, 1, *resume, program=programs[1]))
    assert code == 0, texts
    assert_equal(run, alone)


def test_two_machines_train_as_one(root, tmp_path, alone):
    chief, other = ends(start(root, tmp_path, 2, *OPTIONS, "--name", "run"))
    assert chief[0] == other[0] == 0, (chief, other)
    assert other[1] == ""
    run = RunDir(tmp_path / "runs" / "run")
    assert run.read_summary()["status"] == "finished"
    assert (run.export / "1" / "saved_model.pb").exists()
    assert_equal(run, alone)


def saved(run):
    return run.saved_step() if run.checkpoints.is_dir() else 0


@pytest.mark.parametrize("lost", [0, 1])
def test_where_a_machine_is_lost_the_others_stop_and_all_resume(root, tmp_path, alone, lost):
    run = RunDir(tmp_path / "runs" / "run")
    processes = start(root, tmp_path, 2, *OPTIONS, "--name", "run", "--checkpoint-every", "1")
    deadline = time.monotonic() + PATIENCE
    while not saved(run):
        assert processes[0].poll() is None and time.monotonic() < deadline
        time.sleep(0.005)
    processes[lost].kill()
    code, _, err = ends(processes)[1 - lost]
    if code != 0:  # it was the last tick
        assert code == LostMachineError.exit_code, err
        # TensorFlow's own log goes before.
        assert "Another machine of the run no longer answers" in err.splitlines()[-1]
    resumed = ends(start(root, tmp_path, 2, "--resume", "runs/run"))
    assert [end[0] for end in resumed] == [0, 0], resumed
    assert_equal(run, alone)


@pytest.mark.parametrize("told", [0, 1])
def test_a_signal_to_one_machine_stops_all(root, tmp_path, alone, told):
    run = RunDir(tmp_path / "runs" / "run")
    processes = start(root, tmp_path, 2, *OPTIONS, "--name", "run")
    deadline = time.monotonic() + PATIENCE
    while not run.metrics.exists():
        assert processes[0].poll() is None and time.monotonic() < deadline
        time.sleep(0.005)
    processes[told].send_signal(signal.SIGTERM)
    stopped = ends(processes)
    assert [end[0] for end in stopped] == [128 + signal.SIGTERM] * 2, stopped
    # At the tick during which the signal came, or at the next.
    assert re.search("Stopped by SIGTERM at step (5|10) of 12", stopped[0][1]), stopped
    resumed = ends(start(root, tmp_path, 2, "--resume", "runs/run"))
    assert [end[0] for end in resumed] == [0, 0], resumed
    assert_equal(run, alone)
