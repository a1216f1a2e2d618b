import keras
import numpy as np
import tensorflow as tf

from keras_infogan.networks import mlp


def dense_shapes(model):
    return [tuple(weight.shape) for weight in model.weights if weight.name == "kernel"]


def test_layers_have_the_paper_widths_without_convolutions():
    networks = mlp.build(74, 12)
    assert dense_shapes(networks["generator"]) == [(74, 512), (512, 512), (512, 784)]
    assert dense_shapes(networks["trunk"]) == [(784, 512), (512, 512)]
    assert dense_shapes(networks["discriminator"]) == [(512, 1)]
    assert dense_shapes(networks["recognizer"]) == [(512, 128), (128, 12)]
    kinds = {type(layer) for model in networks.values() for layer in model.layers}
    assert not kinds & {keras.layers.Conv2D, keras.layers.Conv2DTranspose}


def test_shapes_and_ranges():
    networks = mlp.build(7, 4, (6, 4, 3), units=8)
    images = networks["generator"](100.0 * tf.random.stateless_normal((5, 7), [0, 1]))
    assert images.shape == (5, 6, 4, 3)
    assert np.abs(images).max() <= 1.0
    assert np.min(images) < -0.5
    assert np.max(images) > 0.5
    features = networks["trunk"](images)
    assert features.shape == (5, 8)
    assert networks["discriminator"](features).shape == (5, 1)
    assert networks["recognizer"](features).shape == (5, 4)


def test_batch_norm_has_epsilon_and_momentum_of_the_house():
    norms = [
        layer
        for model in mlp.build(7, 4, units=8).values()
        for layer in model.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    assert len(norms) == 2 + 1 + 1
    assert {(norm.epsilon, norm.momentum) for norm in norms} == {(1e-5, 0.9)}


def test_leak_is_that_of_the_paper():
    trunk = mlp.build(7, 4, units=8)["trunk"]
    slopes = [
        layer.negative_slope for layer in trunk.layers if isinstance(layer, keras.layers.LeakyReLU)
    ]
    np.testing.assert_allclose(slopes, [0.1, 0.1], rtol=1e-6)
