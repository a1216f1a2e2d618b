"""Spectral normalization: D's layers get a largest singular value of 1."""

import keras
import tensorflow as tf
from keras import layers

from keras_infogan.networks.rewrites.rewrite import Rewrite

NORMALIZED = (layers.Conv2D, layers.Dense)


@keras.saving.register_keras_serializable(package="keras_infogan")
class SpectrallyNormalized(layers.Wrapper):
    """A Conv2D or Dense layer that computes with W / σ(W), strength times.

    σ is estimated by one step of power iteration a pass in training, and the gradient goes through
    it. Keras's own `SpectralNormalization` writes the normalized weights back in every pass, so G's
    update would change D's trunk.

    Args:
        layer: The layer.
        strength: Largest singular value of the result.
    """

    def __init__(self, layer, strength=1.0, **kwargs):
        super().__init__(layer, **kwargs)
        self.strength = strength

    def build(self, input_shape):
        super().build(input_shape)
        self.u = self.add_weight(
            shape=(1, self.layer.kernel.shape[-1]),
            initializer=keras.initializers.RandomNormal(),
            trainable=False,
            name="u",
        )

    def normalized_kernel(self, training=False):
        """W / σ(W) · strength, in the shape of W."""
        kernel = tf.convert_to_tensor(self.layer.kernel)
        matrix = tf.reshape(kernel, (-1, kernel.shape[-1]))
        fixed = tf.stop_gradient(matrix)
        v = tf.math.l2_normalize(tf.matmul(self.u, fixed, transpose_b=True))
        u = tf.math.l2_normalize(tf.matmul(v, fixed))
        if training:
            self.u.assign(u)
        sigma = tf.squeeze(tf.matmul(tf.matmul(v, matrix), u, transpose_b=True))
        return kernel * (self.strength / sigma)

    def call(self, inputs, training=False):
        """What the layer computes, with the normalized kernel."""
        kernel = self.normalized_kernel(training)
        if isinstance(self.layer, layers.Dense):
            x = tf.matmul(inputs, kernel)
        else:
            x = self.layer.convolution_op(inputs, kernel)
        if self.layer.use_bias:
            x += self.layer.bias
        return self.layer.activation(x)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def get_config(self):
        return super().get_config() | {"strength": self.strength}


class SpectralNorm(Rewrite):
    """Normalizes every Conv2D and Dense of the trunk and of D's head.

    D's slope is bounded so, and G's gradient with it. Source: Miyato et al., "Spectral
    Normalization for Generative Adversarial Networks", 2018.

    Args:
        strength: Largest singular value of each layer, above 0.
    """

    order = 2  # after all that put layers into D

    def __init__(self, strength: float = 1.0):
        if not strength > 0:
            raise ValueError(f"The singular value must be above 0. Received: strength={strength}.")
        self.strength = strength

    def rewrite(self, networks, latents, num_labels, seed):
        return networks | {
            name: self._normalized(networks[name]) for name in ("trunk", "discriminator")
        }

    def _normalized(self, network):
        def clone(layer):
            copy = layer.__class__.from_config(layer.get_config())
            if isinstance(layer, NORMALIZED):
                return SpectrallyNormalized(copy, self.strength, name=layer.name)
            return copy

        clone = keras.models.clone_model(network, clone_function=clone)
        for old, new in zip(network.layers, clone.layers, strict=True):
            inner = new.layer if isinstance(new, SpectrallyNormalized) else new
            inner.set_weights(old.get_weights())
        return clone
