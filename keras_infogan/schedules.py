"""Learning rates that change with the step."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="keras_infogan")
class HoldThenDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Holds a rate, then lowers it linearly.

    Args:
        rate: Rate until `begin`.
        begin: Step at which it begins to fall.
        end: Step at which the line would reach 0, above `begin`.
        floor: Share of the rate below which it does not fall.
    """

    def __init__(self, rate, begin, end, floor=0.02):
        super().__init__()
        if not begin < end:
            raise ValueError(
                f"HoldThenDecay needs begin < end. Received: begin={begin}, end={end}."
            )
        self.rate = rate
        self.begin = begin
        self.end = end
        self.floor = floor

    def __call__(self, step):
        left = (self.end - tf.cast(step, tf.float32)) / float(self.end - self.begin)
        return self.rate * tf.clip_by_value(left, self.floor, 1.0)

    def get_config(self):
        """The arguments of the constructor."""
        return {"rate": self.rate, "begin": self.begin, "end": self.end, "floor": self.floor}
