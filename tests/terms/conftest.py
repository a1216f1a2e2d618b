"""A GAN whose networks are a matrix and a scalar product, so that its losses are known by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.latents import LatentSpec
from keras_infogan.models.gan import GAN
from keras_infogan.models.update import Look, Update, step_seeds


@pytest.fixture(scope="session")
def linear_gan():
    """A function: terms, D's weights → a compiled GAN of images `(1, 2, 1)`.

    D's logit is weights · pixels + bias, its features are the pixels, and G(z) = z · matrix with
    one noise z.
    """

    def make(*terms, weights=(3.0, 4.0), bias=0.0, matrix=(1.0, 1.0), **compile_options):
        z = keras.Input((1,))
        drawn = keras.layers.Dense(2, use_bias=False)(z)
        generator = keras.Model(z, keras.layers.Reshape((1, 2, 1))(drawn), name="generator")
        images = keras.Input((1, 2, 1))
        trunk = keras.Model(images, keras.layers.Flatten()(images), name="trunk")
        features = keras.Input((2,))
        head = keras.layers.Dense(1)(features)
        discriminator = keras.Model(features, head, name="discriminator")
        generator.set_weights([np.reshape(matrix, (1, 2))])
        discriminator.set_weights([np.reshape(weights, (2, 1)), np.array([bias])])
        model = GAN(generator, trunk, discriminator, LatentSpec(1, []), terms=terms)
        model.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0), **compile_options)
        return model

    return make


@pytest.fixture(scope="session")
def pixels():
    """A function: rows of two numbers → images `(n, 1, 2, 1)`."""
    return lambda *rows: tf.reshape(tf.constant(rows, tf.float32), (-1, 1, 2, 1))


@pytest.fixture(scope="session")
def update_on():
    """A function: model, real and generated images → the `Update` that a loss is computed from."""

    def make(model, real, generated, labels=None, latents=None):
        looks = [Look(images, *model.judge(images, labels, True)) for images in (real, generated)]
        step = tf.constant(0)
        seeds = step_seeds(model.seed, step)
        return Update(step, seeds, True, latents, generated, looks[1], real, labels, real=looks[0])

    return make
