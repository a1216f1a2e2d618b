import math

import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import losses

LN_2 = math.log(2.0)
# Logits at which D says 1/4 and 3/4.
QUARTER, THREE_QUARTERS = -math.log(3.0), math.log(3.0)


def column(*values):
    return tf.constant(values, shape=(len(values), 1))


def loss_and_gradient(loss, *values):
    logits = column(*values)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = loss(logits)
    return float(value), tape.gradient(value, logits).numpy()[:, 0]


def test_discriminator_loss_of_a_blind_discriminator_is_2_ln_2():
    loss = losses.discriminator_loss(column(0.0, 0.0), column(0.0, 0.0))
    assert loss.shape == ()
    assert float(loss) == pytest.approx(2 * LN_2)


def test_discriminator_loss_is_the_sum_of_two_means():
    # Real: D = 3/4 and 1/4. Generated: D = 1/4 twice. The batches may differ in size.
    real = column(THREE_QUARTERS, QUARTER)
    generated = column(QUARTER, QUARTER, QUARTER)
    expected = 0.5 * (math.log(4 / 3) + math.log(4.0)) + math.log(4 / 3)
    assert float(losses.discriminator_loss(real, generated)) == pytest.approx(expected)


def test_discriminator_loss_pushes_real_up_and_generated_down():
    real, generated = column(0.0, THREE_QUARTERS), column(0.0, QUARTER)
    with tf.GradientTape() as tape:
        tape.watch([real, generated])
        loss = losses.discriminator_loss(real, generated)
    real_gradient, generated_gradient = tape.gradient(loss, [real, generated])
    # D(x) − 1 and D(G(z)), each over the batch of 2.
    np.testing.assert_allclose(real_gradient, [[-0.25], [-0.125]], rtol=1e-6)
    np.testing.assert_allclose(generated_gradient, [[0.25], [0.125]], rtol=1e-6)


def test_non_saturating_value_and_gradient():
    # −ln D; its gradient is D − 1, over the batch of 2.
    value, gradient = loss_and_gradient(losses.non_saturating, QUARTER, THREE_QUARTERS)
    assert value == pytest.approx(0.5 * (math.log(4.0) + math.log(4 / 3)))
    np.testing.assert_allclose(gradient, [-0.375, -0.125], rtol=1e-6)


def test_minimax_value_and_gradient():
    # ln(1 − D); its gradient is −D, over the batch of 2.
    value, gradient = loss_and_gradient(losses.minimax, QUARTER, THREE_QUARTERS)
    assert value == pytest.approx(-0.5 * (math.log(4 / 3) + math.log(4.0)))
    np.testing.assert_allclose(gradient, [-0.125, -0.375], rtol=1e-6)


def test_both_generator_losses_agree_where_d_cannot_tell():
    non_saturating, its_gradient = loss_and_gradient(losses.non_saturating, 0.0)
    minimax, other_gradient = loss_and_gradient(losses.minimax, 0.0)
    assert non_saturating == pytest.approx(LN_2)
    assert minimax == pytest.approx(-LN_2)
    np.testing.assert_allclose(its_gradient, [-0.5])
    np.testing.assert_allclose(other_gradient, [-0.5])


def test_only_minimax_saturates_where_d_is_sure():
    _, strong = loss_and_gradient(losses.non_saturating, -10.0)
    _, weak = loss_and_gradient(losses.minimax, -10.0)
    np.testing.assert_allclose(strong, [-1.0], atol=1e-4)
    np.testing.assert_allclose(weak, [-math.exp(-10.0)], rtol=1e-3)


def test_losses_are_exact_at_extreme_logits():
    assert float(losses.discriminator_loss(column(100.0), column(-100.0))) == pytest.approx(0.0)
    assert float(losses.discriminator_loss(column(-100.0), column(100.0))) == pytest.approx(200.0)
    for loss, low, high in (
        (losses.non_saturating, (100.0, -1.0), (0.0, 0.0)),
        (losses.minimax, (0.0, 0.0), (-100.0, -1.0)),
    ):
        for logit, (value, slope) in ((-100.0, low), (100.0, high)):
            got, gradient = loss_and_gradient(loss, logit)
            assert got == pytest.approx(value, abs=1e-6)
            np.testing.assert_allclose(gradient, [slope], atol=1e-6)


def test_get_takes_a_name_or_a_callable():
    assert losses.get("non_saturating") is losses.non_saturating
    assert losses.get("minimax") is losses.minimax

    def own(logits):
        return tf.reduce_mean(logits)

    assert losses.get(own) is own


@pytest.mark.parametrize("identifier", ["wasserstein", None, 3])
def test_get_refuses_an_unknown_name(identifier):
    with pytest.raises(ValueError, match=f"'minimax', 'non_saturating'.*Received: {identifier!r}"):
        losses.get(identifier)


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
