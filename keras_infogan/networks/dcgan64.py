"""The 64×64 networks of the lab handout: a DCGAN whose discriminator trunk serves Q too.

Source: Radford et al., "Unsupervised Representation Learning with Deep Convolutional GANs", 2016,
for the trunk and the generator. Dense and convolution weights start as Keras starts them.
"""

import keras
from keras import layers

from keras_infogan.networks.layers import norm_leaky, norm_relu

SLOPE = 0.2


def build(latent_size, parameter_size, image_shape=(64, 64, 1)):
    """Builds the four networks.

    Args:
        latent_size: Length of a latent vector.
        parameter_size: Number of the recognizer's outputs.
        image_shape: `(64, 64, channels)`.

    Returns:
        Dict with `generator` (`(latent_size,)` to images in [-1, 1]), `trunk` (images to
        `(4, 4, 512)`), `discriminator` (trunk features to one logit) and `recognizer` (trunk
        features to `parameter_size` numbers).
    """
    height, width, channels = image_shape
    if (height, width) != (64, 64):
        raise ValueError(f"dcgan64 makes 64×64 images. Received: image_shape={image_shape}.")

    z = keras.Input((latent_size,), name="latents")
    x = layers.Reshape((1, 1, latent_size))(z)
    x = norm_relu(layers.Conv2DTranspose(512, 4, 1, "valid", use_bias=False)(x))
    for filters in (256, 128, 64):
        x = norm_relu(layers.Conv2DTranspose(filters, 4, 2, "same", use_bias=False)(x))
    x = layers.Conv2DTranspose(channels, 4, 2, "same", use_bias=False, activation="tanh")(x)
    generator = keras.Model(z, x, name="generator")

    images = keras.Input(image_shape, name="images")
    x = layers.Conv2D(64, 4, 2, "same", use_bias=False)(images)
    x = layers.LeakyReLU(SLOPE)(x)
    for filters in (128, 256, 512):
        x = norm_leaky(layers.Conv2D(filters, 4, 2, "same", use_bias=False)(x), SLOPE)
    trunk = keras.Model(images, x, name="trunk")

    features = keras.Input(trunk.output_shape[1:], name="features")
    x = layers.Conv2D(1, 4, 1, "valid", use_bias=False)(features)
    discriminator = keras.Model(features, layers.Flatten()(x), name="discriminator")

    features = keras.Input(trunk.output_shape[1:], name="features")
    x = layers.Dense(100, activation="relu")(layers.Flatten()(features))
    recognizer = keras.Model(features, layers.Dense(parameter_size)(x), name="recognizer")

    return {
        "generator": generator,
        "trunk": trunk,
        "discriminator": discriminator,
        "recognizer": recognizer,
    }
