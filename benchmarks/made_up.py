"""A data set of any size: noise with labels."""

import numpy as np

from keras_infogan.data import storage
from keras_infogan.data.image_data import ImageData
from keras_infogan.registry import register


def register_noise(count, held_out, size=28):
    """Registers a data set and returns its name.

    Args:
        count: Training images.
        held_out: Test images.
        size: Height and width.
    """
    name = f"noise{count}"

    def load(rest, data_dir, fitting):
        draws = np.random.default_rng(0)
        images = storage.empty((count + held_out, size, size, 1))
        for start in range(0, len(images), 1000):
            part = images[start : start + 1000]
            part[:] = draws.integers(0, 256, part.shape, np.uint8)
        labels = np.arange(len(images)) % 10
        return ImageData(name, images[:count], labels[:count], images[count:], labels[count:])

    register("data", name)(load)
    return name
