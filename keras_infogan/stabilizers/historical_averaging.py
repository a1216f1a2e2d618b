"""Historical averaging: each player is held near the mean of what it has been."""

import keras
import tensorflow as tf

from keras_infogan.stabilizers.stabilizer import Stabilizer


@keras.saving.register_keras_serializable(package="keras_infogan")
class HistoricalAveraging(Stabilizer):
    """Adds strength · ‖θ − (1/t) Σ θ[i]‖² to the loss of each player, θ its own weights.

    The mean is over the player's first weights and those after each of its own updates.

    In games whose gradient steps circle, such as min over x, max over y of xy, this pulls to the
    centre. Source: Salimans et al., 2016, section 3.3.
    """

    default_strength = 0.01

    def attach(self, model):
        self.d_count, self.g_count = (self._kept(f"{p}_count", tf.constant(1.0)) for p in "dg")
        self.d_means = [self._kept("d_mean", variable) for variable in model.d_variables]
        self.g_means = [self._kept("g_mean", variable) for variable in self._g_variables(model)]

    def _kept(self, name, value):
        value = tf.convert_to_tensor(value)
        variable = self.add_weight(shape=value.shape, name=name, trainable=False)
        variable.assign(value)
        return variable

    @staticmethod
    def _g_variables(model):
        return model.generator.trainable_variables

    def d_loss(self, model, update):
        return self._pull(model.d_variables, self.d_means)

    def g_loss(self, model, update):
        return self._pull(self._g_variables(model), self.g_means)

    def _pull(self, variables, means):
        return self.strength * sum(
            tf.reduce_sum(tf.square(variable - mean))
            for variable, mean in zip(variables, means, strict=True)
        )

    def after_d_update(self, model):
        self._remember(self.d_count, model.d_variables, self.d_means)

    def after_update(self, model):
        self._remember(self.g_count, self._g_variables(model), self.g_means)

    @staticmethod
    def _remember(count, variables, means):
        count.assign_add(1.0)
        for variable, mean in zip(variables, means, strict=True):
            mean.assign_add((variable - mean) / count)
