"""Compares runs in a figure or a table, or draws a figure of the theory, which needs no run.

infogan compare runs/a runs/b --figure codes --out figure.png
"""

from keras_infogan import figures, quiet
from keras_infogan.commands import program
from keras_infogan.errors import UserError
from keras_infogan.run_dir import RunDir


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    listed = "".join(f"  {name:<23}{figures.get(name).shows}\n" for name in figures.names())
    parser = program.OneLineParser(
        prog="infogan compare", description=__doc__, epilog=f"figures:\n{listed}"
    )
    parser.add_argument("runs", nargs="*", metavar="RUN", help="directories of runs")
    parser.add_argument("--figure", required=True, metavar="NAME", help="one of those below")
    parser.add_argument("--steps", nargs="+", type=int, default=[], help="for the figure steps")
    parser.add_argument("--out", required=True, help="the file to write, .png or .md")
    program.add_import(parser)
    return program.run(parser, _run, arguments)


def _run(options):
    compare(options.figure, options.runs, options.out, options.steps)
    print(options.out)


def compare(name, runs, out, steps=()):
    """Draws a figure.

    Args:
        name: Name of a figure, see `figures.names`.
        runs: Paths of run directories.
        out: The file to write.
        steps: Numbers of steps, for the figure that needs them.

    Raises:
        UserError: If the runs, the figure and the file do not go together.
    """
    figure = figures.get(name)
    if bool(runs) != figure.needs_runs:
        wants = "needs at least one run" if figure.needs_runs else "takes no runs"
        raise UserError(f"--figure {name} {wants}. Received: {' '.join(map(str, runs)) or 'none'}.")
    if bool(steps) != figure.needs_steps:
        wants = (
            "needs --steps, such as --steps 500 3000" if figure.needs_steps else "takes no --steps"
        )
        raise UserError(
            f"--figure {name} {wants}. Received: {' '.join(map(str, steps)) or 'none'}."
        )
    out = program.output_file(out, figure.suffix)
    found = [RunDir(run) for run in runs]
    for run in found:
        run.read_config()  # says so if it is no run
    quiet.import_tensorflow()
    figure.draw(
        out, *([found] if figure.needs_runs else []), *([steps] if figure.needs_steps else [])
    )
