"""The conditional GAN: which labels G and D are told, what each update changes, and files."""

import copy
import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import registry, saving
from keras_infogan.latents import Categorical, LatentSpec, Uniform
from keras_infogan.models.conditional_gan import ConditionalGAN
from keras_infogan.models.gan import GAN
from keras_infogan.models.update import D_LATENTS, G_LATENTS, step_seeds

LABELS = np.array([2, 0, 1, 2, 2])
ONE_HOT = tf.one_hot(LABELS, 3)
BATCH = len(LABELS)


@pytest.fixture
def model(tiny_gan):
    return tiny_gan(conditional=True)


@pytest.fixture
def real_images(small_images):
    return tf.constant(small_images(BATCH))


def softplus(x):
    return tf.math.log(1.0 + tf.exp(x))


def d_logits(model, images):
    return model.discriminator(model.trunk([images, ONE_HOT], training=True), training=True)


def latents(model, use):
    """Noise of the first step, then the one-hot labels of the batch."""
    noise = model.latents.noise.sample(BATCH, step_seeds(model.seed, 0)[use])
    return tf.concat([noise, ONE_HOT], axis=1)


def assert_moved_by(gradients, rate, before, after):
    assert len(gradients) == len(before) == len(after) > 0
    for slope, old, new in zip(gradients, before, after, strict=True):
        np.testing.assert_allclose(new, old - rate * slope, atol=1e-6)
    assert max(np.abs(slope).max() for slope in gradients) > 1e-2


def test_d_follows_its_loss_on_images_of_the_labels_of_the_batch(model, real_images, arrays):
    images = model.generator(latents(model, D_LATENTS), training=True)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(softplus(-d_logits(model, real_images)))
        loss += tf.reduce_mean(softplus(d_logits(model, images)))
    gradients = tape.gradient(loss, model.d_variables)
    before, g_before = arrays(model.d_variables), arrays(model.g_variables)
    model.update_discriminator(real_images, LABELS, tf.constant(0), step_seeds(model.seed, 0))
    assert_moved_by(gradients, 0.5, before, arrays(model.d_variables))
    np.testing.assert_array_equal(g_before[0], model.g_variables[0])


def test_g_follows_its_loss_on_images_of_the_labels_of_the_batch(model, real_images, arrays):
    with tf.GradientTape() as tape:
        images = model.generator(latents(model, G_LATENTS), training=True)
        loss = tf.reduce_mean(softplus(-d_logits(model, images)))
    gradients = tape.gradient(loss, model.g_variables)
    before, d_before = arrays(model.g_variables), arrays(model.d_variables)
    model.update_generator(real_images, LABELS, tf.constant(0), step_seeds(model.seed, 0))
    assert_moved_by(gradients, 0.25, before, arrays(model.g_variables))
    np.testing.assert_array_equal(d_before[0], model.d_variables[0])


def test_other_labels_make_another_step(tiny_gan, real_images, arrays):
    weights = []
    for labels in (LABELS, LABELS, (LABELS + 1) % 3):
        model = tiny_gan(conditional=True)
        model.train_step((real_images, labels))
        weights.append(arrays(model.d_variables + model.g_variables))
    for one, same in zip(weights[0], weights[1], strict=True):
        np.testing.assert_array_equal(one, same)
    for place in (0, -2):  # the trunk's kernel and the generator's last
        assert np.abs(weights[0][place] - weights[2][place]).max() > 1e-4


def test_labels_of_any_number_type_and_in_a_column_are_the_same(model, real_images):
    logits = model((real_images, LABELS))["discriminator_logits"]
    for labels in (LABELS.astype(np.uint8), LABELS.astype(np.float32)[:, None]):
        again = model((real_images, labels))["discriminator_logits"]
        np.testing.assert_array_equal(logits, again)


def test_call_judges_images_under_their_labels(model, real_images):
    logits = model((real_images, LABELS))["discriminator_logits"]
    expected = model.discriminator(model.trunk([real_images, ONE_HOT]))
    np.testing.assert_allclose(logits, expected, atol=1e-6)
    other = model((real_images, (LABELS + 1) % 3))["discriminator_logits"]
    assert np.abs(logits - other).max() > 1e-3


def test_images_of_each_label_can_be_generated(model):
    table = model.latents.code_table(2)
    images = model.generate(table)
    assert images.shape == (3, 2, 4, 4, 1)
    np.testing.assert_allclose(images[1], model.generator(table[1]), atol=1e-6)


