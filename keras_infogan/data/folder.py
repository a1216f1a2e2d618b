"""`folder:PATH`: the image files below a directory, in a folder for each class or without any."""

import concurrent.futures
import functools
import os
import pathlib
import sys
import warnings

import numpy as np
from PIL import Image, ImageOps

from keras_infogan.data import storage
from keras_infogan.data.image_data import split
from keras_infogan.data.source import Source
from keras_infogan.errors import UserError

SUFFIXES = tuple(".bmp .gif .jpeg .jpg .pbm .pgm .png .ppm .tif .tiff .webp".split())
# Files that may be skipped since they cannot be read: so many, or this share of all if it is more.
SKIPPED = 10
SKIPPED_SHARE = 0.05
PART = 256  # files that are read before the first of them is stored


def check(path, data_dir=None):
    """Checks that a directory holds images, without reading any.

    Raises:
        UserError: If it does not.
    """
    _list(path)


def load(path, data_dir, fitting):
    """The images of a directory, each brought to `(image_size, image_size, channels)`.

    Files of other kinds, hidden ones and hidden folders are passed over. With images in two folders
    or more, the folders are the labels, in the order of their names, and images beside them are
    left out; else there are no labels. Transparent images are laid over white, 16 bits become 8, a
    photo is turned as its EXIF says, of several frames the first counts. All are in colour if one
    is, unless `fitting` says otherwise. Every tenth image of each label is held out.

    What is left out is named on standard error.

    Args:
        path: The directory.
        data_dir: Not used.
        fitting: What the images are brought to, a `Fitting`.

    Returns:
        An `ImageData` named `folder:` and the absolute path.

    Raises:
        UserError: If there are no two images, more than ten and more than 5 % of the files cannot
            be read, or one is smaller than the crop.
    """
    root, files, classes = _list(path)
    labels, beside = None, 0
    if classes:
        within = [file for file in files if file.parent != root]
        beside, files = len(files) - len(within), within
        numbers = {name: number for number, name in enumerate(classes)}
        labels = np.array([numbers[file.relative_to(root).parts[0]] for file in files])
    with warnings.catch_warnings(), concurrent.futures.ThreadPoolExecutor() as pool:
        # Pillow warns of oddities in files that it reads all the same. The thread pool must not
        # outlive this: the filters are the process's.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        channels = fitting.channels or (3 if any(map(_has_colour, files)) else 1)
        images, kept, skipped = _read_all(root, files, fitting, channels, pool)
    if len(kept) < 2:
        raise UserError(
            f"{root} must hold at least two images that can be read. Received: {len(kept)}."
        )
    labels = None if labels is None else labels[kept]
    data = split(f"folder:{root}", images[: len(kept)], labels, classes)
    if beside:
        skipped.append(f"{root}: images beside the class folders are left out: {beside}")
    for line in skipped:
        print(line, file=sys.stderr, flush=True)
    return data


def _list(path):
    """The directory, its image files in order, and the names of its classes, or None."""
    root = pathlib.Path(path).expanduser().absolute()
    if not root.is_dir():
        raise UserError(f"--dataset folder:PATH must name a directory. Received: folder:{path}.")
    files, seen = [], set()
    for here, folders, names in os.walk(root, onerror=_refuse, followlinks=True):
        # A link may lead back to where the walk has been.
        real = os.path.realpath(here)
        folders[:] = sorted(name for name in folders if name[0] != "." and real not in seen)
        if real not in seen:
            found = (name for name in names if name[0] != "." and name.lower().endswith(SUFFIXES))
            files += [pathlib.Path(here, name) for name in found]
        seen.add(real)
    if len(files) < 2:
        raise UserError(
            f"{root} must hold at least two images ({' '.join(SUFFIXES)}), in folders or not. "
            f"Received: {len(files)}."
        )
    files.sort()
    classes = sorted({file.relative_to(root).parts[0] for file in files if file.parent != root})
    return root, files, tuple(classes) if len(classes) > 1 else None


def _refuse(error):
    raise UserError(f"Cannot read {error.filename}: {error.strerror}.")


def _read_all(root, files, fitting, channels, pool):
    """An array whose first rows are the images, the positions of their files, and complaints."""
    size = fitting.image_size
    images = storage.empty((len(files), size, size, channels))
    kept, skipped = [], []
    read = functools.partial(_read, fitting=fitting, channels=channels)
    for start in range(0, len(files), PART):
        part = files[start : start + PART]
        for position, result in enumerate(pool.map(read, part), start):
            if isinstance(result, np.ndarray):
                images[len(kept)] = result
                kept.append(position)
                continue
            skipped.append(f"{files[position]} cannot be read and is left out: {result}")
            if len(skipped) > max(SKIPPED, SKIPPED_SHARE * len(files)):
                raise UserError(
                    f"{root} has too many files that cannot be read: {len(skipped)} of the first "
                    f"{position + 1}. The last: {files[position]}: {result}"
                )
    return images, kept, skipped


def _read(file, fitting, channels):
    """The image of a file, or why it cannot be read."""
    try:
        with Image.open(file) as image:
            image = _eight_bits(ImageOps.exif_transpose(image))
    # A damaged file fails in whatever way the reader of its format does.
    except Exception as error:
        return " ".join(str(error).split()) or type(error).__name__
    return fitting.square(image, channels, file)


def _eight_bits(image):
    """An image of any mode as one of mode L or RGB."""
    if image.mode == "F":
        raise ValueError("its floats have no known range")
    if image.mode.startswith("I"):
        deep = np.asarray(image)
        if deep.min() < 0 or deep.max() > 65535:
            raise ValueError("it has more than 16 bits")
        return Image.fromarray(np.rint(deep / 257).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        return image.convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _has_colour(file):
    """Whether a file says that its image is in colour; not, if it cannot be read."""
    try:
        with Image.open(file) as image:
            if image.mode == "P":
                return bool(np.ptp(np.reshape(image.getpalette(), (-1, 3)), axis=1).any())
            return Image.getmodebase(image.mode) == "RGB"
    except Exception:
        return False


SOURCE = Source(load, check, argument="PATH")
