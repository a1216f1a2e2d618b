"""`python -m keras_infogan.commands.generate RUN --label 7 --count 16 --out sevens.png`: pictures without a server.

Reads the newest export of a run. --sweep c2 moves one continuous code along each row, all else
fixed; --grid draws every label (or every code, without labels), one a row.
"""

import argparse
import sys

import numpy as np

from keras_infogan.serving import sheet
from keras_infogan.serving.exported import Exported, find_version
from keras_infogan.commands.arguments import OneLineParser, png_path, setting
from keras_infogan.errors import UserError

SWEEP = np.linspace(-2.0, 2.0, 9)  # the paper shows −2 to 2, beyond the training range


def table(exported, label=None, code=None, count=16, seed=0, values=None, sweep=None):
    """Images in rows.

    Args:
        exported: An `Exported`.
        label: Label of all images, or its name; with neither label nor code, all of them, a row
            each, or `count` images of a model without codes.
        code: A value of the categorical code instead.
        count: Number of noises: those of seed, seed + 1, ...
        seed: Of the first noise.
        values: `{name: number}` of continuous codes; 0 for those left out.
        sweep: Name of a continuous code that goes from −2 to 2 along each row.

    Returns:
        float32 in [0, 1], `(rows, columns, height, width, channels)`, or `(count, height, width,
        channels)` where the images have no order but that of their seeds.

    Raises:
        UserError: If the model cannot be asked for that.
    """
    if sweep in (values or {}):
        raise UserError(f"{sweep} is swept, so it cannot be set.")
    if label is None and code is None:
        if exported.codeless:
            return exported.sample(count, seed, values=values)
        if sweep is not None:
            raise UserError("--grid and --sweep do not go together.")
        kind = "label" if exported.labels else "code"
        rows = [
            exported.sample(count, seed, values=values, **{kind: one})
            for one in exported.labels or range(exported.codes)
        ]
        if not rows:
            raise UserError(f"{exported.path} has no code that images can be asked for by.")
        return np.stack(rows)
    if sweep is None:
        return exported.sample(count, seed, label, code, values)
    return np.stack(
        [
            exported.sample(count, seed, label, code, {**(values or {}), sweep: value})
            for value in SWEEP
        ],
        axis=1,
    )


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = OneLineParser(
        prog="python -m keras_infogan.commands.generate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", help="a run, a directory of versions, or a version")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--label", help="images of this label, by its name or its number")
    what.add_argument("--code", type=int, help="images of this value of the categorical code")
    what.add_argument("--grid", action="store_true", help="every label, one a row; or of no label")
    parser.add_argument("--count", type=int, default=16, help="noises (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the first (default: %(default)s)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=NUMBER", help="a continuous code"
    )
    parser.add_argument("--sweep", metavar="NAME", help="move this code from -2 to 2 in each row")
    parser.add_argument("--out", required=True, metavar="FILE.png", help="the sheet of images")
    options = parser.parse_args(arguments)
    try:
        out = png_path(options.out)
        values = dict(map(setting, options.set))
        find_version(options.run)  # before TensorFlow takes its time to load
        images = table(
            Exported(options.run),
            options.label,
            options.code,
            options.count,
            options.seed,
            values,
            options.sweep,
        )
        sheet.save(out, images)
    except UserError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    print(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
