"""The InfoGAN model: what each update changes, what it reports, and how it is saved."""

import copy
import inspect
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from comparing import assert_all_differ, assert_close, assert_equal, largest_change, state

from keras_infogan import information
from keras_infogan.latents import Categorical, Gaussian, LatentSpec, Uniform
from keras_infogan.models.gan import GAN
from keras_infogan.models.infogan import InfoGAN
from keras_infogan.models.update import (
    D_LATENTS,
    G_DISTORTION,
    G_LATENTS,
    GENERATED_DISTORTION,
    REAL_DISTORTION,
    SECOND_DISTORTION,
    Look,
    Update,
    step_seeds,
)
from keras_infogan.schedules import HoldThenDecay
from keras_infogan.terms.two_looks import TwoLooks
from keras_infogan.transforms.distortion import RandomDistortion
from keras_infogan.transforms.transform import Transform

BATCH = 6
NETWORKS = ("generator", "trunk", "discriminator", "recognizer")
METRICS = [
    "d_loss",
    "real_probability",
    "g_loss",
    "generated_probability_before",
    "categorical_loss",
    "continuous_loss",
    "information",
    "code_accuracy",
]


@pytest.fixture
def real_images(tiny_images):
    return tf.constant(tiny_images(BATCH))


def sigmoid(logits):
    return 1.0 / (1.0 + tf.exp(-logits))


def categorical_nll(latents, parameters):
    """−log softmax of ten logits at the one-hot code that stands after three noises."""
    chosen = tf.reduce_sum(latents[:, 3:13] * tf.nn.softmax(parameters[:, :10]), axis=1)
    return -tf.reduce_mean(tf.math.log(chosen))


def continuous_nll(latents, parameters):
    """−log N(c; mean, 1) of the one continuous code, the latents' last column."""
    squares = tf.square(latents[:, 13] - parameters[:, 10])
    return tf.reduce_mean(0.5 * squares) + 0.5 * math.log(2 * math.pi)


def update_d(model, real_images, seeds):
    return model.update_discriminator(real_images, None, tf.constant(0), seeds)


def update_g(model, seeds):
    # Of real images, G's update takes nothing but their number.
    return model.update_generator(tf.zeros((BATCH, 8, 8, 1)), None, tf.constant(0), seeds)


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


# Information between codes and real images.


def test_trunk_climbs_the_information_between_two_distortions_of_real_images(
    tiny_model, real_images
):
    rate = 1e-2
    distortion = RandomDistortion(shear=0.1, shift=1.0)
    settings = dict(transforms=[distortion], trunk_learns_information=False)

    def moved(weight):
        optimizer = keras.optimizers.SGD(rate)
        model = tiny_model(**settings, d_optimizer=optimizer, terms=[TwoLooks(weight)])
        heads = [variable.numpy() for variable in model.recognizer.trainable_variables]
        before = [variable.numpy() for variable in model.trunk.trainable_variables]
        update_d(model, real_images, step_seeds(model.seed, 0))
        assert_equal(heads, [variable.numpy() for variable in model.recognizer.trainable_variables])
        after = [variable.numpy() for variable in model.trunk.trainable_variables]
        return [(now - then) / rate for now, then in zip(after, before, strict=True)]

    model = tiny_model(**settings)
    seeds = step_seeds(model.seed, 0)
    with tf.GradientTape() as tape:
        looks = [
            model.trunk(distortion(real_images, seeds[use]), training=True)
            for use in (REAL_DISTORTION, SECOND_DISTORTION)
        ]
        read = [tf.nn.softmax(model.recognizer(look, training=True)[:, :10]) for look in looks]
        shared = information.paired_information(*read)
    gradients = tape.gradient(shared, model.trunk.trainable_variables)

    for one, other, gradient in zip(moved(0.0), moved(0.3), gradients, strict=True):
        np.testing.assert_allclose(other - one, 0.3 * gradient, atol=2e-4)
    assert max(np.abs(gradient).max() for gradient in gradients) > 1e-2


def test_q_head_does_not_learn_from_the_second_look(tiny_model, real_images, arrays):
    """D's update changes D and the trunk only, whatever its terms."""
    model = tiny_model(transforms=[RandomDistortion()], terms=[TwoLooks(2.0)])
    before = arrays(model.g_variables)
    update_d(model, real_images, step_seeds(model.seed, 0))
    assert_equal(before, arrays(model.g_variables))


# Whose optimizer updates Q.


