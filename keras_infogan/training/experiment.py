"""From a RunConfig to a finished run directory."""

import contextlib
import dataclasses
import gc
import os
import sys

import tensorflow as tf

from keras_infogan import checkpoints, cluster, files, invocation, registry
from keras_infogan.config import RunOptions
from keras_infogan.data import identity
from keras_infogan.errors import DivergedError, UserError
from keras_infogan.models.checked import check_callbacks
from keras_infogan.run_dir import RunDir
from keras_infogan.saving import load_model
from keras_infogan.training import devices, divergence, environment, execution, resuming, starts
from keras_infogan.training.assembly import build_model, check_parts
from keras_infogan.training.finish import fail, finish
from keras_infogan.training.interruptions import resumable, say_stopped
from keras_infogan.training.listeners.checkpoints import Checkpoints
from keras_infogan.training.listeners.console import Console
from keras_infogan.training.listeners.curves import Curves
from keras_infogan.training.listeners.evaluation import Evaluation
from keras_infogan.training.listeners.health import Health
from keras_infogan.training.listeners.metrics_log import MetricsLog
from keras_infogan.training.listeners.sample_grids import SampleGrids
from keras_infogan.training.listeners.stop_on_signal import StopOnSignal
from keras_infogan.training.listeners.tensor_board import TensorBoardEvents
from keras_infogan.training.plan import make_plan
from keras_infogan.training.ticks import Ticks, fit
from keras_infogan.training.together import Mirror, check_step, lost_machines_told

FASTER = (
    "That is over two hours without a GPU. Faster: --preset quick (minutes), "
    "--preset paper (28×28), or fewer --epochs."
)


def train(config, path, options=None, callbacks=()):
    """Begins a run.

    Args:
        config: A `RunConfig`.
        path: The run's directory, which must not hold one yet.
        options: `RunOptions`; their defaults by default.
        callbacks: Keras callbacks of your own. In a run, Keras's epoch is a tick, see `ticks`.

    Returns:
        The summary as a dict, or the signal that stopped the run early. On several machines the
        chief alone has a summary; the others return an empty dict.

    Raises:
        UserError: If the input cannot be used; nothing is written then.
        DivergedError: If the run diverged and failed; its summary.json says so.
        StorageError: If the run can no longer be written; what was saved is kept.
        LostMachineError: If another of several machines no longer answers.
    """
    options = options or RunOptions()
    run = RunDir(path)
    chief = cluster.here().is_chief
    if chief:
        run.check_new()
    plan, model = prepare(config, options)
    callbacks = _callbacks(options, callbacks)
    if not chief:
        return _follow(run, model, plan, options, callbacks)
    seconds = None
    if config.measure_jit:
        plan, seconds = execution.choose(model, plan)
    run.create()
    if plan.data.note:
        print(plan.data.note, flush=True)
    data_dir = options.data_dir and os.path.abspath(options.data_dir)
    options = dataclasses.replace(options, data_dir=data_dir, data_note=plan.data.note)
    with resumable(run, options.imports), run.locked():
        run.check_new()  # nor has another process begun it in the meantime
        _note_environment(run, model, seconds)
        return _go_on(run, model, plan, options, callbacks)


def resume(path, overrides=None, data_dir=None, callbacks=()):
    """Goes on with a run from its last sound checkpoint, or from the start if it has none.

    Args:
        path: The run's directory.
        overrides: See `resuming.check`.
        data_dir: Where tensorflow-datasets keeps its data sets now; as before by default.
        callbacks: As for `train`.

    Returns:
        As `train`.

    Raises:
        UserError: As `resuming.check`, or if the data cannot be had or are others.
        DivergedError: As `train`.
        StorageError: As `train`.
        LostMachineError: As `train`.
    """
    run = RunDir(path)
    config = resuming.check(path, overrides or {})
    options = run.read_options()
    devices.join(config)
    if not cluster.here().is_chief:
        plan = make_plan(config, data_dir or options.data_dir)
        model = _last_model(run, plan)
        return _follow(run, model, plan, options, _callbacks(options, callbacks))
    with resumable(run, options.imports), run.locked():
        callbacks = _callbacks(options, callbacks)
        plan = make_plan(config, data_dir or options.data_dir)
        identity.check(plan.data, run.read_identity(), path)
        _tell_damage(run)
        model = _last_model(run, plan)
        if run.read_environment() is None:
            _note_environment(run, model)
        return _go_on(run, model, plan, options, callbacks)


def _tell_damage(run):
    """Says which of a run's files are not as they were written."""
    checkpoint = run.latest_checkpoint(quietly=True)
    altered = [] if checkpoint is None else checkpoints.altered_logs(checkpoint, run.logs)
    if run.restarts in altered:
        raise UserError(
            f"{run.restarts} has been altered, and what the run computes depends on it."
        )
    told = [f"{log} has been altered: the lines that can be read are kept." for log in altered]
    if run.read_environment() is None:
        told.append(f"{run.environment} is missing or damaged: it is written anew.")
    for line in told:
        print(line, file=sys.stderr, flush=True)


def _note_environment(run, model, seconds=None):
    """Writes what a run is computed on, and how: the mode, with its measurement if there is one."""
    how = {"mode": execution.mode(model), "seconds_per_step": seconds}
    files.write_json(run.environment, environment.describe() | how)


def prepare(config, options):
    """A run's plan and its new model, or a UserError before anything is written."""
    devices.join(config)
    check_parts(config)
    if options.tick % (config.steps_per_execution or 1):
        raise UserError(
            "--steps-per-execution must divide --tick. Received: "
            f"{config.steps_per_execution} and {options.tick}."
        )
    plan = make_plan(config, options.data_dir)
    return plan, _build(plan)


