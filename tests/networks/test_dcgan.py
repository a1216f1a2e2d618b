import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.networks import dcgan


@pytest.fixture(scope="module")
def color():
    """100 latents, a code of 10, 64×64×3 images, the article's 64 filters."""
    return dcgan.build(100, 10)


def count(model):
    return sum(weight.shape.num_elements() for weight in model.trainable_weights)


def of_type(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


def test_trainable_parameters_by_hand(color):
    # A dense layer or convolution that BatchNorm follows has no bias; BatchNorm has two a channel.
    assert count(color["generator"]) == (
        (100 * 8192 + 2 * 8192)
        + (25 * 512 * 256 + 2 * 256)
        + (25 * 256 * 128 + 2 * 128)
        + (25 * 128 * 64 + 2 * 64)
        + (25 * 64 * 3 + 3)
    )
    assert count(color["trunk"]) == (
        (25 * 3 * 64 + 64)
        + (25 * 64 * 128 + 2 * 128)
        + (25 * 128 * 256 + 2 * 256)
        + (25 * 256 * 512 + 2 * 512)
    )
    assert count(color["discriminator"]) == 8192 + 1
    assert count(color["recognizer"]) == (8192 + 1) * 128 + 2 * 128 + (128 + 1) * 10


def test_generator_layers_are_those_of_the_article(color):
    kinds = [type(layer).__name__ for layer in color["generator"].layers]
    block = ["Conv2DTranspose", "BatchNormalization", "ReLU"]
    assert kinds == [
        *("InputLayer", "Dense", "BatchNormalization", "ReLU", "Reshape"),
        *block * 3,
        "Conv2DTranspose",
    ]
    deconvs = of_type(color["generator"], keras.layers.Conv2DTranspose)
    assert [(layer.filters, layer.strides, layer.padding) for layer in deconvs] == [
        (filters, (2, 2), "same") for filters in (256, 128, 64, 3)
    ]
    assert deconvs[-1].activation is keras.activations.tanh


def test_trunk_layers_are_those_of_the_article(color):
    kinds = [type(layer).__name__ for layer in color["trunk"].layers]
    block = ["Conv2D", "BatchNormalization", "LeakyReLU"]
    assert kinds == ["InputLayer", "Conv2D", "LeakyReLU", *block * 3, "Flatten"]
    convs = of_type(color["trunk"], keras.layers.Conv2D)
    assert [(layer.filters, layer.strides, layer.padding) for layer in convs] == [
        (filters, (2, 2), "same") for filters in (64, 128, 256, 512)
    ]
    slopes = [layer.negative_slope for layer in of_type(color["trunk"], keras.layers.LeakyReLU)]
    assert slopes == pytest.approx([0.2] * 4)


def test_first_weights_have_the_deviation_of_radford_and_differ(color):
    kernels = [
        weight.numpy()
        for name in ("generator", "trunk")
        for weight in color[name].weights
        if weight.name == "kernel"
    ]
    assert len(kernels) == 5 + 4
    for kernel in kernels:
        assert np.std(kernel) == pytest.approx(0.02, rel=0.05)
    firsts = [kernel.ravel()[0] for kernel in kernels]
    assert len(set(firsts)) == len(firsts)


def test_filters_set_the_widths_and_grey_has_one_channel():
    networks = dcgan.build(7, 3, (64, 64, 1), filters=2)
    deconvs = of_type(networks["generator"], keras.layers.Conv2DTranspose)
    assert [layer.filters for layer in deconvs] == [8, 4, 2, 1]
    assert [layer.filters for layer in of_type(networks["trunk"], keras.layers.Conv2D)] == [
        *(2, 4, 8, 16),
    ]
    images = networks["generator"](tf.zeros((2, 7)))
    assert images.shape == (2, 64, 64, 1)
    assert networks["trunk"](images).shape == (2, 4 * 4 * 8 * 2)


@pytest.mark.parametrize("shape", [(28, 28, 1), (64, 32, 3), (32, 64, 3)])
def test_other_sizes_are_refused(shape):
    with pytest.raises(ValueError, match=rf"64×64.*Received: image_shape=\({shape[0]}, {shape[1]}"):
        dcgan.build(100, 10, shape)
