"""All stabilizers alike: in a graph, in a file, and beside each other."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import saving, terms as stabilizers
from keras_infogan.latents import Categorical, LatentSpec, Uniform
from keras_infogan.models.infogan import InfoGAN

STRENGTHS = {"minibatch_discrimination": 3, "virtual_batch_norm": 4, "averaged_generator": 0.7}
BATCH = 5


def part(name):
    return stabilizers.get(name, STRENGTHS.get(name))


def pair(images, seed=0):
    """Images with labels, for what needs them."""
    labels = np.random.default_rng(seed).integers(0, 3, len(images))
    return tf.constant(images), tf.constant(labels)


def state(model):
    variables = model.variables + model.d_optimizer.variables + model.g_optimizer.variables
    return [np.array(variable.numpy()) for variable in variables]


def assert_equal(first, second):
    assert len(first) == len(second) > 0
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", sorted(stabilizers.STABILIZERS))
def test_training_on_from_a_file_equals_training_on(name, tiny_gan, small_images, tmp_path):
    model = tiny_gan(part(name), num_labels=3)
    model.train_step(pair(small_images(BATCH)))
    model.save(tmp_path / "model.keras")
    loaded = saving.load_model(tmp_path / "model.keras")
    assert [type(one) for one in loaded.stabilizers] == [type(one) for one in model.stabilizers]
    assert loaded.stabilizers[0].strength == model.stabilizers[0].strength
    assert_equal(state(model), state(loaded))
    z = model.latents.fixed(2)
    np.testing.assert_array_equal(model.sampler(z), loaded.sampler(z))
    for seed in (1, 2):
        for one in (model, loaded):
            one.train_step(pair(small_images(BATCH, seed), seed))
    assert_equal(state(model), state(loaded))
    np.testing.assert_array_equal(model.sampler(z), loaded.sampler(z))


@pytest.mark.parametrize(
    "name", sorted({*stabilizers.STABILIZERS} - {"averaged_generator", "historical_averaging"})
)
def test_each_changes_the_first_step(name, tiny_gan, small_images):
    """But for the two that only remember at first."""
    models = tiny_gan(), tiny_gan(part(name), num_labels=3)
    values = [
        {key: float(value) for key, value in model.train_step(pair(small_images(BATCH))).items()}
        for model in models
    ]
    kernels = [[model.d_variables[0].numpy(), model.g_variables[-2].numpy()] for model in models]
    moved = max(np.abs(x - y).max() for x, y in zip(*kernels, strict=True))
    assert max(moved, abs(values[0]["d_loss"] - values[1]["d_loss"])) > 1e-4


def test_all_of_them_train_an_infogan_together_in_a_graph(tiny_gan_networks, small_images):
    parts = [part(name) for name in sorted(stabilizers.STABILIZERS, reverse=True)]
    latents = LatentSpec(3, [Categorical(4), Uniform()])
    networks = tiny_gan_networks(latents)
    features = keras.Input(networks["trunk"].output_shape[1:])
    outputs = keras.layers.Dense(latents.parameter_size)(features)
    networks["recognizer"] = keras.Model(features, outputs)
    networks = stabilizers.rebuild(networks, parts, latents, num_labels=3)
    model = InfoGAN(**networks, latents=latents, stabilizers=parts)
    model.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01))
    variables = model.d_variables + model.g_variables
    before = [variable.numpy() for variable in variables]
    step = tf.function(model.train_step)
    for seed in range(2):
        values = step(pair(small_images(BATCH, seed), seed))
    assert int(model.step.numpy()) == 2
    assert all(np.isfinite(float(value)) for value in values.values())
    assert all(np.isfinite(value).all() for value in state(model))
    moved = [np.abs(v.numpy() - old).max() > 0 for v, old in zip(variables, before, strict=True)]
    assert np.mean(moved) > 0.9
    assert np.isfinite(model.generate(latents.fixed(2))).all()


def test_all_that_fit_train_a_conditional_gan_together(tiny_gan, small_images, tmp_path):
    parts = [part(name) for name in sorted(stabilizers.STABILIZERS)]
    model = tiny_gan(*parts, conditional=True, num_labels=3)
    values = model.train_step(pair(small_images(BATCH)))
    assert all(np.isfinite(float(value)) for value in values.values())
    model.save(tmp_path / "model.keras")
    loaded = saving.load_model(tmp_path / "model.keras")
    for one in (model, loaded):
        one.train_step(pair(small_images(BATCH, 1), 1))
    assert_equal(state(model), state(loaded))
