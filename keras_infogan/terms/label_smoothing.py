"""One-sided label smoothing: D's target for real images is less than 1."""

import keras
import tensorflow as tf

from keras_infogan.terms.term import Term, require_range


@keras.saving.register_keras_serializable(package="keras_infogan")
class LabelSmoothing(Term):
    """Makes D's loss on real images the cross-entropy with `target`, 0.9, in place of 1.

    −t log D(x) − (1 − t) log(1 − D(x)) is −log D(x) + (1 − t) · logit: the last term is what this
    adds. Generated images keep their 0: smoothed too, they would draw the best D towards them.
    Source: Salimans et al., 2016, section 3.4.

    Args:
        target: D's target for real images, from 0 to 1.
    """

    def __init__(self, target: float = 0.9, **kwargs):
        super().__init__(**kwargs)
        require_range("target", target, most=1.0)
        self.target = target

    def check(self, model):
        if not model.objective.is_probability:
            raise ValueError(
                "Label smoothing needs an objective in which D gives a probability. "
                f"Received: generator_loss={model.objective.name!r}."
            )

    def d_loss(self, model, update):
        return (1.0 - self.target) * tf.reduce_mean(update.real.logits)

    def get_config(self):
        return super().get_config() | {"target": self.target}
