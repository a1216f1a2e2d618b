"""Exports a finished run's last checkpoint as a SavedModel: the next version of its export."""

import pathlib
import sys

from keras_infogan import extensions, files, quiet
from keras_infogan.commands import program
from keras_infogan.errors import UserError
from keras_infogan.run_dir import RunDir


def export_run(path, out=None):
    """Exports a finished run.

    Args:
        path: The run's directory.
        out: Directory of the versions; the run's `export/generator` by default.

    Returns:
        Path of the version's directory.

    Raises:
        UserError: If this is no finished run, needs parts that were not imported, or cannot be read
            or written; nothing is left behind then.
    """
    run = RunDir(path)
    config = run.read_config()
    extensions.require(run.read_options().imports, path)
    for file in (run.summary, run.environment):
        if not file.exists():
            raise UserError(
                f"{path} has not finished: there is no {file}. "
                f"Resume with: infogan train --resume {path}"
            )
    summary, environment = run.read_summary(), run.read_environment()
    if run.has_failed():
        raise UserError(f"{path} has failed, so it is not exported: see {run.summary}.")
    if environment is None or summary is None or not {"codes", "steps"} <= set(summary):
        raise UserError(f"{path} is damaged: its summary.json or environment.json.")
    checkpoint = run.latest_checkpoint()
    if checkpoint is None:
        raise UserError(f"{path} has no checkpoint.")
    base = run.export if out is None else pathlib.Path(out)
    files.check_writable(base)
    quiet.import_tensorflow()
    from keras_infogan.saving import load_model
    from keras_infogan.serving.saved_model import export_model

    model = load_model(checkpoint)
    if int(model.step.numpy()) != summary["steps"]:
        raise UserError(
            f"{path} has trained on since its summary.json, to step {int(model.step.numpy())}. "
            f"Finish it with: infogan train --resume {path}"
        )
    about = {"config": config.to_json(), "summary": summary, "environment": environment}
    try:
        return export_model(model, base, about)
    except OSError as error:
        raise UserError(f"Cannot write below {base}: {error.strerror or error}.") from None


def _export(options):
    print(export_run(options.run, options.out))


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = program.OneLineParser("infogan export", __doc__)
    parser.add_argument("run", help="directory of a finished run")
    parser.add_argument(
        "--out", metavar="DIR", help="directory of the versions (default: the run's)"
    )
    program.add_import(parser)
    return program.run(parser, _export, arguments)


if __name__ == "__main__":
    sys.exit(main())
