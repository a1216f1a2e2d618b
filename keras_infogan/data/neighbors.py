"""Which images of a data set lie near each other."""

import numpy as np
import tensorflow as tf
from sklearn.neighbors import NearestNeighbors

from keras_infogan.errors import UserError

SIDE = 14  # pixels: a stroke that stands a pixel aside is still near
MOST = 200_000  # images, each of which is compared with each


def check(count, num_images):
    """Refuses a number of neighbors that so many images cannot have.

    Raises:
        UserError: If there are too few images, or too many to compare.
    """
    if not count < num_images <= MOST:
        raise UserError(
            f"--neighbors {count} needs more than {count} training images and at most {MOST:,}. "
            f"Received: {num_images:,}."
        )


def nearest(images, count):
    """The images nearest to each, by squared difference of the images at 14×14 pixels.

    Args:
        images: uint8 array, `(n, height, width, channels)`.
        count: How many for each.

    Returns:
        int32 array `(n, count)` of indices; an image is no neighbor of itself.

    Raises:
        UserError: As `check`.
    """
    check(count, len(images))
    small = np.concatenate(
        [
            tf.image.resize(images[i : i + 1000], (SIDE, SIDE), "area").numpy()
            for i in range(0, len(images), 1000)
        ]
    ).reshape(len(images), -1)
    search = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(small)
    return search.kneighbors(return_distance=False).astype(np.int32)
