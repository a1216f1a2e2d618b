import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.latents import LatentSpec
from keras_infogan.models.update import step_seeds
from keras_infogan.networks.rewrites.virtual_batch_norm import (
    VirtualBatchNorm,
    VirtualBatchNormalization,
    WithoutReferences,
    WithReferences,
)


def test_a_row_by_hand():
    # References 1 and 3: mean 2, variance 1. With the row 5: mean 3, variance (1 + 9 + 25) / 3 - 9.
    layer = VirtualBatchNormalization(2, epsilon=0.0)
    y = layer(tf.constant([[1.0], [3.0], [5.0]]))
    np.testing.assert_allclose(y[:, 0], [-1.0, 1.0, 2.0 / math.sqrt(8 / 3)], rtol=1e-5)
    layer.gamma.assign([2.0])
    layer.beta.assign([0.5])
    np.testing.assert_allclose(layer(tf.constant([[1.0], [3.0], [5.0]])), 2.0 * y + 0.5, rtol=1e-5)


def test_gradient_by_hand():
    # d/dx (x - m) / s with m = (4 + x) / 3 is (2/3) / s - (x - m)² / (3 s³), at x = 5: 1 / (6 s).
    layer = VirtualBatchNormalization(2, epsilon=0.0)
    row = tf.constant([[5.0]])
    references = tf.constant([[1.0], [3.0]])
    with tf.GradientTape() as tape:
        tape.watch([row, references])
        y = layer(tf.concat([references, row], axis=0))[2, 0]
    slope, through_references = tape.gradient(y, [row, references])
    assert slope.numpy().item() == pytest.approx(1.0 / (6.0 * math.sqrt(8 / 3)), rel=1e-4)
    # Moving all three rows alike changes nothing, so the references' slopes are minus the row's.
    assert float(tf.reduce_sum(through_references)) == pytest.approx(
        -slope.numpy().item(), rel=1e-4
    )


def test_it_equals_the_batch_statistics_of_the_references_and_the_image():
    x = np.random.default_rng(0).normal(1.0, 2.0, (5 + 3, 4, 4, 2)).astype(np.float32)
    y = VirtualBatchNormalization(5, epsilon=1e-3)(x).numpy()
    for row in range(5, 8):
        batch = np.concatenate([x[:5], x[row : row + 1]])
        by_keras = keras.layers.BatchNormalization(epsilon=1e-3)(batch, training=True)
        np.testing.assert_allclose(y[row], by_keras[-1], atol=1e-5)
    by_keras = keras.layers.BatchNormalization(epsilon=1e-3)(x[:5], training=True)
    np.testing.assert_allclose(y[:5], by_keras, atol=1e-5)


def test_references_are_put_before_a_batch_and_taken_off_again():
    before = WithReferences(2)
    before.build((None, 3))
    before.rows.assign([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    x = tf.constant([[7.0, 8.0, 9.0]])
    np.testing.assert_array_equal(before(x), [[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    np.testing.assert_array_equal(WithoutReferences(2)(before(x)), x)
    assert before.trainable_variables == []


@pytest.mark.parametrize("training", [False, True])
def test_an_image_does_not_depend_on_the_others(tiny_gan, training):
    model = tiny_gan([VirtualBatchNorm(6)])
    z = model.latents.fixed(4)
    together = model.generator(z, training=training)
    alone = tf.concat([model.generator(row[None], training=training) for row in z], axis=0)
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_with_batch_norm_it_does(tiny_gan):
    model = tiny_gan()
    z = model.latents.fixed(4)
    together = model.generator(z, training=True)
    assert np.abs(together[:1] - model.generator(z[:1], training=True)).max() > 1e-2


def test_rebuilding_keeps_the_other_weights_and_fixes_the_reference(tiny_gan_networks):
    latents = LatentSpec(3, [])
    networks = tiny_gan_networks(latents)
    rebuilt = VirtualBatchNorm(6).rewrite(networks, latents, 0, 0)
    assert rebuilt["trunk"] is networks["trunk"]
    generator = rebuilt["generator"]
    assert (generator.input_shape, generator.output_shape) == ((None, 3), (None, 4, 4, 1))
    body = next(layer for layer in generator.layers if isinstance(layer, keras.Model))
    kinds = [type(layer) for layer in body.layers]
    assert VirtualBatchNormalization in kinds and keras.layers.BatchNormalization not in kinds
    old = [layer for layer in networks["generator"].layers if isinstance(layer, keras.layers.Dense)]
    new = [layer for layer in body.layers if isinstance(layer, keras.layers.Dense)]
    for one, other in zip(old, new, strict=True):
        np.testing.assert_array_equal(one.kernel, other.kernel)
    rows = next(one for one in generator.layers if isinstance(one, WithReferences)).rows
    assert rows.shape == (6, 3) and not rows.trainable


def references(networks):
    layers = networks["generator"].layers
    return next(one for one in layers if isinstance(one, WithReferences)).rows.numpy()


def test_the_reference_follows_from_the_seed(tiny_gan_networks):
    latents = LatentSpec(3, [])

    def rows(size, seed):
        networks = tiny_gan_networks(latents)
        return references(VirtualBatchNorm(size).rewrite(networks, latents, 0, seed))

    np.testing.assert_array_equal(rows(6, seed=1), rows(6, seed=1))
    assert np.abs(rows(6, seed=1) - rows(6, seed=2)).min() > 1e-4


def test_no_step_of_training_draws_the_reference(tiny_gan):
    model = tiny_gan([VirtualBatchNorm(4)], seed=3)
    rows = references({"generator": model.generator})
    drawn = [model.draw_latents(4, None, seed) for seed in step_seeds(model.seed, 0)]
    assert len(drawn) == 6 and all(np.abs(rows - one).max() > 1e-3 for one in drawn)


def test_training_leaves_the_reference_alone(tiny_gan, small_images):
    model = tiny_gan([VirtualBatchNorm(6)])
    rows = next(one for one in model.generator.layers if isinstance(one, WithReferences)).rows
    before, weights = rows.numpy(), [v.numpy() for v in model.generator.trainable_variables]
    model.train_step(small_images(5))
    np.testing.assert_array_equal(rows, before)
    after = [v.numpy() for v in model.generator.trainable_variables]
    assert max(np.abs(x - y).max() for x, y in zip(weights, after, strict=True)) > 1e-4


def test_a_generator_without_batch_norm_is_refused():
    z = keras.Input((3,))
    networks = {"generator": keras.Model(z, keras.layers.Dense(2, name="only")(z))}
    with pytest.raises(ValueError, match="generator with BatchNormalization. Received: .*'only'"):
        VirtualBatchNorm().rewrite(networks, LatentSpec(3, []), 0, 0)
