"""Minibatch discrimination: D sees how close an image is to the others of its batch."""

import keras
import tensorflow as tf
from keras import layers

from keras_infogan import replicas
from keras_infogan.networks.rewrites.rewrite import Rewrite, last_weighted_layer, require_whole

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
        distances = tf.reduce_sum(tf.abs(rows[:, None] - replicas.rows(rows)[None]), axis=-1)
        return tf.reduce_sum(tf.exp(-distances), axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.kernels)

    def get_config(self):
        return super().get_config() | {"kernels": self.kernels, "dimensions": self.dimensions}


class MinibatchDiscrimination(Rewrite):
    """Puts the closeness of an image to its batch beside the features that D's last layer reads.

    A generator that makes one image again and again is found out. Source: Salimans et al., 2016,
    section 3.2.

    Args:
        kernels: B, the number of outputs, 1 to 1024.
    """

    def __init__(self, kernels: int = 32):
        require_whole("kernels", kernels, 1, 1024)
        self.kernels = kernels

    def rewrite(self, networks, latents, num_labels, seed):
        head = networks["discriminator"]
        x = layers.Flatten()(last_weighted_layer(head).input)
        x = layers.Concatenate()([x, Closeness(self.kernels)(x)])
        head = keras.Model(head.input, layers.Dense(1)(x), name=head.name)
        return networks | {"discriminator": head}
