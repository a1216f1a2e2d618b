"""The training of a run from wherever it stands, with its restarts, and who listens to it."""

import contextlib
import gc

import tensorflow as tf

from keras_infogan import cluster, invocation
from keras_infogan.errors import DivergedError
from keras_infogan.saving import load_model
from keras_infogan.training import devices, divergence, execution
from keras_infogan.training.assembly import build_model
from keras_infogan.training.finish import fail
from keras_infogan.training.listeners.checkpoints import Checkpoints
from keras_infogan.training.listeners.console import Console
from keras_infogan.training.listeners.curves import Curves
from keras_infogan.training.listeners.evaluation import Evaluation
from keras_infogan.training.listeners.health import Health
from keras_infogan.training.listeners.metrics_log import MetricsLog
from keras_infogan.training.listeners.sample_grids import SampleGrids
from keras_infogan.training.listeners.stop_on_signal import StopOnSignal
from keras_infogan.training.listeners.tensor_board import TensorBoardEvents
from keras_infogan.training.ticks import Ticks, fit
from keras_infogan.training.together import Mirror, check_step, common_strategy, lost_machines_told


def new_model(plan):
    """A run's model before its first step."""
    return devices.placed(
        plan.config,
        lambda: build_model(plan.config, plan.channels, plan.total_steps, plan.num_labels),
    )


def last_model(run, plan):
    """The model of a run's last checkpoint, or as it was at the start if there is none.

    Args:
        run: A `RunDir`.
        plan: Its `Plan`.

    Raises:
        UserError: If there are checkpoints, and all are damaged.
    """
    checkpoint = run.latest_checkpoint()
    if checkpoint is None:
        model = new_model(plan)
    else:
        model = devices.placed(plan.config, lambda: load_model(checkpoint))
    divergence.apply_restarts(run, model, plan)
    return model


def train(run, model, plan, options, callbacks):
    """Trains a run from wherever its model stands as far as it is to go, restarts included.

    Args:
        run: A `RunDir`.
        model: Its model; another takes its place if the training restarts.
        plan: Its `Plan`.
        options: Its `RunOptions`.
        callbacks: Keras callbacks.

    Returns:
        The model, and the seconds that its training took.

    Raises:
        DivergedError: If the run diverged and failed.
        StorageError: If it can no longer be written.
        UserError: If it diverged, and all of its checkpoints are damaged.
        LostMachineError: If another of several machines no longer answers.
    """
    while True:
        try:
            return model, _train_once(run, model, plan, options, callbacks)
        except DivergedError as error:
            diverged = error.with_traceback(None)  # whose frames hold the training's iterator
        model = _restarted(run, plan, options, diverged)


def _restarted(run, plan, options, error):
    """The model to go on with after a divergence; a `DivergedError` if the run has failed."""
    config, checkpoint = plan.config, run.latest_checkpoint()
    number = divergence.note_restart(run, config, error)
    if number is None:
        fail(run, plan, error)
        kept = (
            f"the last good checkpoint is {checkpoint}" if checkpoint else "no checkpoint is kept"
        )
        kept += advice(run, config, options)
        raise DivergedError(error.step, error.quantity, f"; {kept}")
    print(
        f"{error}. Restart {number} of {config.max_restarts} from "
        f"{checkpoint.name if checkpoint else 'the start'}: fresh noise, learning rates times "
        f"{divergence.LOWER**number:g}.",
        flush=True,
    )
    return last_model(run, plan)


def advice(run, config, options):
    """What may help a run that has diverged."""
    if config.on_divergence != "stop":
        return ""
    command = invocation.resume_command(run.path, options.imports)
    return f". Lower the learning rates, or try: {command} --on-divergence restart"


def _train_once(run, model, plan, options, callbacks):
    """Trains a run as far as it is to go, or until it diverges; returns the seconds it took."""
    first_step = int(model.step.numpy())
    rows = run.read_metrics(up_to_step=first_step)
    seconds = rows[-1].get("seconds", 0.0) if rows else 0.0
    print(
        f"{run.path}: {plan.config.preset} on {plan.data.name}, seed {plan.config.seed}, generator "
        f"loss {plan.config.generator_loss}, mode {execution.mode(model)}, step {first_step} of "
        f"{plan.last_step}." + (" It learns from labels." if model.learns_labels else ""),
        flush=True,
    )
    if first_step < plan.last_step:
        listeners = _listeners(run, plan, options)
        seconds = _fit(run, model, plan, options, listeners, callbacks, seconds)
    return seconds


def follow(run, model, plan, options, callbacks):
    """Trains along with the chief of several machines, and writes nothing.

    Args:
        run, model, plan, options, callbacks: As for `train`.

    Returns:
        The signal that stopped it, or an empty dict.

    Raises:
        DivergedError: If the run diverged.
        LostMachineError: If another machine no longer answers.
    """
    with StopOnSignal(common_strategy(model)) as stop:
        if int(model.step.numpy()) < plan.last_step:
            _fit(run, model, plan, options, [], [*callbacks, stop])
    return stop.received or {}


def _fit(run, model, plan, options, listeners, callbacks, seconds=0.0):
    """Trains a model up to its plan's last step, or until something stops it.

    Returns:
        Seconds of training, those of earlier parts of the run included.
    """
    with lost_machines_told():
        ticks = Ticks(plan, options.tick, listeners, seconds, _mirror(run, model, plan))
        ticks.begin(model)
        try:
            with _garbage_found_soon():
                fit(model, plan, ticks, callbacks)
            seconds = ticks.seconds
            ticks.end()
        except DivergedError:
            ticks.fail()
            raise
    return seconds


@contextlib.contextmanager
def _garbage_found_soon():
    """Lets Python collect garbage often enough for memory to stay flat.

    A figure leaves megabytes in cycles of references. Python looks for those among all objects once
    there are a quarter more than last time. Objects that are frozen do not count.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _mirror(run, model, plan):
    """The `Mirror` of a model on several machines; None on one."""
    strategy = common_strategy(model)
    if strategy is None:
        return None
    check_step(strategy, int(model.step.numpy()))
    copy = None
    if cluster.here().is_chief:
        copy = build_model(plan.config, plan.channels, plan.total_steps, plan.num_labels)
        divergence.apply_restarts(run, copy, plan)
    return Mirror(model, copy)


def _listeners(run, plan, options):
    seed = plan.config.seed if plan.seed_of_pictures is None else plan.seed_of_pictures
    grids = SampleGrids(run, options.sample_every, seed)
    listeners = [
        Console(plan, bool(tf.config.list_physical_devices("GPU")), grids=grids),
        # The curves read what the log has written.
        MetricsLog(run, options.tick),
        Curves(run, options.sample_every),
        Health(run.health, plan, options.sample_every),
        grids,
    ]
    if options.tensorboard:
        listeners.append(TensorBoardEvents(run, grids))
    if options.evaluate_every:
        listeners.append(Evaluation(run.evaluations, plan, options.evaluate_every))
    return [*listeners, Checkpoints(run, options.checkpoint_every)]
