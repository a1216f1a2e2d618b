import math

import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import information
from keras_infogan.latents import Categorical, LatentSpec, Uniform

LN_2 = math.log(2.0)


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
    shared = information.paired_information(tf.constant(first), tf.constant(second))
    assert shared.shape == ()
    assert float(shared) == pytest.approx(nats, abs=1e-5)


def test_paired_information_has_finite_gradients_where_a_code_is_empty():
    logits = tf.constant([[200.0, -200.0], [200.0, -200.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        probabilities = tf.nn.softmax(logits)
        shared = information.paired_information(probabilities, probabilities)
    assert float(shared) == pytest.approx(0.0, abs=1e-6)
    assert np.isfinite(tape.gradient(shared, logits)).all()


def test_standardized_logits_have_the_same_mean_and_spread_over_both_looks():
    first = tf.constant([[1.0, 500.0], [3.0, 100.0]])
    second = tf.constant([[5.0, 300.0], [7.0, 300.0]])
    looks = information.standardized([first, second], 2.0)
    # Means 4 and 300; variances (9 + 1 + 1 + 9) / 4 and (200² + 200²) / 4.
    np.testing.assert_allclose(looks[0], [[-2.6833, 2.8284], [-0.8944, -2.8284]], atol=1e-4)
    np.testing.assert_allclose(looks[1], [[0.8944, 0.0], [2.6833, 0.0]], atol=1e-4)


def test_a_logit_that_is_the_same_for_all_images_is_standardized_to_0():
    same = tf.ones((3, 2))
    np.testing.assert_array_equal(information.standardized([same, same], 2.0), np.zeros((2, 3, 2)))


def test_the_bound_counts_the_codes_that_q_reads():
    latents = LatentSpec(1, [Categorical(3), Uniform(), Categorical(2)])
    drawn = [([1, 0, 0], [1, 0]), ([0, 1, 0], [1, 0]), ([0, 0, 1], [0, 1]), ([0, 0, 1], [0, 1])]
    vectors = tf.constant([[0.5, *c1, 0.1, *c3] for c1, c3 in drawn])
    # c1 is read right in rows 0, 1 and 3, c3 in row 2 alone: (3/4 + 1/4) / 2.
    read = [([5, 1, 0], [0, 1]), ([0, 2, 1], [0, 1]), ([9, 0, 1], [0, 1]), ([-2, -1, 0], [3, 2])]
    parameters = tf.constant([[*map(float, c1), 2.1, *map(float, c3)] for c1, c3 in read])
    found = information.bound(latents, vectors, parameters)
    assert float(found["code_accuracy"]) == pytest.approx(0.5)
    # Each mean is 2 standard deviations away.
    loss = 2.0 + 0.5 * math.log(2 * math.pi)
    assert float(found["continuous_loss"]) == pytest.approx(loss, rel=1e-5)
    entropy = math.log(6.0) - float(found["categorical_loss"])
    assert float(found["information"]) == pytest.approx(entropy, rel=1e-5)


def test_a_sure_and_right_reader_reaches_the_entropy():
    latents = LatentSpec(0, [Categorical(4)])
    found = information.bound(latents, tf.eye(4), 50.0 * tf.eye(4))
    assert float(found["information"]) == pytest.approx(math.log(4.0))
    assert (float(found["code_accuracy"]), float(found["continuous_loss"])) == (1.0, 0.0)
