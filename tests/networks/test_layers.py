import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import networks, objectives
from keras_infogan.networks.layers import (
    check_image_shape,
    dense_heads,
    from_unit_range,
    norm_leaky,
    norm_relu,
)

BLIND = 2.0 * math.log(2.0)


def two_batches(image_shape, batch_size=16):
    """Real and generated images that differ in all there is: sparse bright dots, and grey noise."""
    random = np.random.default_rng(0)
    shape = (batch_size, *image_shape)
    real = np.where(random.uniform(size=shape) < 0.1, 1.0, -1.0)
    generated = random.uniform(-0.2, 0.2, shape)
    return tf.constant(real, tf.float32), tf.constant(generated, tf.float32)


def train_discriminator(trunk, discriminator, batches, steps):
    """D's losses over some steps on the same two batches, and the logits of both at the end."""
    variables = trunk.trainable_variables + discriminator.trainable_variables
    optimizer = keras.optimizers.Adam(1e-2)
    optimizer.build(variables)

    def logits():
        return [discriminator(trunk(batch, training=True), training=True) for batch in batches]

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = objectives.cross_entropy_d(*logits())
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return [float(step()) for _ in range(steps)], logits()


def test_norm_after_the_last_activation_blinds_d():
    keras.utils.set_random_seed(0)
    images = keras.Input((8, 8, 1))
    x = keras.layers.Dense(16)(keras.layers.Flatten()(images))
    x = keras.layers.BatchNormalization()(keras.layers.LeakyReLU(0.1)(x))
    trunk = keras.Model(images, x)
    features = keras.Input((16,))
    discriminator = keras.Model(features, keras.layers.Dense(1)(features))

    values, (real, generated) = train_discriminator(
        trunk, discriminator, two_batches((8, 8, 1)), steps=60
    )
    assert min(values) >= BLIND - 1e-4
    np.testing.assert_allclose(np.mean(real), np.mean(generated), atol=1e-4)


def test_norm_before_the_last_activation_lets_d_see():
    """The same networks and images as above, but for the order of norm and activation."""
    keras.utils.set_random_seed(0)
    images = keras.Input((8, 8, 1))
    x = keras.layers.Dense(16)(keras.layers.Flatten()(images))
    trunk = keras.Model(images, norm_leaky(x, 0.1))
    features = keras.Input((16,))
    discriminator = keras.Model(features, keras.layers.Dense(1)(features))

    values, (real, generated) = train_discriminator(
        trunk, discriminator, two_batches((8, 8, 1)), steps=60
    )
    assert values[-1] < 0.5 * BLIND
    assert np.mean(real) > np.mean(generated) + 1.0


@pytest.mark.parametrize(
    "family, image_shape, options",
    [
        ("dcgan64", (64, 64, 1), {}),
        ("conv28", (28, 28, 1), {"filters": 4, "units": 16}),
        ("conv28", (28, 28, 1), {"filters": 4, "units": 16, "d_units": 8}),
        ("survey28", (28, 28, 1), {"filters": 4, "units": 16}),
        ("conv32", (32, 32, 3), {"filters": 4}),
        ("dcgan", (64, 64, 1), {"filters": 4}),
        ("mlp", (28, 28, 1), {"units": 16}),
        ("dense", (28, 28, 1), {"units": 16}),
    ],
)
def test_no_family_blinds_d(family, image_shape, options):
    keras.utils.set_random_seed(0)
    built = networks.get(family)(12, 10, image_shape, **options)
    batches = two_batches(image_shape, batch_size=4)
    _, (real, generated) = train_discriminator(
        built["trunk"], built["discriminator"], batches, steps=0
    )
    assert abs(np.mean(real) - np.mean(generated)) > 1e-3


def test_blocks_normalize_over_the_batch_and_then_activate():
    # (−3, 1, 5) has mean 1 and variance 32/3: normalized, (−1, 0, 1) · sqrt(3/2).
    column = keras.Input((1,))
    batch = tf.constant([[-3.0], [1.0], [5.0]])
    unit = math.sqrt(1.5)
    leaky = keras.Model(column, norm_leaky(column, 0.25))
    np.testing.assert_allclose(
        leaky(batch, training=True), [[-0.25 * unit], [0.0], [unit]], atol=1e-5
    )
    relu = keras.Model(column, norm_relu(column))
    np.testing.assert_allclose(relu(batch, training=True), [[0.0], [0.0], [unit]], atol=1e-5)
    # A tenth of the way from the initial mean 0 to 1: momentum 0.9.
    np.testing.assert_allclose(relu.layers[1].moving_mean, [0.1], rtol=1e-5)


def test_dense_heads_are_those_of_the_paper():
    heads = dense_heads(units=6, parameter_size=12, slope=0.25)
    assert set(heads) == {"discriminator", "recognizer"}
    kinds = [type(layer).__name__ for layer in heads["discriminator"].layers]
    assert kinds == ["InputLayer", "Dense"]
    assert heads["discriminator"].output_shape == (None, 1)
    kinds = [type(layer).__name__ for layer in heads["recognizer"].layers]
    assert kinds == ["InputLayer", "Dense", "BatchNormalization", "LeakyReLU", "Dense"]
    assert heads["recognizer"].layers[1].units == 128
    assert heads["recognizer"].layers[3].negative_slope == 0.25
    assert heads["recognizer"].output_shape == (None, 12)
    assert [head.input_shape for head in heads.values()] == [(None, 6), (None, 6)]


def test_the_ends_and_the_middle_of_the_unit_range():
    values = tf.constant([[0.0], [0.5], [1.0]])
    np.testing.assert_array_equal(from_unit_range(values), [[-1.0], [0.0], [1.0]])


def test_channels_first_is_refused_by_the_name_of_the_setting():
    try:
        keras.config.set_image_data_format("channels_first")
        with pytest.raises(
            ValueError, match="^image_data_format of Keras must be channels_last: in"
        ):
            check_image_shape((28, 28, 1))
    finally:
        keras.config.set_image_data_format("channels_last")
