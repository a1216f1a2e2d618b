"""`folder:PATH`: the image files below a directory, in a folder for each class or without any."""

import concurrent.futures
import contextlib
import functools
import sys
import warnings

import numpy as np

from keras_infogan import image_files
from keras_infogan.data import storage
from keras_infogan.data.image_data import ImageData, split
from keras_infogan.data.listing import list_images, resolve
from keras_infogan.data.source import Source
from keras_infogan.errors import UserError

# Files that may be skipped since they cannot be read: so many, or this share of all if it is more.
SKIPPED = 10
SKIPPED_SHARE = 0.05
PART = 256  # files that are read before the first of them is stored


def check(path, data_dir=None):
    """Checks that a directory holds images, without reading any.

    Raises:
        UserError: If it does not.
    """
    with _quiet_pillow():
        list_images(path)


def load(path, data_dir, fitting):
    """The images of a directory, each brought to `(image_size, image_size, channels)`.

    Every format that Pillow reads counts, whatever the suffix; hidden files and folders are passed
    over. With images in two folders or more, the folders are the labels, in the order of their
    names, and images beside them are left out; else there are no labels. Transparent images are
    laid over white, 16 bits become 8, a photo is turned as its EXIF says, of several frames the
    first counts. All are in color if one is, unless `fitting` says otherwise.

    Folders train and test are the split, see `listing.ROLES`; else every tenth image of each label
    is held out. What is left out is told on standard error.

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
    with _quiet_pillow(), concurrent.futures.ThreadPoolExecutor() as pool:
        listing = list_images(path)
        files, name = listing.files, f"folder:{listing.root}"
        channels = fitting.channels or (3 if any(map(image_files.has_color, files)) else 1)
        images, kept, skipped = _read_all(listing.root, files, fitting, channels, pool)
    if len(kept) < 2:
        raise UserError(
            f"{listing.root} must hold at least two images that can be read. Received: {len(kept)}."
        )
    images, classes = images[: len(kept)], listing.classes
    labels = None if classes is None else np.array(listing.labels)[kept]
    if listing.held is None:
        data = split(name, images, labels, classes)
    else:
        train = sum(position < len(files) - listing.held for position in kept)
        if not 0 < train < len(kept):
            raise UserError(f"{listing.root} must hold images that can be read in both folders.")
        parts = (None, None) if labels is None else (labels[:train], labels[train:])
        data = ImageData(
            name, images[:train], parts[0], images[train:], parts[1], label_names=classes
        )
    for line in [*skipped, *listing.told]:
        print(line, file=sys.stderr, flush=True)
    return data


@contextlib.contextmanager
def _quiet_pillow():
    """Pillow warns of oddities in files that it reads all the same.

    A thread pool must not outlive it: the filters are the process's.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


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
        image = image_files.over_white(image_files.decode(file))
    # A damaged file fails in whatever way the reader of its format does.
    except Exception as error:
        return " ".join(str(error).split()) or type(error).__name__
    return fitting.square(image, channels, file)


SOURCE = Source(load, check, argument="PATH", resolve=resolve)
