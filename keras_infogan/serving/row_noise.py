"""Random numbers of each row's own seed, of all rows at once.

TensorFlow draws from one seed at a time. Here a number follows from a seed and a position by
SplitMix64, which a few operations compute for all rows and positions. Source: Steele, Lea, Flood,
"Fast Splittable Pseudorandom Number Generators", 2014, https://doi.org/10.1145/2660193.2660195.
"""

import math

import tensorflow as tf

# All arithmetic is of int64, modulo 2**64: in graphs, TensorFlow gets some of uint64 wrong.
GOLDEN = 0x9E3779B97F4A7C15  # odd, and 2**64 over the golden ratio
MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


def draw(noise, seed):
    """Noise as the generator was trained on.

    Args:
        noise: A `Noise`.
        seed: int64 `(n,)`.

    Returns:
        float32 `(n, noise.size)`.
    """
    if noise.distribution == "normal":
        return normal(seed, noise.size)
    return uniform(seed, noise.size, -1.0, 1.0)


def words(seed, count, stream=0):
    """Random words of 64 bits.

    Args:
        seed: int64 `(n,)`.
        count: Number of words for each seed.
        stream: Whole number; each gives other words.

    Returns:
        int64 `(n, count)`, of which all 64 bits are random.
    """
    begin = _mixed(seed + _word(stream * GOLDEN))
    # Without this mixing, seeds that lie GOLDEN apart would give the same words, shifted by one.
    steps = [_signed(position * GOLDEN) for position in range(1, count + 1)]
    return _mixed(begin[:, None] + tf.constant(steps, tf.int64))


def uniform(seed, count, low, high):
    """U(low, high), float32 `(n, count)`, from int64 seeds `(n,)`."""
    first, second = _units(words(seed, -(-count // 2)))
    return _interleaved(first, second)[:, :count] * (high - low) + low


def normal(seed, count):
    """N(0, 1), float32 `(n, count)`, from int64 seeds `(n,)`, by the Box-Muller transform.

    Units of 24 bits reach 5.8 standard deviations.
    """
    first, second = _units(words(seed, -(-count // 2)))
    radius = tf.sqrt(-2.0 * tf.math.log(1.0 - first))  # 1 − first is above 0
    angle = 2.0 * math.pi * second
    return _interleaved(radius * tf.cos(angle), radius * tf.sin(angle))[:, :count]


def whole(seed, below, stream=0):
    """A whole number from 0 to below `below` for each seed, all int64 `(n,)`; below 2**24."""
    high = _shifted(words(seed, 1, stream)[:, 0], 40)
    return _shifted(high * below, 24)


def _mixed(word):
    for shift, factor in MIX:
        word = (word ^ _shifted(word, shift)) * _word(factor)
    return word ^ _shifted(word, 31)


def _shifted(word, places):
    """A word shifted right, filled up with zeros."""
    shifted = tf.bitwise.right_shift(word, _word(places))
    return tf.bitwise.bitwise_and(shifted, _word(2 ** (64 - places) - 1))


def _units(word):
    """Two numbers of U(0, 1) from each word: of 24 bits each, as many as a float32 holds."""
    first, second = _shifted(word, 40), tf.bitwise.bitwise_and(word, _word(2**24 - 1))
    return tf.cast(first, tf.float32) * 2.0**-24, tf.cast(second, tf.float32) * 2.0**-24


def _interleaved(first, second):
    """The columns of both in turn; their number stays known in a graph."""
    both = tf.stack([first, second], axis=2)
    return tf.reshape(both, (tf.shape(first)[0], 2 * first.shape[1]))


def _word(value):
    return tf.constant(_signed(value), tf.int64)


def _signed(value):
    """The int64 of the same 64 bits."""
    return (value + 2**63) % 2**64 - 2**63
