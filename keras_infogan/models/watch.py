"""Whether everything is finite: what a step reports, on the device; and weights, when asked."""

import tensorflow as tf

from keras_infogan import replicas

NONE = -1


class Watch:
    """Remembers the first step in which something was not finite, and what.

    It costs a step no read of the device, and is not saved: a model that diverged never is.
    """

    def __init__(self):
        self.names = ()
        self._first = tf.Variable(
            [NONE, NONE],
            # TensorFlow keeps int32 variables in the host's memory, where a step that XLA compiled
            # for a GPU cannot read them.
            dtype=tf.int64,
            trainable=False,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
            name="first_not_finite",
        )

    def update(self, step, values):
        """Looks at a step's figures.

        Args:
            step: Number of the step, int32.
            values: As `Means.update` takes them; where several are not finite, the first counts.
        """
        self.names = tuple(values)
        figures = [value[0] if isinstance(value, tuple) else value for value in values.values()]
        finite = tf.math.is_finite(tf.stack([tf.cast(figure, tf.float32) for figure in figures]))
        wrong = replicas.mean(tf.cast(finite, tf.float32)) < 1.0
        found = tf.stack([tf.cast(step, tf.int64), tf.argmax(wrong)])
        first = (self._first[0] == NONE) & tf.reduce_any(wrong)
        self._first.assign(tf.where(first, found, self._first))

    @property
    def variables(self):
        """What it remembers."""
        return [self._first]

    def first(self):
        """`(step, name)`, steps counted from 1; None if all was finite. Reads the device."""
        step, position = self._first.numpy()
        return None if step == NONE else (int(step) + 1, self.names[position])


def first_not_finite(variables):
    """Path of the first of some variables that is not finite, or None. Reads the device."""
    variables = [variable for variable in variables if "float" in variable.dtype]
    finite = tf.stack([tf.reduce_all(tf.math.is_finite(one.value)) for one in variables])
    wrong = [one.path for one, fine in zip(variables, finite.numpy(), strict=True) if not fine]
    return wrong[0] if wrong else None
