"""Measures speed, prints a table and writes JSON.

    python -m benchmarks                        all parts but the long ones
    python -m benchmarks train-step --presets lab-plain
    python -m benchmarks --short                everything once, on tiny networks

Jobs that are compared run in processes of their own and in turns, A B A B: a figure is the median
of the rounds, with the smallest and largest beside it; a ratio is taken round by round. On a
machine that has other work, --busy compares the processor's time on one thread.
"""

import argparse
import importlib
import os
import pathlib
import shlex
import sys

from benchmarks import rows, turns

PARTS = (
    "train-step",
    "fit",
    "pipeline",
    "start-up",
    "memory",
    "listeners",
    "growth",
    "serving",
    "quality",
    "gpu",
)
LONG = ("quality", "gpu")  # when asked for only
PRESETS = ("lab-plain", "paper", "quick", "mnist")
RESULTS = pathlib.Path(__file__).parent / "results"
THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
ONE_THREAD = dict.fromkeys(THREADS, "1")
SMALL = {"batch_size": 8, "networks": "conv28(filters=2, units=8)", "image_size": 28}


def module(part):
    """The module of a part."""
    return importlib.import_module(f"benchmarks.parts.{part.replace('-', '_')}")


def build_parser():
    """The command line."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="parts:\n" + "".join(f"  {part:<12}{module(part).HELP}\n" for part in PARTS),
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="those below")
    parser.add_argument("--presets", nargs="+", default=PRESETS, metavar="NAME")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of a turn (default: 5)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each job (default: 5)")
    parser.add_argument("--busy", action="store_true", help="count a processor's time, one thread")
    parser.add_argument("--short", action="store_true", help="tiny networks, a turn of each")
    parser.add_argument("--out", metavar="FILE", help="the JSON file (default: results/last.json)")
    return parser


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.parts) - set(PARTS)):
        parser.error(f"PART must be one of {', '.join(PARTS)}. Received: {unknown[0]}.")
    options.small = SMALL if options.short else {}
    if options.short:
        options.seconds, options.rounds = 0.1, 1
    if options.busy:
        os.environ.update(ONE_THREAD)
        turns.Worker.clock = "worked"
    given = sys.argv[1:] if arguments is None else arguments
    command = shlex.join(["python", "-m", "benchmarks", *given])
    found = {}
    for part in options.parts or [part for part in PARTS if part not in LONG]:
        found[part] = module(part).run(options)
        print(rows.table(part, found[part]), flush=True)
        rows.write(options.out or RESULTS / "last.json", command, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
