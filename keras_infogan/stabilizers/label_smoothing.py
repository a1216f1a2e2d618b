"""One-sided label smoothing: D's target for real images is less than 1."""

import keras
import tensorflow as tf

from keras_infogan.stabilizers.stabilizer import Stabilizer


@keras.saving.register_keras_serializable(package="keras_infogan")
class LabelSmoothing(Stabilizer):
    """Makes D's loss on real images the cross-entropy with `strength`, 0.9, in place of 1.

    −t log D(x) − (1 − t) log(1 − D(x)) is −log D(x) + (1 − t) · logit: the last term is what this
    adds. Generated images keep their 0: smoothed too, they would draw the best D towards them.
    Source: Salimans et al., 2016, section 3.4.
    """

    default_strength = 0.9
    most = 1.0

    def check(self, model):
        if not model.objective.is_probability:
            raise ValueError(
                "Label smoothing needs an objective in which D gives a probability. "
                f"Received: generator_loss={model.objective.name!r}."
            )

    def d_loss(self, model, update):
        return (1.0 - self.strength) * tf.reduce_mean(update.real.logits)
