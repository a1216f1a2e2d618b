"""A run that diverges is found out before anything is kept of it, and may begin again lower."""

import dataclasses

import numpy as np

from keras_infogan import files
from keras_infogan.errors import DivergedError
from keras_infogan.training.assembly import set_rates

LOWER = 0.5  # what each restart multiplies the learning rates with


def check(model):
    """Reads the device; everything that is kept of a model comes after this.

    Raises:
        DivergedError: If a loss, a gradient norm, a weight or an optimizer's state is not finite.
    """
    if found := model.divergence():
        raise DivergedError(*found)


def note_restart(run, config, error):
    """Notes a restart in the run directory, if the run may have one more.

    Args:
        run: A `RunDir`.
        config: The run's `RunConfig`.
        error: The `DivergedError`.

    Returns:
        Number of the restart, from 1; None if there is none.
    """
    number = len(files.read_jsonl(run.restarts)) + 1
    if config.on_divergence == "stop" or number > config.max_restarts:
        return None
    row = {
        "restart": number,
        "step": error.step,
        "quantity": error.quantity,
        "noise_seed": noise_seed(config.seed, number),
        "learning_rates_times": LOWER**number,
    }
    files.append_jsonl(run.restarts, row)
    return number


def apply_restarts(run, model, plan):
    """Gives a model the noise and the learning rates of the restarts that its run has had.

    A checkpoint from before the last restart does not have them yet, a later one has.
    """
    number = len(files.read_jsonl(run.restarts))
    config = plan.config
    if number:
        model.seed = noise_seed(config.seed, number)
        set_rates(model, lowered(config, number), plan.total_steps)


def noise_seed(seed, number):
    """The model's seed after a restart: fresh noise, the same in each repetition of the run."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0] >> 1)


def lowered(config, number):
    """A config with the learning rates of a restart."""
    names = ("d_learning_rate", "g_learning_rate", "q_learning_rate")
    rates = {n: rate * LOWER**number for n in names if (rate := getattr(config, n)) is not None}
    return dataclasses.replace(config, **rates)
