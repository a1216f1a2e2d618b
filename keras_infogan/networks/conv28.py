"""The 28×28 networks of the InfoGAN paper's MNIST experiment, and slimmer ones of the same shape.

Source: Chen et al., "InfoGAN", 2016, supplement C.1. BatchNorm stands before the activation, as in
the authors' program (the printed table lists it after; see `layers.norm_leaky` for why not).

The survey article's convolutional InfoGAN has the same layers but ends the generator in a sigmoid:
`output="sigmoid"`, the family `survey28`. The article names BatchNorm in Q only; it stays elsewhere
too, since without it (`normalize=False`) the generator came to one picture for all latents within
15 epochs over mnist5k, and hid the code in it: over latents, pixels differed by a standard
deviation of .005 instead of .24 (24 filters, 256 units; real digits: .39).
"""

import functools

import keras
from keras import layers

from keras_infogan.networks.convolutions import Conv2D, Conv2DTranspose
from keras_infogan.networks.layers import (
    check_image_shape,
    check_widths,
    dense_heads,
    from_unit_range,
    norm_leaky,
    norm_relu,
)

SLOPE = 0.1


def build(
    latent_size,
    parameter_size,
    image_shape=(28, 28, 1),
    filters: int = 64,
    units: int = 1024,
    output: str = "tanh",
    normalize: bool = True,
    d_filters: int = None,
    d_units: int = 0,
):
    """Builds the networks.

    Args:
        latent_size: Length of a latent vector.
        parameter_size: Number of the recognizer's outputs; 0 for no recognizer.
        image_shape: `(height, width, channels)`; height and width divisible by 4.
        filters: Channels of the outer convolutions; the inner ones have twice as many.
        units: Width of the dense layers.
        output: What ends the generator: `"tanh"`, or `"sigmoid"` for 2·sigmoid − 1.
        d_filters: The same as `filters` for the trunk, so that D may be wider than G; None for
            equal.
        d_units: Width of a hidden layer in D's head, so that D may be deeper than G; 0 for none.
            With it D finds what it needs among features that also serve Q.
        normalize: Whether BatchNorm stands in the generator and the trunk. Q's is always there.

    Returns:
        The networks of a family, see `networks`; the trunk gives `(units,)`.

    Raises:
        ValueError: If two halvings do not fit the images, or the output is unknown.
    """
    check_image_shape(image_shape)
    check_widths(filters=filters, units=units, d_filters=d_filters)
    check_widths(least=0, d_units=d_units)
    if output not in ("tanh", "sigmoid"):
        raise ValueError(f"output must be 'tanh' or 'sigmoid'. Received: output={output!r}.")
    height, width, channels = image_shape
    if height % 4 or width % 4:
        raise ValueError(
            f"conv28 needs a height and width divisible by 4. Received: image_shape={image_shape}."
        )
    inner = (height // 4, width // 4, 2 * filters)

    def relu(x):
        return norm_relu(x) if normalize else layers.ReLU()(x)

    def leaky(x):
        return norm_leaky(x, SLOPE) if normalize else layers.LeakyReLU(SLOPE)(x)

    z = keras.Input((latent_size,), name="latents")
    x = relu(layers.Dense(units)(z))
    x = relu(layers.Dense(inner[0] * inner[1] * inner[2])(x))
    x = layers.Reshape(inner)(x)
    x = relu(Conv2DTranspose(filters, 4, 2, "same")(x))
    x = Conv2DTranspose(channels, 4, 2, "same", activation=output)(x)
    if output == "sigmoid":
        x = from_unit_range(x)
    generator = keras.Model(z, x, name="generator")

    images = keras.Input(image_shape, name="images")
    d_filters = d_filters or filters
    x = layers.LeakyReLU(SLOPE)(Conv2D(d_filters, 4, 2, "same")(images))
    x = leaky(Conv2D(2 * d_filters, 4, 2, "same")(x))
    x = layers.Flatten()(x)
    trunk = keras.Model(images, leaky(layers.Dense(units)(x)), name="trunk")

    return {
        "generator": generator,
        "trunk": trunk,
        **dense_heads(units, parameter_size, SLOPE, d_units),
    }


build_survey28 = functools.partial(build, output="sigmoid")
