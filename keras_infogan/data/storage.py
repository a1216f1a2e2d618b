"""Where the images of a data set are kept: in memory, or in a file if they are too many."""

import math
import os
import shutil
import tempfile

import numpy as np

from keras_infogan.errors import UserError

IN_MEMORY = 2**28  # bytes; what is larger lies on disk, so that memory does not grow with it


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
    size = math.prod(shape)
    if size <= IN_MEMORY:
        return np.empty(shape, np.uint8)
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
