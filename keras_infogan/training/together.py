"""What several machines that train a run together agree on, and how its chief looks at the model.

Only the chief writes. Whatever is read of a model on several machines is read by all of them at the
same moment, since the sums of metrics are spread over them. So at each tick all machines read the
model, and the chief puts what was read into a copy on one device. The copy is what it saves, draws
and scores.
"""

import contextlib

import tensorflow as tf

from keras_infogan import cluster
from keras_infogan.errors import LostMachineError, UserError

# How TensorFlow says that another machine does not answer.
_LOST = (
    tf.errors.UnavailableError,
    tf.errors.InternalError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.FailedPreconditionError,
)


class Mirror:
    """A copy, on one device, of a model that is trained on several machines.

    Args:
        model: The model.
        copy: A model of the same config on one device; None where this machine is not the chief.
    """

    def __init__(self, model, copy):
        self.model = model
        self.copy = copy

    def refresh(self):
        """Makes the copy equal to the model. All machines must call it at the same step."""
        values = [variable.numpy() for variable in self.model.state()]
        if self.copy is not None:
            for variable, value in zip(self.copy.state(), values, strict=True):
                variable.assign(value)


def highest(strategy, number):
    """The highest of the whole numbers that the machines give. All of them must call it."""
    return int(_highest(strategy, tf.constant([number], tf.int32)))


@tf.function
def _highest(strategy, number):
    return tf.reduce_max(strategy.gather(strategy.run(tf.identity, (number,)), axis=0))


def check_step(strategy, step):
    """Checks that all machines begin at the same step.

    Raises:
        UserError: If they do not see the same checkpoint.
    """
    last = highest(strategy, step)
    if last != -highest(strategy, -step):
        raise UserError(
            "All machines must see the same run directory, on storage that they share. Received: "
            f"this one is at step {step}, another at step {last}."
        )


@contextlib.contextmanager
def lost_machines_told():
    """Says in one line that another machine of a run no longer answers.

    Raises:
        LostMachineError: In place of TensorFlow's error.
    """
    try:
        yield
    except _LOST as error:
        if not cluster.here().several:
            raise
        raise LostMachineError(
            "Another machine of the run no longer answers, so this one stops too: start all of "
            f"them again with --resume ({str(error).splitlines()[0]})."
        ) from error


def common_strategy(model):
    """The strategy of several machines, or None on one."""
    return model.distribute_strategy if cluster.here().several else None
