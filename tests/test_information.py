import math

import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import information as losses

LN_2 = math.log(2.0)


def logits_of(probs):
    return tf.math.log(tf.constant(probs, tf.float32))


CERTAIN = [[1.0, 1e-12], [1e-12, 1.0]]


@pytest.mark.parametrize(
    "first, second, nats",
    [
        # Certain, both codes used evenly, and both times the same.
        (CERTAIN, CERTAIN, LN_2),
        # Always the same code.
        ([CERTAIN[0]] * 2, [CERTAIN[0]] * 2, 0.0),
        # The second distortion has nothing to do with the first.
        (CERTAIN, [[0.5, 0.5]] * 2, 0.0),
        # P = [[3/8, 1/8], [1/8, 3/8]] against 1/4 everywhere.
        (CERTAIN, [[0.75, 0.25], [0.25, 0.75]], 0.75 * math.log(1.5) + 0.25 * math.log(0.5)),
        # P = [[1/2, 1/4], [0, 1/4]], made symmetric [[1/2, 1/8], [1/8, 1/4]] with margins 5/8, 3/8.
        (
            [CERTAIN[0]] * 3 + [CERTAIN[1]],
            [CERTAIN[0]] * 2 + [CERTAIN[1]] * 2,
            0.5 * math.log(0.5 / (25 / 64))
            + 0.25 * math.log(0.125 / (15 / 64))
            + 0.25 * math.log(0.25 / (9 / 64)),
        ),
    ],
)
def test_paired_information_by_hand(first, second, nats):
    information = losses.paired_information(logits_of(first), logits_of(second))
    assert information.shape == ()
    assert float(information) == pytest.approx(nats, abs=1e-5)


def test_paired_information_has_finite_gradients_where_a_code_is_empty():
    logits = tf.constant([[200.0, -200.0], [200.0, -200.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        information = losses.paired_information(logits, logits)
    assert float(information) == pytest.approx(0.0, abs=1e-6)
    assert np.isfinite(tape.gradient(information, logits)).all()
