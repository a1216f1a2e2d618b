"""Networks of one hidden layer each, with a recognizer that shares nothing with the discriminator.

Source: the survey article's dense InfoGAN. He et al., "Delving Deep into Rectifiers", 2015, for the
initial weights N(0, 2 / inputs). The article's images lie in [0, 1]; here they lie in [-1, 1], so
they are brought to [0, 1] before D and Q, and 2·sigmoid − 1 follows the generator's sigmoid.
"""

import math

import keras
from keras import layers

from keras_infogan.networks.layers import (
    check_image_shape,
    check_widths,
    from_unit_range,
    to_unit_range,
)


def build(latent_size, parameter_size, image_shape=(28, 28, 1), units: int = 128):
    """Builds the networks.

    The trunk only flattens: it has no weights, so Q cannot lean on what D learns and
    `trunk_learns_information` changes nothing.

    Args:
        latent_size: Length of a latent vector; 26 in the article.
        parameter_size: Number of the recognizer's outputs; 0 for no recognizer.
        image_shape: `(height, width, channels)`.
        units: Width of D's and of Q's hidden layer; the generator's is twice as wide.

    Returns:
        The networks of a family, see `networks`; the trunk gives `(height * width * channels,)`.
    """
    check_image_shape(image_shape)
    check_widths(units=units)
    pixels = math.prod(image_shape)

    def dense(size, activation=None):
        return layers.Dense(size, activation, kernel_initializer="he_normal")

    def head(size, name):
        features = keras.Input((pixels,), name="features")
        return keras.Model(features, dense(size)(dense(units, "relu")(features)), name=name)

    z = keras.Input((latent_size,), name="latents")
    x = dense(pixels, "sigmoid")(dense(2 * units, "relu")(z))
    generator = keras.Model(z, layers.Reshape(image_shape)(from_unit_range(x)), name="generator")

    images = keras.Input(image_shape, name="images")
    parts = {
        "generator": generator,
        "trunk": keras.Model(images, layers.Flatten()(to_unit_range(images)), name="trunk"),
        "discriminator": head(1, "discriminator"),
    }
    if parameter_size:
        parts["recognizer"] = head(parameter_size, "recognizer")
    return parts
