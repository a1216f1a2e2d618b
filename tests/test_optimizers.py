"""The fused Adam beside Keras's."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.optimizers import Adam
from keras_infogan.schedules import HoldThenDecay

OPTIONS = [
    {},
    {"learning_rate": 0.1, "beta_1": 0.5},
    {"learning_rate": HoldThenDecay(0.1, 2, 6), "epsilon": 1e-3},
    {"amsgrad": True},
    {"clipnorm": 0.1, "weight_decay": 0.01, "use_ema": True},
]


def variables():
    draws = np.random.default_rng(0)
    shapes = ((3, 4), (5,), ())
    return [keras.Variable(draws.normal(size=shape).astype(np.float32)) for shape in shapes]


def moved(optimizer, updates, found=None, compiled=True):
    """Variables after so many updates by gradients that change from one to the next."""
    found = found or variables()
    optimizer.build(found)

    def update(step):
        gradients = [tf.sin(tf.cast(v, tf.float32) * 3.0 + step) for v in found]
        optimizer.apply_gradients(zip(gradients, found, strict=True))

    update = tf.function(update) if compiled else update
    for step in range(updates):
        update(tf.constant(float(step)))
    return found


@pytest.mark.parametrize("compiled", [True, False], ids=["graph", "eager"])
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options) or "plain")
def test_ten_updates_are_those_of_keras(options, compiled):
    before = variables()
    expected = moved(keras.optimizers.Adam(**options), 10, compiled=compiled)
    found = moved(Adam(**options), 10, compiled=compiled)
    for start, one, other in zip(before, expected, found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
        assert np.abs(np.array(start) - np.array(other)).max() > 1e-4


def test_a_first_update_by_hand():
    # m / √v is the gradient's sign at first, so the variable moves by the rate.
    variable = keras.Variable([1.0, 2.0])
    optimizer = Adam(0.25)
    optimizer.apply_gradients([(tf.constant([3.0, -0.5]), variable)])
    np.testing.assert_allclose(variable, [0.75, 2.25], atol=1e-5)
    momentum, velocity = optimizer.variables[2:]
    np.testing.assert_allclose(momentum, [0.3, -0.05], rtol=1e-5)
    np.testing.assert_allclose(velocity, [0.009, 0.00025], rtol=1e-4)
    assert int(optimizer.iterations) == 1


def test_gradients_of_chosen_rows_are_left_to_keras():
    rows = tf.IndexedSlices(tf.constant([[2.0]]), tf.constant([1]), tf.constant([3, 1]))
    variable = keras.Variable([[1.0], [1.0], [1.0]])
    optimizer = Adam(0.25)
    optimizer.build([variable])
    optimizer.apply_gradients([(rows, variable)])
    np.testing.assert_allclose(variable, [[1.0], [0.75], [1.0]], atol=1e-5)


@pytest.mark.parametrize(
    "first, then", [(Adam, keras.optimizers.Adam), (keras.optimizers.Adam, Adam)]
)
def test_the_state_of_either_goes_on_in_the_other(first, then):
    expected = moved(keras.optimizers.Adam(0.1), 4)
    begun = first(0.1)
    found = moved(begun, 2)
    goes_on = then.from_config(begun.get_config())
    goes_on.build(found)
    for variable, value in zip(goes_on.variables, begun.variables, strict=True):
        variable.assign(value)

    @tf.function
    def update(step):
        gradients = [tf.sin(tf.cast(v, tf.float32) * 3.0 + step) for v in found]
        goes_on.apply_gradients(zip(gradients, found, strict=True))

    for step in (2.0, 3.0):
        update(tf.constant(step))
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_a_replica_updates_its_own_variables():
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        variable = keras.Variable([1.0])
        optimizer = Adam(0.25)
        optimizer.build([variable])

        def update():
            optimizer.apply_gradients([(tf.constant([2.0]), variable)])

        strategy.run(update)
    np.testing.assert_allclose(variable, [0.75], atol=1e-5)


def test_round_trip():
    optimizer = Adam(HoldThenDecay(0.1, 2, 6), beta_1=0.5)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert type(again) is Adam and again.get_config() == optimizer.get_config()
