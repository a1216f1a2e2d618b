import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.networks import conditional_dense


@pytest.fixture(scope="module")
def survey():
    """The article's: 100 noises and a label out of 10."""
    keras.utils.set_random_seed(2)
    return conditional_dense.build(110, 10)


def test_parameters_by_hand(survey):
    assert {name: model.count_params() for name, model in survey.items()} == {
        "generator": (110 + 1) * 128 + (128 + 1) * 784,
        "trunk": (784 + 10 + 1) * 128,
        "discriminator": 128 + 1,
    }


def test_shapes_and_ranges(survey):
    assert {name: model.name for name, model in survey.items()} == {name: name for name in survey}
    latents = 100.0 * tf.random.stateless_normal((3, 110), [0, 1])
    images = survey["generator"](latents)
    assert images.shape == (3, 28, 28, 1)
    assert -1.0 <= np.min(images) < -0.5
    assert 0.5 < np.max(images) <= 1.0
    features = survey["trunk"]([images, tf.one_hot([7, 0, 9], 10)])
    assert features.shape == (3, 128)
    assert survey["discriminator"](features).shape == (3, 1)


def test_the_trunk_is_one_layer_on_image_and_label(survey):
    kernel, bias = survey["trunk"].get_weights()
    random = np.random.default_rng(0)
    images = random.uniform(-1, 1, (2, 28, 28, 1)).astype(np.float32)
    labels = np.eye(10, dtype=np.float32)[[7, 2]]
    # In [0, 1]: with a background of -1 this network collapses to one grey image.
    vectors = np.concatenate([0.5 * (images.reshape(2, 784) + 1.0), labels], axis=1)
    expected = np.maximum(vectors @ kernel + bias, 0.0)
    np.testing.assert_allclose(survey["trunk"]([images, labels]), expected, atol=1e-5)


def test_both_networks_look_at_the_label(survey):
    noise = tf.random.stateless_normal((1, 100), [0, 2])
    seven, two = (
        survey["generator"](tf.concat([noise, tf.one_hot([label], 10)], axis=1)) for label in (7, 2)
    )
    assert np.abs(seven - two).max() > 1e-3
    as_seven, as_two = (
        survey["trunk"]([seven, tf.one_hot([label], 10)]).numpy() for label in (7, 2)
    )
    assert np.abs(as_seven - as_two).max() > 1e-3


def test_gradients_reach_all_weights(survey):
    weights = [weight for model in survey.values() for weight in model.trainable_weights]
    assert len(weights) == 4 + 2 + 2
    labels = tf.one_hot(tf.range(10), 10)
    noise = tf.random.stateless_normal((10, 100), [0, 3])
    with tf.GradientTape() as tape:
        images = survey["generator"](tf.concat([noise, labels], axis=1), training=True)
        features = survey["trunk"]([images, labels], training=True)
        total = tf.reduce_sum(survey["discriminator"](features, training=True))
    for weight, gradient in zip(weights, tape.gradient(total, weights), strict=True):
        assert np.abs(gradient).max() > 0, weight.path


def test_color_and_other_sizes():
    networks = conditional_dense.build(5, 2, (4, 3, 3), units=6)
    assert networks["generator"].count_params() == (5 + 1) * 6 + (6 + 1) * 36
    assert networks["trunk"].count_params() == (36 + 2 + 1) * 6
    images = networks["generator"](tf.zeros((2, 5)))
    assert images.shape == (2, 4, 3, 3)
    assert networks["trunk"]([images, tf.one_hot([0, 1], 2)]).shape == (2, 6)


@pytest.mark.parametrize("latent_size, num_labels", [(9, 10), (100, 0)])
def test_a_latent_vector_without_room_for_the_label_is_refused(latent_size, num_labels):
    received = f"Received: latent_size={latent_size}, num_labels={num_labels}"
    with pytest.raises(ValueError, match=received):
        conditional_dense.build(latent_size, num_labels)