@pytest.mark.parametrize("q_update", ["generator", "discriminator", "own"])
def test_q_update_says_whose_update_changes_q(tiny_model, real_images, arrays, q_update):
    own = dict(q_optimizer=keras.optimizers.SGD(0.1)) if q_update == "own" else {}
    model = tiny_model(q_update=q_update, **own)
    optimizers = [model.d_optimizer, model.g_optimizer, *own.values()]
    q = model.recognizer.trainable_variables
    d, g = (
        {id(v) for network in networks for v in network.trainable_variables}
        for networks in ((model.trunk, model.discriminator), (model.generator,))
    )
    ids = {id(v) for v in q}
    d |= ids if q_update == "discriminator" else set()
    g |= ids if q_update != "discriminator" else set()

    def changed(update):
        variables, before = model.trainable_variables, arrays(model.trainable_variables)
        update()
        after = arrays(variables)
        return {id(v) for v, x, y in zip(variables, before, after, strict=True) if (x != y).any()}

    seeds = step_seeds(model.seed, 0)
    by_d = changed(lambda: update_d(model, real_images, seeds))
    by_g = changed(lambda: update_g(model, seeds))
    assert by_d <= d and by_g <= g
    # Kernels that a BatchNorm does not hide from a gradient.
    assert id(model.trunk.trainable_variables[0]) in by_d
    assert id(model.generator.trainable_variables[0]) in by_g
    assert (id(q[-1]) in by_d, id(q[-1]) in by_g) == (ids <= d, ids <= g)
    assert [int(one.iterations.numpy()) for one in optimizers] == [1] * len(optimizers)


def test_in_the_discriminators_update_q_learns_from_the_information_alone(
    tiny_model, real_images, arrays
):
    """With d_learning_rate · λ ∂L_I, whether or not the trunk learns it too."""
    for trunk_learns in (True, False):
        model = tiny_model(
            q_update="discriminator",
            trunk_learns_information=trunk_learns,
            information_weight=3.0,
            continuous_weight=0.7,
        )
        seeds = step_seeds(model.seed, 0)
        q = model.recognizer.trainable_variables
        latents = model.latents.sample(BATCH, seeds[D_LATENTS])
        with tf.GradientTape() as tape:
            features = model.trunk(model.generator(latents, training=True), training=True)
            parameters = model.recognizer(features, training=True)
            loss = 3.0 * categorical_nll(latents, parameters)
            loss += 0.7 * continuous_nll(latents, parameters)
        slopes = tape.gradient(loss, q)
        before = arrays(q)
        update_d(model, real_images, seeds)
        expected = [old - 0.5 * slope for old, slope in zip(before, slopes, strict=True)]
        assert_close(expected, arrays(q), atol=3e-6)


@pytest.mark.parametrize(
    ("q_update", "q_optimizer"), [("own", None), ("generator", "sgd"), ("nobody", None)]
)
def test_a_q_update_that_cannot_be_is_refused(tiny_model, q_update, q_optimizer):
    with pytest.raises(ValueError, match=f"q_update must be one of.*q_update={q_update}, q_opt"):
        tiny_model(q_update=q_update, q_optimizer=q_optimizer)


# Warm-up of the information weight.


def look_of_six(model, images, step):
    """An update at that step, with those images for generated ones."""
    latents = model.latents.sample(BATCH, [1, 2])
    generated = Look(images, None, model.trunk(images))
    seeds = step_seeds(model.seed, step)
    return Update(tf.constant(step), seeds, True, latents, images, generated)


def test_warm_up_raises_the_categorical_weight_linearly(tiny_model, real_images):
    model = tiny_model(information_weight=8.0, continuous_weight=0.5, information_warmup=4)
    seen = []
    for step in range(6):
        loss, values = model.information_loss(look_of_six(model, real_images, step))
        rest = float(loss) - 0.5 * float(values["continuous_loss"])
        seen.append(rest / float(values["categorical_loss"]))
    assert seen == pytest.approx([2.0, 4.0, 6.0, 8.0, 8.0, 8.0], rel=1e-4)


def test_without_warm_up_the_weight_is_full_from_the_first_step(tiny_model, real_images):
    model = tiny_model(information_weight=8.0, continuous_weight=0.0)
    loss, values = model.information_loss(look_of_six(model, real_images, 0))
    assert float(loss) == pytest.approx(8.0 * float(values["categorical_loss"]), rel=1e-6)


