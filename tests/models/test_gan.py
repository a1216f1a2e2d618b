"""The GAN model: what each update changes, the turns of D, objectives, Q with its own update."""

import dataclasses
import re
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
from comparing import assert_close, assert_equal

from keras_infogan import objectives, registry, saving
from keras_infogan.latents import Categorical, Uniform
from keras_infogan.models.update import D_LATENTS, G_LATENTS, step_seeds
from keras_infogan.objectives import Objective
from keras_infogan.terms.term import Term
from keras_infogan.terms.two_looks import TwoLooks
from keras_infogan.transforms.distortion import RandomDistortion

BATCH = 6
METRICS = [
    "d_loss",
    "real_probability",
    "g_loss",
    "generated_probability_before",
]


@pytest.fixture
def real_images(small_images):
    return tf.constant(small_images(BATCH))


def d_logits(model, images):
    return model.discriminator(model.trunk(images, training=True), training=True)


def softplus(x):
    return tf.math.log(1.0 + tf.exp(x))


# What each update changes.


def test_d_follows_the_gradient_of_its_loss_and_g_stays(tiny_gan, real_images, arrays):
    model = tiny_gan()
    variables = model.trunk.trainable_variables + model.discriminator.trainable_variables
    z = model.latents.sample(BATCH, step_seeds(model.seed, 0)[D_LATENTS])
    images = model.generator(z, training=True)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(softplus(-d_logits(model, real_images)))
        loss += tf.reduce_mean(softplus(d_logits(model, images)))
    gradients = tape.gradient(loss, variables)
    before, g_before = arrays(variables), arrays(model.g_variables)
    values = model.update_discriminator(
        real_images, None, tf.constant(0), step_seeds(model.seed, 0)
    )
    assert float(values["d_loss"]) == pytest.approx(float(loss), rel=1e-5)
    expected = [old - 0.5 * slope for old, slope in zip(before, gradients, strict=True)]
    assert_close(expected, arrays(variables), atol=1e-6)
    assert_equal(g_before, arrays(model.g_variables))
    assert max(np.abs(slope).max() for slope in gradients) > 1e-2


def test_g_follows_the_gradient_of_its_weighted_loss_and_d_stays(tiny_gan, real_images, arrays):
    model = tiny_gan(adversarial_weight=3.0)
    variables = model.generator.trainable_variables
    z = model.latents.sample(BATCH, step_seeds(model.seed, 0)[G_LATENTS])
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(softplus(-d_logits(model, model.generator(z, training=True))))
    gradients = tape.gradient(loss, variables)
    before, d_before = arrays(variables), arrays(model.d_variables)
    values = model.update_generator(real_images, None, tf.constant(0), step_seeds(model.seed, 0))
    assert float(values["g_loss"]) == pytest.approx(float(loss), rel=1e-5)
    expected = [old - 0.25 * 3.0 * slope for old, slope in zip(before, gradients, strict=True)]
    assert_close(expected, arrays(variables), atol=1e-6)
    assert_equal(d_before, arrays(model.d_variables))
    assert max(np.abs(slope).max() for slope in gradients) > 1e-2


def test_labels_are_never_looked_at(tiny_gan, real_images, arrays):
    models = [tiny_gan() for _ in range(2)]
    models[0].train_step(real_images)
    models[1].train_step((real_images, tf.fill((BATCH,), float("nan"))))
    assert_equal(*(arrays(model.variables) for model in models))


def test_a_step_reports_what_it_did(tiny_gan, real_images):
    model = tiny_gan()
    assert list(model.train_step(real_images)) == METRICS
    values = model.test_step(real_images)
    assert list(values) == METRICS and all(np.isfinite(float(v)) for v in values.values())
    assert (model.reads_codes, model.told_labels, model.learns_labels) == (False, False, False)


def test_call_reads_images_with_d(tiny_gan, real_images):
    model = tiny_gan()
    logits = model.discriminator(model.trunk(real_images))
    assert_close([model(real_images)["discriminator_logits"]], [logits])


# D's turns.