def _build(plan):
    return _on_devices(
        plan.config,
        lambda: build_model(plan.config, plan.channels, plan.total_steps, plan.num_labels),
    )


def _on_devices(config, make):
    """The model that a function makes, on the devices of a config."""
    with devices.strategy_of(config).scope():
        model = make()
    if model.distribute_strategy.num_replicas_in_sync > 1:
        model.jit_compile = False  # of a checkpoint of one device, maybe
    devices.synchronize(model, config.synchronized)
    return model


def _last_model(run, plan):
    """The model of a run's last checkpoint, or as it was at the start if there is none."""
    checkpoint = run.latest_checkpoint()
    if checkpoint is None:
        model = _build(plan)
    else:
        model = _on_devices(plan.config, lambda: load_model(checkpoint))
    divergence.apply_restarts(run, model, plan)
    return model


def _callbacks(options, own):
    """The callbacks that the options name, and others."""
    callbacks = [*map(registry.CALLBACKS.get, options.callbacks), *own]
    try:
        check_callbacks(callbacks)
    except ValueError as error:
        raise UserError(str(error)) from None
    return callbacks


def _go_on(run, model, plan, options, callbacks):
    """Trains a run from wherever it stands to its end, and finishes it."""
    _begin(run, plan, options)
    with StopOnSignal(_strategy(model)) as stop:
        callbacks = [*callbacks, stop]
        try:
            if plan.config.starts > 1 and run.latest_checkpoint() is None:
                del model
                model = _best_start(run, plan, options, callbacks, stop)
            if stop.received is None:
                model, seconds = _train(run, model, plan, options, callbacks)
            stop.at_once = True  # all is saved
            if stop.received is None:
                return _finish(run, model, plan, seconds)
        except KeyboardInterrupt:
            if stop.received is None:
                raise
    say_stopped(stop.received, run, plan, options.imports)
    return stop.received


def _best_start(run, plan, options, callbacks, stop):
    """The model of the best of a run's starts; None if a signal stopped one."""

    def train(start, its_plan):
        if stop.received is not None:
            return False
        start.create_folders()
        with start.locked():
            if start.config.exists():
                _tell_damage(start)
            model = _last_model(start, its_plan)
            if start.read_environment() is None:
                _note_environment(start, model)
            _begin(start, its_plan, options)
            _train(start, model, its_plan, options, callbacks)
        return stop.received is None

    try:
        return _last_model(run, plan) if starts.choose(run, plan, train) else None
    except DivergedError as error:
        fail(run, plan, error)
        kept = "; the other starts diverged too" + _advice(run, plan.config, options)
        raise DivergedError(error.step, error.quantity, kept) from None


def _begin(run, plan, options):
    """Makes a directory a run, which can be resumed: not before there is a model."""
    run.write_config(plan.config, options, plan.data.identity)
    if run.has_failed():
        run.summary.unlink()


def _train(run, model, plan, options, callbacks):
    """Trains a run from wherever its model stands as far as it is to go, restarts included.

    Returns:
        The model, and the seconds that its training took.
    """
    while True:
        try:
            return model, _train_once(run, model, plan, options, callbacks)
        except DivergedError as error:
            diverged = error.with_traceback(None)  # whose frames hold the model
        del model
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
        advice = _advice(run, config, options)
        raise DivergedError(error.step, error.quantity, f"; {kept}{advice}")
    print(
        f"{error}. Restart {number} of {config.max_restarts} from "
        f"{checkpoint.name if checkpoint else 'the start'}: fresh noise, learning rates times "
        f"{divergence.LOWER**number:g}.",
        flush=True,
    )
    return _last_model(run, plan)


def _advice(run, config, options):
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


def _follow(run, model, plan, options, callbacks):
    """Trains along with the chief of several machines, and writes nothing."""
    with StopOnSignal(_strategy(model)) as stop:
        if int(model.step.numpy()) < plan.total_steps:
            _fit(run, model, plan, options, [], [*callbacks, stop])
    return stop.received or {}


def _fit(run, model, plan, options, listeners, callbacks, seconds=0.0):
    """Trains a model to the end of its run, or until something stops it.

    Returns:
        Seconds of training, those of earlier parts of the run included.
    """
    with lost_machines_told():
        ticks = Ticks(plan, options.tick, listeners, seconds, _mirror(run, model, plan))
        ticks.begin(model)
        with _garbage_found_soon():
            fit(model, plan, ticks, callbacks)
        seconds = ticks.seconds
        ticks.end()
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


def _strategy(model):
    """The strategy of several machines, or None on one."""
    return model.distribute_strategy if cluster.here().several else None


def _mirror(run, model, plan):
    """The `Mirror` of a model on several machines; None on one."""
    strategy = _strategy(model)
    if strategy is None:
        return None
    check_step(strategy, int(model.step.numpy()))
    copy = None
    if cluster.here().is_chief:
        copy = build_model(plan.config, plan.channels, plan.total_steps, plan.num_labels)
        divergence.apply_restarts(run, copy, plan)
    return Mirror(model, copy)


def _finish(run, model, plan, seconds):
    """`finish` with a model on one device: what is scored is what is exported."""
    if model.distribute_strategy.num_replicas_in_sync > 1:
        model = load_model(run.latest_checkpoint())
    return finish(run, model, plan, seconds)


def _listeners(run, plan, options):
    seed = plan.config.seed if plan.seed_of_pictures is None else plan.seed_of_pictures
    grids = SampleGrids(run, options.sample_every, seed)
    listeners = [
        Console(plan, None if tf.config.list_physical_devices("GPU") else FASTER, grids=grids),
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
