import numpy as np
import pytest

from keras_infogan.evaluation.extractors import DIGITS, RANDOM, extractor_of


@pytest.mark.parametrize(
    "dataset, extractor",
    [
        ("mnist", DIGITS),
        ("mnist5k", DIGITS),
        ("emnist/digits", DIGITS),
        ("fashion_mnist", RANDOM),
        ("sprites", RANDOM),
        ("drawn_faces", RANDOM),
        ("folder:digits", RANDOM),
    ],
)
def test_features_depend_on_the_data(dataset, extractor):
    assert extractor_of(dataset) is extractor


def test_figures_carry_the_name_of_their_features():
    assert DIGITS.name != RANDOM.name
    images = np.zeros((3, 28, 28, 1), np.float32)
    for extractor in (DIGITS, RANDOM):
        assert extractor.features(images).shape[0] == 3
        assert "not comparable with other extractors" in extractor.name
