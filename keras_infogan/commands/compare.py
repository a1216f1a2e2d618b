"""`python -m keras_infogan.commands.compare runs/a runs/b --figure codes --out figure.png`.

Sets runs side by side, from what they have left in their directories; or draws what the theory
says, without any run.
"""

import argparse
import pathlib
import sys

from keras_infogan import quiet, files
from keras_infogan.commands.arguments import OneLineParser
from keras_infogan.errors import UserError
from keras_infogan.figures import FIGURES
from keras_infogan.run_dir import RunDir


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    listed = "figures:\n" + "".join(f"  {name:<22}{f.shows}\n" for name, f in FIGURES.items())
    parser = OneLineParser(
        prog="python -m keras_infogan.commands.compare",
        description=__doc__,
        epilog=listed,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("runs", nargs="*", metavar="RUN", help="directories of runs")
    parser.add_argument("--figure", required=True, choices=FIGURES, metavar="NAME")
    parser.add_argument("--steps", nargs="+", type=int, default=[], help="for the figure steps")
    parser.add_argument("--out", required=True, help="the file to write, .png or .md")
    options = parser.parse_args(arguments)
    try:
        compare(options.figure, options.runs, pathlib.Path(options.out), options.steps)
    except UserError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    print(options.out)
    return 0


def compare(name, runs, out, steps=()):
    """Draws a figure.

    Args:
        name: One of `FIGURES`.
        runs: Paths of run directories.
        out: The file to write.
        steps: Numbers of steps, for the figure that needs them.

    Raises:
        UserError: If the runs, the figure and the file do not go together.
    """
    figure = FIGURES[name]
    if bool(runs) != figure.needs_runs:
        wants = "needs at least one run" if figure.needs_runs else "is about no run"
        raise UserError(f"--figure {name} {wants}. Received: {' '.join(map(str, runs)) or 'none'}.")
    if bool(steps) != figure.needs_steps:
        wants = (
            "needs --steps, such as --steps 500 3000" if figure.needs_steps else "has no --steps"
        )
        raise UserError(
            f"--figure {name} {wants}. Received: {' '.join(map(str, steps)) or 'none'}."
        )
    if out.suffix.lower() != figure.suffix:
        raise UserError(f"--out must be a {figure.suffix} file. Received: {out}.")
    if not out.parent.is_dir():
        raise UserError(f"{out.parent} is not a directory.")
    if out.is_dir():
        raise UserError(f"--out must be a file. Received a directory: {out}.")
    files.check_writable(out.parent)
    found = [RunDir(run) for run in runs]
    for run in found:
        run.read_config()  # says so if it is no run
    quiet.import_tensorflow()
    figure.draw(out, found, steps)


if __name__ == "__main__":
    sys.exit(main())
