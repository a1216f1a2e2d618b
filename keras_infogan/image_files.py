"""Image files of any format → pixels of 8 bits, the right way up. All pictures are read here."""

import inspect
import os

import numpy as np
from PIL import Image, ImageFile, ImageOps

from keras_infogan.errors import UserError

MODES = {1: "L", 3: "RGB"}


def suffixes():
    """Suffixes of the formats that Pillow can read, such as `".png"`, in lower case."""
    Image.init()
    formats = {name for name, (opener, _) in Image.OPEN.items() if not _is_stub(opener)}
    return {suffix for suffix, name in Image.registered_extensions().items() if name in formats}


def is_image(path, known):
    """Whether a file is an image: by its name or, where that says nothing, by its content.

    Args:
        path: The file.
        known: What `suffixes` returns.
    """
    if path.suffix.lower() in known:
        return True
    try:
        with _open(path) as image:
            return not _is_stub(type(image))
    except OSError:  # Pillow's UnidentifiedImageError is one
        return False
    except Exception:  # it is one, but damaged or enormous, which `decode` will say
        return True


def decode(file):
    """The image of a file: its first frame, turned as its EXIF says.

    Args:
        file: A path, or an open binary file.

    Returns:
        A PIL image of mode L or RGB, or RGBA where something may be transparent; 16 bits have
        become 8.

    Raises:
        Exception: If it cannot be read, in whatever way the reader of its format fails.
    """
    with _open(file) as opened:
        if opened.width * opened.height > Image.MAX_IMAGE_PIXELS:
            raise ValueError(
                f"it has {opened.width}×{opened.height} pixels, more than "
                f"{Image.MAX_IMAGE_PIXELS} in all"
            )
        image = ImageOps.exif_transpose(opened)
    if image.mode == "F":
        raise ValueError("its floats have no known range")
    if image.mode.startswith("I"):
        deep = np.asarray(image)
        if deep.min() < 0 or deep.max() > 65535:
            raise ValueError("it has more than 16 bits")
        return Image.fromarray(np.rint(deep / 257).astype(np.uint8))
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def load(path):
    """A picture of a run as a `PIL.Image`.

    Raises:
        UserError: If it cannot be read.
    """
    try:
        with _open(path) as picture:
            picture.load()
            return picture.copy()
    # A damaged file fails in whatever way the reader of its format does.
    except Exception:
        raise UserError(f"{path} is damaged.") from None


def square(image, side, size, channels):
    """The central square of an image, resized.

    Args:
        image: A PIL image of mode L or RGB.
        side: Height and width of the square in pixels of the image, of which it has so many.
        size: Height and width of the result.
        channels: 1 for gray, 3 for color.

    Returns:
        uint8 array, `(size, size, channels)`; shrunk with antialiasing, or enlarged.
    """
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image = image.crop((left, top, left + side, top + side)).convert(MODES[channels])
    if side != size:
        # What `pipeline.to_model_range` does to images that come in another size.
        image = image.resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(image).reshape(size, size, channels)


def over_white(image):
    """An image of `decode` without transparency: mode L or RGB."""
    if image.mode != "RGBA":
        return image
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def has_color(file):
    """Whether a file says that its image is in color; not, if it cannot be read."""
    try:
        with _open(file) as image:
            if image.mode == "P":
                return bool(np.ptp(np.reshape(image.getpalette(), (-1, 3)), axis=1).any())
            return Image.getmodebase(image.mode) == "RGB"
    except Exception:
        return False


def _open(file):
    """Opens an image file, whose pixels are not read yet. Pipes and devices may never end."""
    if isinstance(file, str | os.PathLike) and os.path.exists(file) and not os.path.isfile(file):
        raise OSError(f"{file} is no regular file")
    return Image.open(file)


def _is_stub(opener):
    """Whether it recognizes a format that Pillow reads with the help of others only."""
    return inspect.isclass(opener) and issubclass(opener, ImageFile.StubImageFile)
