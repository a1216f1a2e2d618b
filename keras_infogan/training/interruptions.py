"""What a run that ends early says: how far it is saved, and the command that resumes it."""

import contextlib
import os

from keras_infogan import invocation
from keras_infogan.errors import StorageError


@contextlib.contextmanager
def resumable(run, imports):
    """Adds to the error of a disk that takes no more how far a run is saved, and how to resume it.

    Args:
        run: A `RunDir`.
        imports: What it records of its `--import`.

    Raises:
        StorageError: In one line, for any `OSError`.
    """
    try:
        yield
    except OSError as error:
        said = str(error) if isinstance(error, StorageError) else f"{error}."
        if os.path.exists(run.config):  # False too where it may no longer be looked at
            said += (
                f" The run is saved up to {_saved_step(run)}. Resume with: "
                f"{invocation.resume_command(run.path, imports)}"
            )
        raise StorageError(said) from error


def say_stopped(signal, run, plan, imports):
    """Says that a signal stopped a run."""
    print(
        f"Stopped by {signal.name} at {_saved_step(run, plan)}. Resume with:\n"
        f"{invocation.resume_command(run.path, imports)}",
        flush=True,
    )


def _saved_step(run, plan=None):
    """The step that a run is saved up to, in words; with its start, where none is chosen yet."""
    step, number = run.saved_step(), run.last_start()
    if step or number is None:
        return f"step {step}" + (f" of {plan.total_steps}" if plan else "")
    config, step = run.read_config(), run.start(number).saved_step()
    of = f" of {config.start_steps(plan.total_steps)}" if plan else ""
    return f"step {step}{of} of start {number} of {config.starts}"
