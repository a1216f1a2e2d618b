"""Averaged generator: images are taken from the mean of its weights over the last steps."""

import keras
import tensorflow as tf

from keras_infogan.stabilizers.stabilizer import Stabilizer


@keras.saving.register_keras_serializable(package="keras_infogan")
class AveragedGenerator(Stabilizer):
    """Keeps an exponential mean of the generator's weights and takes images from it.

    mean ← decay · mean + (1 − decay) · weights after each of G's updates, BatchNorm's statistics
    included, with decay = min(strength, (1 + t) / (10 + t)) at update t: without the second, a run
    of a thousand steps would end with a third of its first weights. Training is the same; pictures,
    scores and the export are the mean's. Source: Karras et al., "Progressive Growing of GANs",
    2018; Yazıcı et al., 2019.
    """

    default_strength = 0.999
    most = 1.0 - 1e-6  # at 1 the first weights would stay for ever

    def attach(self, model):
        average = keras.models.clone_model(model.generator)
        average.set_weights(model.generator.get_weights())
        average.trainable = False
        self.averaged_generator = average

    def after_update(self, model):
        # G's optimizer counts its updates, in files too.
        updates = tf.cast(model.g_optimizer.iterations, tf.float32)
        decay = tf.minimum(self.strength, (1.0 + updates) / (10.0 + updates))
        pairs = zip(self.averaged_generator.variables, model.generator.variables, strict=True)
        for mean, variable in pairs:
            if mean.dtype.startswith("float"):
                mean.assign_add((1.0 - decay) * (variable - mean))
