"""The mean of the generator's weights, from which images are taken."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from comparing import assert_close, assert_equal

from keras_infogan import saving
from keras_infogan.latents import Categorical

CLOSE = {"atol": 1e-6}


def moving_average(history, decays):
    """mean ← decay · mean + (1 − decay) · weights, over the weights after each step."""
    means = history[0]
    for decay, weights in zip(decays, history[1:], strict=True):
        means = [decay * mean + (1 - decay) * now for mean, now in zip(means, weights, strict=True)]
    return means


@pytest.mark.parametrize(
    ("decay", "decays"),
    [
        # (1 + t) / (10 + t) until the decay is less than that.
        (0.7, (2 / 11, 3 / 12, 4 / 13)),
        (0.2, (2 / 11, 0.2, 0.2)),
        (0.0, (0.0, 0.0, 0.0)),
    ],
)
def test_the_mean_by_hand_batch_statistics_included(tiny_gan, small_images, decay, decays):
    model = tiny_gan(average_generator=decay)
    average = model.average.network
    history = [model.generator.get_weights()]
    assert_equal(average.get_weights(), history[0])
    for seed in range(3):
        model.train_step(small_images(5, seed))
        history.append(model.generator.get_weights())
    assert len(history[0]) == 2 + 4 + 2  # dense, the four of BatchNorm, dense
    assert_close(average.get_weights(), moving_average(history, decays), **CLOSE)


def test_a_short_run_forgets_the_first_weights(tiny_gan, small_images):
    model = tiny_gan(average_generator=0.999, g_optimizer=keras.optimizers.SGD(0.0))
    for variable in model.generator.variables:
        variable.assign_add(tf.ones_like(variable))
    for seed in range(20):
        model.train_step(small_images(5, seed))
    first, mean = model.generator.get_weights()[0], model.sampler.get_weights()[0]
    # Of the distance 1, the product of (1 + t) / (10 + t) over t = 1 to 20: 10! / (22 · … · 30).
    left = math.factorial(10) / math.prod(range(22, 31))
    np.testing.assert_allclose(first - mean, left, atol=1e-5)


def test_updates_are_counted_on_after_a_file(tiny_gan, small_images, tmp_path):
    model = tiny_gan(average_generator=0.999, d_pretraining=1)
    for seed in range(3):  # in the first of them G waits
        model.train_step(small_images(5, seed))
    model.save(tmp_path / "model.keras")
    loaded = saving.load_model(tmp_path / "model.keras")
    before = loaded.sampler.get_weights()
    loaded.train_step(small_images(5, 3))
    assert_close(
        loaded.sampler.get_weights(),
        moving_average([before, loaded.generator.get_weights()], [4 / 13]),
        **CLOSE,
    )


def test_images_are_taken_from_the_mean(tiny_gan, small_images):
    model = tiny_gan(average_generator=0.7)
    for seed in range(2):
        model.train_step(small_images(5, seed))
    average = model.average.network
    assert model.sampler is average
    z = model.latents.fixed(3)
    images = model.generate(z)
    np.testing.assert_allclose(images, average(z, training=False), atol=1e-6)
    assert np.abs(images - model.generator(z, training=False)).max() > 1e-4


def test_training_is_the_same_with_it(tiny_gan, small_images, arrays):
    plain, averaged = tiny_gan(), tiny_gan(average_generator=0.7)
    for model in (plain, averaged):
        model.train_step(small_images(5))
    assert plain.sampler is plain.generator
    assert_equal(plain.generator.get_weights(), averaged.generator.get_weights())
    assert_equal(arrays(plain.d_variables), arrays(averaged.d_variables))
    assert len(averaged.trainable_variables) == len(plain.trainable_variables)


def test_the_mean_is_of_the_weights_after_q_has_updated_them_too(tiny_gan, small_images):
    model = tiny_gan(
        codes=[Categorical(4)], average_generator=0.5, q_optimizer=keras.optimizers.SGD(0.1)
    )
    before = model.generator.get_weights()
    model.train_step(small_images(5))
    after = model.generator.get_weights()
    assert_close(model.sampler.get_weights(), moving_average([before, after], [2 / 11]), **CLOSE)


@pytest.mark.parametrize("decay", [-0.1, 1.0])
def test_a_decay_out_of_range_is_refused(tiny_gan, decay):
    with pytest.raises(ValueError, match=f"from 0 to below 1. Received: decay={decay}"):
        tiny_gan(average_generator=decay)
