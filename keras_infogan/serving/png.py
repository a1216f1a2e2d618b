"""PNG files ↔ images of a fixed size, within a TensorFlow graph."""

import tensorflow as tf

from keras_infogan.serving.checks import refuse_unless
from keras_infogan.serving.drawing import LUMA

MAGIC = b"\x89PNG\r\n\x1a\n"
HEAD = 25  # magic, length and name of the first chunk, width, height, bits of a sample
# A small file can hold an enormous image; this much is decoded.
MOST_PIXELS = 4096


def encode(image):
    """The PNG file of a float image in [0, 1], `(height, width, channels)`; of several likewise."""
    return tf.io.encode_png(tf.cast(tf.round(255.0 * image), tf.uint8))


def decode(png, shape, digits=False, crop=None):
    """One PNG file of any color depth as a float image in [0, 1].

    As training makes images of files: the central square, what is transparent over white,
    resized smoothly. Around digits all is black: there transparency is black too, and a picture
    that is not square is padded.

    Args:
        png: Scalar string; up to 4096 pixels a side.
        shape: `(height, width, channels)` of the result: one channel or three.
        digits: Whether it is a digit as those of MNIST.
        crop: Side of the central square in pixels, of a picture that has so many; None for the
            largest.

    Returns:
        Tensor of that shape.
    """
    height, width, channels = shape
    head = tf.strings.substr(tf.strings.join([png, b" " * HEAD]), 0, HEAD)
    is_png = refuse_unless(
        tf.equal(tf.strings.substr(head, 0, len(MAGIC)), MAGIC),
        "png_bytes must be PNG files. Received: ",
        tf.strings.length(png),
        " bytes of something else.",
    )
    with tf.control_dependencies([is_png]):
        size = tf.io.decode_raw(tf.strings.substr(head, 16, 8), tf.int32, little_endian=False)
        fits = refuse_unless(
            tf.reduce_all((size >= 1) & (size <= MOST_PIXELS)),
            f"png_bytes must be pictures of 1 to {MOST_PIXELS} pixels a side. Received: ",
            size[0],
            "×",
            size[1],
            ".",
        )
    with tf.control_dependencies([fits]):
        pixels = tf.io.decode_png(png, channels=4)
    # A picture without transparency has this alpha, also one of under eight bits, where TensorFlow
    # 2.21 expands all channels but the alpha that it adds.
    bits = tf.cast(tf.io.decode_raw(tf.strings.substr(head, 24, 1), tf.uint8)[0], tf.int32)
    opaque = tf.reduce_all(tf.cast(pixels[..., 3], tf.int32) == 2 ** tf.minimum(bits, 8) - 1)
    pixels = tf.cast(pixels, tf.float32) / 255.0
    alpha = tf.where(opaque, 1.0, pixels[..., 3:])
    image = pixels[..., :3] * alpha + (0.0 if digits else 1.0 - alpha)
    if channels == 1:
        image = tf.reduce_sum(image * LUMA, axis=-1, keepdims=True)
    if digits:
        side = tf.reduce_max(size)
    else:
        # A picture smaller than the crop is one that has been cut, such as the model's own.
        side = tf.minimum(tf.reduce_min(size), crop or MOST_PIXELS)
    image = tf.image.resize_with_crop_or_pad(image, side, side)
    image = tf.image.resize(image, (height, width), antialias=True)
    return tf.ensure_shape(tf.clip_by_value(image, 0.0, 1.0), shape)
