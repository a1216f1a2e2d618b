import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from keras_infogan.data import sprites
from keras_infogan.evaluation.frechet import frechet_distance
from keras_infogan.evaluation.neighbors import fidelity_and_variety
from keras_infogan.evaluation.random_features import FEATURES, random_features


def pictures(factors):
    return np.float32(sprites.draw(factors, 28))[..., None] / 127.5 - 1.0


@pytest.fixture(scope="module")
def factors():
    return sprites.sample(600)


@pytest.fixture(scope="module")
def images(factors):
    return pictures(factors)


@pytest.fixture(scope="module")
def halves(images):
    """Features of every other sprite, twice 900: two samples of the same kind."""
    features = random_features(images)
    return features[::2], features[1::2]


def test_features_are_the_same_everywhere(images):
    """The numbers are pinned: figures in these features must not change between versions."""
    features = random_features(images[:2])
    assert features.shape == (2, FEATURES) == (2, 64)
    assert features.dtype == np.float32
    ramp = np.linspace(-1, 1, 64 * 64 * 3, dtype=np.float32).reshape(1, 64, 64, 3)
    expected = [-0.6789, 7.5050, 4.9797, -4.0545]
    np.testing.assert_allclose(random_features(ramp)[0, :4], expected, atol=0.01)


def test_features_do_not_depend_on_the_images_beside(images):
    np.testing.assert_allclose(
        random_features(images[:300])[260:], random_features(images[260:300]), rtol=1e-3, atol=1e-3
    )


def test_grey_is_three_equal_channels(images):
    color = np.repeat(images[:8], 3, axis=-1)
    np.testing.assert_allclose(random_features(color), random_features(images[:8]), atol=1e-4)
    red = color * np.float32([1, 0, 0])
    assert np.abs(random_features(red) - random_features(color)).max() > 1


def test_images_of_other_sizes_are_resized(factors, images):
    large = np.float32(sprites.draw(factors[:40], 64))[..., None] / 127.5 - 1.0
    near = np.linalg.norm(random_features(large) - random_features(images[:40]), axis=1)
    apart = np.linalg.norm(random_features(large) - random_features(images[40:80]), axis=1)
    assert near.mean() < 0.5 * apart.mean()


@pytest.mark.parametrize(
    "worse",
    [
        lambda images: images + np.random.default_rng(0).normal(0, 0.3, images.shape),
        lambda images: gaussian_filter(images, (0, 1, 1, 0)),
        lambda images: 0.7 * (images + 1) - 1,
        lambda images: np.roll(images, 3, axis=2),
    ],
    ids=["noise", "blur", "dark", "shifted"],
)
def test_worse_images_are_further_away(images, halves, worse):
    real, other = halves
    floor = frechet_distance(other, real)
    assert frechet_distance(random_features(worse(images[1::2])), real) > 2 * floor


def test_missing_variety_is_seen(images, halves):
    real, other = halves
    few = np.repeat(other[:10], 90, axis=0)
    assert frechet_distance(few, real) > 3 * frechet_distance(other, real)
    assert fidelity_and_variety(real, other)["recall"] > 0.9
    assert fidelity_and_variety(real, few)["recall"] < 0.1
    # A square stays near a square, so precision is high.
    assert fidelity_and_variety(real, few)["precision"] > 0.7


def test_images_of_another_kind_are_not_real(images, halves):
    """Bars from edge to edge: as bright as sprites, and none of them."""
    bars = np.full_like(images[::2], -1.0)
    columns = np.random.default_rng(0).integers(0, 24, len(bars))
    for bar, column in zip(bars, columns, strict=True):
        bar[:, column : column + 3] = 1.0
    assert fidelity_and_variety(halves[0], random_features(bars))["precision"] < 0.2