@pytest.mark.parametrize("name", registry.names("objective"))
def test_every_objective_trains_a_step(tiny_gan, real_images, name):
    model = tiny_gan(conditional=True, generator_loss=name, d_optimizer=keras.optimizers.SGD(0.01))
    assert (model.told_labels, model.learns_labels, model.num_labels) == (True, True, 3)
    assert not model.reads_codes
    for values in (
        model.train_step((real_images, LABELS)),
        model.test_step((real_images, LABELS)),
    ):
        assert all(np.isfinite(float(value)) for value in values.values())


def test_fit_takes_images_and_labels(model, small_images):
    history = model.fit(small_images(10), np.arange(10) % 3, batch_size=5, verbose=0).history
    assert int(model.step.numpy()) == 2
    assert all(np.isfinite(values).all() for values in history.values())


def test_images_without_labels_are_refused(model, real_images):
    message = "learns from pairs of images and labels. Received: labels=None"
    for work in (model.train_step, model.test_step, model.judge):
        with pytest.raises(ValueError, match=message):
            work(real_images)


@pytest.mark.parametrize(("wrong", "received"), [(3, 3), (-1, -1)])
def test_labels_out_of_range_are_refused(model, small_images, wrong, received):
    images, labels = small_images(10), np.arange(10) % 3
    labels[7] = wrong
    message = f"labels must be from 0 to 2. Received: {received}"
    with pytest.raises(ValueError, match=message):
        model.fit(images, labels, batch_size=5, verbose=0)
    assert int(model.step.numpy()) == 0


def test_labels_out_of_range_in_a_graph_are_refused(model, small_images):
    batches = tf.data.Dataset.from_tensors((small_images(3), np.array([0, 1, 3])))
    message = "(?s)labels must be from 0 to 2. Received:.*3"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        model.fit(batches, shuffle=False, verbose=0)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        model.judge(small_images(2), np.array([3, 0]))


def test_training_on_from_a_file_equals_training_on(tiny_gan, small_images, arrays, tmp_path):
    model = tiny_gan(conditional=True, g_optimizer=keras.optimizers.Adam(1e-2), d_steps=2)
    model.train_step((tf.constant(small_images(BATCH)), LABELS))
    model.save(tmp_path / "model.keras")
    loaded = saving.load_model(tmp_path / "model.keras")
    assert type(loaded) is ConditionalGAN
    assert loaded.get_compile_config() == model.get_compile_config()
    for one in (model, loaded):
        one.train_step((tf.constant(small_images(BATCH, 1)), LABELS[::-1]))
    for one, other in zip(arrays(model.variables), arrays(loaded.variables), strict=True):
        np.testing.assert_array_equal(one, other)


def test_constructor_arguments_are_attributes_and_config_keys(model):
    arguments = set(inspect.signature(GAN.__init__).parameters) - {"self", "kwargs"}
    config = model.get_config()
    kept = copy.deepcopy(config)
    assert arguments <= set(config)
    twin = ConditionalGAN.from_config(config)
    assert twin.get_config() == kept
    assert twin.latents == model.latents


def test_the_probability_after_is_of_images_of_some_labels(model):
    value = float(model.probability_after_update(tf.constant(0), tf.constant(BATCH)))
    assert 0.0 < value < 1.0


# What does not fit.


@pytest.mark.parametrize("codes", [[], [Uniform()], [Categorical(3), Categorical(2)]])
def test_latents_must_have_one_categorical_code(tiny_gan_networks, codes):
    spec = LatentSpec(3, codes)
    with pytest.raises(ValueError, match=r"one categorical code.* Received: latents.codes=\("):
        ConditionalGAN(**tiny_gan_networks(spec, 3), latents=spec)


@pytest.mark.parametrize("num_labels", [0, 4])
def test_a_trunk_that_is_not_told_the_labels_is_refused(tiny_gan_networks, num_labels):
    spec = LatentSpec(3, [Categorical(3)])
    with pytest.raises(ValueError, match="3 labels, one-hot. Received: .*trunk.input_shape="):
        ConditionalGAN(**tiny_gan_networks(spec, num_labels), latents=spec)


def test_a_generator_of_other_latents_is_refused(tiny_gan_networks):
    networks = tiny_gan_networks(LatentSpec(4, [Categorical(3)]), 3)
    with pytest.raises(ValueError, match=r"must take 6 latents. Received: .*\(None, 7\)"):
        ConditionalGAN(**networks, latents=LatentSpec(3, [Categorical(3)]))
