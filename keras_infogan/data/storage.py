"""Where the images of a data set are kept: in memory, or in a file if they are too many."""

import math
import os
import shutil
import tempfile

import numpy as np

from keras_infogan.errors import UserError

IN_MEMORY = 2**28  # bytes; what is larger lies on disk, so that memory does not grow with it
PART = 1000  # images that are copied at once


def empty(shape):
    """An array of images to be written.

    One of more than `IN_MEMORY` bytes is mapped from a temporary file below $TMPDIR (else
    /var/tmp), which vanishes with the process, however that ends.

    Args:
        shape: `(n, height, width, channels)`.

    Returns:
        uint8 array, an `np.memmap` if it lies on disk.

    Raises:
        UserError: If the disk has no room for it.
    """
    return np.empty(shape, np.uint8) if math.prod(shape) <= IN_MEMORY else _mapped(shape)


def chosen(images, rows):
    """A copy of some images; on disk if they are, which may be more than the memory holds.

    Args:
        images: uint8 array, `(n, height, width, channels)`.
        rows: Integers `(m,)`.

    Returns:
        uint8 array `(m, height, width, channels)`, an `np.memmap` if `images` is one.

    Raises:
        UserError: If the disk has no room for it.
    """
    if not isinstance(images, np.memmap):
        return images[rows]
    copy = _mapped((len(rows), *images.shape[1:]))
    for start in range(0, len(rows), PART):
        copy[start : start + PART] = images[rows[start : start + PART]]
    return copy


def _mapped(shape):
    size = math.prod(shape)
    folder = os.environ.get("TMPDIR") or "/var/tmp"
    if not os.path.isdir(folder):
        folder = tempfile.gettempdir()
    # Writing to a map of a file that has no room kills the process.
    if (free := shutil.disk_usage(folder).free) < size:
        raise UserError(
            f"{folder} has no room for the {size:,} bytes of the images: let $TMPDIR name another "
            f"directory. Received: {free:,} bytes free."
        )
    with tempfile.TemporaryFile(dir=folder) as file:
        return np.memmap(file, np.uint8, "w+", shape=tuple(shape))
