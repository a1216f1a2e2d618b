"""`python -m export RUN`: exports a finished run's last checkpoint as the next version."""

import json
import pathlib
import sys

from keras_infogan import quiet, files
from keras_infogan.commands.arguments import OneLineParser
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
        UserError: If this is no finished run, or it cannot be read or written; nothing is left
            behind then.
    """
    run = RunDir(path)
    config = run.read_config()
    checkpoint = run.latest_checkpoint()
    try:
        summary = json.loads(run.summary.read_text())
        environment = json.loads(run.environment.read_text())
        if not isinstance(summary, dict) or not {"code_to_label", "steps"} <= set(summary):
            raise ValueError
    except FileNotFoundError as error:
        raise UserError(
            f"{path} has not finished: there is no {error.filename}. "
            f"Go on with it by python train.py --resume {path}."
        ) from None
    except (ValueError, TypeError):
        raise UserError(f"{path} is damaged: its summary.json or environment.json.") from None
    if checkpoint is None:
        raise UserError(f"{path} has no checkpoint.")
    base = run.export if out is None else pathlib.Path(out)
    files.check_writable(base)
    quiet.import_tensorflow()
    from keras_infogan.serving.saved_model import export_model
    from keras_infogan.saving import load_model

    model = load_model(checkpoint)
    if int(model.step.numpy()) != summary["steps"]:
        raise UserError(
            f"{path} has trained on since its summary.json, to step {int(model.step.numpy())}: "
            f"finish it by python train.py --resume {path}."
        )
    about = {"config": config, "summary": summary, "environment": environment}
    try:
        return export_model(model, base, about)
    except OSError as error:
        raise UserError(f"Cannot write below {base}: {error.strerror or error}.") from None


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = OneLineParser(prog="python -m export", description=__doc__)
    parser.add_argument("run", help="directory of a finished run")
    parser.add_argument("--out", help="directory of the versions (default: the run's)")
    options = parser.parse_args(arguments)
    try:
        print(export_run(options.run, options.out))
    except UserError as error:
        print(f"python -m export: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