def test_d_has_several_turns_a_step_with_noise_of_their_own(tiny_gan, real_images, arrays):
    model, twin = (tiny_gan(d_steps=3) for _ in range(2))
    drawn, draw = [], model.draw_latents

    def spy(*given):
        drawn.append(draw(*given).numpy())
        return draw(*given)

    model.draw_latents = spy
    model.train_step(real_images)
    assert len(drawn) == 4
    assert len({one.tobytes() for one in drawn}) == 4
    assert int(model.d_optimizer.iterations.numpy()) == 3
    assert int(model.g_optimizer.iterations.numpy()) == 1
    assert int(model.step.numpy()) == 1
    for turn in range(3):
        twin.update_discriminator(real_images, None, tf.constant(0), step_seeds(twin.seed, 0, turn))
    assert_equal(arrays(model.d_variables), arrays(twin.d_variables))
    twin.update_generator(real_images, None, tf.constant(0), step_seeds(twin.seed, 0, 2))
    assert_equal(arrays(model.g_variables), arrays(twin.g_variables))


def test_steps_are_counted_whatever_the_number_of_turns(tiny_gan, real_images):
    model = tiny_gan(d_steps=2)
    steps, update = [], model.update_generator

    def spy(images, labels, step, *rest):
        steps.append(int(step))
        return update(images, labels, step, *rest)

    model.update_generator = spy
    for _ in range(3):
        model.train_step(real_images)
    assert steps == [0, 1, 2]
    assert int(model.step.numpy()) == 3


def test_the_seeds_of_turns_and_steps_differ(tiny_gan):
    model = tiny_gan()
    rows = [
        tuple(row)
        for step in (0, 1, 2)
        for turn in (0, 1, 2)
        for row in step_seeds(model.seed, step, turn).numpy()
    ]
    assert len(set(rows)) == len(rows) == 54


def test_d_learns_alone_at_first_and_the_figures_of_g_are_not_diluted(
    tiny_gan, small_images, arrays
):
    batches = [tf.constant(small_images(BATCH, seed)) for seed in range(4)]
    model = tiny_gan(d_pretraining=2)
    g_weights, d_weights = arrays(model.generator.trainable_variables), arrays(model.d_variables)
    for images in batches[:2]:
        values = model.train_step(images)
    assert_equal(g_weights, arrays(model.generator.trainable_variables))
    assert int(model.g_optimizer.iterations.numpy()) == 0
    assert np.abs(d_weights[0] - model.d_variables[0].numpy()).max() > 1e-4
    assert float(values["d_loss"]) > 0 and float(values["g_loss"]) == 0.0
    assert float(model.means.by_name["g_loss"].count) == 0

    seen, update = [], model.update_generator

    def spy(*given):
        seen.append(update(*given))
        return seen[-1]

    model.update_generator = spy
    for images in batches[2:]:
        values = model.train_step(images)
    assert int(model.g_optimizer.iterations.numpy()) == 2 == len(seen)
    assert np.abs(g_weights[0] - model.g_variables[0].numpy()).max() > 1e-4
    for name in ("g_loss", "generated_probability_before"):
        mean = np.mean([float(one[name]) for one in seen])
        assert float(values[name]) == pytest.approx(mean, rel=1e-5)
    assert float(model.means.by_name["d_loss"].count) == 4


def test_pretraining_works_in_a_graph(tiny_gan, real_images, arrays):
    model = tiny_gan(d_pretraining=1)
    before = arrays(model.g_variables)
    step = tf.function(model.train_step)
    step(real_images)
    assert_equal(before, arrays(model.g_variables))
    step(real_images)
    assert np.abs(before[0] - model.g_variables[0].numpy()).max() > 0


CODES = [Categorical(3), Uniform()]


def test_figures_of_g_and_q_are_absent_while_d_learns_alone(tiny_gan, real_images, arrays):
    model = tiny_gan(codes=CODES, d_pretraining=2)
    before = arrays(model.g_variables)
    for _ in range(2):
        model.train_step(real_images)
        assert set(model.means.measured()) == {"d_loss", "real_probability"}
    assert_equal(before, arrays(model.g_variables))
    model.train_step(real_images)
    assert np.abs(before[0] - model.g_variables[0].numpy()).max() > 0
    assert set(model.means.measured()) == {metric.name for metric in model.metrics}
    for name in ("categorical_loss", "continuous_loss", "information", "code_accuracy"):
        assert float(model.means.by_name[name].count) == 1


def test_the_information_stays_away_while_d_learns_alone(tiny_gan, real_images, arrays):
    def trunk_after(step, weight, terms):
        model = tiny_gan(
            codes=CODES,
            transforms=[RandomDistortion()],
            terms=terms,
            d_pretraining=2,
            information_weight=weight,
        )
        seeds = step_seeds(model.seed, step)
        model.update_discriminator(real_images, None, tf.constant(step), seeds)
        return arrays(model.trunk.trainable_variables)

    for step, alone in ((1, True), (2, False)):
        plain, informed = (trunk_after(step, *w) for w in ((0.0, ()), (50.0, [TwoLooks(9.0)])))
        if alone:
            assert_equal(plain, informed)
        else:
            assert np.abs(plain[0] - informed[0]).max() > 1e-4


