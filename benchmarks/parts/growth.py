"""Growth: images/s and memory of the step over batch, image size, codes and data set."""

from benchmarks.rows import Row
from benchmarks.turns import alternate, median_row

HELP = "images/s and memory over batch, data set, image size and codes"
CODES = (
    "cat(10)",
    "cat(10) + uniform(-1, 1)",
    "2*cat(10) + uniform(-1, 1)",
    "2*cat(10) + 2*uniform(-1, 1)",
)


def run(options):
    """Rows of `quick`'s step; each line of growth in turns of its own."""
    sizes = (28, 32) if options.short else (28, 64, 128)
    batches = (8, 16) if options.short else (16, 64, 256)
    counts = (200, 400) if options.short else (5_000, 60_000, 600_000)
    lines = {
        "batch": [{"batch_size": size} for size in batches],
        "image size": [{"image_size": size} for size in sizes],
        "codes": [{"latents": f"normal(62) + {codes}"} for codes in CODES],
        "data set": [{"images": count} for count in counts],
    }
    rows = []
    for line, values in lines.items():
        jobs = {
            f"{line} {_shown(line, value)}": (
                "benchmarks.jobs:train_step",
                {"preset": "quick", **options.small, **value},
            )
            for value in values
        }
        for name, worker in alternate(jobs, options).items():
            rows.append(median_row(name, "step", worker.rates, "images/s"))
            rows.append(Row(name, "peak memory", worker.memory, "MB"))
    return rows


def _shown(line, value):
    (value,) = value.values()
    return 1 + CODES.index(value.removeprefix("normal(62) + ")) if line == "codes" else f"{value:,}"
