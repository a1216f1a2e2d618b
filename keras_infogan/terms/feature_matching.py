"""Feature matching: G makes the mean features of its images those of real ones."""

import keras
import tensorflow as tf

from keras_infogan import replicas
from keras_infogan.terms.term import Term, require_range


@keras.saving.register_keras_serializable(package="keras_infogan")
class FeatureMatching(Term):
    """Adds weight · ‖E f(x) − E f(G(z))‖² to G's loss, f being the trunk's features.

    Source: Salimans et al., "Improved Techniques for Training GANs", 2016, section 3.1. There it
    takes the place of the adversarial loss: that is `adversarial_weight=0`.

    Args:
        weight: Weight of the term, 0 or more.
    """

    needs_real = True

    def __init__(self, weight: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        require_range("weight", weight)
        self.weight = weight

    def g_loss(self, model, update):
        real, generated = (
            replicas.mean(tf.reduce_mean(look.features, axis=0))
            for look in (update.real, update.generated)
        )
        return self.weight * tf.reduce_sum(tf.square(real - generated))

    def get_config(self):
        return super().get_config() | {"weight": self.weight}
