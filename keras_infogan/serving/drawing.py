"""Pictures that people make → images like those that the recognizer was trained on.

MNIST's digits were cropped to their ink, fitted into 20×20 pixels with their shape kept, and laid
into 28×28 with their center of mass in the middle (LeCun et al., http://yann.lecun.com/exdb/mnist).
"""

import base64
import binascii
import io
import math

import numpy as np
from PIL import Image

from keras_infogan import image_files
from keras_infogan.errors import UserError

BOX = 20 / 28  # of the image's height and width
INK = 0.2  # of the strongest ink; what is fainter is background
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
MOST_BYTES = 20 * 2**20  # of a file
MOST_PIXELS = 1024  # a side; a photo has more than is of use


def picture_of_url(url):
    """The bytes of a picture that a `data:` URL holds, as a browser's canvas gives it.

    Raises:
        UserError: If it holds none, or more than `MOST_BYTES`.
    """
    try:
        encoded = url.partition(";base64,")[2]
        if len(encoded) > MOST_BYTES * 4 / 3:
            raise ValueError
        return base64.b64decode(encoded, validate=True)
    except (AttributeError, ValueError, binascii.Error):
        raise UserError("This is not a drawing that can be read.") from None


def read_picture(content):
    """The pixels of a picture file.

    Args:
        content: Bytes of a PNG, JPEG or other file that Pillow reads. What is transparent shows
            white behind dark ink and black behind bright ink.

    Returns:
        Floats in [0, 1], `(height, width, 3)`, of at most `MOST_PIXELS` a side.

    Raises:
        UserError: If it is no picture, or an enormous one.
    """
    picture = _decoded(content).convert("RGBA")
    picture.thumbnail((MOST_PIXELS, MOST_PIXELS))
    pixels = np.asarray(picture, np.float32) / 255.0
    color, alpha = pixels[..., :3], pixels[..., 3:]
    brightness = (color * alpha).sum() / max(3.0 * float(alpha.sum()), 1.0)
    return color * alpha + (1.0 - alpha) * np.float32(brightness < 0.5)


def fit(content, shape, crop=None):
    """A picture file as training reads the images of a folder.

    Args:
        content: Bytes of a picture file. What is transparent shows white.
        shape: `(height, width, channels)` of the result: one channel or three.
        crop: Side in pixels of the central square that is taken, if the picture has so many; None
            for the largest.

    Returns:
        float32 in [0, 1], of that shape.

    Raises:
        UserError: As `read_picture`.
    """
    *size, channels = shape
    picture = image_files.over_white(_decoded(content))
    largest = min(picture.size)
    side = min(crop or largest, largest)
    square = image_files.square(picture, side, max(size), channels) / 255.0
    return np.stack([_resize(square[..., channel], size) for channel in range(channels)], axis=-1)


def _decoded(content):
    try:
        return image_files.decode(io.BytesIO(content))
    # A damaged file fails in whatever way the reader of its format does.
    except Exception:
        raise UserError("This file is not a picture that can be read.") from None


def center(pixels, shape):
    """A drawing as MNIST's digits are: white on black, centered, of one size.

    What differs from the border of the picture is ink, so dark on bright is turned round.

    Args:
        pixels: Floats in [0, 1], `(height, width, 3)`.
        shape: `(height, width, channels)` of the result.

    Returns:
        float32 in [0, 1], of that shape; all 0 if there is no ink.
    """
    gray = pixels @ np.array(LUMA, np.float32)
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    ink = gray - np.median(border)
    if -ink.min() > ink.max():
        ink = -ink
    ink = ink.clip(min=0.0)
    height, width = shape[:2]
    image = np.zeros(shape, np.float32)
    # On an empty sheet, less than a tenth is noise.
    if ink.max() < 0.1:
        return image
    ink /= ink.max()
    rows, columns = ((ink > INK).any(axis=axis).nonzero()[0] for axis in (1, 0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

    scale = min(BOX * height / ink.shape[0], BOX * width / ink.shape[1])
    ink = _resize(ink, [max(round(scale * length), 1) for length in ink.shape])
    top = _offset(ink.sum(axis=1), height)
    left = _offset(ink.sum(axis=0), width)
    image[top : top + ink.shape[0], left : left + ink.shape[1]] = ink[..., None]
    return image


def _offset(weights, length):
    """Where weights must begin in a row of a length to have their center of mass in the middle.

    MNIST counts pixels from 0 and the middle as half the length; all weights stay within the row.
    """
    mass = np.average(np.arange(len(weights)), weights=weights)
    begin = math.ceil(length / 2 - mass - 0.5)  # the nearest pixel, of two the first
    return min(max(begin, 0), length - len(weights))


def _resize(values, size):
    """A gray picture `(height, width)` resized smoothly to `size`."""
    picture = Image.fromarray(values.astype(np.float32))
    resized = picture.resize((size[1], size[0]), Image.Resampling.BILINEAR)
    return np.asarray(resized, np.float32).clip(0.0, 1.0)
