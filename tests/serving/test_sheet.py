"""Images on a sheet."""

import io

import numpy as np
import pytest
from PIL import Image

from keras_infogan.serving.sheet import png_bytes, sheet


@pytest.mark.parametrize(
    ("count", "rows", "columns"), [(1, 1, 1), (2, 1, 2), (5, 2, 3), (16, 4, 4), (17, 4, 5)]
)
def test_about_as_many_rows_as_columns(count, rows, columns):
    # 112 pixels of an image, 2 between two.
    pixels = sheet(np.zeros((count, 112, 112, 1), np.float32))
    assert pixels.shape == (114 * rows - 2, 114 * columns - 2)


def test_images_are_in_order_and_the_rest_is_white():
    levels = np.array([0.0, 0.2, 0.4], np.float32)
    pixels = sheet(np.broadcast_to(levels[:, None, None, None], (3, 112, 112, 1)))
    assert [pixels[50, 50], pixels[50, 200], pixels[200, 50]] == [0, 51, 102]
    assert (pixels[114:, 114:] == 255).all() and (pixels[:, 112:114] == 255).all()


def test_small_images_are_enlarged_pixel_by_pixel():
    image = np.linspace(0, 1, 28 * 28, dtype=np.float32).reshape(1, 28, 28, 1)
    pixels = sheet(image)
    assert pixels.shape == (112, 112)
    for row in range(4):
        for column in range(4):
            np.testing.assert_array_equal(
                pixels[row::4, column::4], np.floor(255 * image[0, ..., 0] + 0.5)
            )


def test_color_and_png_bytes():
    image = np.zeros((1, 64, 64, 3), np.float32)
    image[..., 1] = 1.0
    pixels = sheet(image)
    assert pixels.shape == (64, 64, 3)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png_bytes(pixels)))), pixels)
