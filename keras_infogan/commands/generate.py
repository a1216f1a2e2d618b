"""Draws images of a run's newest export, or of a pretrained model, without a server.

infogan generate runs/quick-s0 --label 7 --count 16 --out sevens.png
infogan generate runs/quick-s0 --label 7 --count 4 --sweep c2 --out widths.png
infogan generate runs/quick-s0 --grid --out all.png
"""

import numpy as np

from keras_infogan.commands import program
from keras_infogan.commands.image_options import add_image_options, check_count, settings
from keras_infogan.errors import UserError
from keras_infogan.serving import sheet
from keras_infogan.serving.exported import Exported

STEPS = 9  # of a continuous code that is swept


def table(exported, label=None, code=None, count=16, seed=0, values=None, sweep=None):
    """Images in rows.

    Args:
        exported: An `Exported`.
        label: Label of all images, or its name; with neither label nor code, all of them, a row
            each, or `count` images of a model without categorical codes.
        code: A value of the code instead.
        count: Number of noises: those of seed, seed + 1, ...
        seed: Of the first noise.
        values: `{name: value}` of other codes, as `Exported.sample` takes them.
        sweep: Name of another code that goes from end to end along each row.

    Returns:
        float32 in [0, 1], `(rows, columns, height, width, channels)`, or `(count, height, width,
        channels)` where the images have no order but that of their seeds.

    Raises:
        UserError: If the model cannot be asked for that.
    """
    values = values or {}
    if sweep in values:
        raise UserError(f"{sweep} is swept, so it cannot be set.")
    asked = {"label": label, "code": code}
    if exported.codes and label is None and code is None:
        if sweep is not None:
            raise UserError("--grid and --sweep do not go together.")
        kind = "label" if exported.labels else "code"
        rows = [
            exported.sample(count, seed, values=values, **{kind: one})
            for one in exported.labels or range(exported.codes)
        ]
        return np.stack(rows)
    if sweep is None:
        return exported.sample(count, seed, values=values, **asked)
    columns = [
        exported.sample(count, seed, values={**values, sweep: value}, **asked)
        for value in _steps(exported.others.get(sweep, {}))
    ]
    return np.stack(columns, axis=1)


def _steps(facts):
    """The values of a code that is swept; an unknown one is refused by `Exported.sample`."""
    if "low" in facts:
        return np.linspace(facts["low"], facts["high"], STEPS)
    return range(facts.get("num_values", 1))


def draw(options):
    """Draws, writes and prints the file's name."""
    out = program.output_file(options.out, ".png", folder_is_made=True)
    values = settings(options.set)
    check_count(options.count)
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
    print(out)


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = program.OneLineParser("infogan generate", __doc__)
    program.add_exported(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--label", help="images of this label, by its name or its number")
    what.add_argument("--code", type=int, help="images of this value of the code")
    what.add_argument(
        "--grid",
        action="store_true",
        help="a row for each label or, without labels, for each value of the code",
    )
    add_image_options(parser, out_required=True)
    parser.add_argument("--sweep", metavar="NAME", help="move this code from end to end in a row")
    return program.run(parser, draw, arguments)
