"""Images → one sheet of them, as PNG."""

import io
import math

import numpy as np
from PIL import Image

from keras_infogan import pictures

SIDE = 112  # pixels of a small image's height on the sheet, if they go into it whole times


def sheet(images):
    """Lays images out row by row, about as many rows as columns, each pixel enlarged if small.

    Args:
        images: Floats in [0, 1], `(n, height, width, channels)`, one or three channels.

    Returns:
        uint8 array, `(height, width)` or `(height, width, 3)`; white where there is no image.
    """
    columns = math.isqrt(len(images) - 1) + 1
    rows = -(-len(images) // columns)
    table = np.ones((rows * columns, *images.shape[1:]), np.float32)
    table[: len(images)] = images
    tiled = pictures.tile(2.0 * table.reshape(rows, columns, *images.shape[1:]) - 1.0)
    scale = max(SIDE // images.shape[1], 1)
    return tiled.repeat(scale, axis=0).repeat(scale, axis=1)


def png_bytes(pixels):
    """The PNG file of a uint8 array `(height, width)` or `(height, width, 3)`."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
