"""Time to quality: seconds of training to an accuracy and to a Fréchet distance."""

import pathlib
import tempfile
import time

from benchmarks.rows import Row
from benchmarks.turns import once

HELP = "seconds to one-to-one .90, .95, .98 and to Fréchet 5, mnist beside the paper's recipe"
PRESETS = ("mnist", "slides")  # `slides` is the paper's set-up without any addition
ACCURACIES = (0.90, 0.95, 0.98)
FRECHET = 5.0
MINUTES = 15.0


def run(options):
    """Rows of `mnist` and of the paper's plain recipe; what is not reached has no row."""
    rows = []
    limits = {"minutes": MINUTES}
    if options.short:
        limits = {"minutes": 0.02, "every": 5, "dataset": "mnist5k"}
    for preset in PRESETS:
        found = once("benchmarks.parts.quality:measure", preset=preset, **limits, **options.small)
        rows += [Row(preset, what, seconds, "s") for what, seconds in found["reached"].items()]
        for name in ("accuracy", "frechet"):
            if found[name] is not None:
                rows.append(Row(preset, f"{name} after {found['seconds']:.0f} s", found[name], ""))
    return rows


def measure(preset, minutes, every=250, dataset=None, **options):
    """When a run reaches what, the time of the measuring left out.

    Args:
        preset: Name of the preset.
        minutes: Minutes after which it ends, reached or not.
        every: Steps between measurements.
        dataset: Name of the data set; MNIST if it is available, by default.
        **options: Of the config.

    Returns:
        Dict of `reached`, `{what: seconds}`; the last `accuracy` and `frechet`; `seconds`.
    """
    from keras_infogan import quiet

    quiet.import_tensorflow()
    import keras

    from benchmarks import jobs
    from keras_infogan.config import RunOptions
    from keras_infogan.evaluation.complete import evaluate_model
    from keras_infogan.training import experiment, plan

    config = jobs.config_of(preset, dataset=dataset, **options)
    data = plan.make_plan(config).data
    found = {"reached": {}, "accuracy": None, "frechet": None, "seconds": 0.0}

    class Watch(keras.callbacks.Callback):
        """Measures at every tick."""

        def on_train_begin(self, logs=None):
            self.began = time.monotonic()

        def on_epoch_end(self, epoch, logs=None):
            seconds = time.monotonic() - self.began
            scores = evaluate_model(self.model, data, config.seed)
            found["seconds"] = seconds
            found["accuracy"] = scores["codes"]["code_accuracy"]
            found["frechet"] = scores["generated"]["frechet"]
            reached = [f"accuracy {a}" for a in ACCURACIES if (found["accuracy"] or 0.0) >= a]
            if found["frechet"] <= FRECHET:
                reached.append(f"Fréchet {FRECHET:g}")
            for what in reached:
                found["reached"].setdefault(what, seconds)
            if len(found["reached"]) > len(ACCURACIES) or seconds > 60.0 * minutes:
                self.model.stop_training = True
            self.began += time.monotonic() - self.began - seconds

    with tempfile.TemporaryDirectory() as folder:
        kept = RunOptions(tick=every)
        experiment.train(config, pathlib.Path(folder) / "run", kept, [Watch()])
    return found
