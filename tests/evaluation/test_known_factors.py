import dataclasses
import json

import numpy as np
import pytest
from keras import ops

from keras_infogan.data.image_data import ImageData
from keras_infogan.evaluation.known_factors import evaluate_factors
from keras_infogan.latents import Categorical, Uniform

TWO = (Uniform(), Uniform())
SCORES = [
    "factor_vae",
    "dci_disentanglement",
    "dci_completeness",
    "dci_informativeness",
    "sap",
    "mig",
    "modularity",
]


@pytest.fixture(scope="module")
def data():
    """Images of 2×2 pixels, 80 to train on and 40 to test. The factors: whether the upper left and
    the upper right one are white."""
    factors = np.random.default_rng(0).integers(2, size=(120, 2))
    images = np.zeros((120, 2, 2, 1), np.uint8)
    images[:, 0, :, 0] = 255 * factors
    return ImageData(
        "pixels",
        images[:80],
        None,
        images[80:],
        None,
        factor_names=("left", "right"),
        train_factors=factors[:80],
        test_factors=factors[80:],
    )


@pytest.fixture
def scored(hand_made_model, data):
    """A function: how pixels `(n, 4)` in [-1, 1] are read → what is said of it."""

    def of(read, codes=TWO, data=data, **options):
        def draw(z):
            return ops.reshape(ops.tile(z[:, :1], (1, 4)), (-1, 2, 2, 1))

        return evaluate_factors(hand_made_model(codes, draw, read), data, **options)

    return of


def test_codes_that_are_the_factors(scored):
    found = scored(lambda pixels: pixels[:, 1::-1])
    assert list(found) == [*SCORES, "factors"]
    assert found["factor_vae"] == found["dci_informativeness"] == 1.0
    for name in ("dci_disentanglement", "dci_completeness", "mig", "modularity"):
        assert found[name] > 0.9  # 80 images: chance is not 0
    assert found["factors"]["left"]["c2"] == pytest.approx(1)
    assert found["factors"]["right"]["c1"] == pytest.approx(1)
    assert found["factors"]["left"]["c1"] == pytest.approx(found["factors"]["right"]["c2"], abs=0.1)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_codes_that_mix_the_factors(scored):
    def turned(pixels):
        left, right = pixels[:, :1], pixels[:, 1:2]
        return ops.concatenate([left + right, left - right], axis=1)

    found = scored(turned)
    assert found["dci_informativeness"] == 1.0
    for name in ("dci_disentanglement", "dci_completeness", "sap", "mig", "modularity"):
        assert found[name] < 0.35, name


def test_a_categorical_code_is_read_as_its_value(scored):
    """The likelier of two values, whether the pixel is white; the other code is the other pixel."""

    def read(pixels):
        left, right = pixels[:, :1], pixels[:, 1:2]
        return ops.concatenate([right, -left, left], axis=1)

    found = scored(read, (Uniform(), Categorical(2)))
    assert found["factors"]["left"]["c2"] == pytest.approx(1)
    assert found["factors"]["right"]["c1"] == pytest.approx(1)
    assert found["factor_vae"] == 1.0


def test_scores_follow_from_the_seed(scored):
    def noise(pixels):
        whole = ops.sum(pixels * np.float32([3, 5, 0, 0]), axis=1, keepdims=True)
        return ops.concatenate([ops.sin(whole), ops.cos(whole)], axis=1)

    assert scored(noise) == scored(noise)


def test_a_factor_that_does_not_vary_is_left_out(scored, data):
    same = dataclasses.replace(data, train_factors=data.train_factors * [1, 0])
    found = scored(lambda pixels: pixels[:, :2], data=same)
    assert list(found["factors"]) == ["left"]
    assert found["factor_vae"] == 1.0
    none = dataclasses.replace(data, train_factors=data.train_factors * 0)
    assert scored(lambda pixels: pixels[:, :2], data=none) == {}


def test_without_known_factors_or_readable_codes_there_are_no_scores(scored, data, tiny_gan):
    unknown = dataclasses.replace(data, factor_names=None)
    assert scored(lambda pixels: pixels[:, :2], data=unknown) == {}
    assert scored(lambda pixels: pixels[:, :2] * np.nan) == {}
    assert evaluate_factors(tiny_gan(), data) == {}
