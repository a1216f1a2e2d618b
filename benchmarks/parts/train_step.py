"""Train step: images/s beside its convolutions alone, a matrix product, and PyTorch.

The last rows are in bfloat16, which processors with AMX multiply faster than float32.
"""

import importlib.util

from benchmarks.turns import alternate, median_row, once, ratio_row

HELP = "train step beside its convolutions, a matrix product and PyTorch"


def run(options):
    """Rows of all presets asked for; the step as the preset has it, and in the other mode."""
    rows = []
    for preset in options.presets:
        rows += of(preset, options)
    return rows


def of(preset, options):
    """Rows of one preset."""
    given = {"preset": preset, **options.small}
    jit = once("benchmarks.jobs:step_mode", **given)
    others = {"graph": False, "XLA": True}
    ours = "XLA" if jit else "graph"
    jobs = {
        name: ("benchmarks.jobs:train_step", {**given, "jit": mode})
        for name, mode in others.items()
    }
    jobs["convolutions"] = ("benchmarks.jobs:convolutions", given)
    jobs["matrix product"] = ("benchmarks.jobs:matrix_product", {})
    jobs["bfloat16"] = ("benchmarks.jobs:train_step", {**given, "precision": "mixed_bfloat16"})
    if importlib.util.find_spec("torch"):
        jobs["PyTorch"] = ("benchmarks.reference:train_step", given)
        jobs["PyTorch, bfloat16"] = (
            "benchmarks.reference:train_step",
            {**given, "precision": "bfloat16"},
        )
    workers = alternate(jobs, options)
    flop = once("benchmarks.jobs:step_flop", **given)
    rates = {name: worker.rates for name, worker in workers.items()}
    rows = [median_row(preset, f"{ours} (as it runs)", rates[ours], "images/s")]
    rows += [
        median_row(preset, name, rates[name], "images/s")
        for name in (*others, "convolutions", "PyTorch")
        if name in rates and name != ours
    ]
    rows.append(median_row(preset, ours, [flop * rate / 1e9 for rate in rates[ours]], "GFLOP/s"))
    speeds = {
        "convolutions": [flop * rate / 1e9 for rate in rates["convolutions"]],
        "matrix product": [rate / 1e9 for rate in rates["matrix product"]],
    }
    rows += [median_row(preset, name, values, "GFLOP/s") for name, values in speeds.items()]
    rows.append(ratio_row(preset, "step / its convolutions", rates[ours], rates["convolutions"]))
    if "PyTorch" in rates:
        rows.append(ratio_row(preset, "step / PyTorch", rates[ours], rates["PyTorch"]))
    rows += [
        median_row(preset, name, rates[name], "images/s")
        for name in ("bfloat16", "PyTorch, bfloat16")
        if name in rates
    ]
    rows.append(ratio_row(preset, "bfloat16 / float32", rates["bfloat16"], rates[ours]))
    return rows
