"""A run with callbacks, pipeline, pictures, checks and evaluations, beside the bare step.

Both work in one process, a tick of the one and as many bare steps in turn. The bare steps go on
with the model of the run, which changes what it learns and not how long it takes.
"""

import pathlib
import tempfile
import time

from benchmarks.jobs import config_of
from benchmarks.rows import Row
from benchmarks.turns import once

HELP = "a run with all that watches it, beside the bare step"


def run(options):
    """Rows of the presets: 1,000 steps after the first 500, in which all is compiled.

    Steps on 64×64 images take a second each: 40 of them, between which there are no pictures.
    """
    rows = []
    for preset in options.presets:
        large = config_of(preset).image_size == 64
        length = {"first": 20, "steps": 40, "tick": 10} if large else {}
        if options.short:
            length = {"first": 2, "steps": 4, "tick": 2}
        found = once("benchmarks.parts.fit:measure", preset=preset, **length, **options.small)
        rows += [
            Row(preset, "fit", found["fit"], "images/s"),
            Row(preset, "bare step", found["bare"], "images/s"),
            Row(preset, "fit / bare step", found["fit"] / found["bare"], "×"),
        ]
    return rows


def measure(preset, first=500, steps=1000, tick=100, **options):
    """Images/s of a run and of its step alone.

    Args:
        preset: Name of the preset.
        first: Steps before the measurement.
        steps: Steps of the measurement, a multiple of `tick`.
        tick: Steps between looks at the model.
        **options: Of the config.
    """
    from keras_infogan import quiet

    quiet.import_tensorflow()
    import keras
    import tensorflow as tf

    from benchmarks import jobs
    from keras_infogan.config import RunOptions
    from keras_infogan.training import experiment
    from keras_infogan.training.plan import make_plan

    config = jobs.config_of(preset, dataset="mnist5k", max_steps=first + steps, **options)
    batches = make_plan(config).batches

    class Turns(keras.callbacks.Callback):
        """Times ticks, and as many bare steps after each."""

        def __init__(self):
            super().__init__()
            self.fit = self.bare = 0.0
            self.step = 0
            self.began = None
            self.iterator = None

        def on_train_begin(self, logs=None):
            # One of the run's own: of another structure, the step would be compiled again.
            batch = next(iter(batches(0, self.model.learns_labels)))
            self.iterator = iter(tf.data.Dataset.from_tensors(batch).repeat())

        def on_epoch_begin(self, epoch, logs=None):
            self._end()
            if self.step >= first:
                before = time.perf_counter()
                for _ in range(tick // self.model.steps_per_execution):
                    self.model.train_function(self.iterator)
                self.model.d_optimizer.iterations.numpy()
                self.bare += time.perf_counter() - before
                self.began = time.perf_counter()
            self.step += tick

        def on_train_end(self, logs=None):
            self._end()

        def _end(self):
            if self.began is not None:
                self.fit += time.perf_counter() - self.began
                self.began = None

    turns = Turns()
    with tempfile.TemporaryDirectory() as folder:
        kept = RunOptions(tick=tick)
        experiment.train(config, pathlib.Path(folder) / "run", kept, [turns])
    return {name: steps * config.batch_size / getattr(turns, name) for name in ("fit", "bare")}
