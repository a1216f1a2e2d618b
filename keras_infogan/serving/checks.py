"""What a served model refuses, each with a sentence that names the input.

A server feeds what it is sent, whatever the signature says of shapes and ranges, so all of it is
asked at run time. The numbers of a row are counted, and taken in order, however they are nested.
"""

import math

import tensorflow as tf


def refuse_unless(holds, *message):
    """Fails with the message, text and tensors in turn, unless `holds`.

    Returns:
        The operation, for what must not begin before it: `tf.control_dependencies`.
    """
    parts = [part if isinstance(part, str) else _text(part) for part in message]
    return tf.debugging.Assert(holds, [tf.strings.join(parts)])


def _text(value):
    if value.dtype == tf.string:
        return value
    return tf.strings.as_string(value, shortest=value.dtype.is_floating)


def rows(name, values, shape=(), low=None, high=None):
    """Checks a batch.

    Args:
        name: Of the input.
        values: Tensor that should be `(n, *shape)` with n at least 1.
        shape: Of one row.
        low: Least value of a float; NaN is refused too.
        high: Greatest value of a float.

    Returns:
        The values, `(n, *shape)`.
    """
    number, numbers = tf.shape(values)[0], math.prod(shape)
    some = refuse_unless(number > 0, f"{name} must have at least one row. Received: none.")
    with tf.control_dependencies([some]):
        counted = tf.equal(tf.size(values), number * numbers)
        fits = refuse_unless(
            counted,
            f"{name} must have {numbers} numbers in a row. Received: ",
            tf.size(values) // tf.maximum(number, 1),
            ".",
        )
    with tf.control_dependencies([fits]):
        # With a shape that is known beforehand, TensorFlow would remove this step, and with it the
        # check that it waits for. So the shape depends on the check.
        wanted = tf.where(counted, (number, *shape), 0)
        values = tf.ensure_shape(tf.reshape(values, wanted), (None, *shape))
    if low is None:
        return values
    within = refuse_unless(
        tf.reduce_all((values >= low) & (values <= high)),
        f"{name} must be from {low:g} to {high:g} and not NaN. Received: ",
        tf.reduce_min(values),
        " to ",
        tf.reduce_max(values),
        ".",
    )
    with tf.control_dependencies([within]):
        return tf.identity(values)


def among(name, values, allowed):
    """Checks integers or texts `(n,)`, each one of `allowed`; returns them."""
    values = rows(name, values)
    known = tf.reduce_any(tf.equal(values[:, None], tf.constant(list(allowed), values.dtype)), 1)
    among = refuse_unless(
        tf.reduce_all(known),
        f"{name} must be one of {', '.join(map(str, allowed))}. Received: ",
        tf.strings.reduce_join(_text(tf.boolean_mask(values, ~known)[:1])),
        ".",
    )
    with tf.control_dependencies([among]):
        return tf.identity(values)


def same_rows(**inputs):
    """Checks that all inputs have as many rows as the first; returns them in order."""
    (first, values), *others = inputs.items()
    alike = [
        refuse_unless(
            tf.equal(tf.shape(other)[0], tf.shape(values)[0]),
            f"{name} must have as many rows as {first}, ",
            tf.shape(values)[0],
            ". Received: ",
            tf.shape(other)[0],
            ".",
        )
        for name, other in others
    ]
    with tf.control_dependencies(alike):
        return [tf.identity(value) for value in inputs.values()]
