import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.networks import dense


@pytest.fixture(scope="module")
def survey():
    """The article's: 16 noises and a code of 10."""
    keras.utils.set_random_seed(1)
    return dense.build(26, 10)


def test_parameters_by_hand(survey):
    assert {name: model.count_params() for name, model in survey.items()} == {
        "generator": (26 + 1) * 256 + (256 + 1) * 784,
        "trunk": 0,
        "discriminator": (784 + 1) * 128 + (128 + 1) * 1,
        "recognizer": (784 + 1) * 128 + (128 + 1) * 10,
    }


def test_the_trunk_only_flattens_images_in_the_unit_range(survey):
    images = tf.random.stateless_uniform((2, 28, 28, 1), [0, 1], -1.0, 1.0)
    expected = 0.5 * (tf.reshape(images, (2, 784)) + 1.0)
    np.testing.assert_allclose(survey["trunk"](images), expected, atol=1e-6)


def test_the_recognizer_shares_nothing_with_the_discriminator(survey):
    features = tf.random.stateless_normal((4, 784), [0, 2])
    with tf.GradientTape(persistent=True) as tape:
        logits = survey["discriminator"](features)
        parameters = survey["recognizer"](features)
    d_weights, q_weights = (survey[name].weights for name in ("discriminator", "recognizer"))
    assert tape.gradient(logits, q_weights) == [None] * 4
    assert tape.gradient(parameters, d_weights) == [None] * 4
    assert all(gradient is not None for gradient in tape.gradient(logits, d_weights))
    assert np.abs(d_weights[0].numpy() - q_weights[0].numpy()).max() > 0.01


def test_first_weights_are_those_of_he(survey):
    for name, inputs in (("generator", [26, 256]), ("discriminator", [784, 128])):
        kernels = [weight for weight in survey[name].weights if weight.name == "kernel"]
        for kernel, size in zip(kernels, inputs, strict=True):
            # The spread of 128 numbers is known to about a fifteenth.
            assert np.std(kernel.numpy()) == pytest.approx((2 / size) ** 0.5, rel=0.2)


def test_the_generator_ends_in_twice_the_sigmoid_less_1(survey):
    first, first_bias, second, second_bias = survey["generator"].get_weights()
    latents = np.random.default_rng(0).normal(size=(3, 26))
    hidden = np.maximum(latents @ first + first_bias, 0.0)
    images = 2.0 / (1.0 + np.exp(-(hidden @ second + second_bias))) - 1.0
    drawn = survey["generator"](latents.astype(np.float32))
    np.testing.assert_allclose(drawn, images.reshape(3, 28, 28, 1), atol=1e-5)


def test_units_set_the_widths():
    networks = dense.build(5, 3, (4, 2, 3), units=6)
    assert networks["generator"].count_params() == (5 + 1) * 12 + (12 + 1) * 24
    assert networks["discriminator"].count_params() == (24 + 1) * 6 + (6 + 1)
    assert networks["recognizer"].count_params() == (24 + 1) * 6 + (6 + 1) * 3
    assert networks["generator"](tf.zeros((2, 5))).shape == (2, 4, 2, 3)
