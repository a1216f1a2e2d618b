"""The 32×32 networks of the InfoGAN paper's SVHN and CelebA experiments.

Source: Chen et al., "InfoGAN", 2016, supplement C.2 and C.3. BatchNorm stands before the
activation, as in `conv28`; see `layers.norm_leaky` for why.
"""

import keras
from keras import layers

from keras_infogan.networks.convolutions import Conv2D, Conv2DTranspose
from keras_infogan.networks.layers import (
    check_image_shape,
    check_widths,
    dense_heads,
    norm_leaky,
    norm_relu,
)

SLOPE = 0.1


def build(latent_size, parameter_size, image_shape=(32, 32, 3), filters: int = 64):
    """Builds the networks.

    Args:
        latent_size: Length of a latent vector; 168 for SVHN and 228 for CelebA in the paper.
        parameter_size: Number of the recognizer's outputs; 0 for no recognizer.
        image_shape: `(32, 32, channels)`.
        filters: Channels of the outer convolutions; the others are in proportion.

    Returns:
        The networks of a family, see `networks`; the trunk gives `(64 * filters,)`.

    Raises:
        ValueError: If the images are not 32×32.
    """
    check_image_shape(image_shape)
    check_widths(filters=filters)
    height, width, channels = image_shape
    if (height, width) != (32, 32):
        raise ValueError(f"conv32 makes 32×32 images. Received: image_shape={image_shape}.")

    z = keras.Input((latent_size,), name="latents")
    x = norm_relu(layers.Dense(2 * 2 * 7 * filters)(z))
    x = layers.Reshape((2, 2, 7 * filters))(x)
    x = norm_relu(Conv2DTranspose(4 * filters, 4, 2, "same")(x))
    for times in (2, 1):
        x = layers.ReLU()(Conv2DTranspose(times * filters, 4, 2, "same")(x))
    x = Conv2DTranspose(channels, 4, 2, "same", activation="tanh")(x)
    generator = keras.Model(z, x, name="generator")

    images = keras.Input(image_shape, name="images")
    x = layers.LeakyReLU(SLOPE)(Conv2D(filters, 4, 2, "same")(images))
    for times in (2, 4):
        x = norm_leaky(Conv2D(times * filters, 4, 2, "same")(x), SLOPE)
    trunk = keras.Model(images, layers.Flatten()(x), name="trunk")

    return {
        "generator": generator,
        "trunk": trunk,
        **dense_heads(trunk.output_shape[1], parameter_size, SLOPE),
    }
