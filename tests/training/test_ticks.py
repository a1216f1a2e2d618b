"""Ticks: when listeners are told of what, and what is read from the device in between."""

import dataclasses

import keras
import numpy as np
import pytest

from keras_infogan.models.means import Means
from keras_infogan.training.ticks import Listener, Ticks, fit


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


@pytest.fixture
def go(tiny_model, tiny_plan):
    """A function: trains to `total_steps`, → the model and a `Diary`."""

    def go(
        total_steps=10,
        every=4,
        stop=None,
        model=None,
        callbacks=(),
        execution=1,
        seconds=0.0,
        eagerly=True,
    ):
        model = model or tiny_model(d_optimizer="adam", g_optimizer="adam", run_eagerly=eagerly)
        config = dataclasses.replace(tiny_plan.config, steps_per_execution=execution)
        plan = dataclasses.replace(tiny_plan, config=config, total_steps=total_steps)
        diary = Diary(stop)
        ticks = Ticks(plan, every, [diary], seconds)
        ticks.begin(model)
        fit(model, plan, ticks, callbacks)
        ticks.end()
        return model, diary

    return go


@pytest.fixture(scope="module")
def whole(tiny_model, tiny_plan):
    """The metrics and the weights of ten steps in ticks of 4."""
    model = tiny_model(d_optimizer="adam", g_optimizer="adam", run_eagerly=True)
    diary = Diary()
    ticks = Ticks(tiny_plan, 4, [diary])
    ticks.begin(model)
    fit(model, tiny_plan, ticks)
    return [tick.metrics for tick in diary.ticks], model.get_weights()


def assert_same(model, diaries, whole):
    assert [tick.metrics for diary in diaries for tick in diary.ticks] == whole[0]
    for one, other in zip(model.get_weights(), whole[1], strict=True):
        np.testing.assert_array_equal(one, other)


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
    _, each = go(every=1)
    _, fours = go(every=4)
    losses = [tick.metrics["d_loss"] for tick in each.ticks]
    expected = [np.mean(losses[:4]), np.mean(losses[4:8]), np.mean(losses[8:])]
    assert [tick.metrics["d_loss"] for tick in fours.ticks] == pytest.approx(expected, rel=1e-5)
    assert list(fours.ticks[0].metrics) == [
        "d_loss",
        "real_probability",
        "g_loss",
        "generated_probability_before",
        "categorical_loss",
        "continuous_loss",
        "information",
        "code_accuracy",
        "generated_probability_after",
    ]


def test_the_probability_after_an_update_is_that_of_the_last_step(go):
    model, diary = go(total_steps=4)
    after = float(model.probability_after_update(3, 8))
    assert diary.ticks[0].metrics["generated_probability_after"] == after
    assert after != diary.ticks[0].metrics["generated_probability_before"]


@pytest.mark.parametrize("stop", [3, 4, 6, 9])
def test_stopped_and_saved_it_goes_on_as_if_it_had_not(go, whole, tmp_path, stop):
    model, first = go(stop=stop)
    assert first.told[-1] == ("end", stop)
    model.save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    model.run_eagerly = True
    model, second = go(model=model)
    assert second.told[0] == ("begin", stop)
    assert_same(model, [first, second], whole)


# 10 is a multiple of neither 4 nor 3; ticks of 4 and 8 are of 2 and 4.
@pytest.mark.parametrize(("every", "execution"), [(4, 2), (4, 4)])
def test_several_steps_at_once_change_no_number(go, whole, every, execution):
    model, diary = go(every=every, execution=execution)
    assert_same(model, [diary], whole)
    assert model.steps_per_execution == 1 or model.steps_per_execution == execution
    steps = [step for word, step in diary.told if word == "step"]
    # What is left at the end is taken one by one where it must be.
    assert steps == {2: [2, 4, 6, 8, 10], 4: [4, 8, 9, 10]}[execution]


def test_several_steps_at_once_go_on_within_a_tick(go, whole):
    model, first = go(stop=6, execution=2)
    model, second = go(model=model, execution=2)
    assert_same(model, [first, second], whole)


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

    go(total_steps=8, every=8, callbacks=[Spy()], eagerly=False)
    assert seen == {batch: [] for batch in range(8)}
    assert reads.count("means") == 1  # at the tick


def test_keras_callbacks_are_called_once_a_tick(go):
    calls = []
    told = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: calls.append((epoch, sorted(logs)[:2]))
    )
    go(callbacks=[told])
    assert calls == [(epoch, ["categorical_loss", "code_accuracy"]) for epoch in range(3)]


def test_a_callback_may_end_the_training(go):
    stop = keras.callbacks.EarlyStopping("d_loss", mode="max", patience=0, baseline=1e9)
    model, diary = go(total_steps=40, callbacks=[stop])
    assert int(model.step.numpy()) == diary.ticks[-1].step < 40
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
