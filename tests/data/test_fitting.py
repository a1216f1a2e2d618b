import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from keras_infogan.data.fitting import Fitting
from keras_infogan.errors import UserError


def gradient(height, width):
    """`(height, width, 3)`: red is the row, green the column, blue 9."""
    image = np.full((height, width, 3), 9, np.uint8)
    image[..., 0], image[..., 1] = np.arange(height)[:, None], np.arange(width)
    return image


def test_the_largest_central_square_is_taken():
    square = Fitting(4).square(Image.fromarray(gradient(4, 9)), 3, "it")
    # Five columns are left over: two before, three behind.
    np.testing.assert_array_equal(square, gradient(4, 9)[:, 2:6])


def test_a_smaller_square_can_be_asked_for():
    square = Fitting(2, crop=2).square(Image.fromarray(gradient(7, 4)), 3, "it")
    np.testing.assert_array_equal(square, gradient(7, 4)[2:4, 1:3])


def test_squares_shrink_as_the_pipeline_shrinks():
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    square = Fitting(8).square(Image.fromarray(image), 3, "it")
    expected = tf.image.resize(image, (8, 8), antialias=True).numpy()
    assert np.abs(square - expected).max() <= 1.0


def test_images_of_one_size_are_cut_shrunk_and_never_enlarged():
    images = np.stack([gradient(6, 8), 2 * gradient(6, 8)])
    np.testing.assert_array_equal(Fitting(28).squares(images, "it"), images[:, :, 1:7])
    assert Fitting(3).squares(images, "it").shape == (2, 3, 3, 3)
    assert Fitting(28, crop=2).shape((6, 8, 3), "it") == (2, 3)


def test_what_fits_is_passed_on():
    images = np.zeros((2, 4, 4, 1), np.uint8)
    assert Fitting(28).squares(images, "it") is images


def test_color_becomes_grey_by_luma_and_grey_color_by_repetition():
    image = np.array([[[200, 100, 50]]], np.uint8)
    # ITU-R 601: 0.299·200 + 0.587·100 + 0.114·50 = 124.2
    assert Fitting(1, channels=1).squares(image[None], "it").tolist() == [[[[124]]]]
    grey = np.array([[[[7]]]], np.uint8)
    assert Fitting(1, channels=3).squares(grey, "it").tolist() == [[[[7, 7, 7]]]]


def test_a_crop_larger_than_the_image_is_refused():
    with pytest.raises(UserError) as refused:
        Fitting(4, crop=7).squares(np.zeros((1, 6, 8, 3), np.uint8), "dots")
    assert str(refused.value) == (
        "--crop must not exceed the images, and dots has 8×6 pixels. Received: 7."
    )
