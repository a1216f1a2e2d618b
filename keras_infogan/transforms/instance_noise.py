"""Instance noise: D sees every image, real or generated, through noise."""

import keras
import tensorflow as tf

from keras_infogan import randomness
from keras_infogan.transforms.transform import Transform


@keras.saving.register_keras_serializable(package="keras_infogan")
class InstanceNoise(Transform):
    """Adds N(0, std²) to all images that D and Q see; images are in [-1, 1].

    The two distributions then overlap, and D cannot be perfect. Source: Sønderby et al., "Amortised
    MAP Inference for Image Super-resolution", 2017, section 3; Arjovsky and Bottou, 2017.

    Args:
        std: Standard deviation of the noise, 0 or more.
    """

    def __init__(self, std: float = 0.1, **kwargs):
        super().__init__(**kwargs)
        if not std >= 0:
            raise ValueError(f"Instance noise needs std >= 0. Received: std={std}.")
        self.std = std

    def call(self, images, seed):
        """Images with noise."""
        shape = (tf.shape(images)[0], *images.shape[1:])
        return images + self.std * randomness.normal(shape, seed)

    def get_config(self):
        return super().get_config() | {"std": self.std}
