"""The fused BatchNormalization beside Keras's."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.networks.batch_norm import BatchNormalization

SHAPES = {"images": (5, 4, 3, 6), "one pixel": (3, 1, 1, 2), "vectors": (7, 6)}
OPTIONS = [{}, {"momentum": 0.9, "epsilon": 1e-5}, {"center": False}, {"scale": False}]


def draw(shape, seed=0):
    return np.random.default_rng(seed).normal(1.0, 2.0, shape).astype(np.float32)


def pair(shape, **options):
    """Keras's layer and the fused one with the same weights, none of them trivial."""
    layers = [kind(**options) for kind in (keras.layers.BatchNormalization, BatchNormalization)]
    for layer in layers:
        layer.build(shape)
        for number, weight in enumerate(layer.weights):
            weight.assign(np.abs(draw(weight.shape, 10 + number)))
    return layers


def results(layer, x, upstream, training):
    """Output, gradients by the input and the weights, and the statistics afterwards."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=training)
    gradients = tape.gradient(y, [x, *layer.trainable_variables], upstream)
    return [y, *gradients, *layer.non_trainable_variables]


@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options) or "plain")
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_results_are_those_of_keras(shape, options, training):
    found = [
        results(layer, draw(shape), draw(shape, 1), training) for layer in pair(shape, **options)
    ]
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_images_take_the_fused_kernel_in_training_only():
    layer = BatchNormalization()
    layer.build(SHAPES["images"])

    def kernels(training):
        traced = tf.function(lambda x: layer(x, training=training))
        graph = traced.get_concrete_function(tf.TensorSpec((None, 4, 3, 6))).graph
        return [one.type for one in graph.get_operations() if one.type.startswith("FusedBatch")]

    assert kernels(True) == ["FusedBatchNormV3"] and kernels(False) == []


def test_frozen_statistics_stay():
    layer = BatchNormalization()
    layer.build(SHAPES["images"])
    layer.trainable = False
    layer(draw(SHAPES["images"]), training=True)
    np.testing.assert_array_equal(layer.moving_mean, np.zeros(6))


def test_a_mask_is_heeded():
    mask = tf.constant([[[True, True, False]] * 4] * 5)
    x = draw(SHAPES["images"])
    keras_layer, layer = pair(SHAPES["images"])
    expected = keras_layer(x, training=True, mask=mask)
    np.testing.assert_allclose(layer(x, training=True, mask=mask), expected, atol=1e-6)


def test_second_gradients_are_those_of_keras():
    """A gradient penalty differentiates through the layer's gradient."""

    def second(layer):
        x = tf.constant(draw(SHAPES["images"]))
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                value = tf.reduce_sum(tf.sin(layer(x, training=True)))
            penalty = tf.reduce_sum(tf.square(inner.gradient(value, x)))
        return outer.gradient(penalty, [x, layer.gamma.value])

    for one, other in zip(*(second(layer) for layer in pair(SHAPES["images"])), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_weights_load_both_ways(tmp_path):
    for first, then in ((0, 1), (1, 0)):
        layers = pair(SHAPES["images"])
        models = [keras.Sequential([keras.Input((4, 3, 6)), layer]) for layer in layers]
        layers[first].gamma.assign(np.arange(6.0))
        models[first].save_weights(tmp_path / "model.weights.h5")
        models[then].load_weights(tmp_path / "model.weights.h5")
        np.testing.assert_array_equal(layers[then].gamma, np.arange(6.0))


def test_a_file_keeps_the_layer(tmp_path):
    model = keras.Sequential([keras.Input((4, 3, 6)), BatchNormalization(momentum=0.9)])
    model.save(tmp_path / "model.keras")
    (layer,) = keras.models.load_model(tmp_path / "model.keras").layers
    assert type(layer) is BatchNormalization and layer.momentum == 0.9
