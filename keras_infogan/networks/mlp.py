"""Plain multi-layer perceptrons for G, D and Q, to compare with the convolutional networks.

Source: the poster talk's MLP variant of the paper's networks; its widths are not given, so these
are our choice: the paper's dense widths without the convolutions.
"""

import math

import keras
from keras import layers

from keras_infogan.networks.layers import (
    check_image_shape,
    check_widths,
    dense_heads,
    norm_leaky,
    norm_relu,
)

SLOPE = 0.1


def build(latent_size, parameter_size, image_shape=(28, 28, 1), units: int = 512):
    """Builds the networks.

    Args:
        latent_size: Length of a latent vector.
        parameter_size: Number of the recognizer's outputs; 0 for no recognizer.
        image_shape: `(height, width, channels)`.
        units: Width of the hidden layers.

    Returns:
        The networks of a family, see `networks`; the trunk gives `(units,)`.
    """
    check_image_shape(image_shape)
    check_widths(units=units)
    z = keras.Input((latent_size,), name="latents")
    x = norm_relu(layers.Dense(units)(z))
    x = norm_relu(layers.Dense(units)(x))
    x = layers.Dense(math.prod(image_shape), activation="tanh")(x)
    generator = keras.Model(z, layers.Reshape(image_shape)(x), name="generator")

    images = keras.Input(image_shape, name="images")
    x = layers.LeakyReLU(SLOPE)(layers.Dense(units)(layers.Flatten()(images)))
    x = norm_leaky(layers.Dense(units)(x), SLOPE)
    trunk = keras.Model(images, x, name="trunk")

    return {
        "generator": generator,
        "trunk": trunk,
        **dense_heads(units, parameter_size, SLOPE),
    }
