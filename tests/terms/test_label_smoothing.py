import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.models.update import Look, Update
from keras_infogan.terms.label_smoothing import LabelSmoothing


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-np.asarray(x)))


def d_loss_on(model, real, generated):
    """D's whole loss on logits."""
    looks = [Look(None, logits, None) for logits in (real, generated)]
    update = Update(tf.constant(0), None, True, None, None, looks[1], real=looks[0])
    return model.d_loss(update)[0] + model.terms[0].d_loss(model, update)


@pytest.mark.parametrize("target", [0.9, 0.7, 1.0])
def test_value_and_gradient_are_those_of_the_cross_entropy_with_the_target(linear_gan, target):
    model = linear_gan(LabelSmoothing(target))
    real, generated = tf.constant([[2.0], [-1.0]]), tf.constant([[0.5], [-3.0], [1.0]])
    with tf.GradientTape() as tape:
        tape.watch([real, generated])
        loss = d_loss_on(model, real, generated)
    d_real, d_generated = sigmoid(real), sigmoid(generated)
    expected = -np.mean(target * np.log(d_real) + (1 - target) * np.log(1 - d_real))
    expected -= np.mean(np.log(1 - d_generated))
    assert float(loss) == pytest.approx(expected, rel=1e-5)
    slopes = tape.gradient(loss, [real, generated])
    np.testing.assert_allclose(slopes[0], (d_real - target) / 2, atol=1e-6)
    # Generated images keep their target 0.
    np.testing.assert_allclose(slopes[1], d_generated / 3, atol=1e-6)


def test_d_is_content_where_it_gives_real_images_the_target(linear_gan):
    model = linear_gan(LabelSmoothing())
    real = tf.constant([[np.log(9.0)]], tf.float32)  # D(x) = 0.9
    with tf.GradientTape() as tape:
        tape.watch(real)
        loss = d_loss_on(model, real, tf.zeros((1, 1)))
    assert tape.gradient(loss, real).numpy().item() == pytest.approx(0.0, abs=1e-6)


def test_g_gets_nothing_of_it():
    assert LabelSmoothing().g_loss(None, None) == 0.0


@pytest.mark.parametrize("name", ["hinge", "least_squares", "wasserstein", "relativistic_average"])
def test_an_objective_without_a_probability_is_refused(linear_gan, name):
    with pytest.raises(ValueError, match=f"gives a probability. Received: generator_loss='{name}'"):
        linear_gan(LabelSmoothing(), generator_loss=name)
