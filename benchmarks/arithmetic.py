"""The products behind a train step: convolutions and dense layers, forward and backward."""

import dataclasses
import math

import keras
import tensorflow as tf

from keras_infogan.terms.picture_critic import PictureCritic

KINDS = (keras.layers.Conv2DTranspose, keras.layers.Conv2D, keras.layers.Dense)


@dataclasses.dataclass(frozen=True)
class Product:
    """A layer, and how often a step takes each of its three products.

    Args:
        layer: A convolution, a transposed one or a dense layer.
        forward: Passes forward.
        inputs: Gradients by its input.
        weights: Gradients by its weights.
    """

    layer: keras.layers.Layer
    forward: int
    inputs: int
    weights: int

    @property
    def flop(self):
        """Floating-point operations for one image, over all passes."""
        kernel = math.prod(self.layer.kernel.shape)
        if isinstance(self.layer, keras.layers.Dense):
            places = 1
        elif isinstance(self.layer, keras.layers.Conv2DTranspose):
            places = math.prod(self.layer.input.shape[1:3])
        else:
            places = math.prod(self.layer.output.shape[1:3])
        return 2 * kernel * places * (self.forward + self.inputs + self.weights)


def products(model, config):
    """The products of a model's step, as `InfoGAN` and `GAN` take it with one turn of D.

    In D's update G runs forward only, and the trunk is differentiated by its weights. In G's, D is
    differentiated by the images only.
    """
    looks = 3 if config.real_information_weight else 2  # of D's update
    found = _of(model.generator, 2, 1, 1, False)
    # The images of D's update need no gradient; those of G's do.
    found += _of(model.trunk, looks + 1, looks + 1, looks, True, first_inputs=1)
    found += _of(model.discriminator, 3, 3, 2, True)
    for critic in (term for term in model.terms if isinstance(term, PictureCritic)):
        found += _of(critic.trunk, 3, 3, 2, True, first_inputs=1)
        found += _of(critic.discriminator, 3, 3, 2, True)
    if model.reads_codes:
        in_d = int(config.trunk_learns_information) + 2 * (looks - 2)
        found += _of(model.recognizer, 1 + in_d, 1 + in_d, 1, True)
    return found


def _of(network, forward, inputs, weights, by_input, first_inputs=None):
    layers = [layer for layer in network.layers if isinstance(layer, KINDS)]
    found = []
    for number, layer in enumerate(layers):
        times = inputs
        if number == 0:
            times = (inputs if first_inputs is None else first_inputs) if by_input else 0
        found.append(Product(layer, forward, times, weights))
    return found


def flop(found):
    """Floating-point operations of products for one image."""
    return sum(product.flop for product in found)


def alone(found, batch_size):
    """A function that takes the products of a batch and nothing else."""
    tasks = [
        kind(product.layer, batch_size)
        for product in found
        for times, kind in (
            (product.forward, _forward),
            (product.inputs, _by_input),
            (product.weights, _by_weights),
        )
        for _ in range(times)
    ]
    # Each has its own operands: TensorFlow would take equal products once.
    operands = [[tf.random.normal(shape) for shape in shapes] for _, shapes in tasks]

    @tf.function
    def run(operands):
        return [
            tf.reshape(call(*given), (-1,))[0]
            for (call, _), given in zip(tasks, operands, strict=True)
        ]

    return lambda: run(operands)


def _shapes(layer, batch_size):
    given, made = ((batch_size, *tensor.shape[1:]) for tensor in (layer.input, layer.output))
    return given, tuple(layer.kernel.shape), made


def _options(layer):
    return {"strides": layer.strides, "padding": layer.padding.upper()}


def _forward(layer, batch_size):
    given, kernel, made = _shapes(layer, batch_size)
    if isinstance(layer, keras.layers.Dense):
        return tf.matmul, (given, kernel)
    if isinstance(layer, keras.layers.Conv2DTranspose):
        return lambda x, w: tf.nn.conv2d_transpose(x, w, made, **_options(layer)), (given, kernel)
    return lambda x, w: tf.nn.conv2d(x, w, **_options(layer)), (given, kernel)


def _by_input(layer, batch_size):
    given, kernel, made = _shapes(layer, batch_size)
    if isinstance(layer, keras.layers.Dense):
        return lambda dy, w: tf.matmul(dy, w, transpose_b=True), (made, kernel)
    if isinstance(layer, keras.layers.Conv2DTranspose):
        return lambda dy, w: tf.nn.conv2d(dy, w, **_options(layer)), (made, kernel)
    return (
        lambda dy, w: tf.nn.conv2d_transpose(dy, w, given, **_options(layer)),
        (made, kernel),
    )


def _by_weights(layer, batch_size):
    given, kernel, made = _shapes(layer, batch_size)
    if isinstance(layer, keras.layers.Dense):
        return lambda x, dy: tf.matmul(x, dy, transpose_a=True), (given, made)
    options = {"strides": [1, *layer.strides, 1], "padding": layer.padding.upper()}
    # A transposed convolution is the gradient of a convolution from its output to its input.
    transposed = isinstance(layer, keras.layers.Conv2DTranspose)
    large, small = (made, given) if transposed else (given, made)
    return (
        lambda x, dy: tf.raw_ops.Conv2DBackpropFilter(
            input=x, filter_sizes=kernel, out_backprop=dy, **options
        ),
        (large, small),
    )
