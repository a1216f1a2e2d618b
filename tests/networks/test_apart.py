"""A trunk for D and one for Q."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import networks
from keras_infogan.networks.apart import apart

FAMILIES = {
    "conv28": ((28, 28, 1), {"filters": 2, "units": 8}),
    "mlp": ((28, 28, 1), {"units": 8}),
    "dcgan64": ((64, 64, 1), {}),  # its trunk ends in a picture, not in a row
}


@pytest.fixture(scope="module", params=FAMILIES)
def pair(request):
    """A family's networks, and the same apart, with some images."""
    shape, options = FAMILIES[request.param]
    keras.utils.set_random_seed(1)
    shared = networks.get(request.param)(12, 7, shape, **options)
    images = np.random.default_rng(0).uniform(-1, 1, (2, *shape)).astype(np.float32)
    return shared, apart(shared), images


def test_the_trunk_has_twice_the_weights_and_the_heads_as_many(pair):
    shared, separate, _ = pair
    for name, times in (("trunk", 2), ("discriminator", 1), ("recognizer", 1), ("generator", 1)):
        assert separate[name].count_params() == times * shared[name].count_params()
    assert separate["generator"] is shared["generator"]


def test_d_reads_the_trunk_that_it_had(pair):
    shared, separate, images = pair
    expected = shared["discriminator"](shared["trunk"](images))
    np.testing.assert_allclose(separate["discriminator"](separate["trunk"](images)), expected)


def test_each_head_moves_its_own_trunk_alone(pair):
    shared, separate, images = pair
    theirs = {id(variable) for variable in shared["trunk"].trainable_variables}
    for name, moves_d in (("discriminator", True), ("recognizer", False)):
        with tf.GradientTape() as tape:
            output = separate[name](separate["trunk"](images, training=True), training=True)
            loss = tf.reduce_sum(tf.square(output))
        variables = separate["trunk"].trainable_variables
        gradients = tape.gradient(loss, variables, unconnected_gradients="zero")
        for variable, gradient in zip(variables, gradients, strict=True):
            moves = bool(np.any(gradient.numpy() != 0))
            is_d = id(variable) in theirs
            assert not moves or is_d == moves_d
        kernels = [g for v, g in zip(variables, gradients, strict=True) if v.name == "kernel"]
        # Half of the kernels belong to each trunk, and the one that is read does move.
        assert sum(bool(np.any(g.numpy() != 0)) for g in kernels) == len(kernels) // 2


def test_the_trunks_begin_with_other_weights(pair):
    _, separate, _ = pair
    kernels = [v.numpy() for v in separate["trunk"].trainable_variables if v.name == "kernel"]
    first, second = kernels[: len(kernels) // 2], kernels[len(kernels) // 2 :]
    assert all(np.abs(a - b).max() > 1e-3 for a, b in zip(first, second, strict=True))


def test_it_comes_back_from_a_file(pair, tmp_path):
    _, separate, images = pair
    for name in ("trunk", "recognizer"):
        separate[name].save(tmp_path / f"{name}.keras")
    trunk, recognizer = (
        keras.models.load_model(tmp_path / f"{name}.keras") for name in ("trunk", "recognizer")
    )
    expected = separate["recognizer"](separate["trunk"](images))
    np.testing.assert_allclose(recognizer(trunk(images)), expected, atol=1e-6)
