"""The blocks that the network families share."""

import numbers

import keras
from keras import layers

from keras_infogan.networks.batch_norm import BatchNormalization


def check_image_shape(image_shape):
    """Refuses what is not `(height, width, channels)`, three whole numbers above 0.

    Raises:
        ValueError: If it is something else, or Keras is set to channels first.
    """
    if keras.config.image_data_format() != "channels_last":
        raise ValueError(
            "image_data_format of Keras must be channels_last: in keras.json, or by "
            "keras.config.set_image_data_format. Received: channels_first."
        )
    whole = isinstance(image_shape, (tuple, list)) and len(image_shape) == 3
    if not whole or not all(isinstance(n, numbers.Integral) and n > 0 for n in image_shape):
        raise ValueError(
            "image_shape must be (height, width, channels), whole numbers above 0. "
            f"Received: image_shape={image_shape}."
        )


def check_widths(least=1, **widths):
    """Refuses numbers of channels or units that no layer can have; None is a layer's default.

    Raises:
        ValueError: If one is below `least`.
    """
    for name, width in widths.items():
        if width is not None and width < least:
            raise ValueError(f"{name} must be at least {least}. Received: {name}={width}.")


def from_unit_range(x):
    """2·x − 1: brings what a sigmoid gives, [0, 1], to the package's range of images, [-1, 1]."""
    return layers.Rescaling(2.0, -1.0)(x)


def to_unit_range(x):
    """(x + 1) / 2: the way back. Layers without a norm learn best where the background is 0."""
    return layers.Rescaling(0.5, 0.5)(x)


def batch_norm(x):
    """BatchNormalization as PyTorch has it: epsilon 1e-5, Keras momentum 0.9 (PyTorch's 0.1)."""
    return BatchNormalization(momentum=0.9, epsilon=1e-5)(x)


def norm_relu(x):
    """BatchNormalization, then ReLU."""
    return layers.ReLU()(batch_norm(x))


def norm_leaky(x, slope):
    """BatchNormalization, then leaky ReLU.

    The normalization must come before the activation. Real and generated images go through D in
    batches of their own; a normalization after the trunk's last activation would give both batches
    the same mean, so the same mean logit, and hold D's loss at 2 ln 2 or above: D would be blind.
    """
    return layers.LeakyReLU(slope)(batch_norm(x))


def dense_heads(units, parameter_size, slope, d_units=0):
    """D's and Q's heads on a trunk that ends in a dense layer, as in the InfoGAN paper.

    Args:
        units: Length of the trunk's features.
        parameter_size: Number of the recognizer's outputs; 0 for no recognizer.
        slope: Slope of the leaky ReLU.
        d_units: Width of a hidden layer in D's head, as the recognizer has one; 0 for none.

    Returns:
        Dict with `discriminator` (dense 1) and `recognizer` (dense 128, BatchNorm, leaky ReLU,
        dense).
    """
    features = keras.Input((units,), name="features")
    x = norm_leaky(layers.Dense(d_units)(features), slope) if d_units else features
    heads = {"discriminator": keras.Model(features, layers.Dense(1)(x), name="discriminator")}
    if parameter_size:
        features = keras.Input((units,), name="features")
        x = norm_leaky(layers.Dense(128)(features), slope)
        x = layers.Dense(parameter_size)(x)
        heads["recognizer"] = keras.Model(features, x, name="recognizer")
    return heads