def test_warm_up_gives_both_updates_of_a_step_the_same_weight(tiny_model, real_images, monkeypatch):
    model = tiny_model(information_weight=8.0, continuous_weight=0.0, information_warmup=4)
    weights = []
    original = model.information_loss

    def noting(*args, **kwargs):
        loss, values = original(*args, **kwargs)
        weights.append(float(loss) / float(values["categorical_loss"]))
        return loss, values

    monkeypatch.setattr(model, "information_loss", noting)
    for _ in range(5):
        model.train_step(real_images)
    d_weights, g_weights = weights[::2], weights[1::2]
    assert d_weights == pytest.approx([2.0, 4.0, 6.0, 8.0, 8.0], rel=1e-4)
    assert g_weights == pytest.approx([2.0, 4.0, 6.0, 8.0, 8.0], rel=1e-4)


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


# fit and evaluate.


@pytest.fixture(scope="module")
def plain_fit(tiny_model, tiny_images, arrays):
    """Weights, history and logs seen by a callback after one epoch of four steps."""
    model = tiny_model()
    seen = []
    callback = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(dict(logs))
    )
    history = model.fit(
        tiny_images(4 * BATCH), batch_size=BATCH, shuffle=False, callbacks=[callback], verbose=0
    )
    return {"model": model, "variables": arrays(model.variables), "logs": seen, "history": history}


def test_a_callback_sees_running_means(plain_fit):
    logs = plain_fit["logs"]
    assert [sorted(entry) for entry in logs] == [sorted(METRICS)] * 4
    last = {name: values[-1] for name, values in plain_fit["history"].history.items()}
    assert last == pytest.approx({name: float(value) for name, value in logs[-1].items()})
    assert logs[0]["d_loss"] != logs[-1]["d_loss"]


def test_fit_runs_one_step_a_batch(plain_fit):
    assert int(plain_fit["model"].step.numpy()) == 4
    assert np.isfinite(plain_fit["history"].history["d_loss"][0])


