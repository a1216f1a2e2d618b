"""A conditional GAN of one hidden layer each: generator and discriminator are both told the label.

Source: the survey article's CGAN, after Mirza and Osindero, "Conditional Generative Adversarial
Nets", 2014. As in `dense`, both networks work on [0, 1], the range of the article's images.
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


def build(latent_size, num_labels, image_shape=(28, 28, 1), units: int = 128):
    """Builds the three networks. There is no recognizer: the labels are given, not found.

    Args:
        latent_size: Length of the generator's input, noise and one-hot label together; 110 in the
            article, 100 noises and 10 labels.
        num_labels: Length of a one-hot label.
        image_shape: `(height, width, channels)`.
        units: Width of the hidden layers.

    Returns:
        Dict with `generator` (`(latent_size,)` to images in [-1, 1]), `trunk` (a list of images
        and one-hot labels `(num_labels,)` to `(units,)`) and `discriminator` (trunk features to one
        logit).

    Raises:
        ValueError: If a latent vector has no room for the label.
    """
    check_image_shape(image_shape)
    check_widths(units=units)
    if not 1 <= num_labels <= latent_size:
        raise ValueError(
            "A latent vector holds the noise and a one-hot label, so num_labels must be from 1 to "
            f"latent_size. Received: latent_size={latent_size}, num_labels={num_labels}."
        )
    pixels = math.prod(image_shape)

    z = keras.Input((latent_size,), name="latents")
    x = layers.Dense(pixels, "sigmoid")(layers.Dense(units, "relu")(z))
    generator = keras.Model(z, layers.Reshape(image_shape)(from_unit_range(x)), name="generator")

    images = keras.Input(image_shape, name="images")
    labels = keras.Input((num_labels,), name="labels")
    x = layers.Concatenate()([layers.Flatten()(to_unit_range(images)), labels])
    trunk = keras.Model([images, labels], layers.Dense(units, "relu")(x), name="trunk")

    features = keras.Input((units,), name="features")
    return {
        "generator": generator,
        "trunk": trunk,
        "discriminator": keras.Model(features, layers.Dense(1)(features), name="discriminator"),
    }
