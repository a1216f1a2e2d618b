"""Instance noise: D sees every image, real or generated, through noise."""

import keras
import tensorflow as tf

from keras_infogan.stabilizers.stabilizer import Stabilizer


@keras.saving.register_keras_serializable(package="keras_infogan")
class InstanceNoise(Stabilizer):
    """Adds N(0, strength²) to all images that D and Q see; images are in [-1, 1].

    The two distributions then overlap, and D cannot be perfect. Source: Sønderby et al., "Amortised
    MAP Inference for Image Super-resolution", 2017, section 3; Arjovsky and Bottou, 2017.
    """

    default_strength = 0.1

    def see(self, images, step, seed):
        return images + self.strength * tf.random.stateless_normal(tf.shape(images), seed)