def test_the_warm_up_of_the_information_begins_with_g(tiny_gan):
    model = tiny_gan(codes=CODES, d_pretraining=3, information_weight=8.0, information_warmup=4)
    weights = [float(model.categorical_weight(tf.constant(step))) for step in range(3, 8)]
    assert weights == [2.0, 4.0, 6.0, 8.0, 8.0]


@pytest.mark.parametrize("settings", [dict(d_steps=0), dict(d_pretraining=-1)])
def test_impossible_turns_are_refused(tiny_gan, settings):
    received = next(f"{name}={value}" for name, value in settings.items())
    with pytest.raises(ValueError, match=f"d_steps >= 1 and .*Received: .*{received}"):
        tiny_gan(**settings)


# Objectives.


@pytest.mark.parametrize("name", registry.names("objective"))
def test_every_objective_trains_a_step(tiny_gan, real_images, arrays, name):
    model = tiny_gan(generator_loss=name, d_optimizer="adam", g_optimizer="adam")
    before = arrays(model.d_variables + model.g_variables)
    values = model.train_step(real_images)
    assert all(np.isfinite(float(value)) for value in values.values())
    after = arrays(model.d_variables + model.g_variables)
    assert all(np.isfinite(value).all() for value in after)
    for place in (0, -2):  # the trunk's first kernel and the generator's last
        assert np.abs(after[place] - before[place]).max() > 1e-5
    assert all(np.isfinite(float(value)) for value in model.test_step(real_images).values())


def test_the_relativistic_generator_sees_the_logits_of_real_images(tiny_gan, real_images, arrays):
    model = tiny_gan(generator_loss="relativistic_average")
    z = model.latents.sample(BATCH, step_seeds(model.seed, 0)[G_LATENTS])
    real = d_logits(model, real_images)
    with tf.GradientTape() as tape:
        generated = d_logits(model, model.generator(z, training=True))
        loss = tf.reduce_mean(softplus(-(generated - tf.reduce_mean(real))))
        loss += tf.reduce_mean(softplus(real - tf.reduce_mean(generated)))
    gradients = tape.gradient(loss, model.g_variables)
    before = arrays(model.g_variables)
    values = model.update_generator(real_images, None, tf.constant(0), step_seeds(model.seed, 0))
    assert float(values["g_loss"]) == pytest.approx(float(loss), rel=1e-5)
    expected = [old - 0.25 * slope for old, slope in zip(before, gradients, strict=True)]
    assert_close(expected, arrays(model.g_variables), atol=1e-6)


def test_d_of_wasserstein_follows_its_loss_and_the_penalty(tiny_gan, real_images, arrays):
    model = tiny_gan(generator_loss="wasserstein", d_optimizer=keras.optimizers.SGD(0.01))
    seeds = step_seeds(model.seed, 0)
    generated = model.generator(model.latents.sample(BATCH, seeds[D_LATENTS]), training=True)
    share = tf.random.stateless_uniform((BATCH, 1, 1, 1), tf.random.fold_in(seeds[0], 77))
    between = share * real_images + (1.0 - share) * generated
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(d_logits(model, generated) - d_logits(model, real_images))
        with tf.GradientTape() as inner:
            inner.watch(between)
            total = tf.reduce_sum(d_logits(model, between))
        slopes = tf.reshape(inner.gradient(total, between), (BATCH, -1))
        loss += 10.0 * tf.reduce_mean((tf.norm(slopes, axis=1) - 1.0) ** 2)
    gradients = tape.gradient(loss, model.d_variables, unconnected_gradients="zero")
    before = arrays(model.d_variables)
    model.update_discriminator(real_images, None, tf.constant(0), seeds)
    expected = [old - 0.01 * slope for old, slope in zip(before, gradients, strict=True)]
    assert_close(expected, arrays(model.d_variables), atol=1e-6)


@pytest.fixture(scope="module")
def shifted():
    """An objective from outside."""
    objective = Objective(
        "shifted",
        d_loss=lambda real, generated: tf.reduce_mean((real - 2.0) ** 2 + generated**2),
        g_loss=lambda real, generated: tf.reduce_mean((generated - 2.0) ** 2) + 100.0,
        is_probability=False,
    )
    return registry.register("objective", "shifted", objective)


