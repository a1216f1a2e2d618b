"""The precision that networks compute in: 16 bits inside, 32 where losses are made of them."""

import keras

from keras_infogan.networks.convolutions import Conv2D, Conv2DTranspose

HEADS = ("discriminator", "recognizer")
CONVOLUTIONS = (Conv2D, Conv2DTranspose)


def set_precision(networks, precision):
    """Lets networks compute in a dtype policy of Keras; their weights stay float32.

    The heads stay float32, and so do layers that are neither convolutions nor Keras's own, and what
    follows a network's last layer with weights: images, features and logits have all of their
    digits.

    Args:
        networks: Dict of `generator`, `trunk`, `discriminator` and others.
        precision: `"mixed_bfloat16"` or `"mixed_float16"`.
    """
    for name, network in networks.items():
        for layer in [] if name in HEADS else _inner(network):
            known = type(layer).__module__.startswith("keras.") or isinstance(layer, CONVOLUTIONS)
            if known and not isinstance(layer, (keras.layers.InputLayer, keras.Model)):
                layer.dtype_policy = precision


def _inner(network):
    """The layers without the last one, and without those before it that have no weights."""
    layers = network.layers[:-1]
    if not network.layers[-1].weights:
        while layers and not layers[-1].weights:
            layers.pop()
    return layers
