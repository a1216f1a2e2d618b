"""Convolutions that are fast where XLA compiles a step for a CPU, from and to images too.

An image has one channel, or three, and XLA's convolutions are made for more: D's first layer and
G's last take as long as layers with several times their operations. With stride 2, a convolution of
pixels is one of blocks of 2×2 pixels with stride 1, and that is one matrix product here. The
weights are the same, and the results up to rounding.
"""

import keras
import tensorflow as tf

from keras_infogan import steps

FEW = 4  # channels
BLOCK = 2  # the stride, in pixels


@keras.saving.register_keras_serializable(package="keras_infogan")
class Conv2D(keras.layers.Conv2D):
    """Keras's Conv2D, as one matrix product where images enter a step that XLA compiles.

    Arguments, weights and results are those of `keras.layers.Conv2D`, so the weights of either can
    be loaded into the other. In a graph, TensorFlow's own kernel is as fast.
    """

    def convolution_op(self, inputs, kernel):
        """As Keras's layer."""
        whole = all(size % BLOCK == 0 for size in inputs.shape[1:3])
        if not (whole and _is_product(self, channels=inputs.shape[-1])):
            return super().convolution_op(inputs, kernel)
        count = _blocks(kernel)
        blocks = tf.nn.space_to_depth(tf.pad(inputs, _around(kernel)), BLOCK)
        height, width = (size // BLOCK for size in inputs.shape[1:3])
        seen = [
            blocks[:, row : row + height, column : column + width]
            for row in range(count)
            for column in range(count)
        ]
        return tf.tensordot(tf.concat(seen, -1), _matrix(kernel), 1)


@keras.saving.register_keras_serializable(package="keras_infogan")
class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """Keras's Conv2DTranspose, as one matrix product where images leave a step compiled by XLA.

    Arguments, weights and results are those of `keras.layers.Conv2DTranspose`, so the weights of
    either can be loaded into the other.
    """

    def call(self, inputs):
        """As Keras's layer."""
        if self.output_padding is not None or not _is_product(self, channels=self.filters):
            return super().call(inputs)
        kernel = tf.convert_to_tensor(self.kernel)
        count = _blocks(kernel)
        height, width = inputs.shape[1:3]
        made = tf.tensordot(inputs, tf.transpose(_matrix(kernel)), 1)
        # Each input makes count · count blocks, which overlap.
        parts = iter(tf.split(made, count * count, -1))
        beside = [(before, count - 1 - before) for before in range(count)]
        blocks = sum(
            tf.pad(next(parts), [(0, 0), rows, columns, (0, 0)])
            for rows in beside
            for columns in beside
        )
        top = _around(kernel)[1][0]
        x = tf.nn.depth_to_space(blocks, BLOCK)
        x = x[:, top : top + BLOCK * height, top : top + BLOCK * width]
        if self.use_bias:
            x += self.bias
        return self.activation(x)


def _is_product(layer, channels):
    """Whether a step is compiled for a CPU, and a layer of few channels is one as told above."""
    return (
        steps.compiled_by_xla()
        and channels <= FEW
        and layer.strides == (BLOCK, BLOCK)
        and layer.dilation_rate == (1, 1)
        and layer.padding == "same"
        and layer.data_format == "channels_last"
        and layer.kernel_size[0] == layer.kernel_size[1] >= BLOCK
        and getattr(layer, "groups", 1) == 1
        and not tf.config.get_visible_devices("GPU")
    )


def _blocks(kernel):
    """How many blocks of pixels a kernel spans in each direction."""
    return -(-kernel.shape[0] // BLOCK)


def _around(kernel):
    """What "same" puts around images, filled up to whole blocks."""
    before = (kernel.shape[0] - BLOCK) // 2
    sides = [before, BLOCK * (_blocks(kernel) - 1) - before]
    return [[0, 0], sides, sides, [0, 0]]


def _matrix(kernel):
    """A kernel `(size, size, a, b)` for blocks of pixels, `(blocks · pixels · a, b)`."""
    count = _blocks(kernel)
    more = BLOCK * count - kernel.shape[0]
    a, b = kernel.shape[2:]
    kernel = tf.pad(kernel, [[0, more], [0, more], [0, 0], [0, 0]])
    kernel = tf.reshape(kernel, (count, BLOCK, count, BLOCK, a, b))
    return tf.reshape(tf.transpose(kernel, (0, 2, 1, 3, 4, 5)), (-1, b))
