"""`python -m export RUN`: exports the generator of a run's last checkpoint as the next version."""

import argparse
import sys

from keras_infogan import quiet
from keras_infogan.errors import UserError
from keras_infogan.run_dir import RunDir


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m export", description=__doc__)
    parser.add_argument("run", help="a run directory that has a checkpoint")
    options = parser.parse_args(arguments)

    run = RunDir(options.run)
    try:
        run.read_config()
        checkpoint = run.latest_checkpoint()
        if checkpoint is None:
            raise UserError(f"{run.path} has no checkpoint yet.")
        quiet.import_tensorflow()
        from export.saved_model import export_generator
        from keras_infogan.saving import load_model

        model = load_model(checkpoint)
        versions = [int(path.name) for path in run.export.glob("*") if path.name.isdigit()]
        print(export_generator(model.generator, run.export, max(versions, default=0) + 1))
    except UserError as error:
        print(f"python -m export: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
