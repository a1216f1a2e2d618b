"""Ticks: when listeners are told of what, and what is read from the device in between."""

import dataclasses

import keras
import pytest
import tensorflow as tf

from keras_infogan.models.means import Means
from keras_infogan.training.listeners.listener import Listener
from keras_infogan.training.ticks import Ticks, fit


class Diary(Listener):
    """Notes what it is told; after `stop` steps it stops the training."""

    def __init__(self, stop=None):
        self.stop = stop
        self.told = []
        self.ticks = []

    def begin(self, model, step):
        super().begin(model, step)
        self.told.append(("begin", step))

    def step_done(self, step):
        self.told.append(("step", step))
        if step == self.stop:
            self.model.stop_training = True

    def tick(self, tick):
        self.told.append(("tick", tick.step))
        self.ticks.append(tick)

    def end(self, step):
        self.told.append(("end", step))


class Reporter(keras.Model):
    """A model whose only metric is the mean of the numbers that it is fed, one a step."""

    learns_labels = False

    def __init__(self):
        super().__init__()
        self.means = Means(["value"])
        self.step = keras.Variable(0, dtype="int32", trainable=False)
        self.compile(optimizer=None)
        self.built = True

    @property
    def metrics(self):
        return list(self.means.by_name.values())

    def divergence(self):
        return None

    def train_step(self, number):
        self.step.assign_add(1)
        return self.means.update({"value": number})


@dataclasses.dataclass
class Numbers:
    """A plan of the numbers 1, 2, 4, ... in epochs of 5 steps."""

    config: object
    last_step: int
    steps_per_epoch: int = 5

    def batches(self, first_step, with_labels, part=None):
        numbers = [float(2**step) for step in range(first_step, self.last_step)]
        return tf.data.Dataset.from_tensor_slices(numbers)


@pytest.fixture
def go(tiny_config):
    """A function: trains to `total_steps`, → the model and a `Diary`."""

    def go(total_steps=10, every=4, stop=None, model=None, callbacks=(), execution=1, seconds=0.0):
        model = model or Reporter()
        config = dataclasses.replace(tiny_config, steps_per_execution=execution)
        plan = Numbers(config, total_steps)
        diary = Diary(stop)
        ticks = Ticks(plan, every, [diary], seconds)
        ticks.begin(model)
        fit(model, plan, ticks, callbacks)
        ticks.end()
        return model, diary

    return go


def means(*diaries):
    return [(tick.step, tick.metrics["value"]) for diary in diaries for tick in diary.ticks]


# (1 + 2 + 4 + 8) / 4, (16 + ... + 128) / 4, (256 + 512) / 2.
WHOLE = [(4, 3.75), (8, 60.0), (10, 384.0)]


def test_listeners_are_told_of_steps_and_ticks_in_order(go):
    _, diary = go()
    assert diary.told == [
        ("begin", 0),
        *[("step", 1), ("step", 2), ("step", 3), ("tick", 4), ("step", 4)],
        *[("step", 5), ("step", 6), ("step", 7), ("tick", 8), ("step", 8)],
        *[("step", 9), ("tick", 10), ("step", 10), ("end", 10)],
    ]
    facts = [(tick.step, tick.previous, tick.epoch, tick.last) for tick in diary.ticks]
    assert facts == [(4, 0, 0.8, False), (8, 4, 1.6, False), (10, 8, 2.0, True)]


def test_metrics_of_a_tick_are_means_since_the_tick_before(go):
    assert means(go()[1]) == WHOLE


@pytest.mark.parametrize("stop", [3, 4, 6, 9])
def test_stopped_it_goes_on_as_if_it_had_not(go, stop):
    model, first = go(stop=stop)
    assert first.told[-1] == ("end", stop)
    model, second = go(model=model)
    assert second.told[0] == ("begin", stop)
    assert means(first, second) == WHOLE


