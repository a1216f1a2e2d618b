"""Start-up: seconds from the command to the first step, stage by stage."""

import statistics
import time

from benchmarks.rows import Row
from benchmarks.turns import once

HELP = "seconds from the command to the first step"
STAGES = ("imports", "data", "model", "compilation and first step")


def run(options):
    """Rows of the presets on mnist5k, medians of three starts."""
    rows = []
    for preset in options.presets:
        given = {"preset": preset, "dataset": "mnist5k", **options.small}
        starts = [
            once("benchmarks.parts.start_up:measure", began=time.time(), **given)
            for _ in range(1 if options.short else 3)
        ]
        totals = [sum(start) for start in starts]
        rows += [
            Row(preset, stage, statistics.median(start[i] for start in starts), "s")
            for i, stage in enumerate(STAGES)
        ]
        rows.append(
            Row(
                preset,
                "command to first step",
                statistics.median(totals),
                "s",
                min(totals),
                max(totals),
            )
        )
    return rows


def measure(preset, began, **options):
    """Seconds of each stage.

    Args:
        preset: Name of the preset.
        began: `time.time()` before this process was started.
        **options: Of the config.
    """
    from benchmarks import jobs
    from keras_infogan import quiet

    config = jobs.config_of(preset, **options)
    marks = [began]
    quiet.import_tensorflow()
    from keras_infogan.training import experiment, plan

    marks.append(time.time())
    planned = plan.make_plan(config)
    marks.append(time.time())
    model = experiment.build_model(
        planned.config, planned.channels, planned.total_steps, planned.num_labels
    )
    marks.append(time.time())
    batches = iter(planned.batches(0, model.learns_labels))
    model.make_train_function()
    model.train_function(batches)
    model.d_optimizer.iterations.numpy()
    marks.append(time.time())
    return [after - before for before, after in zip(marks, marks[1:], strict=False)]
