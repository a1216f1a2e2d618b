"""Peak memory of whole runs: training, pictures, scores and export, over data of several sizes."""

import pathlib
import tempfile
import threading
import time

from benchmarks.rows import Row
from benchmarks.turns import once

HELP = "peak memory of whole runs, over the size of the data"
TEST_IMAGES = 10_000


def run(options):
    """Rows of the first preset asked for."""
    preset, rows = options.presets[0], []
    counts = (200, 400) if options.short else (60_000, 600_000)
    for count in counts:
        given = {"preset": preset, "count": count, **options.small}
        found = once("benchmarks.parts.memory:measure", **given)
        case = f"{preset}, {count:,} images"
        rows += [
            Row(case, "peak of a run's process", found["own"], "MB"),
            Row(case, "and of files in memory", found["files"], "MB"),
        ]
    return rows


def measure(preset, count, steps=3, **options):
    """Peak memory in MB of a run of a few steps: the process's own, and pages of files.

    Args:
        preset: Name of the preset.
        count: Training images.
        steps: Length of the run.
        **options: Of the config.
    """
    from benchmarks.worker import memory
    from keras_infogan import quiet

    peaks = {"own": 0.0, "files": 0.0}
    over = threading.Event()

    def watch():
        while not over.is_set():
            peaks["own"] = max(peaks["own"], memory("RssAnon"))
            peaks["files"] = max(peaks["files"], memory("RssFile"))
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        quiet.import_tensorflow()
        from benchmarks import jobs, made_up
        from keras_infogan.training import experiment

        name = made_up.register_noise(count, min(count, TEST_IMAGES))
        config = jobs.config_of(preset, dataset=name, max_steps=steps, **options)
        with tempfile.TemporaryDirectory() as folder:
            experiment.train(config, pathlib.Path(folder) / "run")
    finally:
        over.set()
        watcher.join()
    return peaks