# 10 is no multiple of 4, and what is left of it none either.
@pytest.mark.parametrize(("execution", "steps"), [(2, [2, 4, 6, 8, 10]), (4, [4, 8, 9, 10])])
def test_several_steps_at_once_change_no_number(go, execution, steps):
    model, diary = go(execution=execution)
    assert means(diary) == WHOLE
    assert [step for word, step in diary.told if word == "step"] == steps
    assert model.steps_per_execution == execution


def test_several_steps_at_once_go_on_within_a_tick(go):
    model, first = go(stop=6, execution=2)
    model, second = go(model=model, execution=2)
    assert means(first, second) == WHOLE


def test_the_probability_after_an_update_is_that_of_the_last_step(tiny_model, tiny_plan):
    model, diary = tiny_model(), Diary()
    ticks = Ticks(tiny_plan, 10, [diary])
    ticks.begin(model)
    fit(model, tiny_plan, ticks)
    after = float(model.probability_after_update(tf.constant(9), tf.constant(8)))
    (metrics,) = [tick.metrics for tick in diary.ticks]
    assert metrics["generated_probability_after"] == after
    assert after != metrics["generated_probability_before"]


def test_nothing_reads_the_device_between_ticks(go, monkeypatch):
    reads = []
    read = keras.Variable.numpy
    monkeypatch.setattr(
        keras.Variable, "numpy", lambda self: reads.append("variable") or read(self)
    )
    measured = Means.measured
    monkeypatch.setattr(Means, "measured", lambda self: reads.append("means") or measured(self))
    to_numpy = keras.src.backend.convert_to_numpy
    for module in (keras.src.backend, keras.src.backend.tensorflow.core):
        monkeypatch.setattr(
            module, "convert_to_numpy", lambda x: reads.append("tensor") or to_numpy(x)
        )
    seen = {}

    class Spy(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            reads.clear()

        def on_train_batch_end(self, batch, logs=None):
            seen[batch] = list(reads)
            assert logs == {}

    go(total_steps=8, every=8, callbacks=[Spy()])
    assert seen == {batch: [] for batch in range(8)}
    assert reads.count("means") == 1  # at the tick


def test_keras_callbacks_are_called_once_a_tick(go):
    calls = []
    told = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: calls.append((epoch, logs))
    )
    go(callbacks=[told])
    assert calls == [(epoch, {"value": mean}) for epoch, (_, mean) in enumerate(WHOLE)]


def test_keras_callbacks_begin_and_end_once(go, tmp_path):
    calls = []
    told = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: calls.append("begin"),
        on_train_end=lambda logs: calls.append("end"),
    )
    go(callbacks=[told, keras.callbacks.CSVLogger(tmp_path / "log.csv")])
    assert calls == ["begin", "end"]
    rows = [line.split(",") for line in (tmp_path / "log.csv").read_text().splitlines()]
    assert rows[0][:2] == ["epoch", "value"]
    assert [float(value) for _, value, *_ in rows[1:]] == [mean for _, mean in WHOLE]


def test_a_callback_may_end_the_training(go):
    stop = keras.callbacks.EarlyStopping("value", mode="min", patience=0)
    model, diary = go(callbacks=[stop])
    assert means(diary) == WHOLE[:2]  # the second mean is worse than the first
    assert int(model.step.numpy()) == 8
    assert not diary.ticks[-1].last


def test_seconds_of_earlier_parts_count(go):
    _, diary = go(total_steps=4, seconds=1000.0)
    assert 1000.0 <= diary.ticks[0].seconds < 1300.0


@pytest.mark.parametrize(
    ("previous", "step", "every", "passes"),
    [(0, 100, 500, False), (400, 500, 500, True), (500, 600, 500, False), (450, 1050, 500, True)],
)
def test_a_tick_knows_which_multiples_it_passes(tick, previous, step, every, passes):
    assert tick(step, previous).passes(every) is passes


def test_a_tick_knows_which_steps_it_reaches(tick):
    assert tick(100, 50).reaches(100, 300)
    assert tick(100, 50).reaches(60)
    assert not tick(100, 50).reaches(50, 101)
