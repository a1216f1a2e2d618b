"""The machines of a run, as TF_CONFIG tells them, and the example files that set it."""

import json
import os
import subprocess

import pytest

from keras_infogan import cluster
from keras_infogan.cluster import Cluster
from keras_infogan.errors import UserError


def config(tasks, kind, index):
    return json.dumps({"cluster": tasks, "task": {"type": kind, "index": index}})


def is_here(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    return cluster.here()


@pytest.mark.parametrize("text", [None, "", " "])
def test_without_a_word_a_machine_is_alone(monkeypatch, text):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    here = cluster.here() if text is None else is_here(monkeypatch, text)
    assert here == Cluster(1, 0)
    assert here.is_chief and not here.several


@pytest.mark.parametrize(
    "kind, index, number", [("chief", 0, 0), ("worker", 0, 1), ("worker", 1, 2)]
)
def test_a_chief_comes_before_the_workers(monkeypatch, kind, index, number):
    tasks = {"worker": ["b:1", "c:1"], "chief": ["a:1"]}
    here = is_here(monkeypatch, config(tasks, kind, index))
    assert here == Cluster(3, number)
    assert here.several and here.is_chief == (number == 0)


def test_the_first_worker_is_the_chief_where_none_is_named(monkeypatch):
    tasks = {"worker": ["a:1", "b:1"]}
    assert is_here(monkeypatch, config(tasks, "worker", 0)).is_chief
    assert not is_here(monkeypatch, config(tasks, "worker", 1)).is_chief


@pytest.mark.parametrize(
    "text, message",
    [
        ("{", "TF_CONFIG must be JSON such as"),
        ("[]", "TF_CONFIG must be JSON such as"),
        ("3", "TF_CONFIG must be JSON such as"),
        ('{"cluster": {}}', "TF_CONFIG must be JSON such as"),
        ('{"cluster": [], "task": {"type": "worker", "index": 0}}', "must be JSON such as"),
        (config({"worker": 3}, "worker", 0), "TF_CONFIG must be JSON such as"),
        (config({"worker": ["a:1"], "ps": ["b:1"]}, "ps", 0), "only. Received: ps."),
        (config({"worker": ["a:1", "b"]}, "worker", 0), "from 1 to 65535. Received: 'b'."),
        (config({"worker": ["a:1", 2]}, "worker", 0), "from 1 to 65535. Received: 2."),
        (config({"worker": ["a:1", "b:99999"]}, "worker", 0), "to 65535. Received: 'b:99999'."),
        (config({"worker": ["a:1", "b:0"]}, "worker", 0), "to 65535. Received: 'b:0'."),
        (config({"worker": ["a:1", "b:٣"]}, "worker", 0), "as host:port"),
        (config({"worker": ["a:1", "http://b:2"]}, "worker", 0), "as host:port"),
        (
            config({"worker": ["a:1", "a:1"]}, "worker", 0),
            "each machine once. Received: a:1 twice.",
        ),
        ("[" * 100_000, "TF_CONFIG must be JSON such as"),
        (config({"worker": ["a:1"]}, "worker", 1), "of its cluster. Received: worker 1."),
        (config({"worker": ["a:1"]}, "worker", -1), "of its cluster. Received: worker -1."),
        (config({"worker": ["a:1"]}, "worker", "0"), "of its cluster. Received: worker 0."),
        (config({"worker": ["a:1"]}, "chief", 0), "of its cluster. Received: chief 0."),
        (config({"worker": ["a:1"]}, [], 0), r"of its cluster. Received: \[\] 0."),
    ],
)
def test_what_cannot_be_understood_is_refused(monkeypatch, text, message):
    with pytest.raises(UserError, match=message):
        is_here(monkeypatch, text)


# Stands for `scontrol`, `srun` and `infogan`: two machines, and what each of them would start.
COMMANDS = {
    "scontrol": "printf 'node1\\nnode2\\n'",
    "srun": '[ "$1 $2" = "--kill-on-bad-exit=0 --wait=0" ] && shift 2\n'
    'for id in 0 1; do SLURM_PROCID=$id "$@"; done',
    "infogan": 'echo $TF_CONFIG; echo "$@"',
}


@pytest.fixture
def commands(tmp_path):
    """An environment in which those commands are found."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in COMMANDS.items():
        (folder / name).write_text(f"#!/bin/bash\n{text}\n")
        (folder / name).chmod(0o755)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


def started(monkeypatch, output):
    """`[(Cluster, arguments)]` of what `infogan` printed."""
    lines = output.splitlines()
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return [(is_here(monkeypatch, text), arguments) for text, arguments in pairs]


FIRST, AGAIN = "train --preset lab --out runs --name lab-s0", "train --resume runs/lab-s0"


@pytest.mark.parametrize("arguments", [FIRST, AGAIN])
def test_slurm_starts_and_resumes_a_run(root, tmp_path, monkeypatch, commands, arguments):
    if arguments == AGAIN:
        (tmp_path / "runs" / "lab-s0").mkdir(parents=True)
        (tmp_path / "runs" / "lab-s0" / "config.json").touch()
    script = root / "docs" / "cluster" / "slurm.sh"
    output = subprocess.run(
        ["bash", script],
        cwd=tmp_path,
        env=commands | {"SLURM_JOB_NODELIST": "node[1-2]"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert started(monkeypatch, output) == [(Cluster(2, 0), arguments), (Cluster(2, 1), arguments)]


def test_kubernetes_starts_a_run(root, monkeypatch, commands):
    yaml = pytest.importorskip("yaml")
    text = (root / "docs" / "cluster" / "kubernetes.yaml").read_text()
    service, job = yaml.safe_load_all(text)
    assert (service["kind"], job["kind"]) == ("Service", "Job")
    spec, pod = job["spec"], job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert spec["completions"] == spec["parallelism"] == 2
    assert spec["completionMode"] == "Indexed"  # which sets $JOB_COMPLETION_INDEX
    # Names of pods are those of the job, in the domain of a service without an address.
    assert service["spec"]["clusterIP"] == "None"
    assert service["metadata"]["name"] == pod["subdomain"]
    assert service["spec"]["selector"] == {"job-name": job["metadata"]["name"]}
    name, domain = job["metadata"]["name"], pod["subdomain"]
    (port,) = (one["containerPort"] for one in container["ports"])
    mounted = {one["name"] for one in container["volumeMounts"]}
    assert mounted == {one["name"] for one in pod["volumes"]}
    for index in range(2):
        env = commands | {"JOB_COMPLETION_INDEX": str(index)}
        done = subprocess.run(
            [*container["command"], *container["args"]], env=env, capture_output=True, text=True
        )
        ((here, arguments),) = started(monkeypatch, done.stdout)
        assert here == Cluster(2, index)
        assert arguments == "train --preset lab --out /runs --name lab-s0"
        workers = json.loads(os.environ["TF_CONFIG"])["cluster"]["worker"]
        assert workers == [f"{name}-{i}.{domain}:{port}" for i in range(2)]
