"""What is computed over the whole batch where a `tf.distribute` strategy splits it over replicas.

A replica computes on its rows. The mean of a loss over the batch is that of the replicas' means,
and gradients are summed over replicas, so each replica minimizes its loss divided by their number.
What is no mean over rows (a product of means, a distance between rows) is made of the `mean` or the
`rows` of the whole batch; both are differentiable. On a single device nothing is done.
"""

from keras_infogan.lazy import tf


def count():
    """Number of replicas that share the batch; 1 on a single device."""
    context = _several()
    return 1 if context is None else context.num_replicas_in_sync


def number():
    """Number of this replica among several, from 0."""
    return _several().replica_id_in_sync_group


def mean(value):
    """The mean over all replicas of a tensor, such as a mean over a replica's rows."""
    context = _several()
    return value if context is None else context.all_reduce(tf.distribute.ReduceOp.MEAN, value)


def rows(value):
    """`(rows of a replica, ...)` of all replicas, `(rows of the batch, ...)`."""
    context = _several()
    return value if context is None else context.all_gather(value, axis=0)


def value_if(holds, compute):
    """A scalar that is computed only where a condition holds, else 0.

    Replicas cannot wait for each other within a branch, so several compute it in any case.

    Args:
        holds: Scalar tensor, a boolean.
        compute: Function without arguments.
    """
    if count() == 1:
        return tf.cond(holds, compute, lambda: tf.zeros(()))
    return tf.where(holds, compute(), 0.0)


def reported(value):
    """A scalar that a step reports, as Keras takes it.

    Of replicas on several machines Keras averages what they report over the first axis.
    """
    context = _several()
    if context is None or not context.strategy.extended._in_multi_worker_mode():
        return value
    return tf.reshape(value, (1,))


def agree(variables):
    """Sets variables that each replica keeps for itself to their means over the replicas."""
    context = _several()
    if context is not None and variables:
        means = context.all_reduce(tf.distribute.ReduceOp.MEAN, [v + 0.0 for v in variables])
        for variable, value in zip(variables, means, strict=True):
            variable.assign(value)


def _several():
    """The context of a replica among several, or None."""
    context = tf.distribute.get_replica_context()
    return None if context is None or context.num_replicas_in_sync == 1 else context
