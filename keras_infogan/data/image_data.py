"""What a data set is to the rest of the package, and how test images are held out of one."""

import dataclasses
import functools

import numpy as np

from keras_infogan.data import identity, storage
from keras_infogan.errors import UserError
from keras_infogan.text import shown


@dataclasses.dataclass(frozen=True)
class ImageData:
    """A data set, in memory or, where it is large, mapped from a file (see `storage`).

    Args:
        name: Its name, by which `sources.load` finds it again.
        train_images: uint8, `(n, height, width, channels)`, one channel or three.
        train_labels: Integers `(n,)` from 0, or None for data without labels.
        test_images: uint8 held-out images, never trained on.
        test_labels: Integers, or None.
        note: How it was chosen, where that needs saying, or None.
        label_names: What each label is called, label 0 first; None where that is its number. What
            UTF-8 or a line of text cannot hold is escaped, see `text.shown`.
        factor_names: What the factors of variation are called, for data whose factors are known;
            None for all other data.
        train_factors: Integers `(n, factors)` from 0, the factors of each training image, or None.
        test_factors: The same of the test images, or None.
    """

    name: str
    train_images: np.ndarray
    train_labels: np.ndarray | None
    test_images: np.ndarray
    test_labels: np.ndarray | None
    note: str | None = None
    label_names: tuple[str, ...] | None = None
    factor_names: tuple[str, ...] | None = None
    train_factors: np.ndarray | None = None
    test_factors: np.ndarray | None = None

    def __post_init__(self):
        if self.label_names is not None:
            names = tuple(shown(str(name)) for name in self.label_names)
            object.__setattr__(self, "label_names", names)

    @property
    def num_labels(self):
        """Number of labels of the training images; 0 without any."""
        return 0 if self.train_labels is None else len(np.unique(self.train_labels))

    @functools.cached_property
    def identity(self):
        """What a run records of its data, see `identity.describe`."""
        return identity.describe(self)

    def neighbors(self, count):
        """The training images nearest to each, see `neighbors.nearest`; searched for once.

        Args:
            count: How many for each.
        """
        from keras_infogan.data import neighbors  # which loads TensorFlow

        if count not in self._neighbors:
            self._neighbors[count] = neighbors.nearest(self.train_images, count)
        return self._neighbors[count]

    @functools.cached_property
    def _neighbors(self):
        return {}

    def with_validation(self, count):
        """The same data with some of the training images in the place of the test images.

        What is tuned on them has not seen the test images.

        Args:
            count: How many, evenly chosen; they are not trained on.

        Raises:
            UserError: If no training image would be left, or images that lie on disk are more
                than it has room for.
        """
        if count >= len(self.train_images):
            raise UserError(
                f"--validation-images must leave some of the {len(self.train_images)} training "
                f"images of {self.name}. Received: {count}."
            )
        held = np.zeros(len(self.train_images), bool)
        held[evenly_chosen(len(held), count)] = True
        images = self.train_images
        parts = {
            "train_images": storage.chosen(images, np.flatnonzero(~held)),
            "test_images": storage.chosen(images, np.flatnonzero(held)),
        }
        for name in ("labels", "factors"):
            rows = getattr(self, f"train_{name}")
            parts[f"train_{name}"] = None if rows is None else rows[~held]
            parts[f"test_{name}"] = None if rows is None else rows[held]
        return dataclasses.replace(self, **parts)


def split(name, images, labels=None, label_names=None):
    """An `ImageData` that holds out every tenth image of each label, see `held_out`.

    Args:
        name: Its name.
        images: uint8, `(n, height, width, channels)`; overwritten.
        labels: Integers `(n,)`, or None.
        label_names: As for `ImageData`.

    Raises:
        UserError: If there is nothing to hold out.
    """
    held = held_out(len(images), labels)
    if not held.any():
        raise UserError(f"{name} has nothing to hold out: it takes two images of one label.")
    test_images = images[held]
    kept = np.flatnonzero(~held)
    # In place and in parts, since they may be larger than the memory.
    for start in range(0, len(kept), storage.PART):
        rows = kept[start : start + storage.PART]
        images[start : start + len(rows)] = images[rows]
    train_labels, test_labels = (None, None) if labels is None else (labels[~held], labels[held])
    return ImageData(
        name, images[: len(kept)], train_labels, test_images, test_labels, label_names=label_names
    )


def evenly_chosen(total, limit):
    """Indices of at most `limit` of `total` items, evenly spread: data may be sorted by label."""
    return np.unique(np.linspace(0, total - 1, limit).astype(int))


def held_out(count, labels=None):
    """Which images are held out: every tenth of each label, or the last one of two to nine.

    Args:
        count: Number of images.
        labels: Integers `(count,)`; None takes all images as of one label.

    Returns:
        Booleans `(count,)`.
    """
    labels = np.zeros(count, int) if labels is None else labels
    held = np.zeros(count, bool)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        held[rows[9::10] if len(rows) >= 10 else rows[1:][-1:]] = True
    return held
