"""The products of a step, counted by hand."""

import keras
import tensorflow as tf

from benchmarks import arithmetic, jobs
from benchmarks.arithmetic import Product


def made(layer, *shape):
    """A layer that knows its input and output."""
    inputs = keras.Input(shape)
    keras.Model(inputs, layer(inputs))
    return layer


def test_flop_of_layers_by_hand():
    conv = made(keras.layers.Conv2D(5, 4, 2, "same"), 8, 8, 3)
    assert Product(conv, 1, 0, 0).flop == 2 * (4 * 4 * 3 * 5) * (4 * 4)
    back = made(keras.layers.Conv2DTranspose(5, 4, 2, "same"), 8, 8, 3)
    assert Product(back, 1, 1, 1).flop == 3 * 2 * (4 * 4 * 3 * 5) * (8 * 8)
    assert Product(made(keras.layers.Dense(7), 6), 1, 0, 1).flop == 2 * 2 * 6 * 7


def test_an_image_of_lab_takes_two_and_a_half_gflop():
    flop = jobs.step_flop("lab-plain")
    assert 2.3e9 < flop < 2.6e9


def test_products_alone_have_the_shapes_of_the_step(monkeypatch):
    config = jobs.config_of("quick", networks="conv28(filters=2, units=8)")
    found = arithmetic.products(jobs.make_model(config), config)
    shapes = []
    draw = tf.random.normal
    monkeypatch.setattr(tf.random, "normal", lambda shape: shapes.append(shape) or draw(shape))
    values = arithmetic.alone(found, 3)()
    assert len(values) == sum(p.forward + p.inputs + p.weights for p in found)
    # The trunk's second convolution, forward: D sees three looks in D's update and one in G's.
    assert sum(shape == (3, 14, 14, 2) for shape in shapes) >= 4
