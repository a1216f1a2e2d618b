"""The 64×64 networks of the lab handout: a DCGAN whose discriminator trunk serves Q too.

Source: Radford et al., "Unsupervised Representation Learning with Deep Convolutional GANs", 2016,
for the trunk, the generator and the initial weights N(0, 0.02²). These matter for the recognizer:
from larger ones (Keras's own) its 100 ReLUs shrink to fit codes that the generator does not show
yet, and within 50 steps all are dead.
"""

import keras
from keras import layers

from keras_infogan.networks.convolutions import Conv2D, Conv2DTranspose
from keras_infogan.networks.layers import check_image_shape, check_widths, norm_leaky, norm_relu

SLOPE = 0.2
INITIAL_STD = 0.02


def build(latent_size, parameter_size, image_shape=(64, 64, 1), filters: int = 64):
    """Builds the networks.

    Args:
        latent_size: Length of a latent vector.
        parameter_size: Number of the recognizer's outputs; 0 for no recognizer.
        image_shape: `(64, 64, channels)`.
        filters: Channels of the outer convolutions; each inner one has twice as many.

    Returns:
        The networks of a family, see `networks`; the trunk gives `(4, 4, 8 * filters)`.

    Raises:
        ValueError: If the images are not 64×64.
    """
    check_image_shape(image_shape)
    check_widths(filters=filters)
    height, width, channels = image_shape
    if (height, width) != (64, 64):
        raise ValueError(f"dcgan64 makes 64×64 images. Received: image_shape={image_shape}.")

    def options():
        # A new initializer each time: one that is used twice gives the same numbers twice.
        return {"kernel_initializer": keras.initializers.RandomNormal(stddev=INITIAL_STD)}

    def conv(outputs, strides, padding):
        return Conv2D(outputs, 4, strides, padding, use_bias=False, **options())

    def conv_transpose(outputs, strides, padding, activation=None):
        return Conv2DTranspose(
            outputs, 4, strides, padding, use_bias=False, activation=activation, **options()
        )

    def dense(units, activation=None):
        return layers.Dense(units, activation=activation, **options())

    z = keras.Input((latent_size,), name="latents")
    x = layers.Reshape((1, 1, latent_size))(z)
    x = norm_relu(conv_transpose(8 * filters, 1, "valid")(x))
    for factor in (4, 2, 1):
        x = norm_relu(conv_transpose(factor * filters, 2, "same")(x))
    x = conv_transpose(channels, 2, "same", "tanh")(x)
    generator = keras.Model(z, x, name="generator")

    images = keras.Input(image_shape, name="images")
    x = conv(filters, 2, "same")(images)
    x = layers.LeakyReLU(SLOPE)(x)
    for factor in (2, 4, 8):
        x = norm_leaky(conv(factor * filters, 2, "same")(x), SLOPE)
    trunk = keras.Model(images, x, name="trunk")

    features = keras.Input(trunk.output_shape[1:], name="features")
    x = conv(1, 1, "valid")(features)
    discriminator = keras.Model(features, layers.Flatten()(x), name="discriminator")

    parts = {"generator": generator, "trunk": trunk, "discriminator": discriminator}
    if parameter_size:
        features = keras.Input(trunk.output_shape[1:], name="features")
        x = dense(100, "relu")(layers.Flatten()(features))
        parts["recognizer"] = keras.Model(features, dense(parameter_size)(x), name="recognizer")
    return parts
