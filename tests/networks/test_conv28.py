import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import networks
from keras_infogan.networks import conv28


@pytest.fixture(scope="module")
def paper():
    """The paper's networks: 62 noises, a code of 10 and two continuous ones."""
    return conv28.build(74, 12)


def of_type(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


def described(model):
    """The layers as short strings, inputs and reshapings left out."""
    lines = []
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "Dense":
            lines.append(f"dense {layer.units}")
        elif kind in ("Conv2D", "Conv2DTranspose"):
            assert (layer.kernel_size, layer.strides, layer.padding) == ((4, 4), (2, 2), "same")
            lines.append(f"{'conv' if kind == 'Conv2D' else 'upconv'} {layer.filters}")
        elif kind == "BatchNormalization":
            lines.append("norm")
        elif kind == "LeakyReLU":
            assert layer.negative_slope == pytest.approx(0.1)
            lines.append("leaky")
        elif kind == "ReLU":
            lines.append("relu")
    return lines


def test_layers_are_those_of_the_paper(paper):
    assert described(paper["generator"]) == [
        *("dense 1024", "norm", "relu"),
        *(f"dense {7 * 7 * 128}", "norm", "relu"),
        *("upconv 64", "norm", "relu"),
        "upconv 1",
    ]
    assert described(paper["trunk"]) == [
        *("conv 64", "leaky"),
        *("conv 128", "norm", "leaky"),
        *("dense 1024", "norm", "leaky"),
    ]
    assert described(paper["discriminator"]) == ["dense 1"]
    assert described(paper["recognizer"]) == ["dense 128", "norm", "leaky", "dense 12"]


def test_weights_have_the_papers_shapes(paper):
    def kernels(model):
        return [tuple(weight.shape) for weight in model.weights if weight.name == "kernel"]

    assert kernels(paper["generator"]) == [
        (74, 1024),
        (1024, 6272),
        (4, 4, 64, 128),
        (4, 4, 1, 64),
    ]
    assert kernels(paper["trunk"]) == [(4, 4, 1, 64), (4, 4, 64, 128), (6272, 1024)]
    assert kernels(paper["discriminator"]) == [(1024, 1)]
    assert kernels(paper["recognizer"]) == [(1024, 128), (128, 12)]


def test_shapes_and_ranges(paper):
    images = paper["generator"](100.0 * tf.random.stateless_normal((2, 74), [0, 1]))
    assert images.shape == (2, 28, 28, 1)
    assert np.abs(images).max() <= 1.0
    assert np.min(images) < -0.5
    assert np.max(images) > 0.5
    features = paper["trunk"](images)
    assert features.shape == (2, 1024)
    assert paper["discriminator"](features).shape == (2, 1)
    assert paper["recognizer"](features).shape == (2, 12)


def test_heads_end_in_plain_numbers(paper):
    for name in ("discriminator", "recognizer"):
        assert paper[name].layers[-1].activation is keras.activations.linear
    assert paper["generator"].layers[-1].activation is keras.activations.tanh


def test_batch_norm_has_epsilon_and_momentum_of_the_house(paper):
    norms = [
        layer
        for model in paper.values()
        for layer in of_type(model, keras.layers.BatchNormalization)
    ]
    assert len(norms) == 3 + 2 + 1
    assert {(norm.epsilon, norm.momentum) for norm in norms} == {(1e-5, 0.9)}


def test_filters_and_units_set_the_widths():
    networks = conv28.build(5, 3, (12, 8, 3), filters=4, units=6)
    assert described(networks["generator"]) == [
        *("dense 6", "norm", "relu"),
        *(f"dense {3 * 2 * 8}", "norm", "relu"),
        *("upconv 4", "norm", "relu"),
        "upconv 3",
    ]
    assert described(networks["trunk"]) == [
        *("conv 4", "leaky"),
        *("conv 8", "norm", "leaky"),
        *("dense 6", "norm", "leaky"),
    ]
    assert networks["trunk"].output_shape == (None, 6)
    assert networks["generator"](tf.zeros((2, 5))).shape == (2, 12, 8, 3)
    assert networks["discriminator"].input_shape == (None, 6)
    assert networks["recognizer"].output_shape == (None, 3)


@pytest.mark.parametrize("shape", [(30, 28, 1), (28, 27, 1)])
def test_sizes_that_4_does_not_divide_are_refused(shape):
    with pytest.raises(ValueError, match=rf"divisible by 4.*image_shape=\({shape[0]}, {shape[1]}"):
        conv28.build(74, 12, shape)


@pytest.fixture(scope="module")
def survey():
    """The survey article's: 16 noises and a code of 10."""
    return networks.get("survey28")(26, 10)


def test_layers_of_the_survey_are_those_of_the_paper_but_for_the_sigmoid(paper, survey):
    for name in ("generator", "trunk", "discriminator"):
        assert described(survey[name]) == described(paper[name])
    assert described(survey["recognizer"]) == ["dense 128", "norm", "leaky", "dense 10"]
    *_, upconv, stretch = survey["generator"].layers
    assert upconv.activation is keras.activations.sigmoid
    assert (stretch.scale, stretch.offset) == (2.0, -1.0)


def test_the_survey_counts_its_parameters(survey):
    def trainable(model):
        return sum(weight.shape.num_elements() for weight in model.trainable_weights)

    # Dense and convolutions with biases; BatchNorm with two numbers a channel.
    assert {name: trainable(model) for name, model in survey.items()} == {
        "generator": (26 + 1 + 2) * 1024
        + (1024 + 1 + 2) * 6272
        + (4 * 4 * 128 + 1 + 2) * 64
        + (4 * 4 * 64 + 1),
        "trunk": (4 * 4 + 1) * 64 + (4 * 4 * 64 + 1 + 2) * 128 + (6272 + 1 + 2) * 1024,
        "discriminator": 1024 + 1,
        "recognizer": (1024 + 1 + 2) * 128 + (128 + 1) * 10,
    }


def test_normalization_can_be_left_out_but_for_q():
    networks = conv28.build(5, 3, (8, 8, 1), filters=2, units=6, normalize=False)
    assert described(networks["generator"]) == [
        *("dense 6", "relu"),
        *(f"dense {2 * 2 * 4}", "relu"),
        *("upconv 2", "relu"),
        "upconv 1",
    ]
    assert described(networks["trunk"]) == [
        *("conv 2", "leaky"),
        *("conv 4", "leaky"),
        *("dense 6", "leaky"),
    ]
    assert described(networks["recognizer"]) == ["dense 128", "norm", "leaky", "dense 3"]


def test_the_sigmoid_is_stretched_to_the_range_of_images():
    """2·sigmoid(x) − 1 = tanh(x / 2): the same weights under both outputs say so."""
    shape = (8, 8, 1)
    sigmoid = conv28.build(5, 3, shape, filters=2, units=8, output="sigmoid")["generator"]
    tanh = conv28.build(5, 3, shape, filters=2, units=8)["generator"]
    tanh.set_weights([*sigmoid.get_weights()[:-2], *(w / 2 for w in sigmoid.get_weights()[-2:])])
    latents = 5.0 * tf.random.stateless_normal((4, 5), [0, 1])
    np.testing.assert_allclose(sigmoid(latents), tanh(latents), atol=1e-6)


def test_an_unknown_output_is_refused():
    with pytest.raises(ValueError, match="'tanh' or 'sigmoid'.*Received: output='relu'"):
        conv28.build(74, 12, output="relu")


def test_d_can_be_wider():
    wide, plain = (conv28.build(12, 7, filters=2, units=8, d_filters=width) for width in (6, None))
    for parts, filters in ((wide, [6, 12]), (plain, [2, 4])):
        assert [layer.filters for layer in of_type(parts["trunk"], keras.layers.Conv2D)] == filters
    for name in ("generator", "discriminator", "recognizer"):
        assert wide[name].count_params() == plain[name].count_params()


def test_d_can_be_deeper():
    parts = conv28.build(12, 7, filters=2, units=8, d_units=5)
    shapes = [tuple(variable.shape) for variable in parts["discriminator"].trainable_variables]
    # Dense 5, its BatchNorm's scale and offset, dense 1.
    assert shapes == [(8, 5), (5,), (5,), (5,), (5, 1), (1,)]
    paper = conv28.build(12, 7, filters=2, units=8)
    for name in ("generator", "trunk", "recognizer"):
        assert parts[name].count_params() == paper[name].count_params()
