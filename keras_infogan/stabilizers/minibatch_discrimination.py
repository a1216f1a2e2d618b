"""Minibatch discrimination: D sees how close an image is to the others of its batch."""

import keras
import tensorflow as tf
from keras import layers

from keras_infogan.stabilizers.heads import last_weighted_layer
from keras_infogan.stabilizers.stabilizer import Stabilizer

DIMENSIONS = 5


@keras.saving.register_keras_serializable(package="keras_infogan")
class Closeness(layers.Layer):
    """o_b(x_i) = Σ_j exp(−‖M_ib − M_jb‖₁), with M_i = f(x_i) T and T of A×B×C numbers.

    Args:
        kernels: B, the number of outputs.
        dimensions: C.
    """

    def __init__(self, kernels, dimensions=DIMENSIONS, **kwargs):
        super().__init__(**kwargs)
        self.kernels = kernels
        self.dimensions = dimensions

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.kernels * self.dimensions),
            initializer=keras.initializers.RandomNormal(stddev=0.05),
            name="kernel",
        )

    def call(self, features):
        """`(batch_size, A)` → `(batch_size, B)`, each from 1 to batch_size."""
        rows = tf.reshape(tf.matmul(features, self.kernel), (-1, self.kernels, self.dimensions))
        distances = tf.reduce_sum(tf.abs(rows[:, None] - rows[None]), axis=-1)
        return tf.reduce_sum(tf.exp(-distances), axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.kernels)

    def get_config(self):
        return super().get_config() | {"kernels": self.kernels, "dimensions": self.dimensions}


@keras.saving.register_keras_serializable(package="keras_infogan")
class MinibatchDiscrimination(Stabilizer):
    """Puts the closeness of an image to its batch beside the features that D's last layer reads.

    A generator that makes one image again and again is found out. `strength` is the number of
    kernels B. Source: Salimans et al., 2016, section 3.2.
    """

    default_strength = 32
    least, most = 1, 1024
    whole = True

    def rebuild(self, networks, latents, num_labels, seed):
        head = networks["discriminator"]
        x = layers.Flatten()(last_weighted_layer(head).input)
        x = layers.Concatenate()([x, Closeness(int(self.strength))(x)])
        head = keras.Model(head.input, layers.Dense(1)(x), name=head.name)
        return networks | {"discriminator": head}

    def attach(self, model):
        self._require_layer(model.discriminator, Closeness)
