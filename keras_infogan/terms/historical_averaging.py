"""Historical averaging: each player is held near the mean of what it has been."""

import keras
import tensorflow as tf

from keras_infogan.terms.term import Term, require_range


@keras.saving.register_keras_serializable(package="keras_infogan")
class HistoricalAveraging(Term):
    """Adds weight · ‖θ − (1/t) Σ θ[i]‖² to the loss of each player, θ its own weights.

    The mean is over the weights at the player's updates so far, the present one included. In games
    whose gradient steps circle, such as min over x, max over y of xy, this pulls to the center.
    Source: Salimans et al., 2016, section 3.3.

    Args:
        weight: Weight of the term, 0 or more.
    """

    def __init__(self, weight: float = 0.01, **kwargs):
        super().__init__(**kwargs)
        require_range("weight", weight)
        self.weight = weight

    def attach(self, model):
        self.d_count, self.g_count = (self._kept(f"{p}_count", tf.constant(0.0)) for p in "dg")
        self.d_means = [self._kept("d_mean", variable) for variable in _of_d(model)]
        self.g_means = [self._kept("g_mean", variable) for variable in _of_g(model)]

    def _kept(self, name, value):
        value = tf.convert_to_tensor(value)
        variable = self.add_weight(shape=value.shape, name=name, trainable=False)
        variable.assign(value)
        return variable

    def d_loss(self, model, update):
        return self._pull(self.d_count, _of_d(model), self.d_means)

    def g_loss(self, model, update):
        return self._pull(self.g_count, _of_g(model), self.g_means)

    def _pull(self, count, variables, means):
        """Counts the present weights into the mean, and measures how far they are from it."""
        count.assign_add(1.0)
        for variable, mean in zip(variables, means, strict=True):
            mean.assign_add((tf.stop_gradient(variable) - mean) / count)
        return self.weight * sum(
            tf.reduce_sum(tf.square(variable - mean))
            for variable, mean in zip(variables, means, strict=True)
        )

    def get_config(self):
        return super().get_config() | {"weight": self.weight}


def _of_d(model):
    return model.trunk.trainable_variables + model.discriminator.trainable_variables


def _of_g(model):
    return model.generator.trainable_variables
