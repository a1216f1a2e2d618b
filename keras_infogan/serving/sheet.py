"""Images → one sheet of them, as PNG."""

import io
import math

import numpy as np
from PIL import Image

from keras_infogan import files, pictures

SIDE = 112  # pixels of a small image's height on the sheet, if they go into it whole times


def sheet(images):
    """Lays images out, each pixel enlarged if they are small.

    Args:
        images: Floats in [0, 1], one or three channels: a table `(rows, columns, height, width,
            channels)`, or a list `(n, height, width, channels)`, which fills row after row, about
            as many rows as columns.

    Returns:
        uint8 array, `(height, width)` or `(height, width, 3)`; white where there is no image.
    """
    if images.ndim == 4:
        columns = math.isqrt(len(images) - 1) + 1
        rows = -(-len(images) // columns)
        table = np.ones((rows * columns, *images.shape[1:]), np.float32)
        table[: len(images)] = images
        images = table.reshape(rows, columns, *images.shape[1:])
    scale = max(SIDE // images.shape[2], 1)
    return pictures.tile(2.0 * images - 1.0).repeat(scale, axis=0).repeat(scale, axis=1)


def png_bytes(pixels):
    """The PNG file of a uint8 array `(height, width)` or `(height, width, 3)`."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def save(path, images):
    """Writes the sheet of images as PNG, whole or not at all; folders are made.

    Raises:
        StorageError: If it cannot be written.
    """
    files.make_directory(path.parent)
    files.replace_with(path, lambda part: part.write_bytes(png_bytes(sheet(images))))
