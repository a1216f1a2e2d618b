"""Random numbers that follow from a seed alone, on any device and on any number of them.

A seed is an integer tensor `(2,)`. All draws name the Philox algorithm: left to choose, TensorFlow
may take another one where XLA compiles the step. XLA also makes other floats of the same random
bits, so the step between is taken here: a seed draws the same in a graph and in XLA, normal numbers
up to the rounding of logarithm, sine and cosine.

Under a `tf.distribute` strategy a replica asks for the rows of its part of the batch, and gets them
out of a draw for all replicas: the whole batch is what a single device would have drawn.
"""

import math

from keras_infogan import replicas, steps
from keras_infogan.lazy import tf

PHILOX = "philox"


def fold_in(seed, number):
    """The seed of a numbered use of a seed."""
    return tf.random.fold_in(seed, number, alg=PHILOX)


def split(seed, count):
    """So many seeds of a seed, `(count, 2)`."""
    return tf.random.split(seed, count, alg=PHILOX)


def uniform(shape, seed, low=0.0, high=1.0):
    """U(low, high), float32; the first axis of the shape is that of the batch."""
    return _own_rows(lambda whole: _unit(whole, seed) * (high - low) + low, shape)


def uniforms(shape, seeds):
    """U(0, 1) of several seeds `(count, 2)`: `(count, *shape)`, what `uniform` draws of each.

    Philox is a long program, which XLA would compile for each draw; here it compiles one loop.
    """
    if not steps.compiled_by_xla():
        return tf.stack([uniform(shape, seed) for seed in tf.unstack(seeds)])
    return tf.map_fn(lambda seed: uniform(shape, seed), seeds, fn_output_signature=tf.float32)


def whole(shape, seed, high, dtype="int32"):
    """Whole numbers from 0 to below `high`; the first axis of the shape is that of the batch."""
    return _own_rows(
        lambda whole: tf.random.stateless_uniform(whole, seed, 0, high, dtype, alg=PHILOX), shape
    )


def normal(shape, seed):
    """N(0, 1), float32; the first axis of the shape is that of the batch."""
    return _own_rows(lambda whole: _normal(whole, seed), shape)


def shuffle(values, seed):
    """The values in another order."""
    return tf.random.experimental.stateless_shuffle(values, seed, alg=PHILOX)


def _unit(shape, seed):
    """U(0, 1) as TensorFlow makes it outside of XLA: low 23 bits as those of a float in [1, 2).

    Source: tensorflow/core/lib/random/random_distributions.h, `Uint32ToFloat`.
    """
    bits = tf.random.stateless_uniform(shape, seed, None, None, tf.int32, alg=PHILOX)
    return tf.bitcast((bits & 0x7FFFFF) | 0x3F800000, tf.float32) - 1.0


def _normal(shape, seed):
    """N(0, 1) as TensorFlow makes it outside of XLA: the same file, `BoxMullerFloat`."""
    if not steps.compiled_by_xla():  # the kernel itself: its rounding is its own
        return tf.random.stateless_normal(shape, seed, alg=PHILOX)
    count = tf.reduce_prod(shape)
    pairs = tf.reshape(_unit((count + count % 2,), seed), (-1, 2))
    radius = tf.sqrt(-2.0 * tf.math.log(tf.maximum(pairs[:, 0], 1e-7)))
    angle = 2.0 * math.pi * pairs[:, 1]
    drawn = tf.stack([tf.sin(angle) * radius, tf.cos(angle) * radius], axis=1)
    return tf.reshape(tf.reshape(drawn, (-1,))[:count], shape)


def _own_rows(draw, shape):
    """This replica's rows of what is drawn for all of them."""
    count = replicas.count()
    if count == 1:
        return draw(shape)
    rows, *rest = shape
    begin = replicas.number() * rows
    return draw((count * rows, *rest))[begin : begin + rows]
