"""Ticks: the moments at which a training run looks at its model, 100 steps apart by default.

Between them nothing reads the device. In a run, Keras's epoch is a tick: its means are those of the
tick, and `on_epoch_end(epoch, logs)` of any Keras callback is called once a tick.
"""

import dataclasses
import functools
import time

import keras
import tensorflow as tf

from keras_infogan.training import devices, divergence


@dataclasses.dataclass(frozen=True)
class Tick:
    """A moment of a run.

    Args:
        step: Train steps so far.
        previous: The same at the tick before.
        epoch: Passes over the training images so far.
        seconds: Seconds of training so far, earlier parts of the run included.
        metrics: Means of the metrics since the tick before, `{name: float}`.
        last: Whether the run ends here.
    """

    step: int
    previous: int
    epoch: float
    seconds: float
    metrics: dict
    last: bool

    def passes(self, every):
        """Whether a multiple of so many steps lies behind the tick before and not behind this."""
        return self.step // every > self.previous // every

    def reaches(self, *steps):
        """Whether one of these steps lies behind the tick before and not behind this."""
        return any(self.previous < step <= self.step for step in steps)


class Ticks(keras.callbacks.Callback):
    """Counts steps on the host, and tells listeners of ticks.

    Args:
        plan: The run's `Plan`.
        every: Steps between ticks.
        listeners: `Listener`s, told in this order.
        seconds: Seconds that earlier parts of the run took.
        mirror: On several machines the `Mirror` in which listeners look at the model. They are
            told of a step at ticks only then.
    """

    def __init__(self, plan, every, listeners, seconds=0.0, mirror=None):
        super().__init__()
        self.plan = plan
        self.every = every
        self.listeners = listeners
        self.mirror = mirror
        self.step = None
        self._previous = None
        self._seconds_before = seconds
        self._began = None
        self._sums = None

    @property
    def seconds(self):
        """Seconds of training, earlier parts of the run included."""
        return self._seconds_before + (time.monotonic() - self._began if self._began else 0.0)

    def begin(self, model):
        """Tells the listeners that training begins at the model's step."""
        self.set_model(model)
        self.step = int(model.step.numpy())
        self._previous = self.step - self.step % self.every
        self._began = time.monotonic()
        if self.mirror is not None:
            self.mirror.refresh()
            model = self.mirror.copy
        for listener in self.listeners:
            listener.begin(model, self.step)

    def end(self):
        """Tells the listeners that training ends; raises as `divergence.check`."""
        divergence.check(self.model)
        for listener in self.listeners:
            listener.end(self.step)

    def fail(self):
        """Tells the listeners that training has failed."""
        for listener in self.listeners:
            listener.fail()

    def on_train_begin(self, logs=None):
        # Keras resets the metrics at the beginning of an epoch; within a tick their sums count on.
        self._sums = self.model.means.sums() if self.step % self.every else None

    def on_epoch_begin(self, epoch, logs=None):
        if self._sums is not None:
            self.model.means.restore(self._sums)
            self._sums = None

    def on_train_batch_end(self, batch, logs=None):
        self.step += self.model.steps_per_execution
        if not self._at_tick and self.mirror is None:
            self._step_done()

    def on_epoch_end(self, epoch, logs=None):
        if not self._at_tick:
            return  # stopped within a tick
        divergence.check(self.model)
        tick = Tick(
            self.step,
            self._previous,
            self.step / self.plan.steps_per_epoch,
            self.seconds,
            self._metrics(),
            self.step >= self.plan.last_step,
        )
        self._previous = self.step
        if self.mirror is not None:
            self.mirror.refresh()
        for listener in self.listeners:
            listener.tick(tick)
        self._step_done()  # after the tick: no checkpoint may be ahead of the log

    @property
    def _at_tick(self):
        return self.step % self.every == 0 or self.step >= self.plan.last_step

    def _step_done(self):
        for listener in self.listeners:
            listener.step_done(self.step)

    def _metrics(self):
        metrics = self.model.means.measured()
        if "g_loss" in metrics:
            after = self.model.probability_after_update(
                tf.constant(self.step - 1), tf.constant(self.plan.config.batch_size)
            )
            metrics["generated_probability_after"] = float(after)
        return metrics


class _Told(keras.callbacks.CallbackList):
    """`Ticks` and other callbacks in one of the calls of Keras's `fit` that make a training.

    Callbacks are told of a batch without its metrics, for which Keras would read the device. The
    others are not told here that training begins and ends: for them it is one.
    """

    def __init__(self, ticks, others, **options):
        self._others = others
        super().__init__([ticks, *others], add_history=True, **options)

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch)

    def on_train_begin(self, logs=None):
        self._but_to_others(super().on_train_begin)

    def on_train_end(self, logs=None):
        self._but_to_others(super().on_train_end)

    def _but_to_others(self, hook):
        everyone = self.callbacks
        self.callbacks = [one for one in everyone if one not in self._others]
        hook()
        self.callbacks = everyone


def fit(model, plan, ticks, callbacks=()):
    """`model.fit` from the model's step to the end of the run, a tick an epoch of Keras.

    Args:
        model: A compiled model.
        plan: The run's `Plan`.
        ticks: Its `Ticks`.
        callbacks: Further Keras callbacks. Their batch hooks get no metrics.
    """
    several = plan.config.steps_at_once
    model.stop_training = False  # whatever stopped it before
    others = keras.callbacks.CallbackList(
        list(callbacks), model=model, epochs=-(-plan.last_step // ticks.every), steps=ticks.every
    )
    others.on_train_begin()
    while ticks.step < plan.last_step and not model.stop_training:
        begun = ticks.step % ticks.every
        left = plan.last_step - ticks.step
        whole = 0 if begun else left // ticks.every
        steps = ticks.every if whole else min(ticks.every - begun, left)
        # What is left of a tick need not be a multiple of the steps of an execution.
        _execute(model, several if steps % several == 0 else 1)
        first = ticks.step // ticks.every
        epochs = first + max(whole, 1)
        told = _Told(ticks, others.callbacks, model=model, epochs=epochs, steps=steps)
        keras.Model.fit(  # the pipeline makes what the model's own would check
            model,
            devices.batches(
                model.distribute_strategy,
                functools.partial(plan.batches, ticks.step, model.learns_labels),
            ),
            initial_epoch=first,
            epochs=epochs,
            steps_per_epoch=steps,
            callbacks=told,
            shuffle=False,  # the pipeline has shuffled
            verbose=0,
        )
    others.on_train_end()
    _execute(model, several)


def _execute(model, steps):
    """Sets the number of steps that TensorFlow runs at once."""
    if model.steps_per_execution != steps:
        model.steps_per_execution = steps
        model.train_function = None
