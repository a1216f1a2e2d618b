"""Serving through TensorFlow's C API, as a server does: images/s, latency, cold start."""

import pathlib
import sys
import tempfile
import time

from benchmarks.rows import Row
from benchmarks.turns import ROOT, alternate, median_row, once, ratio_row

HELP = "sample, generate and recognize through the C API; cold start"
SIGNATURES = ("generate", "sample", "sample_code", "recognize")
# Pairs of batch size and clients, for a small network, where overhead counts, and a large one.
CASES = {"quick": ((64, 1), (1, 1), (64, 4), (1, 4)), "lab-plain": ((64, 1), (1, 1))}


def run(options):
    """Rows of an export of each preset: batches of 64 and of 1, one client or several."""
    return [
        row
        for preset, cases in CASES.items()
        if preset in options.presets
        for row in _of_preset(preset, cases, options)
    ]


def _of_preset(preset, cases, options):
    with tempfile.TemporaryDirectory() as folder:
        given = {"preset": preset, "folder": folder, **options.small}
        path = once("benchmarks.parts.serving:export", **given)
        rows = []
        for batch, clients in cases:
            jobs = {
                name: (
                    "benchmarks.parts.serving:request",
                    {"path": path, "signature": name, "batch": batch, "clients": clients},
                )
                for name in SIGNATURES
            }
            workers = alternate(jobs, options)
            case = f"{preset}, batch {batch}, {clients} client{'s' if clients > 1 else ''}"
            for name, worker in workers.items():
                rows.append(median_row(case, name, worker.rates, "images/s"))
                calls = worker.calls
                for share in (50, 99):
                    at = calls[min(len(calls) - 1, len(calls) * share // 100)]
                    rows.append(Row(case, f"{name} p{share}", 1e3 * at, "ms"))
            rates = (workers[name].rates for name in ("sample", "generate"))
            rows.append(ratio_row(case, "sample / generate", *rates))
        starts = [
            once("benchmarks.parts.serving:cold_start", path=path, began=time.time())
            for _ in range(options.rounds)
        ]
    rows.append(median_row(f"{preset}, cold start", "process to first image", starts, "s"))
    return rows


def export(preset, folder, **options):
    """Exports a new model, whose code c1 means label c1; returns the version's path."""
    from benchmarks import jobs
    from keras_infogan import quiet

    quiet.import_tensorflow()
    from keras_infogan.serving.saved_model import export_model
    from keras_infogan.training import environment

    config = jobs.config_of(preset, **options)
    codes = {"code": "c1", "code_to_label": {value: value for value in range(10)}}
    about = {
        "config": config.to_json(),
        "summary": {"codes": codes},
        "environment": environment.describe(),
    }
    return str(export_model(jobs.make_model(config), pathlib.Path(folder) / "export", about))


def request(path, signature, batch, clients=1):
    """A `Job` that asks for a batch of images, in a process without TensorFlow's Python."""
    from benchmarks.worker import Job

    session = _session(path)
    inputs = _inputs(session.signatures[signature]["inputs"], batch)
    # Images only, so that no PNG files are made.
    outputs = ["image"] if "image" in session.signatures[signature]["outputs"] else None
    return Job(lambda: session.run(signature, inputs, outputs), batch, clients)


def cold_start(path, began):
    """Seconds from `began`, before this process was started, to its first image."""
    session = _session(path)
    session.run("sample_code", _inputs(session.signatures["sample_code"]["inputs"], 1))
    return time.time() - began


def _session(path):
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    from c_api import Session

    return Session(path)


def _inputs(described, batch):
    """A batch of inputs as a signature describes them."""
    import numpy as np

    draws = np.random.default_rng(0)
    shapes = {name: (batch, *facts["shape"][1:]) for name, facts in described.items()}
    return {
        name: draws.integers(0, 10, shapes[name])
        if facts["dtype"] == "int64"
        else draws.uniform(0.0, 1.0, shapes[name]).astype(np.float32)
        for name, facts in described.items()
    }
