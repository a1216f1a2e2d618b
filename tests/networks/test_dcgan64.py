import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.networks import dcgan64


@pytest.fixture(scope="module")
def lab():
    """The lab handout's networks: 54 noises and a code of 10."""
    return dcgan64.build(64, 10)


def count(model):
    return sum(weight.shape.num_elements() for weight in model.trainable_weights)


def of_type(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


def test_trainable_parameters_are_those_of_the_handout(lab):
    assert {name: count(model) for name, model in lab.items()} == {
        "generator": 3_279_744,
        "trunk": 2_755_328,
        "discriminator": 8_192,
        "recognizer": 820_310,
    }


def test_generator_layers_are_those_of_the_handout(lab):
    convolutions = of_type(lab["generator"], keras.layers.Conv2DTranspose)
    assert [
        (layer.filters, layer.kernel_size, layer.strides, layer.padding) for layer in convolutions
    ] == [
        (512, (4, 4), (1, 1), "valid"),
        (256, (4, 4), (2, 2), "same"),
        (128, (4, 4), (2, 2), "same"),
        (64, (4, 4), (2, 2), "same"),
        (1, (4, 4), (2, 2), "same"),
    ]
    assert not any(layer.use_bias for layer in convolutions)
    assert convolutions[-1].activation is keras.activations.tanh
    kinds = [type(layer).__name__ for layer in lab["generator"].layers]
    block = ["Conv2DTranspose", "BatchNormalization", "ReLU"]
    assert kinds == ["InputLayer", "Reshape", *block * 4, "Conv2DTranspose"]


def test_trunk_layers_are_those_of_the_handout(lab):
    convolutions = of_type(lab["trunk"], keras.layers.Conv2D)
    assert [
        (layer.filters, layer.kernel_size, layer.strides, layer.padding) for layer in convolutions
    ] == [(filters, (4, 4), (2, 2), "same") for filters in (64, 128, 256, 512)]
    assert not any(layer.use_bias for layer in convolutions)
    assert [layer.negative_slope for layer in of_type(lab["trunk"], keras.layers.LeakyReLU)] == (
        pytest.approx([0.2] * 4)
    )
    kinds = [type(layer).__name__ for layer in lab["trunk"].layers]
    block = ["Conv2D", "BatchNormalization", "LeakyReLU"]
    assert kinds == ["InputLayer", "Conv2D", "LeakyReLU", *block * 3]


def test_heads_are_those_of_the_handout(lab):
    (convolution,) = of_type(lab["discriminator"], keras.layers.Conv2D)
    assert (convolution.filters, convolution.kernel_size, convolution.padding) == (
        1,
        (4, 4),
        "valid",
    )
    assert not convolution.use_bias
    assert convolution.activation is keras.activations.linear
    hidden, output = of_type(lab["recognizer"], keras.layers.Dense)
    assert (hidden.units, output.units) == (100, 10)
    assert hidden.activation is keras.activations.relu
    assert output.activation is keras.activations.linear


def test_every_batch_norm_has_the_handouts_epsilon_and_momentum(lab):
    norms = [
        layer for model in lab.values() for layer in of_type(model, keras.layers.BatchNormalization)
    ]
    assert len(norms) == 4 + 3
    assert {(norm.epsilon, norm.momentum) for norm in norms} == {(1e-5, 0.9)}


def test_shapes_and_ranges(lab):
    images = lab["generator"](100.0 * tf.random.stateless_normal((2, 64), [0, 1]))
    assert images.shape == (2, 64, 64, 1)
    assert np.abs(images).max() <= 1.0
    # tanh is driven to its ends: a sigmoid would not reach below 0.
    assert np.min(images) < -0.5
    assert np.max(images) > 0.5
    features = lab["trunk"](images)
    assert features.shape == (2, 4, 4, 512)
    assert lab["discriminator"](features).shape == (2, 1)
    assert lab["recognizer"](features).shape == (2, 10)


def test_color_and_other_latents():
    networks = dcgan64.build(74, 12, (64, 64, 3))
    assert networks["generator"].input_shape == (None, 74)
    assert networks["generator"].output_shape == (None, 64, 64, 3)
    assert networks["trunk"].input_shape == (None, 64, 64, 3)
    assert networks["recognizer"].output_shape == (None, 12)
    # 10 more latents go to 4·4·512 values; 2 more channels come from 4·4·64.
    assert count(networks["generator"]) == 3_279_744 + 10 * 16 * 512 + 2 * 16 * 64
    assert count(networks["trunk"]) == 2_755_328 + 2 * 16 * 64


def test_filters_is_the_width_of_all_convolutions():
    networks = dcgan64.build(64, 10, filters=16)
    assert networks["trunk"].output_shape == (None, 4, 4, 128)
    assert networks["generator"].output_shape == (None, 64, 64, 1)
    # A convolution between two layers a quarter as wide has a sixteenth of the weights.
    between = 4 * 4 * (16 * 32 + 32 * 64 + 64 * 128)
    assert count(networks["trunk"]) == 4 * 4 * 16 + between + 2 * (32 + 64 + 128)
    with pytest.raises(ValueError, match="filters must be at least 1. Received: filters=0"):
        dcgan64.build(64, 10, filters=0)


@pytest.mark.parametrize("shape", [(28, 28, 1), (64, 32, 1), (32, 64, 3)])
def test_other_sizes_are_refused(shape):
    with pytest.raises(ValueError, match=rf"64×64.*Received: image_shape=\({shape[0]}, {shape[1]}"):
        dcgan64.build(64, 10, shape)
