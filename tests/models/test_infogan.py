"""The InfoGAN model: what each update changes, its random numbers, and what it reports."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from comparing import assert_all_differ, assert_equal
from infogans import (
    BATCH,
    METRICS,
    NETWORKS,
    categorical_nll,
    continuous_nll,
    sigmoid,
    update_d,
    update_g,
)

from keras_infogan.latents import Categorical, Gaussian, Uniform
from keras_infogan.models.update import (
    D_LATENTS,
    G_DISTORTION,
    G_LATENTS,
    GENERATED_DISTORTION,
    REAL_DISTORTION,
    SECOND_DISTORTION,
    step_seeds,
)
from keras_infogan.terms.two_looks import TwoLooks
from keras_infogan.transforms.transform import Transform

# What each update changes.


@pytest.mark.parametrize("trunk_learns_information", [False, True])
def test_a_step_moves_trunk_and_discriminator_by_the_gradient_of_d_loss(
    tiny_model, arrays, real_images, trunk_learns_information
):
    model = tiny_model(
        trunk_learns_information=trunk_learns_information,
        information_weight=3.0,
        continuous_weight=0.7,
        adversarial_weight=5.0,
    )
    variables = model.trunk.trainable_variables + model.discriminator.trainable_variables
    latents = model.latents.sample(BATCH, step_seeds(model.seed, 0)[D_LATENTS])
    images = model.generator(latents, training=True)
    with tf.GradientTape(persistent=True) as tape:
        real_logits = model.discriminator(model.trunk(real_images, training=True), training=True)
        features = model.trunk(images, training=True)
        logits = model.discriminator(features, training=True)
        parameters = model.recognizer(features, training=True)
        adversarial = -tf.reduce_mean(tf.math.log(sigmoid(real_logits)))
        adversarial -= tf.reduce_mean(tf.math.log(1.0 - sigmoid(logits)))
        both = adversarial + 3.0 * categorical_nll(latents, parameters)
        both += 0.7 * continuous_nll(latents, parameters)
    gradients = {
        False: tape.gradient(adversarial, variables),
        True: tape.gradient(both, variables),
    }
    before = arrays(variables)
    model.train_step(real_images)
    after = arrays(variables)

    moves = [new - old for new, old in zip(after, before, strict=True)]
    for move, gradient in zip(moves, gradients[trunk_learns_information], strict=True):
        np.testing.assert_allclose(move, -0.5 * gradient.numpy(), atol=3e-6)
    # The trunk's first kernel tells the two losses apart, so the comparison above means something.
    other = -0.5 * gradients[not trunk_learns_information][0].numpy()
    assert np.abs(moves[0] - other).max() > 1e-3


def test_trunk_does_not_learn_information_where_told_not_to(tiny_model, arrays, real_images):
    models = [
        tiny_model(trunk_learns_information=False, information_weight=weight)
        for weight in (0.5, 100.0)
    ]
    for model in models:
        model.train_step(real_images)
    for name in ("trunk", "discriminator"):
        assert_equal(*(arrays(getattr(model, name).trainable_variables) for model in models))
    # The weight does reach Q.
    assert_all_differ(*(arrays(model.recognizer.trainable_variables[-2:]) for model in models))


def test_in_a_regular_gan_only_q_learns_to_read_codes(tiny_model, arrays, real_images):
    probe = tiny_model(information_weight=0.0, continuous_weight=0.7)
    blind = tiny_model(information_weight=0.0, continuous_weight=0.0)
    reader = tiny_model(information_weight=1.0, continuous_weight=0.7)
    for model in (probe, blind, reader):
        values = update_g(model, step_seeds(model.seed, 0))
        assert float(values["categorical_loss"]) > 0
    # Q learns as in an InfoGAN of weight 1, G from the adversarial loss alone, whatever Q reads.
    assert_equal(*(arrays(m.recognizer.trainable_variables) for m in (probe, reader)))
    assert_equal(*(arrays(m.generator.trainable_variables) for m in (probe, blind)))
    assert_all_differ(*(arrays(m.generator.trainable_variables[-2:]) for m in (probe, reader)))


def test_in_a_regular_gan_the_trunk_does_not_learn_information(tiny_model, arrays, real_images):
    regular = tiny_model(information_weight=0.0, continuous_weight=5.0)
    alone = tiny_model(trunk_learns_information=False)
    for model in (regular, alone):
        model.train_step(real_images)
    for name in ("trunk", "discriminator"):
        assert_equal(*(arrays(getattr(m, name).trainable_variables) for m in (regular, alone)))


@pytest.mark.parametrize("kind", ["non_saturating", "minimax"])
def test_update_of_g_and_q_follows_the_weighted_sum_of_both_losses(tiny_model, arrays, kind):
    model = tiny_model(
        generator_loss=kind,
        adversarial_weight=10.0,
        information_weight=3.0,
        continuous_weight=0.7,
    )
    variables = model.generator.trainable_variables + model.recognizer.trainable_variables
    seeds = step_seeds(model.seed, 0)
    latents = model.latents.sample(BATCH, seeds[G_LATENTS])
    with tf.GradientTape() as tape:
        features = model.trunk(model.generator(latents, training=True), training=True)
        probability = sigmoid(model.discriminator(features, training=True))
        parameters = model.recognizer(features, training=True)
        if kind == "minimax":
            adversarial = tf.reduce_mean(tf.math.log(1.0 - probability))
        else:
            adversarial = -tf.reduce_mean(tf.math.log(probability))
        loss = 10.0 * adversarial + 3.0 * categorical_nll(latents, parameters)
        loss += 0.7 * continuous_nll(latents, parameters)
    gradients = tape.gradient(loss, variables)
    before = arrays(variables)
    values = update_g(model, seeds)

    assert float(values["g_loss"]) == pytest.approx(float(adversarial), rel=1e-5)
    for old, new, gradient in zip(before, arrays(variables), gradients, strict=True):
        np.testing.assert_allclose(new - old, -0.25 * gradient.numpy(), atol=5e-6)
    assert max(np.abs(gradient).max() for gradient in gradients) > 1e-2


def test_update_of_g_and_q_leaves_trunk_and_discriminator_alone(tiny_model, arrays):
    model = tiny_model()
    fixed = model.trunk.trainable_variables + model.discriminator.trainable_variables
    moved = model.generator.trainable_variables + model.recognizer.trainable_variables
    fixed_before, moved_before = arrays(fixed), arrays(moved)
    update_g(model, step_seeds(model.seed, 0))
    assert_equal(fixed_before, arrays(fixed))
    # The generator's first kernel and Q's last bias.
    assert_all_differ([moved_before[0], moved_before[-1]], [arrays(moved)[0], arrays(moved)[-1]])


def test_update_of_d_leaves_generator_and_recognizer_alone(tiny_model, arrays, real_images):
    model = tiny_model(trunk_learns_information=True)
    fixed = model.generator.trainable_variables + model.recognizer.trainable_variables
    moved = model.trunk.trainable_variables + model.discriminator.trainable_variables
    fixed_before, moved_before = arrays(fixed), arrays(moved)
    update_d(model, real_images, step_seeds(model.seed, 0))
    assert_equal(fixed_before, arrays(fixed))
    assert_all_differ([moved_before[0], moved_before[-2]], [arrays(moved)[0], arrays(moved)[-2]])


def test_the_two_updates_share_no_variable_and_miss_none(tiny_model):
    model = tiny_model()
    d_ids = [id(variable) for variable in model.d_variables]
    g_ids = [id(variable) for variable in model.g_variables]
    assert not set(d_ids) & set(g_ids)
    assert sorted(d_ids + g_ids) == sorted(id(v) for v in model.trainable_variables)
    # Kernels with biases, norms: trunk 3, 2; D's head 1, 0; generator 4, 3; Q's head 2, 1.
    assert (len(d_ids), len(g_ids)) == (6 + 4 + 2, 8 + 6 + 4 + 2)


def test_a_step_is_counted_once(tiny_model, real_images):
    model = tiny_model()
    for expected in (1, 2):
        model.train_step(real_images)
        assert int(model.step.numpy()) == expected


def test_labels_are_never_looked_at(tiny_model, arrays, real_images):
    models = [tiny_model() for _ in range(2)]
    models[0].train_step(real_images)
    models[1].train_step((real_images, tf.fill((BATCH,), float("nan"))))
    assert_equal(*(arrays(model.variables) for model in models))


@pytest.mark.parametrize(
    ("codes", "absent"),
    [
        ([Uniform(), Gaussian()], {"categorical_loss", "information", "code_accuracy"}),
        ([Categorical(4)], {"continuous_loss"}),
        ([Categorical(3), Uniform(std=None), Categorical(5), Gaussian(std=None)], set()),
    ],
    ids=["no categorical", "no continuous", "several, learned std"],
)
def test_any_mix_of_codes_trains(tiny_model, arrays, real_images, codes, absent):
    model = tiny_model(codes=codes)
    before = {name: arrays(getattr(model, name).trainable_variables) for name in NETWORKS}
    values = model.train_step(real_images)
    for name in NETWORKS:
        after = arrays(getattr(model, name).trainable_variables)
        assert max(np.abs(x - y).max() for x, y in zip(before[name], after, strict=True)) > 1e-4
        assert all(np.isfinite(value).all() for value in after)
    assert {name for name, value in values.items() if float(value) == 0.0} == absent


# Randomness.


def test_uses_and_steps_have_seeds_of_their_own():
    rows = [tuple(row) for step in (-1, 0, 1) for row in step_seeds(7, step).numpy()]
    assert len(set(rows)) == len(rows) == 18
    assert not set(rows) & {tuple(row) for row in step_seeds(8, 0).numpy()}


class Recorder(Transform):
    """A transform that notes its seeds and doubles the images."""

    def __init__(self):
        super().__init__()
        self.seeds = []

    def call(self, images, seed):
        self.seeds.append(tuple(seed.numpy()))
        return 2.0 * images


def test_d_and_q_see_transformed_images_in_training_only(tiny_model, real_images):
    recorder = Recorder()
    model = tiny_model(transforms=[recorder])
    expected = [
        tuple(step_seeds(model.seed, 0).numpy()[use])
        for use in (REAL_DISTORTION, GENERATED_DISTORTION, G_DISTORTION)
    ]
    doubled = model.discriminator(model.trunk(2.0 * real_images, training=True))
    values = model.train_step(real_images)
    assert recorder.seeds == expected
    assert float(values["real_probability"]) == pytest.approx(
        float(tf.reduce_mean(sigmoid(doubled))), abs=1e-6
    )
    model.test_step(real_images)
    model(real_images)
    assert len(recorder.seeds) == 3


def test_a_second_look_at_real_images_has_a_transform_of_its_own(tiny_model, real_images):
    first, second = Recorder(), Recorder()
    model = tiny_model(transforms=[first], terms=[TwoLooks(1.0, second)])
    seeds = [tuple(seed) for seed in step_seeds(model.seed, 0).numpy()]
    model.train_step(real_images)
    uses = (REAL_DISTORTION, GENERATED_DISTORTION, G_DISTORTION)
    assert first.seeds == [seeds[use] for use in uses]
    assert second.seeds == [seeds[SECOND_DISTORTION]]


# The probability after G's update.


@pytest.mark.parametrize("d_steps", [1, 2])
def test_probability_after_is_that_of_the_updated_generator(tiny_model, arrays, d_steps):
    model = tiny_model(d_steps=d_steps)
    seeds = step_seeds(model.seed, 0, d_steps - 1)
    latents = model.latents.sample(BATCH, seeds[G_LATENTS])

    def probability():
        with keras.StatelessScope():
            features = model.trunk(model.generator(latents, training=True), training=True)
            return float(tf.reduce_mean(sigmoid(model.discriminator(features))))

    before = probability()
    values = update_g(model, seeds)
    assert float(values["generated_probability_before"]) == pytest.approx(before, abs=1e-6)
    weights = arrays(model.variables)
    after = float(model.probability_after_update(tf.constant(0), tf.constant(BATCH)))
    assert after == pytest.approx(probability(), abs=1e-6)
    assert abs(after - before) > 1e-4
    assert_equal(weights, arrays(model.variables))


# Metrics.


def test_information_is_the_entropy_less_the_loss(tiny_model, real_images):
    one = tiny_model().train_step(real_images)
    two = tiny_model(codes=[Categorical(10), Categorical(3), Uniform()]).train_step(real_images)
    for values, entropy in ((one, math.log(10)), (two, math.log(30))):
        difference = entropy - float(values["categorical_loss"])
        assert float(values["information"]) == pytest.approx(difference, abs=1e-5)


def test_metrics_are_named_in_order(tiny_model, real_images):
    model = tiny_model()
    assert [metric.name for metric in model.metrics] == METRICS
    assert list(model.train_step(real_images)) == METRICS


def test_d_loss_and_probabilities_are_those_of_the_networks_before_the_step(
    tiny_model, real_images
):
    model = tiny_model()
    latents = model.latents.sample(BATCH, step_seeds(model.seed, 0)[D_LATENTS])
    images = model.generator(latents, training=True)
    real, generated = (
        sigmoid(model.discriminator(model.trunk(batch, training=True))).numpy()
        for batch in (real_images, images)
    )
    values = model.train_step(real_images)
    expected = -np.log(real).mean() - np.log(1 - generated).mean()
    assert float(values["d_loss"]) == pytest.approx(expected, abs=1e-5)
    assert float(values["real_probability"]) == pytest.approx(real.mean(), abs=1e-6)


def test_generator_loss_can_be_a_function(tiny_model, real_images):
    model = tiny_model(generator_loss=lambda logits: tf.reduce_mean(logits) * 0.0 + 42.0)
    assert float(model.train_step(real_images)["g_loss"]) == 42.0


def test_unknown_generator_loss_is_refused(tiny_model):
    with pytest.raises(ValueError, match="objective must be one of .* Received: wassertein"):
        tiny_model(generator_loss="wassertein")
