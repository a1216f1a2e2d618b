"""Weight averaging: images come from the mean of the generator's weights over the last steps."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="keras_infogan")
class GeneratorAverage(keras.layers.Layer):
    """Keeps an exponential mean of the generator's weights, BatchNorm's statistics included.

    mean ← decay · mean + (1 − decay) · weights after each of G's updates, with decay = min(decay,
    (1 + t) / (10 + t)) at update t: without the second, a run of a thousand steps would end with a
    third of its first weights. Training does not depend on it; pictures, scores and the export are
    the mean's. Source: Karras et al., "Progressive Growing of GANs", 2018; Yazıcı et al., 2019.

    Args:
        generator: The generator.
        decay: Largest decay, from 0 to below 1.
    """

    def __init__(self, generator, decay=0.999, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= decay < 1:
            raise ValueError(f"The decay must be from 0 to below 1. Received: decay={decay}.")
        self.decay = decay
        self.network = keras.models.clone_model(generator)
        self.network.set_weights(generator.get_weights())
        self.network.trainable = False
        self.built = True

    def update(self, generator, updates):
        """Moves the mean towards the generator's weights.

        Args:
            generator: The generator after an update.
            updates: Number of its updates so far, that one included.
        """
        updates = tf.cast(updates, tf.float32)
        decay = tf.minimum(self.decay, (1.0 + updates) / (10.0 + updates))
        for mean, weight in zip(self.network.variables, generator.variables, strict=True):
            if mean.dtype.startswith("float"):
                mean.assign_add((1.0 - decay) * (weight - mean))
