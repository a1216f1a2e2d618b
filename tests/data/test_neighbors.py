import numpy as np
import pytest

from keras_infogan.data import neighbors
from keras_infogan.data.neighbors import nearest
from keras_infogan.errors import UserError


def grey(*values):
    """An image of one grey value each."""
    return np.array(values, np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 1), np.uint8)


def test_the_nearest_come_and_never_the_image_itself():
    found = nearest(grey(0, 10, 30, 200, 210), 2)
    assert (found.dtype, found.shape) == (np.int32, (5, 2))
    assert [set(row) for row in found.tolist()] == [{1, 2}, {0, 2}, {0, 1}, {2, 4}, {2, 3}]


def test_equal_images_are_neighbors_of_each_other():
    found = nearest(grey(7, 7, 7, 200, 200, 200), 2)
    assert [set(row) for row in found.tolist()] == [
        {1, 2},
        {0, 2},
        {0, 1},
        {4, 5},
        {3, 5},
        {3, 4},
    ]


def test_a_stroke_within_a_block_of_two_pixels_is_the_same_stroke():
    images = np.zeros((4, 28, 28, 1), np.uint8)
    images[0, :, 4] = images[1, :, 5] = 255  # one block of two columns
    images[2, :, 20] = images[3, :, 21] = 255
    assert nearest(images, 1).tolist() == [[1], [0], [3], [2]]


@pytest.mark.parametrize("count", [3, 4])
def test_too_few_images_are_refused(count):
    with pytest.raises(UserError, match=f"--neighbors {count} needs more than {count} training"):
        nearest(grey(1, 2, 3), count)


def test_too_many_images_are_refused(monkeypatch):
    monkeypatch.setattr(neighbors, "MOST", 2)
    with pytest.raises(UserError, match="and at most 2. Received: 3."):
        nearest(grey(1, 2, 3), 1)
