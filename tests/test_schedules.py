import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.schedules import HoldThenDecay


def test_holds_then_falls_linearly_to_the_floor():
    schedule = HoldThenDecay(0.1, begin=10, end=20)
    steps = [0, 10, 11, 15, 18, 20, 25]
    # From step 10 a tenth of the rate goes with each step, down to a fiftieth of it.
    expected = [0.1, 0.1, 0.09, 0.05, 0.02, 0.002, 0.002]
    np.testing.assert_allclose([float(schedule(step)) for step in steps], expected, rtol=1e-5)


def test_floor_is_the_share_that_is_left():
    schedule = HoldThenDecay(2.0, begin=0, end=4, floor=0.25)
    rates = [float(schedule(step)) for step in range(6)]
    np.testing.assert_allclose(rates, [2.0, 1.5, 1.0, 0.5, 0.5, 0.5], rtol=1e-6)


def test_an_optimizer_follows_it():
    variable = tf.Variable(0.0)
    optimizer = keras.optimizers.SGD(HoldThenDecay(1.0, begin=1, end=3))
    values = []
    for _ in range(4):
        optimizer.apply_gradients([(tf.constant(-1.0), variable)])
        values.append(float(variable.numpy()))
    # Rates of the steps 0, 1, 2 and 3: 1, 1, 1/2 and the floor of 1/50.
    np.testing.assert_allclose(values, [1.0, 2.0, 2.5, 2.52], rtol=1e-6)


def test_config_round_trip():
    schedule = HoldThenDecay(0.3, begin=5, end=9, floor=0.1)
    config = {"rate": 0.3, "begin": 5, "end": 9, "floor": 0.1}
    assert schedule.get_config() == config
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    assert isinstance(again, HoldThenDecay)
    assert again.get_config() == config


@pytest.mark.parametrize("begin, end", [(5, 5), (6, 5)])
def test_an_empty_decay_is_refused(begin, end):
    with pytest.raises(ValueError, match=f"begin < end. Received: begin={begin}, end={end}"):
        HoldThenDecay(0.1, begin=begin, end=end)
