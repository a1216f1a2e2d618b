"""The metrics of a model: means of what each step reports, saved with the model."""

import keras
import numpy as np
import tensorflow as tf

from keras_infogan import replicas


class Means:
    """A `keras.metrics.Mean` for each figure.

    A run that was cut in two reports the means that the uninterrupted one would have, since the
    sums behind them are saved.

    Args:
        names: Names of the figures.
    """

    def __init__(self, names):
        self.by_name = {name: keras.metrics.Mean(name=name) for name in names}

    @property
    def steps(self):
        """Steps counted since the last reset, a float32 tensor."""
        counted = next(iter(self.by_name.values())).count
        return tf.round(counted * replicas.count())  # a replica sees its part

    def update(self, values):
        """Counts a step's figures in.

        Args:
            values: Dict of a name to a scalar, or to a scalar and its weight in the mean. Names
                without a mean are passed over.

        Returns:
            Dict of every name to its mean since the last reset.
        """
        for name, value in values.items():
            if name in self.by_name:
                value, weight = value if isinstance(value, tuple) else (value, 1.0)
                # All replicas together count a step once, so their number may change in between.
                self.by_name[name].update_state(value, weight / replicas.count())
        return {name: replicas.reported(mean.result()) for name, mean in self.by_name.items()}

    def measured(self):
        """The means that a step has counted into since the last reset, `{name: float}`.

        While D learns alone there is nothing to say of G, and its means would read 0.
        """
        return {
            name: float(mean.result()) for name, mean in self.by_name.items() if mean.count.numpy()
        }

    def sums(self):
        """The numbers behind the means, `{name: array}`."""
        return {
            name: np.array([float(variable.numpy()) for variable in mean.variables])
            for name, mean in self.by_name.items()
        }

    def restore(self, sums):
        """Puts back what `sums` gave; a name that is not there begins at 0."""
        for name, mean in self.by_name.items():
            if name in sums:
                for variable, value in zip(mean.variables, sums[name], strict=True):
                    variable.assign(value)
