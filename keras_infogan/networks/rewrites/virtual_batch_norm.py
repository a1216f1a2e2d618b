"""Virtual batch normalization: the generator normalizes by a reference batch that never changes."""

import keras
import tensorflow as tf
from keras import layers

from keras_infogan import randomness
from keras_infogan.networks.rewrites.rewrite import Rewrite, require_whole

# Folded into the model's seed, where training folds in the number of a step: none is so high.
REFERENCES = 2**31 - 1


@keras.saving.register_keras_serializable(package="keras_infogan")
class VirtualBatchNormalization(layers.Layer):
    """Normalizes each row by the statistics of the first `references` rows and its own.

    An image does not depend on the others of its batch, in training or after. The row itself
    counts as one more reference; the references are normalized by each other.

    Args:
        references: Number of rows R that begin each batch.
        epsilon: Added to the variance.
    """

    def __init__(self, references, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.references = references
        self.epsilon = epsilon

    def build(self, input_shape):
        size = (input_shape[-1],)
        self.gamma = self.add_weight(shape=size, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=size, initializer="zeros", name="beta")

    def call(self, x, mask=None):
        """`(R + batch_size, ..., channels)` → the same shape.

        The mask is there, and ignored, because the layer whose place this takes is given one.
        """
        inner = list(range(1, len(x.shape) - 1))
        mean = tf.reduce_mean(x, axis=inner, keepdims=True)  # of each row
        square = tf.reduce_mean(tf.square(x), axis=inner, keepdims=True)
        size, count = self.references, float(self.references)

        def combined(moment):
            common = tf.reduce_mean(moment[:size], axis=0, keepdims=True)
            own = (count * common + moment[size:]) / (count + 1.0)
            return tf.concat([tf.repeat(common, size, axis=0), own], axis=0)

        mean, square = combined(mean), combined(square)
        variance = tf.maximum(square - tf.square(mean), 0.0)
        return self.gamma * (x - mean) * tf.math.rsqrt(variance + self.epsilon) + self.beta

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return super().get_config() | {"references": self.references, "epsilon": self.epsilon}


@keras.saving.register_keras_serializable(package="keras_infogan")
class WithReferences(layers.Layer):
    """Puts fixed rows before a batch.

    Args:
        references: Number of rows.
    """

    def __init__(self, references, **kwargs):
        super().__init__(**kwargs)
        self.references = references

    def build(self, input_shape):
        self.rows = self.add_weight(
            shape=(self.references, input_shape[-1]), trainable=False, name="rows"
        )

    def call(self, x):
        """`(batch_size, size)` → `(references + batch_size, size)`."""
        return tf.concat([tf.cast(self.rows, x.dtype), x], axis=0)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return super().get_config() | {"references": self.references}


@keras.saving.register_keras_serializable(package="keras_infogan")
class WithoutReferences(layers.Layer):
    """Takes the first rows off a batch again.

    Args:
        references: Number of rows.
    """

    def __init__(self, references, **kwargs):
        super().__init__(**kwargs)
        self.references = references

    def call(self, x):
        """`(references + batch_size, ...)` → `(batch_size, ...)`."""
        return x[self.references :]

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return super().get_config() | {"references": self.references}


class VirtualBatchNorm(Rewrite):
    """Replaces every BatchNormalization of the generator.

    In the generator only: each batch costs the reference's way through it as well. Source:
    Salimans et al., 2016, section 3.5.

    Args:
        references: Size of the reference batch, 2 to 4096.
    """

    def __init__(self, references: int = 64):
        require_whole("references", references, 2, 4096)
        self.references = references

    def rewrite(self, networks, latents, num_labels, seed):
        size = self.references
        generator = networks["generator"]
        if not any(isinstance(layer, layers.BatchNormalization) for layer in generator.layers):
            raise ValueError(
                "Virtual batch normalization needs a generator with BatchNormalization. "
                f"Received: layers {[layer.name for layer in generator.layers]}."
            )

        def clone(layer):
            if isinstance(layer, layers.BatchNormalization):
                return VirtualBatchNormalization(size, layer.epsilon, name=layer.name)
            return layer.__class__.from_config(layer.get_config())

        body = keras.models.clone_model(generator, clone_function=clone)
        # Cloned weights are drawn anew: the rest of the generator begins as it was.
        for old, new in zip(generator.layers, body.layers, strict=True):
            if not isinstance(old, layers.BatchNormalization):
                new.set_weights(old.get_weights())
        z = keras.Input(generator.input_shape[1:], name="latents")
        with_references = WithReferences(size)
        images = WithoutReferences(size)(body(with_references(z)))
        stream = randomness.fold_in(tf.constant([seed, 0], tf.int32), REFERENCES)
        with_references.rows.assign(latents.sample(size, stream))
        return networks | {"generator": keras.Model(z, images, name="generator")}