@pytest.mark.parametrize("by_name", [True, False])
def test_an_objective_from_outside_reaches_a_model_and_a_file(
    tiny_gan, real_images, shifted, tmp_path, by_name
):
    model = tiny_gan(generator_loss="shifted" if by_name else shifted)
    assert float(model.train_step(real_images)["g_loss"]) >= 100.0
    model.save(tmp_path / "model.keras")
    loaded = saving.load_model(tmp_path / "model.keras")
    assert loaded.objective is shifted
    assert loaded.generator_loss == "shifted"


def test_an_unknown_objective_is_refused(tiny_gan):
    with pytest.raises(
        ValueError, match="objective must be one of .* mean wasserstein.* Received: wassertein"
    ):
        tiny_gan(generator_loss="wassertein")


@pytest.mark.parametrize("term", ["historical_averaging", "picture_critic(networks=mlp)"])
def test_terms_of_an_objective_that_keep_something_are_refused(tiny_gan, term):
    hinge = objectives.get("hinge")
    with pytest.raises(ValueError, match=f"keeps nothing .* Received: {re.escape(term)}.$"):
        tiny_gan(generator_loss=dataclasses.replace(hinge, terms=(term,)))


def test_terms_of_an_objective_that_need_labels_are_refused(tiny_gan):
    @registry.register("term", "by_label")
    class ByLabel(Term):
        needs_labels = True

    hinge = objectives.get("hinge")
    with pytest.raises(ValueError, match="needs no labels.* Received: by_label.$"):
        tiny_gan(generator_loss=dataclasses.replace(hinge, terms=("by_label",)))


# Q with an update of its own.


def test_q_optimizer_splits_the_update_of_g_from_that_of_the_information(
    tiny_gan, real_images, arrays
):
    model = tiny_gan(
        codes=[Categorical(4)], q_optimizer=keras.optimizers.SGD(0.125), information_weight=3.0
    )
    seeds = step_seeds(model.seed, 0)
    generator, q = model.generator.trainable_variables, model.recognizer.trainable_variables
    assert [id(v) for v in model.g_variables] == [id(v) for v in generator]
    # Anew, with the weights that each update finds: D's is left out, so D stays.
    g_before, q_before, d_before = arrays(generator), arrays(q), arrays(model.d_variables)
    z = model.latents.sample(BATCH, seeds[G_LATENTS])
    with tf.GradientTape() as tape:
        images = model.generator(z, training=True)
        loss = tf.reduce_mean(softplus(-d_logits(model, images)))
    slopes = tape.gradient(loss, generator)
    g_between = [old - 0.25 * slope for old, slope in zip(g_before, slopes, strict=True)]
    for variable, value in zip(generator, g_between, strict=True):
        variable.assign(value)
    with tf.GradientTape() as tape:
        images = model.generator(z, training=True)
        probabilities = tf.nn.softmax(model.recognizer(model.trunk(images, training=True)))
        told = tf.reduce_sum(z[:, 3:] * probabilities, axis=1)
        loss = -3.0 * tf.reduce_mean(tf.math.log(told))
    slopes = tape.gradient(loss, generator + q)
    begun = [np.array(value) for value in g_between] + q_before
    expected = [old - 0.125 * slope for old, slope in zip(begun, slopes, strict=True)]
    for variable, value in zip(generator, g_before, strict=True):
        variable.assign(value)

    values = model.update_generator(real_images, None, tf.constant(0), seeds)
    assert_close(expected, arrays(generator + q), atol=2e-6)
    assert_equal(d_before, arrays(model.d_variables))
    assert float(values["categorical_loss"]) > 0
    moved = [np.abs(now - then).max() for now, then in zip(arrays(q), q_before, strict=True)]
    assert min(moved) > 1e-4
    optimizers = model.d_optimizer, model.g_optimizer, model.q_optimizer
    assert [int(one.iterations.numpy()) for one in optimizers] == [0, 1, 1]


@pytest.mark.parametrize("average_generator", [None, 0.9])
def test_images_are_generated_without_xla_on_a_gpu_too(tiny_gan, monkeypatch, average_generator):
    """It would compile each number of rows."""
    gpu = types.SimpleNamespace(device_type="GPU")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: [gpu])
    model = tiny_gan(average_generator=average_generator, jit_compile=False)
    model.generate(np.zeros((2, model.latents.size), np.float32))
    assert model.sampler.jit_compile is False
