"""Features of a convolutional network that never learned anything: for images of any kind.

Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative Models", 2020, section 4.3:
random features tell sets of images apart where those of a trained classifier are of the wrong kind.
Theirs come from a VGG16, these from four convolutions. The weights follow from a fixed seed, so
there is nothing to download, and they are the same for all data.

What they see is strokes, edges, shades and layout, not meaning: a face with its eyes exchanged is
near a face. Figures compare on the same data only.
"""

import functools

import numpy as np
import tensorflow as tf

SIZE = 64
CHANNELS = (16, 32, 64, 128)
FEATURES = 64
SLOPE = 0.2
SCALE = 10.0  # brings Fréchet distances to numbers of about 1 to 100
BATCH = 250


@functools.cache
def _weights():
    """Four kernels 4×4, and the matrix from the last layer to the features.

    All keep the mean square of what goes through them (He et al., 2015).
    """
    draws = np.random.RandomState(0)  # whose numbers NumPy never changes
    depths = (3, *CHANNELS)
    rectified = np.sqrt(2 / (1 + SLOPE**2))
    kernels = []
    for before, after in zip(depths, depths[1:], strict=False):
        kernel = draws.normal(0, rectified / np.sqrt(16 * before), (4, 4, before, after))
        kernels.append(tf.constant(kernel, tf.float32))
    outputs = (SIZE // 2 ** len(CHANNELS)) ** 2 * CHANNELS[-1]
    projection = draws.normal(0, SCALE / np.sqrt(outputs), (outputs, FEATURES))
    return kernels, tf.constant(projection, tf.float32)


def random_features(images):
    """Features of images.

    Args:
        images: Floats in [-1, 1], `(n, height, width, channels)`, of one channel or three; sizes
            other than 64 are resized, and a gray image stands for one of three equal channels.

    Returns:
        float32 array, `(n, 64)`.
    """
    parts = [images[start : start + BATCH] for start in range(0, len(images), BATCH)]
    return np.concatenate([_features(tf.constant(part, tf.float32)).numpy() for part in parts])


def _features(x):
    kernels, projection = _weights()
    if x.shape[-1] == 1:
        x = tf.repeat(x, 3, axis=-1)
    if x.shape[1:3] != (SIZE, SIZE):
        x = tf.image.resize(x, (SIZE, SIZE), antialias=True)
    for kernel in kernels:
        # Mirrored at the border: zeros there would be edges, which the features would count.
        x = tf.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), "SYMMETRIC")
        x = tf.nn.leaky_relu(tf.nn.conv2d(x, kernel, 2, "VALID"), SLOPE)
    return tf.reshape(x, (len(x), -1)) @ projection
