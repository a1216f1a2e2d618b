"""BatchNorm statistics of real images, counted once a model is trained."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from comparing import assert_equal

from keras_infogan.latents import Categorical
from keras_infogan.networks.rewrites.spectral_norm import SpectralNorm


def norms(model):
    """The BatchNormalization layers of D and Q."""
    networks = (model.trunk, model.discriminator, model.recognizer)
    layers = [layer for network in networks for layer in network._flatten_layers()]
    return [one for one in layers if isinstance(one, keras.layers.BatchNormalization)]


def test_a_batch_is_then_read_as_training_reads_it(tiny_model, tiny_images):
    model, images = tiny_model(), tiny_images(24)
    in_training = model(images, training=True)
    before = model(images)
    model.recompute_batch_norm(images, batch_size=24)
    after = model(images)
    for name, expected in in_training.items():
        np.testing.assert_allclose(after[name], expected, atol=1e-4)
        assert np.max(np.abs(before[name] - expected)) > 1e-2


def test_each_batch_counts_alike_and_what_was_before_does_not(tiny_model, tiny_images):
    model, images = tiny_model(), tiny_images(24)
    norm = norms(model)[0]
    seen = keras.Model(model.trunk.input, norm.input)(images)
    axes = tuple(range(len(seen.shape) - 1))
    for _ in range(2):
        model.recompute_batch_norm(images, batch_size=8)
        np.testing.assert_allclose(norm.moving_mean, np.mean(seen, axes), rtol=1e-4, atol=1e-6)
        # Less than that of all by what the means of three batches vary.
        ratio = norm.moving_variance.numpy() / np.var(seen, axes)
        assert np.all(ratio < 1.0 + 1e-5) and np.all(ratio > 0.5)


def test_a_rest_of_a_batch_is_left_out_and_few_images_are_one_batch(tiny_model, tiny_images):
    model = tiny_model()
    mean = norms(model)[0].moving_mean
    model.recompute_batch_norm(tiny_images(5), batch_size=64)
    few = mean.numpy()
    model.recompute_batch_norm(tiny_images(5), batch_size=5)
    np.testing.assert_array_equal(mean, few)
    model.recompute_batch_norm(tiny_images(5), batch_size=3)  # three of them
    assert np.any(mean.numpy() != few)


def test_nothing_else_changes(tiny_gan, small_images):
    model = tiny_gan(codes=[Categorical(3)], rewrites=[SpectralNorm()], average_generator=0.9)
    model.fit(tf.constant(small_images(12)), batch_size=6, epochs=1, verbose=0)
    statistics = {id(v) for one in norms(model) for v in (one.moving_mean, one.moving_variance)}
    others = [one for one in model.state() if id(one) not in statistics]
    before, momenta = [one.numpy() for one in others], [one.momentum for one in norms(model)]
    model.recompute_batch_norm(small_images(12), batch_size=4)
    assert_equal([one.numpy() for one in others], before)
    assert [one.momentum for one in norms(model)] == momenta


@pytest.mark.parametrize("steps", [1, 3])
def test_training_does_not_depend_on_it(tiny_model, tiny_images, steps):
    counted, plain = tiny_model(), tiny_model()
    counted.recompute_batch_norm(tiny_images(12), batch_size=6)
    for model in (counted, plain):
        model.fit(tf.constant(tiny_images(6 * steps)), batch_size=6, epochs=1, verbose=0)
    weights = [[v.numpy() for v in model.trainable_variables] for model in (counted, plain)]
    assert_equal(*weights)
