"""From a RunConfig to a finished run directory."""

import dataclasses
import os
import sys

from keras_infogan import checkpoints, cluster, files, registry
from keras_infogan.config import RunOptions
from keras_infogan.data import identity
from keras_infogan.errors import DivergedError, UserError
from keras_infogan.models.checked import check_callbacks
from keras_infogan.run_dir import RunDir
from keras_infogan.saving import load_model
from keras_infogan.training import devices, environment, execution, loop, resuming, starts
from keras_infogan.training.assembly import check_parts
from keras_infogan.training.finish import fail, finish
from keras_infogan.training.interruptions import resumable, say_stopped
from keras_infogan.training.listeners.stop_on_signal import StopOnSignal
from keras_infogan.training.plan import make_plan
from keras_infogan.training.together import common_strategy


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
        return loop.follow(run, model, plan, options, callbacks)
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
    if data_dir is not None:
        options = dataclasses.replace(options, data_dir=os.path.abspath(data_dir))
    devices.join(config)
    if not cluster.here().is_chief:
        plan = make_plan(config, options.data_dir)
        model = loop.last_model(run, plan)
        return loop.follow(run, model, plan, options, _callbacks(options, callbacks))
    with resumable(run, options.imports), run.locked():
        callbacks = _callbacks(options, callbacks)
        plan = make_plan(config, options.data_dir)
        identity.check(plan.data, run.read_identity(), path)
        _tell_damage(run)
        model = loop.last_model(run, plan)
        if run.read_environment() is None:
            _note_environment(run, model)
        return _go_on(run, model, plan, options, callbacks)


def _tell_damage(run):
    """Says which of a run's files are not as they were written; refuses one that decides much."""
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
    """Makes all that a new run needs, and writes nothing.

    Args:
        config: A `RunConfig`.
        options: `RunOptions`.

    Returns:
        The run's `Plan` and its model.

    Raises:
        UserError: If the input cannot be used.
    """
    devices.join(config)
    check_parts(config)
    if options.tick % (config.steps_per_execution or 1):
        raise UserError(
            "--steps-per-execution must divide --tick. Received: "
            f"{config.steps_per_execution} and {options.tick}."
        )
    plan = make_plan(config, options.data_dir)
    return plan, loop.new_model(plan)


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
    _begin(run, model, plan, options)
    with StopOnSignal(common_strategy(model)) as stop:
        callbacks = [*callbacks, stop]
        try:
            if plan.config.starts > 1 and run.latest_checkpoint() is None:
                model = _best_start(run, plan, options, callbacks, stop)
            if stop.received is None:
                model, seconds = loop.train(run, model, plan, options, callbacks)
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
            model = loop.last_model(start, its_plan)
            if start.read_environment() is None:
                _note_environment(start, model)
            _begin(start, model, its_plan, options)
            loop.train(start, model, its_plan, options, callbacks)
        return stop.received is None

    try:
        return loop.last_model(run, plan) if starts.choose(run, plan, train) else None
    except DivergedError as error:
        fail(run, plan, error)
        kept = "; the other starts diverged too" + loop.advice(run, plan.config, options)
        raise DivergedError(error.step, error.quantity, kept) from None


def _begin(run, model, plan, options):
    """Makes a directory a run, which can be resumed: not before there is a model.

    A summary goes that tells of more than the model has come through: a failure, or the end of a
    run whose last checkpoint is damaged.
    """
    run.write_config(plan.config, options, plan.data.identity)
    summary = run.read_summary() or {}
    if run.has_failed() or summary.get("steps", 0) > int(model.step.numpy()):
        run.summary.unlink()


def _finish(run, model, plan, seconds):
    """`finish` with a model on one device: what is scored is what is exported."""
    if model.distribute_strategy.num_replicas_in_sync > 1:
        model = load_model(run.latest_checkpoint())
    return finish(run, model, plan, seconds)
