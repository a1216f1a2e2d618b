"""Exports a finished run's last checkpoint as a SavedModel: the next version of its export."""

import contextlib
import pathlib
import sys

from keras_infogan import checkpoints, files, invocation, quiet
from keras_infogan.commands import program
from keras_infogan.errors import StorageError, UserError
from keras_infogan.run_dir import RunDir


def export_run(path, out=None):
    """Exports a finished run.

    Args:
        path: The run's directory.
        out: Directory of the versions; the run's `export/generator` by default.

    Returns:
        Path of the version's directory.

    Raises:
        UserError: If this is no finished run, needs parts that were not imported, or cannot be
            read; nothing is left behind then.
        StorageError: If the export cannot be written; nothing is left behind then either.
    """
    run = RunDir(path)
    config, imports = run.read_config(), run.read_imports()
    resume = f"Resume it with: {invocation.resume_command(path, imports)}"
    for file in (run.summary, run.environment):
        if not file.exists():
            raise UserError(f"{path} has not finished: there is no {file}. {resume}")
    summary, environment = run.read_summary(), run.read_environment()
    if run.has_failed():
        raise UserError(f"{path} has failed, so it is not exported: see {run.summary}.")
    if environment is None or summary is None or not {"codes", "steps"} <= set(summary):
        raise UserError(f"{path} is damaged: its summary.json or environment.json. {resume}")
    about = {"config": config.to_json(), "summary": summary, "environment": environment}
    if out is not None:
        files.check_writable(out)
    try:
        with run.locked() if out is None else contextlib.nullcontext():
            return _export_to(run.export if out is None else pathlib.Path(out), run, about, resume)
    except StorageError as error:
        where = () if out is None else ("--out", out)
        command = invocation.command_line("export", path, *where)
        raise StorageError(f"{error} Nothing was exported. Export again with: {command}") from error


def _export_to(base, run, about, resume):
    checkpoint = run.latest_checkpoint()
    if checkpoint is None:
        raise UserError(f"{run.path} has no checkpoint.")
    step, finished = checkpoints.step_of(checkpoint), about["summary"]["steps"]
    if step != finished:
        raise UserError(
            f"The last sound checkpoint of {run.path} is of step {step}, and its summary.json of "
            f"step {finished}. {resume}"
        )
    quiet.import_tensorflow()
    from keras_infogan.saving import load_model
    from keras_infogan.serving.saved_model import export_model

    return export_model(load_model(checkpoint), base, about)


def _export(options):
    print(export_run(options.run, options.out))


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = program.OneLineParser("infogan export", __doc__)
    parser.add_argument("run", help="directory of a finished run")
    parser.add_argument(
        "--out",
        metavar="DIR",
        help="directory of the versions (default: the run's)",
    )
    program.add_import(parser)
    return program.run(parser, _export, arguments)


if __name__ == "__main__":
    sys.exit(main())
