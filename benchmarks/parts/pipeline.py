"""Input pipeline alone: images/s of the batches of a run."""

from benchmarks.turns import alternate, median_row

HELP = "input pipeline alone"


def run(options):
    """Rows of the presets, whose data come as MNIST does, 28×28."""
    count = 2_000 if options.short else 60_000
    jobs = {
        preset: ("benchmarks.jobs:batches", {"preset": preset, "images": count, **options.small})
        for preset in options.presets
    }
    workers = alternate(jobs, options)
    return [
        median_row(name, "batches ready", worker.rates, "images/s")
        for name, worker in workers.items()
    ]
