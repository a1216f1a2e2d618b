"""Feature matching: G makes the mean features of its images those of real ones."""

import keras
import tensorflow as tf

from keras_infogan.stabilizers.stabilizer import Stabilizer


@keras.saving.register_keras_serializable(package="keras_infogan")
class FeatureMatching(Stabilizer):
    """Adds strength · ‖E f(x) − E f(G(z))‖² to G's loss, f being the trunk's features.

    Source: Salimans et al., "Improved Techniques for Training GANs", 2016, section 3.1. There it
    takes the place of the adversarial loss: that is `adversarial_weight=0`.
    """

    g_looks_at_real_images = True

    def g_loss(self, model, update):
        real, generated = (
            tf.reduce_mean(look.features, axis=0) for look in (update.real, update.generated)
        )
        return self.strength * tf.reduce_sum(tf.square(real - generated))
