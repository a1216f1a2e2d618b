import numpy as np
import pytest

from keras_infogan.data import sources, sprites


@pytest.fixture(scope="module")
def data():
    return sources.load("sprites")


def picture(size=64, **factors):
    """One picture, in [0, 1]; factors that are not given are 0, and the place is the middle."""
    values = [factors.get(name, 0) for name in sprites.FACTORS]
    return sprites.draw(np.array([values]), size)[0] / 255


def middle(drawn):
    """Mean column and mean row of what is white, in pixels from the upper left corner."""
    rows, columns = np.indices(drawn.shape) + 0.5
    return (drawn * columns).sum() / drawn.sum(), (drawn * rows).sum() / drawn.sum()


def test_sprites_are_split_evenly_over_the_shapes(data):
    assert (data.name, data.note) == ("sprites", None)
    assert data.label_names == ("square", "ellipse", "heart")
    assert data.train_images.shape == (48_000, 28, 28, 1)
    assert data.test_images.shape == (6_000, 28, 28, 1)
    np.testing.assert_array_equal(np.bincount(data.train_labels), [16_000] * 3)
    np.testing.assert_array_equal(np.bincount(data.test_labels), [2_000] * 3)


def test_factors_are_those_of_dsprites(data):
    assert data.factor_names == ("shape", "scale", "rotation", "x", "y")
    for factors, labels in (
        (data.train_factors, data.train_labels),
        (data.test_factors, data.test_labels),
    ):
        assert factors.shape == (len(labels), 5)
        np.testing.assert_array_equal(factors[:, 0], labels)
        for column, size in zip(factors.T, (3, 6, 40, 32, 32), strict=True):
            counts = np.bincount(column)
            assert len(counts) == size
            assert counts.min() > 0.7 * len(labels) / size  # drawn evenly
        # Of each other, factors say nothing.
        assert np.abs(np.corrcoef(factors.T) - np.eye(5)).max() < 0.05


def test_no_two_sprites_look_the_same(data):
    pictures = [
        image.tobytes() for images in (data.train_images, data.test_images) for image in images
    ]
    assert len(set(pictures)) == 54_000


def test_images_are_what_their_factors_say(data):
    np.testing.assert_array_equal(
        data.test_images[:50, ..., 0], sprites.draw(data.test_factors[:50], 28)
    )


def test_sprites_are_drawn_at_the_size_asked_for_and_fitted_as_other_images_are():
    factors = sprites.sample(2)
    large, small = sprites.draw(factors, 64), sprites.draw(factors, 16)
    assert large.shape == (6, 64, 64) and small.shape == (6, 16, 16)
    shrunk = large.reshape(6, 16, 4, 16, 4).mean(axis=(2, 4))
    assert np.abs(shrunk - small).mean() < 2  # of 255


@pytest.mark.parametrize("shape, area", [(0, 2.0), (1, np.pi / 2), (2, 2.24)])
def test_the_area_of_a_shape_is_that_of_its_formula(shape, area):
    """In squares of half the size, which is an eighth to a quarter of the picture."""
    for scale in range(6):
        half = 64 * (0.125 + 0.025 * scale)
        for rotation in (0, 3):
            drawn = picture(shape=shape, scale=scale, rotation=rotation, x=5, y=20)
            assert drawn.sum() == pytest.approx(area * half**2, rel=0.02)


def test_a_square_that_is_not_turned_has_upright_edges():
    drawn = picture(shape=0, scale=5)  # half a side of 16·√½ = 11.31 around (16, 48)
    assert (drawn[38:58, 6:26] == 1).all()
    np.testing.assert_allclose(drawn[48, [3, 4, 27, 28]], [0, 0.31, 0.31, 0], atol=0.01)
    np.testing.assert_allclose(drawn[[35, 36, 59, 60], 16], [0, 0.31, 0.31, 0], atol=0.01)


def test_an_ellipse_is_twice_as_wide_as_high():
    drawn = picture(shape=1, scale=5)
    assert drawn[47:49].sum() / 2 == pytest.approx(32, abs=0.5)
    assert drawn[:, 15:17].sum() / 2 == pytest.approx(16, abs=0.5)


def test_places_are_in_the_middle_half_of_the_picture():
    for x, y in ((0, 0), (31, 0), (10, 31)):
        found = middle(picture(shape=1, scale=3, x=x, y=y))
        assert found == pytest.approx((16 + 32 * x / 31, 48 - 32 * y / 31), abs=0.02)


def test_rotation_is_counterclockwise_about_the_middle():
    quarter = picture(shape=2, scale=5, rotation=10, x=31, y=31)
    upright = picture(shape=2, scale=5, rotation=0, x=31, y=31)
    window = slice(0, 32), slice(32, 64)
    np.testing.assert_allclose(quarter[window], np.rot90(upright[window]), atol=0.01)
    assert np.abs(quarter - upright).max() > 0.9
    assert upright[10, 48] == 1 and upright[1, 48] == 0  # the heart's notch is above


@pytest.mark.parametrize("shape, looks", [(0, 10), (1, 20)])
def test_shapes_that_look_the_same_after_a_part_of_a_turn(shape, looks):
    first, other, same = (picture(shape=shape, rotation=r) for r in (3, 4, 3 + looks))
    np.testing.assert_allclose(first, same, atol=0.01)
    assert np.abs(first - other).max() > 0.1


def test_another_seed_is_another_sample():
    assert not np.array_equal(sprites.sample(10), sprites.sample(10, seed=1))
    np.testing.assert_array_equal(sprites.sample(10), sprites.sample(10))
