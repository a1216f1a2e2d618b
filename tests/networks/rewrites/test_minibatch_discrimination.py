import math

import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.networks.rewrites.minibatch_discrimination import (
    Closeness,
    MinibatchDiscrimination,
)

E1, E2, E3 = (math.exp(-distance) for distance in (1, 2, 3))


def closeness(kernels, dimensions, matrix):
    layer = Closeness(kernels, dimensions)
    layer.build((None, len(matrix)))
    layer.kernel.assign(matrix)
    return layer


def test_closeness_of_three_rows_by_hand():
    # T is the identity; the distances are 1, 2 and 3.
    layer = closeness(1, 2, [[1.0, 0.0], [0.0, 1.0]])
    rows = tf.constant([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    expected = [[1 + E1 + E2], [1 + E1 + E3], [1 + E2 + E3]]
    np.testing.assert_allclose(layer(rows), expected, rtol=1e-6)


def test_each_kernel_measures_by_its_own_matrix():
    layer = closeness(2, 1, [[1.0, 3.0]])
    np.testing.assert_allclose(
        layer(tf.constant([[0.0], [1.0]])), [[1 + E1, 1 + E3]] * 2, rtol=1e-6
    )


def test_gradient_by_hand():
    layer = closeness(1, 2, [[1.0, 0.0], [0.0, 1.0]])
    rows = tf.constant([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(rows)
        total = tf.reduce_sum(layer(rows))
    # Each pair counts twice; along the second pixel the first two rows stand alike.
    expected = [[2 * E1, 2 * E2], [-2 * (E1 + E3), 2 * E3], [2 * E3, -2 * (E2 + E3)]]
    np.testing.assert_allclose(tape.gradient(total, rows), expected, rtol=1e-5)


def test_a_generator_that_repeats_itself_has_the_largest_closeness():
    layer = closeness(2, 1, [[0.3, 0.1], [0.2, 0.7]])
    same = tf.repeat([[0.4, 0.9]], 5, axis=0)
    np.testing.assert_allclose(layer(same), np.full((5, 2), 5.0), rtol=1e-6)


@pytest.mark.parametrize("depends", [False, True])
def test_a_logit_depends_on_the_other_images_of_the_batch(tiny_gan, small_images, depends):
    model = tiny_gan([MinibatchDiscrimination(4)] if depends else [])
    first, second = small_images(3), small_images(3)
    second[1:] = small_images(2, seed=9)
    one, other = (model.judge(images, training=True)[0][0, 0] for images in (first, second))
    assert (abs(float(one - other)) > 1e-5) == depends


def test_d_trains_the_kernels_and_reads_the_features_beside_them(tiny_gan, small_images):
    model = tiny_gan([MinibatchDiscrimination(4)])
    layer = next(one for one in model.discriminator.layers if isinstance(one, Closeness))
    assert layer.kernel.shape == (5, 4 * 5)
    assert model.discriminator.layers[-1].kernel.shape == (5 + 4, 1)
    assert any(variable is layer.kernel for variable in model.d_variables)
    before = layer.kernel.numpy()
    model.train_step(small_images(5))
    assert np.abs(layer.kernel.numpy() - before).max() > 1e-6
