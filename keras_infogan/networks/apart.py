"""Any family, with a trunk for Q beside D's instead of one for both.

In a shared trunk, what Q asks for takes the place of what D needs to judge pictures: well sorted,
the digits are poorly drawn, and all alike. Apart, D sees as well as that of a GAN without codes.
"""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="keras_infogan")
class Channels(layers.Layer):
    """Takes some of the channels, the last axis.

    Args:
        start: The first of them.
        stop: The first one after them.
    """

    def __init__(self, start, stop, **kwargs):
        super().__init__(**kwargs)
        self.start = start
        self.stop = stop

    def call(self, x):
        """`(..., channels)` → `(..., stop − start)`."""
        return x[..., self.start : self.stop]

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.stop - self.start)

    def get_config(self):
        return super().get_config() | {"start": self.start, "stop": self.stop}


def apart(networks):
    """Puts a second trunk beside the first: D's head reads from one, Q's from the other.

    Both are updated as the trunk is, in D's update, each by the losses that reach it: the
    adversarial one, and the information.

    Args:
        networks: Dict with `generator`, `trunk`, `discriminator` and `recognizer`.

    Returns:
        The same, with a trunk whose features have twice the channels.
    """
    trunk = networks["trunk"]
    own = keras.models.clone_model(trunk)
    own.name = "recognizer_trunk"
    images = keras.Input(trunk.input_shape[1:], name="images")
    both = layers.Concatenate()([trunk(images), own(images)])
    size = trunk.output_shape[-1]

    def reading(head, start):
        features = keras.Input(both.shape[1:], name="features")
        part = Channels(start, start + size)(features)
        return keras.Model(features, head(part), name=head.name)

    return networks | {
        "trunk": keras.Model(images, both, name="trunk"),
        "discriminator": reading(networks["discriminator"], 0),
        "recognizer": reading(networks["recognizer"], size),
    }