def test_steps_per_execution_computes_the_same(plain_fit, tiny_model, tiny_images, arrays):
    model = tiny_model(steps_per_execution=2)
    model.fit(tiny_images(4 * BATCH), batch_size=BATCH, shuffle=False, verbose=0)
    assert int(model.step.numpy()) == 4
    for one, other in zip(plain_fit["variables"], arrays(model.variables), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_pairs_with_labels_compute_the_same_as_images_alone(
    plain_fit, tiny_model, tiny_images, arrays
):
    model = tiny_model()
    garbage = np.full((4 * BATCH, 3), np.nan, np.float32)
    dataset = tf.data.Dataset.from_tensor_slices((tiny_images(4 * BATCH), garbage)).batch(BATCH)
    before = arrays(model.variables)
    model.fit(dataset, shuffle=False, verbose=0)
    after = arrays(model.variables)
    # Not to the bit: TensorFlow fuses other operations in a graph that has one input more.
    for one, other in zip(plain_fit["variables"], after, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-3)
    assert max(np.abs(x - y).max() for x, y in zip(before[:8], after[:8], strict=True)) > 2e-2


def test_validation_adds_its_figures_and_disturbs_nothing(
    plain_fit, tiny_model, tiny_images, arrays
):
    model = tiny_model()
    history = model.fit(
        tiny_images(4 * BATCH),
        batch_size=BATCH,
        shuffle=False,
        validation_data=(tiny_images(2 * BATCH, seed=1), np.zeros(2 * BATCH)),
        validation_batch_size=BATCH,
        verbose=0,
    ).history
    assert sorted(history) == sorted(METRICS + [f"val_{name}" for name in METRICS])
    assert all(np.isfinite(values).all() for values in history.values())
    assert history["d_loss"] == plain_fit["history"].history["d_loss"]
    trackers = {id(v) for metric in model.metrics for v in metric.variables}
    kept = [index for index, v in enumerate(model.variables) if id(v) not in trackers]
    after = arrays(model.variables)
    assert_equal([plain_fit["variables"][i] for i in kept], [after[i] for i in kept])


def test_xla_compiles_the_step_and_draws_what_the_graph_draws(tiny_model, tiny_images, arrays):
    model = tiny_model(jit_compile=True)
    assert model.jit_compile is True
    networks = {name: getattr(model, name).trainable_variables[0] for name in NETWORKS}
    before = arrays(networks.values())
    history, graph = (
        one.fit(tiny_images(2 * BATCH), batch_size=BATCH, shuffle=False, verbose=0).history
        for one in (model, tiny_model(jit_compile=False))
    )
    assert int(model.step.numpy()) == 2
    for name, values in graph.items():
        assert history[name] == pytest.approx(values, abs=1e-3), name
    assert_all_differ(before, arrays(networks.values()))
    for values in history.values():
        assert np.isfinite(values).all()
    assert history["information"][0] == pytest.approx(
        math.log(10) - history["categorical_loss"][0], abs=1e-5
    )


def test_evaluate_changes_no_weight_and_repeats_itself(plain_fit, tiny_images, arrays):
    model = plain_fit["model"]
    weights = model.weights + model.d_optimizer.variables + model.g_optimizer.variables
    before = arrays(weights)
    images = tiny_images(3 * BATCH, seed=2)
    first, second = (
        model.evaluate(images, batch_size=BATCH, return_dict=True, verbose=0) for _ in range(2)
    )
    assert first == second
    assert_equal(before, arrays(weights))
    assert sorted(first) == sorted(METRICS)
    features = model.trunk(images, training=False)
    real = sigmoid(model.discriminator(features, training=False)).numpy()
    assert first["real_probability"] == pytest.approx(real.mean(), abs=1e-5)


def test_evaluate_draws_other_latents_for_each_batch(plain_fit, tiny_images):
    model = plain_fit["model"]
    images = tiny_images(BATCH, seed=2)
    one = model.evaluate(images, batch_size=BATCH, return_dict=True, verbose=0)
    twice = model.evaluate(
        np.concatenate([images, images]), batch_size=BATCH, return_dict=True, verbose=0
    )
    assert one["real_probability"] == pytest.approx(twice["real_probability"], abs=1e-6)
    assert one["generated_probability_before"] != twice["generated_probability_before"]


def test_call_reads_images_with_d_and_q(tiny_model, real_images):
    model = tiny_model()
    read = model(real_images)
    assert {name: tuple(value.shape) for name, value in read.items()} == {
        "discriminator_logits": (BATCH, 1),
        "code_parameters": (BATCH, 11),
    }
    features = model.trunk(real_images, training=False)
    np.testing.assert_allclose(
        read["code_parameters"], model.recognizer(features, training=False), atol=1e-6
    )


def test_generate_runs_the_generator_in_inference_mode(tiny_model):
    model = tiny_model()
    latents = model.latents.fixed(3, seed=1)
    images = model.generate(latents)
    assert isinstance(images, np.ndarray) and images.shape == (3, 8, 8, 1)
    np.testing.assert_allclose(images, model.generator(latents, training=False), atol=1e-6)
    assert np.abs(images - model.generator(latents, training=True)).max() > 1e-3


def test_generate_keeps_the_shape_of_a_table_of_latents(tiny_model):
    model = tiny_model()
    table = model.latents.code_table(3)
    images = model.generate(table)
    assert images.shape == (10, 3, 8, 8, 1)
    np.testing.assert_allclose(images[7], model.generate(table[7]), atol=1e-6)


# Configuration and saving.


def build_rich_model(tiny_model):
    return tiny_model(
        codes=[Categorical(10), Uniform(std=None)],
        d_optimizer=keras.optimizers.Adam(HoldThenDecay(2e-3, 2, 8), beta_1=0.5),
        g_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        transforms=[RandomDistortion(shear=0.1, shift=1.0)],
        terms=[TwoLooks(0.4, RandomDistortion(thickness=0.4))],
        trunk_learns_information=False,
        seed=21,
        generator_loss="minimax",
        adversarial_weight=2.0,
        information_weight=3.0,
        continuous_weight=0.2,
        information_warmup=5,
        jit_compile=False,
    )


@pytest.fixture(scope="module")
def saved(tiny_model, tiny_images, tmp_path_factory):
    """A model after three steps, its state then, its file, and itself after three steps more."""
    model = build_rich_model(tiny_model)
    model.fit(tiny_images(3 * BATCH), batch_size=BATCH, shuffle=False, verbose=0)
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    model.save(path)
    at_saving = state(model)
    loaded = keras.models.load_model(path)
    more = dict(batch_size=BATCH, shuffle=False, verbose=0)
    at_loading = state(loaded)
    settings = loaded.get_compile_config()
    steps = int(loaded.step.numpy())
    histories = [one.fit(tiny_images(3 * BATCH, seed=9), **more).history for one in (model, loaded)]
    return {
        "model": model,
        "loaded": loaded,
        "at_saving": at_saving,
        "at_loading": at_loading,
        "settings": settings,
        "steps": steps,
        "histories": histories,
    }


def test_a_file_brings_back_weights_optimizers_sums_and_the_step(saved):
    assert_equal(saved["at_saving"], saved["at_loading"])
    assert saved["steps"] == 3
    assert int(saved["loaded"].step.numpy()) == 6


def test_a_file_brings_back_settings(saved):
    loaded, model = saved["loaded"], saved["model"]
    assert saved["settings"] == model.get_compile_config()
    assert loaded.seed == 21
    assert loaded.latents == LatentSpec(3, [Categorical(10), Uniform(std=None)])
    assert loaded.trunk_learns_information is False
    assert (loaded.transforms[0].shear, loaded.transforms[0].shift) == (0.1, 1.0)
    assert loaded.terms[0].weight == 0.4
    assert loaded.terms[0].transform.thickness == 0.4
    assert loaded.generator_loss == "minimax"
    assert loaded.adversarial_weight == 2.0
    assert loaded.information_weight == 3.0
    assert loaded.continuous_weight == 0.2
    assert loaded.information_warmup == 5
    assert loaded.jit_compile is False
    assert type(loaded.d_optimizer) is keras.optimizers.Adam
    assert loaded.d_optimizer._learning_rate.get_config() == HoldThenDecay(2e-3, 2, 8).get_config()
    assert loaded.g_optimizer.beta_1 == 0.5


def test_training_on_from_a_file_equals_training_on(saved):
    assert_equal(state(saved["model"]), state(saved["loaded"]))
    assert saved["histories"][0] == saved["histories"][1]
    assert largest_change(state(saved["model"]), saved["at_saving"]) > 1e-4


def test_constructor_arguments_are_attributes_and_config_keys(tiny_model):
    model = build_rich_model(tiny_model)
    arguments = {
        name for cls in (GAN, InfoGAN) for name in inspect.signature(cls.__init__).parameters
    } - {"self", "kwargs"}
    config = model.get_config()
    kept = copy.deepcopy(config)  # Keras takes a config apart while it builds from it
    assert arguments <= set(config)
    assert set(config) - arguments <= {"name", "trainable", "dtype"}
    assert all(hasattr(model, name) for name in arguments)
    twin = InfoGAN.from_config(config)
    assert twin.get_config() == kept
    assert twin.latents == model.latents


def test_compile_arguments_are_attributes_and_config_keys(tiny_model):
    model = build_rich_model(tiny_model)
    arguments = {
        name for cls in (GAN, InfoGAN) for name in inspect.signature(cls.compile).parameters
    } - {"self", "kwargs"}
    config = model.get_compile_config()
    assert arguments <= set(config)
    assert all(hasattr(model, name) for name in config)


def test_generator_loss_can_be_a_function(tiny_model, real_images):
    model = tiny_model(generator_loss=lambda logits: tf.reduce_mean(logits) * 0.0 + 42.0)
    assert float(model.train_step(real_images)["g_loss"]) == 42.0


def test_unknown_generator_loss_is_refused(tiny_model):
    with pytest.raises(ValueError, match="objective must be one of .* Received: wassertein"):
        tiny_model(generator_loss="wassertein")


# Networks that do not fit.


def model_of(height, width, name):
    return keras.Sequential([keras.Input((height,)), keras.layers.Dense(width)], name=name)


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("generator", lambda: model_of(9, 4, "g"), r"must take 14 latents.*\(None, 9\)"),
        ("trunk", lambda: model_of(5, 8, "t"), r"trunk must take the images.*\(None, 5\)"),
        ("discriminator", lambda: model_of(8, 2, "d"), r"discriminator must go from .* to 1 num"),
        ("discriminator", lambda: model_of(7, 1, "d"), r"discriminator must go from .*\(8,\)"),
        ("recognizer", lambda: model_of(8, 10, "q"), r"recognizer must go from .* to 11 numbers"),
        ("recognizer", lambda: model_of(7, 11, "q"), r"recognizer must go from .*\(None, 7\)"),
    ],
)
def test_networks_that_do_not_fit_are_refused(tiny_networks, name, wrong, message):
    latents = LatentSpec(3, [Categorical(10), Uniform()])
    networks = {**tiny_networks(latents), name: wrong()}
    with pytest.raises(ValueError, match=message):
        InfoGAN(**networks, latents=latents)


def test_a_model_that_was_not_compiled_can_be_saved(tiny_networks, tmp_path):
    latents = LatentSpec(3, [Categorical(10), Uniform()])
    model = InfoGAN(**tiny_networks(latents), latents=latents)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    rows = latents.fixed(2)
    np.testing.assert_array_equal(loaded.generate(rows), model.generate(rows))
