"""A DCGAN for 64×64 images, gray or in color, with Q on the discriminator's features.

Source: the survey article's DCGAN. What it leaves open follows Radford et al., "Unsupervised
Representation Learning with Deep Convolutional GANs", 2016: kernels of 5×5, initial weights
N(0, 0.02²), BatchNorm and ReLU between the deconvolutions, slope 0.2. A layer that BatchNorm
follows has no bias: the normalization would take it away again.
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

SLOPE = 0.2
INITIAL_STD = 0.02
KERNEL = 5


def build(latent_size, parameter_size, image_shape=(64, 64, 3), filters: int = 64):
    """Builds the networks.

    Args:
        latent_size: Length of a latent vector; 100 in the article.
        parameter_size: Number of the recognizer's outputs; 0 for no recognizer.
        image_shape: `(64, 64, channels)`.
        filters: The article's DIM: channels of the outer convolutions. The inner ones have 2, 4 and
            8 times as many.

    Returns:
        The networks of a family, see `networks`; the trunk gives `(4 * 4 * 8 * filters,)`.

    Raises:
        ValueError: If the images are not 64×64.
    """
    check_image_shape(image_shape)
    check_widths(filters=filters)
    height, width, channels = image_shape
    if (height, width) != (64, 64):
        raise ValueError(f"dcgan makes 64×64 images. Received: image_shape={image_shape}.")
    inner = (4, 4, 8 * filters)

    def normal():
        # A new initializer each time: one that is used twice gives the same numbers twice.
        return keras.initializers.RandomNormal(stddev=INITIAL_STD)

    def options(normalized):
        return {"use_bias": not normalized, "kernel_initializer": normal()}

    z = keras.Input((latent_size,), name="latents")
    x = norm_relu(layers.Dense(inner[0] * inner[1] * inner[2], **options(normalized=True))(z))
    x = layers.Reshape(inner)(x)
    for times in (4, 2, 1):
        deconv = Conv2DTranspose(times * filters, KERNEL, 2, "same", **options(normalized=True))
        x = norm_relu(deconv(x))
    x = Conv2DTranspose(
        channels, KERNEL, 2, "same", activation="tanh", **options(normalized=False)
    )(x)
    generator = keras.Model(z, x, name="generator")

    images = keras.Input(image_shape, name="images")
    x = Conv2D(filters, KERNEL, 2, "same", **options(normalized=False))(images)
    x = layers.LeakyReLU(SLOPE)(x)
    for times in (2, 4, 8):
        conv = Conv2D(times * filters, KERNEL, 2, "same", **options(normalized=True))
        x = norm_leaky(conv(x), SLOPE)
    trunk = keras.Model(images, layers.Flatten()(x), name="trunk")

    return {
        "generator": generator,
        "trunk": trunk,
        **dense_heads(trunk.output_shape[1], parameter_size, SLOPE),
    }
