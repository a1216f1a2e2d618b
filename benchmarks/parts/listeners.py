"""What interrupts training, in ms: a checkpoint, pictures, a check, an evaluation, an export."""

import pathlib
import statistics
import tempfile
import time

from benchmarks.rows import Row
from benchmarks.turns import once

HELP = "a checkpoint, pictures, a check, an evaluation, an export, in ms"


def run(options):
    """Rows of the presets, on mnist5k; medians of three, after a first one that compiles."""
    rows = []
    for preset in options.presets:
        times = 1 if options.short else 3
        given = {"preset": preset, "times": times, **options.small}
        found = once("benchmarks.parts.listeners:measure", **given)
        rows += [
            Row(preset, name, statistics.median(values), "ms", min(values), max(values))
            for name, values in found.items()
        ]
    return rows


def measure(preset, times=3, **options):
    """`{what: ms of each time}` for a new model of a preset.

    Args:
        preset: Name of the preset.
        times: How often each is done.
        **options: Of the config.
    """
    from benchmarks import jobs
    from keras_infogan import quiet

    quiet.import_tensorflow()
    from keras_infogan.config import RunOptions
    from keras_infogan.evaluation.complete import evaluate_model
    from keras_infogan.serving.saved_model import export_model
    from keras_infogan.training import environment, experiment
    from keras_infogan.training.listeners.checkpoints import Checkpoints
    from keras_infogan.training.listeners.health import Health
    from keras_infogan.training.listeners.sample_grids import SampleGrids
    from keras_infogan.training.ticks import Tick

    config = jobs.config_of(preset, dataset="mnist5k", **options)
    plan, model = experiment.prepare(config, RunOptions())
    with tempfile.TemporaryDirectory() as folder:
        run = experiment.RunDir(pathlib.Path(folder) / "run")
        run.create()
        kept = [Checkpoints(run), SampleGrids(run, 500), Health(run.health, plan)]
        for listener in kept:
            listener.begin(model, 0)
        tick = Tick(500, 400, 1.0, 1.0, dict.fromkeys(model.means.by_name, 0.5), False)
        codes = {"codes": {"code": "c1", "code_to_label": {v: v for v in range(10)}}}
        about = {
            "config": config.to_json(),
            "summary": codes,
            "environment": environment.describe(),
        }
        work = {
            "checkpoint": lambda: kept[0].save(1),
            "pictures": lambda: kept[1].save(1),
            "health check": lambda: kept[2].check(tick),
            "evaluation": lambda: evaluate_model(model, plan.data, config.seed),
            "export": lambda: export_model(model, run.export, about),
        }
        return {name: _times(call, times) for name, call in work.items()}


def _times(call, times):
    found = []
    call()
    for _ in range(times):
        before = time.perf_counter()
        call()
        found.append(1e3 * (time.perf_counter() - before))
    return found
