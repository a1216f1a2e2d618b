import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import objectives
from keras_infogan.latents.codes import Categorical, Uniform
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


def told_model(tiny_gan):
    """An InfoGAN of two codes whose Q reads the second from the sign of the trunk's features."""
    codes = [Uniform(), Categorical(2)]
    model = tiny_gan(terms=[PictureCritic(0.5, told_codes=True)], codes=codes)
    kernel, bias = (np.zeros(v.shape, np.float32) for v in model.recognizer.trainable_variables)
    kernel[0, -2:] = -1.0, 1.0
    model.recognizer.set_weights([kernel, bias])
    return model


def told_update(model, update_on, images, codes):
    """An update; `images` and `codes` are pairs, of real and of generated images."""
    real, generated = map(tf.constant, images)
    latents = np.zeros((len(codes[1]), model.latents.size), np.float32)
    latents[:, -2:] = np.eye(2)[codes[1]]
    features = np.zeros((len(codes[0]), model.trunk.output_shape[-1]), np.float32)
    features[:, 0] = np.where(codes[0], 1.0, -1.0)
    update = update_on(model, real, generated, latents=tf.constant(latents))
    return dataclasses.replace(update, real=update.real._replace(features=tf.constant(features)))


def test_told_codes_are_projected_onto_the_features(tiny_gan, small_images, update_on):
    model = told_model(tiny_gan)
    term, images = critic_of(model), [small_images(4, 0), small_images(4, 1)]
    codes = [np.array([0, 1, 1, 0]), np.array([1, 1, 0, 1])]
    update = told_update(model, update_on, images, codes)
    plain = [logits(term, one) for one in images]
    objective = objectives.get("non_saturating")
    assert float(term.d_loss(model, update)) == pytest.approx(float(objective.d_loss(*plain)))
    kernel = np.random.default_rng(2).normal(size=term.projection.kernel.shape)
    term.projection.kernel.assign(kernel)
    expected = [
        without + np.sum(kernel[code] * term.trunk(one, training=True), axis=1, keepdims=True)
        for without, code, one in zip(plain, codes, images, strict=True)
    ]
    found = float(term.d_loss(model, update))
    assert found == pytest.approx(float(objective.d_loss(*expected)), rel=1e-4)
    found = float(term.g_loss(model, update))
    assert found == pytest.approx(0.5 * float(objective.g_loss(None, expected[1])), rel=1e-4)


def test_told_codes_it_detects_images_that_are_generated_from_the_wrong_code(tiny_gan, update_on):
    """Real and generated images are the same; generated ones have the other code."""
    model = told_model(tiny_gan)
    term = critic_of(model)
    codes = np.arange(16) % 2
    noise = np.random.default_rng(0).uniform(-0.2, 0.2, (16, 4, 4, 1))
    images = [(noise + np.where(codes, 0.7, -0.7)[:, None, None, None]).astype(np.float32)] * 2
    losses = {}
    for name, made_from in (("right", codes), ("wrong", 1 - codes)):
        term.projection.kernel.assign(np.zeros(term.projection.kernel.shape))
        update = told_update(model, update_on, images, [codes, made_from])
        optimizer = keras.optimizers.Adam(0.01)
        for _ in range(60):
            with tf.GradientTape() as tape:
                loss = term.d_loss(model, update)
            variables = term.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        losses[name] = float(loss)
    assert losses["right"] == pytest.approx(2 * np.log(2), abs=0.02)  # nothing tells them apart
    assert losses["wrong"] < 0.2


def test_q_learns_nothing_from_a_discriminator_that_is_told_its_codes(
    tiny_gan, small_images, update_on
):
    model = told_model(tiny_gan)
    images = [small_images(4, 0), small_images(4, 1)]
    with tf.GradientTape() as tape:
        update = told_update(model, update_on, images, [np.arange(4) % 2] * 2)
        loss = critic_of(model).d_loss(model, update)
    shared = model.recognizer.trainable_variables + model.trunk.trainable_variables
    assert tape.gradient(loss, shared) == [None] * len(shared)


def test_in_a_regular_gan_it_is_told_nothing(tiny_gan, small_images, update_on):
    model = told_model(tiny_gan)
    term, images = critic_of(model), [small_images(4, 0), small_images(4, 1)]
    kernel = np.ones(term.projection.kernel.shape)
    kernel[0] = -1.0
    term.projection.kernel.assign(kernel)
    updates = [
        told_update(model, update_on, images, [np.arange(4) % 2, made_from])
        for made_from in (np.array([0, 0, 1, 1]), np.array([1, 1, 1, 1]))
    ]
    for weight in (1.0, 0.0):
        model.information_weight = weight
        first, second = (float(term.d_loss(model, one)) for one in updates)
        assert (first == second) == (weight == 0.0)


@pytest.mark.parametrize("codes", [(), (Uniform(),)], ids=["gan", "continuous"])
def test_told_codes_need_a_categorical_code(tiny_gan, codes):
    with pytest.raises(ValueError, match="told the codes needs an InfoGAN with a categorical code"):
        tiny_gan(terms=[PictureCritic(told_codes=True)], codes=codes)


def test_its_config_says_whether_it_is_told_codes():
    config = PictureCritic(told_codes=True).get_config()
    assert PictureCritic.from_config(config).told_codes
    del config["told_codes"]  # as of a model saved by an earlier version
    assert not PictureCritic.from_config(config).told_codes
