"""Writes an HTML report of a run, or of several side by side.

infogan report runs/quick-s0 --out report.html
infogan report runs/a runs/b --out report.html
infogan report runs/lab-s0 --lab --out report.html
"""

import pathlib

from keras_infogan import quiet
from keras_infogan.commands import program
from keras_infogan.errors import UserError
from keras_infogan.run_dir import RunDir


def report(runs, out, lab=False):
    """Writes a report.

    Args:
        runs: Paths of run directories, each once.
        out: The .html file.
        lab: Whether it has the form of the lab handout's report.

    Raises:
        UserError: If a run cannot be read, or the file cannot be written.
    """
    out = program.output_file(out, ".html", ".htm")
    if len({pathlib.Path(run).resolve() for run in runs}) < len(runs):
        raise UserError(f"Each run must be given once. Received: {' '.join(runs)}.")
    for run in map(RunDir, runs):
        run.read_config()  # says so if it is no run
    quiet.import_tensorflow()
    from keras_infogan.reports import page

    page.write(out, runs, lab)


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = program.OneLineParser("infogan report", __doc__)
    parser.add_argument("runs", nargs="+", metavar="RUN", help="directories of runs")
    parser.add_argument("--out", required=True, help="the .html file to write")
    parser.add_argument("--lab", action="store_true", help="in the form of the lab handout")
    program.add_import(parser)
    return program.run(parser, _run, arguments)


def _run(options):
    report(options.runs, options.out, options.lab)
    print(options.out)
