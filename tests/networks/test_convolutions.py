"""The convolutions from and to images beside Keras's, in steps and elsewhere."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import steps
from keras_infogan.networks.convolutions import Conv2D, Conv2DTranspose

LAYERS = {"from images": Conv2D, "to images": Conv2DTranspose}


def draw(shape, seed=0):
    return np.random.default_rng(seed).normal(0.0, 1.0, shape).astype(np.float32)


def pair(kind, given, *arguments, **options):
    """Keras's layer and ours with the same weights."""
    layers = [kind(*arguments, **options) for kind in (getattr(keras.layers, kind.__name__), kind)]
    for layer in layers:
        layer.build(given)
        for number, weight in enumerate(layer.weights):
            weight.assign(draw(weight.shape, 10 + number))
    return layers


def step_of(function, jit):
    """What a train step that is compiled so calls."""

    def step(*tensors):
        with steps.traced_for(jit):
            return function(*tensors)

    return step


def results(layer, x, upstream, jit):
    """Output, first gradients by the input and the weights, and second ones by the input."""

    def step(x, upstream):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = layer(x, training=True)
            gradients = tape.gradient(y, [x, *layer.trainable_variables], upstream)
            length = tf.reduce_sum(tf.square(gradients[0])) + tf.reduce_sum(y * y)
        return [y, *gradients, outer.gradient(length, x)]

    compiled = tf.function(step_of(step, jit), autograph=False, jit_compile=jit)
    return compiled(tf.constant(x), tf.constant(upstream))


def of_images(kind, channels, others):
    """The shape of inputs `(3, 8, 12, …)`, and the number of outputs, with images at one end."""
    return ((3, 8, 12, channels), others) if kind is Conv2D else ((3, 8, 12, others), channels)


def assert_as_keras(layers, given):
    """Ours, in a graph and by XLA, gives what Keras's gives in a graph."""
    upstream = draw(layers[0].compute_output_shape(given), 1)
    theirs, ours = layers
    expected = results(theirs, draw(given), upstream, jit=False)
    for jit in (False, True):
        found = results(ours, draw(given), upstream, jit)
        for one, other in zip(expected, found, strict=True):
            assert one.shape == other.shape
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-5 * np.abs(one).max())


@pytest.mark.no_cover
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [2, 3, 4, 5])
@pytest.mark.parametrize("kind", LAYERS.values(), ids=LAYERS)
def test_results_are_those_of_keras(kind, size, channels):
    given, outputs = of_images(kind, channels, 6)
    assert_as_keras(pair(kind, given, outputs, size, 2, "same", activation="tanh"), given)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "options",
    [
        {"strides": 1},
        {"strides": 3},
        {"strides": 2, "padding": "valid"},
        {"strides": 2, "use_bias": False},
        {"strides": (2, 1)},
        {"strides": 2, "kernel_size": (4, 2)},
        {"strides": 1, "dilation_rate": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", LAYERS.values(), ids=LAYERS)
def test_other_arguments_are_heeded(kind, options):
    given, outputs = of_images(kind, 1, 6)
    options = {"kernel_size": 4, "padding": "same"} | options
    assert_as_keras(pair(kind, given, outputs, **options), given)


def test_images_of_an_odd_size_are_convolved_too():
    given = (2, 7, 8, 1)
    assert_as_keras(pair(Conv2D, given, 5, 4, 2, "same"), given)


def operations(layer, given, jit):
    """Convolutions and products by which a layer is traced: in a step if `jit` is not None."""
    call = layer if jit is None else step_of(layer, jit)
    traced = tf.function(call, autograph=False)
    graph = traced.get_concrete_function(tf.TensorSpec(given)).graph
    kinds = ("Conv2D", "Conv2DBackpropInput", "MatMul")
    return sorted(one.type for one in graph.get_operations() if one.type in kinds)


@pytest.mark.parametrize(
    ("kind", "channels", "jit", "expected"),
    [
        (Conv2D, 1, None, ["Conv2D"]),
        (Conv2D, 1, False, ["Conv2D"]),
        (Conv2D, 1, True, ["MatMul"]),
        (Conv2D, 16, True, ["Conv2D"]),
        (Conv2DTranspose, 1, None, ["Conv2DBackpropInput"]),
        (Conv2DTranspose, 1, False, ["Conv2DBackpropInput"]),
        (Conv2DTranspose, 1, True, ["MatMul"]),
        (Conv2DTranspose, 16, True, ["Conv2DBackpropInput"]),
    ],
)
def test_products_are_for_images_in_compiled_steps(kind, channels, jit, expected):
    given, outputs = of_images(kind, channels, 6)
    layer = kind(outputs, 4, 2, "same")
    layer.build(given)
    assert operations(layer, given, jit) == expected


def test_a_gpu_has_kernels_of_its_own(monkeypatch):
    given, outputs = of_images(Conv2D, 1, 6)
    layer = Conv2D(outputs, 4, 2, "same")
    layer.build(given)
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: [kind])
    assert operations(layer, given, jit=True) == ["Conv2D"]
