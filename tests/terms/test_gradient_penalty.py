"""On D(x) = w · x the slope is w everywhere, here (3, 4): ‖w‖ = 5."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.latents import LatentSpec
from keras_infogan.models.gan import GAN
from keras_infogan.models.update import step_seeds
from keras_infogan.networks.rewrites.spectral_norm import SpectralNorm
from keras_infogan.terms.gradient_penalty import R1, WassersteinPenalty, squared_slope


def slope_between(model, update):
    """E (‖∇ₓ D‖ − 1)² between real and generated images."""
    return WassersteinPenalty(1.0).d_loss(model, update)


@pytest.fixture
def steep(linear_gan):
    """A model with D(x) = (x₁² + x₂²) / 2, whose slope at x is x."""
    model = linear_gan()
    half_squares = keras.layers.Lambda(lambda x: 0.5 * x**2)
    images = keras.Input((1, 2, 1))
    model.trunk = keras.Model(images, half_squares(keras.layers.Flatten()(images)))
    model.discriminator.set_weights([np.ones((2, 1)), np.zeros(1)])
    return model


def test_slopes_of_each_image_by_hand(linear_gan, steep, pixels):
    images = pixels((3, 4), (0, -2), (1, 1))
    np.testing.assert_allclose(squared_slope(linear_gan(), images, None), [25, 25, 25])
    np.testing.assert_allclose(squared_slope(steep, images, None), [25, 4, 2])


@pytest.mark.parametrize(
    ("part", "value", "gradient"),
    [
        # strength / 2 · ‖w‖², and strength · w.
        (R1(10.0), 125.0, (30.0, 40.0)),
        (R1(0.2), 2.5, (0.6, 0.8)),
        # strength · (‖w‖ − 1)², and 2 · strength · (‖w‖ − 1) · w / ‖w‖.
        (WassersteinPenalty(), 160.0, (48.0, 64.0)),
        (WassersteinPenalty(0.5), 8.0, (2.4, 3.2)),
    ],
)
def test_value_and_gradient_on_a_linear_d(linear_gan, pixels, update_on, part, value, gradient):
    model = linear_gan(part)
    kernel, bias = model.d_variables
    with tf.GradientTape() as tape:
        loss = part.d_loss(model, update_on(model, pixels((1, 2), (0, 5)), pixels((7, 8), (1, 1))))
    assert float(loss) == pytest.approx(value, rel=1e-5)
    slope, of_bias = tape.gradient(loss, [kernel, bias])
    np.testing.assert_allclose(slope[:, 0], gradient, rtol=1e-5)
    assert of_bias is None or float(of_bias[0]) == 0.0


def test_r1_looks_at_real_images_only(steep, pixels, update_on):
    update = update_on(steep, pixels((3, 4), (0, 1)), pixels((100, 100), (50, 50)))
    assert float(R1(1.0).d_loss(steep, update)) == pytest.approx(0.5 * (25 + 1) / 2)


def test_the_wasserstein_penalty_looks_between_real_and_generated_images(steep, pixels, update_on):
    at = steep, update_on(steep, pixels((3, 4)), pixels((3, 4)))
    assert float(slope_between(*at)) == pytest.approx((5 - 1) ** 2, rel=1e-5)
    # On the way from norm 5 to norm 10, at another place for each of two images.
    one = float(slope_between(steep, update_on(steep, pixels((3, 4)), pixels((6, 8)))))
    assert 16 < one < 81
    images = pixels((3, 4), (3, 4)), pixels((6, 8), (6, 8))
    two = float(slope_between(steep, update_on(steep, *images)))
    assert 16 < two < 81 and abs(one - two) > 1e-3


def test_each_step_looks_elsewhere_and_the_same_step_at_the_same_place(steep, pixels, update_on):
    update = update_on(steep, pixels((3, 4)), pixels((6, 8)))
    later = dataclasses.replace(update, seeds=step_seeds(steep.seed, 1))
    assert float(slope_between(steep, update)) == float(slope_between(steep, update))
    assert float(slope_between(steep, update)) != float(slope_between(steep, later))


def test_the_objective_wasserstein_has_its_penalty_in_training_only(linear_gan, pixels, update_on):
    model = linear_gan(generator_loss="wasserstein")
    update = update_on(model, pixels((1, 2)), pixels((0, 1)))
    loss, values = model.d_loss(update)
    # D says 11 and 4: 4 − 11, and 10 · (5 − 1)².
    assert float(loss) == float(values["d_loss"]) == pytest.approx(-7.0)
    [penalty] = model.all_terms()
    assert float(penalty.d_loss(model, update)) == pytest.approx(160.0, rel=1e-5)
    [penalty] = linear_gan(generator_loss="wasserstein(0.5)").all_terms()
    assert float(penalty.d_loss(model, update)) == pytest.approx(8.0, rel=1e-5)
    assert float(model.test_step(pixels((1, 2)))["d_loss"]) < 100.0


@pytest.mark.parametrize("part", [R1(), WassersteinPenalty()])
def test_g_gets_nothing_of_it(linear_gan, pixels, update_on, part):
    model = linear_gan(part)
    assert part.g_loss(model, update_on(model, pixels((1, 2)), pixels((0, 1)))) == 0.0


@pytest.fixture
def with_batch_norm(tiny_gan_networks, small_images):
    """A GAN whose trunk has BatchNorm that has moved, and whose D is spectrally normalized."""
    latents = LatentSpec(3, [])
    networks = tiny_gan_networks(latents)
    images = keras.Input((4, 4, 1))
    x = keras.layers.Conv2D(3, 3, 2, "same")(images)
    x = keras.layers.LeakyReLU(0.2)(keras.layers.BatchNormalization(momentum=0.5)(x))
    networks["trunk"] = keras.Model(images, keras.layers.Flatten()(x), name="trunk")
    networks = SpectralNorm().rewrite(networks, latents, 0, 0)
    model = GAN(**networks, latents=latents, terms=[R1()])
    model.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    model.train_step(tf.constant(small_images(6)))
    return model


def test_the_slope_of_an_image_is_that_of_its_own_logit(with_batch_norm, small_images):
    images = tf.constant(small_images(5, seed=3))
    expected = []
    for image in images:
        with tf.GradientTape() as tape:
            tape.watch(image)
            logit = with_batch_norm.judge(image[None])[0]
        expected.append(float(tf.reduce_sum(tape.gradient(logit, image) ** 2)))
    np.testing.assert_allclose(squared_slope(with_batch_norm, images, None), expected, rtol=1e-4)


def test_a_penalty_moves_no_statistic(with_batch_norm, small_images, update_on, arrays):
    images = [tf.constant(small_images(5, seed)) for seed in (3, 4)]
    update = update_on(with_batch_norm, *images)
    before = arrays(with_batch_norm.variables)
    for part in (R1(), WassersteinPenalty()):
        part.d_loss(with_batch_norm, update)
    for old, new in zip(before, arrays(with_batch_norm.variables), strict=True):
        np.testing.assert_array_equal(old, new)


def test_an_objective_with_the_penalty_refuses_it_once_more(linear_gan):
    with pytest.raises(ValueError, match="has this penalty already.*Received: .*'wasserstein'"):
        linear_gan(WassersteinPenalty(), generator_loss="wasserstein")


def test_r1_flattens_d_in_training(tiny_gan, small_images):
    slopes = []
    for parts in ((), (R1(5.0),)):
        model = tiny_gan(terms=parts, d_optimizer=keras.optimizers.SGD(0.05))
        for seed in range(4):
            model.train_step(tf.constant(small_images(6, seed)))
        images = tf.constant(small_images(6, seed=9))
        slopes.append(float(tf.reduce_mean(squared_slope(model, images, None))))
    assert slopes[1] < 0.8 * slopes[0]
