import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import objectives
from keras_infogan.terms.picture_critic import PictureCritic
from keras_infogan.transforms.instance_noise import InstanceNoise


def critic_of(model):
    return model.terms[0]


def logits(term, images):
    return term.discriminator(term.trunk(images, training=True), training=True)


@pytest.mark.parametrize("name", ["non_saturating", "hinge", "relativistic_average"])
def test_it_is_the_objective_on_images_as_they_are(tiny_gan, small_images, update_on, name):
    model = tiny_gan(
        terms=[PictureCritic(0.5)], transforms=[InstanceNoise(0.9)], generator_loss=name
    )
    real, generated = (tf.constant(small_images(6, seed)) for seed in (0, 1))
    update, term = update_on(model, real, generated), critic_of(model)
    objective = objectives.get(name)
    judged = [logits(term, images) for images in (real, generated)]
    expected = float(objective.d_loss(*judged))
    assert float(term.d_loss(model, update)) == pytest.approx(expected, rel=1e-5)
    expected = 0.5 * float(objective.g_loss(*judged))
    assert float(term.g_loss(model, update)) == pytest.approx(expected, rel=1e-5)


def test_an_objective_that_needs_a_gradient_penalty_is_refused(tiny_gan):
    with pytest.raises(ValueError, match="has no gradient penalty.*generator_loss='wasserstein'"):
        tiny_gan(terms=[PictureCritic()], generator_loss="wasserstein")


def test_its_networks_learn_in_ds_update_and_stay_in_gs(tiny_gan, small_images, arrays):
    model = tiny_gan(terms=[PictureCritic()])
    images, seeds = small_images(6), tf.zeros((6, 2), tf.int32)
    networks = critic_of(model).trainable_variables
    assert len(networks) == 12  # two convolutions, two dense layers, two BatchNorms
    before = arrays(networks)
    model.update_generator(images, None, tf.constant(0), seeds)
    for old, new in zip(before, arrays(networks), strict=True):
        np.testing.assert_array_equal(old, new)
    model.update_discriminator(images, None, tf.constant(0), seeds)
    changed = [(old != new).any() for old, new in zip(before, arrays(networks), strict=True)]
    assert sum(changed) >= 10  # BatchNorm takes back the two biases before it


def test_the_first_weights_of_the_other_networks_are_those_without_it(tiny_gan, arrays):
    plain, with_it = tiny_gan(), tiny_gan(terms=[PictureCritic()])
    variables = [model.trunk.trainable_variables + model.g_variables for model in (plain, with_it)]
    for one, other in zip(*map(arrays, variables), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("begin", "end", "weights"),
    [
        (0, 0, {0: 2.0, 7: 2.0}),
        (4, 8, {0: 0.0, 4: 0.0, 5: 0.5, 6: 1.0, 8: 2.0, 100: 2.0}),
        (3, 3, {2: 0.0, 3: 0.0, 4: 2.0}),
    ],
)
def test_the_weight_rises_linearly(begin, end, weights):
    term = PictureCritic(2.0, begin, end)
    found = {step: float(term.weight_at(tf.constant(step))) for step in weights}
    assert found == pytest.approx(weights)


@pytest.mark.parametrize("limits", [(2, 1), (-1, 1)])
def test_limits_in_the_wrong_order_are_refused(limits):
    with pytest.raises(ValueError, match="rises from begin to end. Received: begin="):
        PictureCritic(1.0, *limits)
