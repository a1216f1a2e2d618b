"""What images are compared by: which features, for which data."""

import dataclasses
from collections.abc import Callable

from keras_infogan.digits import shows_digits
from keras_infogan.evaluation.digit_features import digit_features
from keras_infogan.evaluation.random_features import random_features


@dataclasses.dataclass(frozen=True)
class Extractor:
    """Features in which distances between images are counted.

    Args:
        name: What figures in these features carry.
        features: Images `(n, height, width, channels)` in [-1, 1] to floats `(n, features)`.
    """

    name: str
    features: Callable


DIGITS = Extractor(
    "features of this project's small digit classifier: not comparable with other extractors",
    digit_features,
)
RANDOM = Extractor(
    "features of this project's untrained convolutions: not comparable with other extractors",
    random_features,
)


def extractor_of(dataset):
    """The extractor for a data set, by its name: `DIGITS` for handwritten digits, else `RANDOM`."""
    return DIGITS if shows_digits(dataset) else RANDOM
