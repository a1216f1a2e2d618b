"""Whether TensorFlow runs a step as a graph or XLA compiles it, by measurement where asked for.

Which one is faster depends on the networks, the device and the processor. Both draw the same
random numbers; their results differ in the last bits, so a resumed run stays with its mode.
"""

import dataclasses
import hashlib
import json
import math
import os
import pathlib
import statistics
import sys
import time

import tensorflow as tf

from keras_infogan import files
from keras_infogan.option_groups import Divergence, Length, Starts
from keras_infogan.training import environment

MODES = {"graph": False, "XLA": True}  # values of `jit_compile`
SECONDS = 2.0  # for which steps are timed once both modes are compiled
LEAST, MOST = 3, 50  # calls of each mode
PROGRAMS = ("tensorflow", "keras", "keras-infogan")
# The key of a measurement holds every option but these, which change no operation of a step.
_NO_MATTER = {
    *(name for group in (Divergence, Length, Starts) for name in group.own_options()),
    *("seed", "dataset", "channels", "crop", "validation_images", "jit", "measure_jit"),
}


def mode(model):
    """The mode that a model's steps run in: `"graph"` or `"XLA"`."""
    return "XLA" if model.jit_compile else "graph"


def choose(model, plan):
    """Gives a new model the mode that is faster here, and says so.

    The measurement is kept in the user's cache, and taken from there the next time.

    Args:
        model: A compiled model at its first step.
        plan: The run's `Plan`.

    Returns:
        The plan, whose config names the mode, and the seconds of a step, `{mode: seconds}`.
    """
    path = _path(plan)
    seconds = _kept(path)
    source = f"measured before: {path}"
    if seconds is None:
        seconds, source = measure(model, plan), "measured now"
        _keep(path, plan, seconds)
    fastest = min(seconds, key=seconds.get)
    if mode(model) != fastest:
        model.jit_compile = MODES[fastest]
        model.train_function = None
    times = ", ".join(f"{name} {1000 * value:.1f} ms" for name, value in seconds.items())
    print(f"Mode of execution: {fastest}. A step takes: {times} ({source}).", flush=True)
    config = dataclasses.replace(plan.config, jit=MODES[fastest])
    return dataclasses.replace(plan, config=config), seconds


def measure(model, plan):
    """Seconds of a step in each mode, `{mode: seconds}`; one that cannot compile it is left out.

    The modes take turns, and the median counts, so that other work on the machine slows both.

    Args:
        model: A compiled model. Its weights, its optimizers and all that it counts are as they
            were afterwards.
        plan: The run's `Plan`.
    """
    before = [(variable, variable.numpy()) for variable in model.state()]
    batch = next(iter(plan.batches(0, model.learns_labels)))
    # As after any pre-training, in which G does not learn yet.
    model.d_optimizer.iterations.assign(plan.config.d_pretraining * plan.config.d_steps)
    try:
        calls = {name: _compiled(model, jit, batch) for name, jit in MODES.items()}
        calls = {name: call for name, call in calls.items() if call is not None}
        taken = {name: [] for name in calls}
        end = time.monotonic() + SECONDS
        for turn in range(MOST):
            if turn >= LEAST and time.monotonic() > end:
                break
            for name, call in calls.items():
                began = time.monotonic()
                call()
                taken[name].append(time.monotonic() - began)
    finally:
        for variable, value in before:
            variable.assign(value)
    steps = model.steps_per_execution
    return {name: statistics.median(times) / steps for name, times in taken.items()}


def _compiled(model, jit, batch):
    """A function that runs the model's train function in a mode, compiled; None if it cannot."""
    iterator = iter(tf.data.Dataset.from_tensors(batch).repeat())
    model.jit_compile = jit
    if model.jit_compile != jit:  # Keras knows layers that XLA cannot compile
        return None
    model.make_train_function(force=True)
    step = model.train_function

    def call():
        step(iterator)
        model.d_optimizer.iterations.numpy()  # on a GPU a step is not over when its call returns

    try:
        call()
    except tf.errors.OpError as error:  # an operation that XLA does not know, or too little memory
        if not jit:
            raise
        print(f"XLA cannot run these steps: {str(error).splitlines()[0]}", file=sys.stderr)
        return None
    return call


def _path(plan):
    """Where the measurement of such steps on such a machine is kept."""
    text = json.dumps(_facts(plan), sort_keys=True)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    name = f"mode-{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    return pathlib.Path(base, "keras_infogan", name)


def _facts(plan):
    """All that the speed of a step depends on, JSON-ready."""
    config, machine = plan.config, environment.describe()
    options = {name: one for name, one in config.options().items() if name not in _NO_MATTER}
    values = {name: getattr(config, name) for name in options}
    # A weight or a rate takes as long whatever it is, unless it is 0.
    values |= {name: bool(values[name]) for name, one in options.items() if one.type is float}
    return {
        "options": values,
        "channels": plan.channels,
        "num_labels": plan.num_labels,
        "machine": {name: machine[name] for name in ("processor", "cpus", "gpus")},
        "versions": {name: machine["packages"][name] for name in PROGRAMS},
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS"),
    }


def _kept(path):
    """A measurement of before, or None; says so if it cannot be read."""
    try:
        seconds = files.read_json(path)["seconds"]
        if "graph" not in seconds or not set(seconds) <= set(MODES):
            raise ValueError(f"it must hold the seconds of {' and '.join(MODES)}")
        if not all(math.isfinite(value) and value > 0 for value in seconds.values()):
            raise ValueError("seconds must be finite numbers above 0")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{path} cannot be used: {error}. The modes are measured again.", file=sys.stderr)
        return None
    return seconds


def _keep(path, plan, seconds):
    """Keeps a measurement, if the cache can be written."""
    try:
        files.make_directory(path.parent)
        files.write_json(path, {"facts": _facts(plan), "seconds": seconds})
    except OSError as error:
        print(f"{error} The measurement is not kept.", file=sys.stderr)
