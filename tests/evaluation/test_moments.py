import numpy as np
import pytest

from keras_infogan.evaluation.moments import PROPERTIES, measure


def measured(ink):
    """Measures of one picture of ink, `(height, width)` in [0, 1]."""
    images = 2.0 * np.asarray(ink)[None, :, :, None] - 1.0
    return {name: float(values[0]) for name, values in measure(images).items()}


def bar(height, width, slant=0.0, rows=40, columns=40):
    """Ink of a bar: each row's ends fall on fractions of pixels, `slant` columns per row upwards.

    Its middle is the picture's.
    """
    ink = np.zeros((rows, columns))
    for row in range((rows - height) // 2, (rows + height) // 2):
        middle = columns / 2 + slant * ((rows - 1) / 2 - row)
        left, right = middle - width / 2, middle + width / 2
        pixels = np.arange(columns)
        ink[row] = np.clip(np.minimum(pixels + 1, right) - np.maximum(pixels, left), 0.0, 1.0)
    return ink


def uniform_std(count):
    """Standard deviation of the integers 1 to count: √((count² − 1) / 12)."""
    return ((count**2 - 1) / 12) ** 0.5


@pytest.mark.parametrize("height, width", [(4, 6), (20, 2), (2, 30), (1, 1)])
def test_a_rectangle_has_the_spread_of_a_uniform_distribution(height, width):
    found = measured(bar(height, width))
    assert found["ink"] == pytest.approx(height * width)
    assert found["height"] == pytest.approx(uniform_std(height), abs=1e-6)
    if height > 1:
        assert found["width"] == pytest.approx(uniform_std(width), abs=1e-6)
        assert found["slant"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("slant", [-1.0, -0.5, 0.25, 0.5, 1.0, 1.5])
def test_a_sheared_bar_has_the_slant_it_was_given(slant):
    assert measured(bar(16, 4, slant))["slant"] == pytest.approx(slant, rel=1e-6)


def test_a_positive_slant_leans_to_the_right_like_a_stroke_of_a_pen():
    # Top row to the right of the bottom row.
    ink = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]])
    assert measured(ink)["slant"] == pytest.approx(1.0)
    assert measured(ink[::-1])["slant"] == pytest.approx(-1.0)


def test_width_is_taken_about_the_slanted_axis():
    for slant in (-2.0, 0.0, 2.0):
        found = measured(bar(16, 4, slant))
        assert found["width"] == pytest.approx(uniform_std(4))
        assert found["height"] == pytest.approx(uniform_std(16))


@pytest.mark.parametrize("width", [1, 2, 3, 5])
def test_a_long_bar_has_its_width_as_stroke_width(width):
    upright = bar(100, width, rows=110, columns=40 + width % 2)
    found = measured(upright)["stroke_width"]
    # 2 · area / perimeter = 100 w / (100 + w): 5 % short of the width at most.
    assert 0.95 * width < found < 1.02 * width
    assert measured(upright.T)["stroke_width"] == pytest.approx(found)


def test_a_rectangles_perimeter_is_both_sides_twice():
    # A corner's one pixel has its difference down and across at once: √2 instead of 2.
    corner = 2.0 - 2.0**0.5
    found = measured(bar(10, 6))["stroke_width"]
    assert found == pytest.approx(2 * 60 / (2 * (10 + 6) - corner))


def test_paler_ink_is_less_ink_and_nothing_else():
    full, half = measured(bar(12, 4, 0.5)), measured(0.5 * bar(12, 4, 0.5))
    assert half["ink"] == pytest.approx(full["ink"] / 2)
    for name in ("slant", "stroke_width", "width", "height"):
        assert half[name] == pytest.approx(full[name])


def test_place_does_not_matter():
    figure = bar(12, 4, 0.5)
    moved = np.roll(figure, (-9, 8), axis=(0, 1))
    assert measured(moved) == pytest.approx(measured(figure))


def test_a_mirror_image_leans_the_other_way_and_is_as_broad():
    for figure in (bar(16, 3, 0.7), np.tril(np.ones((12, 9)))):
        found, mirrored = measured(figure), measured(figure[:, ::-1])
        assert mirrored.pop("slant") == pytest.approx(-found.pop("slant"))
        assert mirrored == pytest.approx(found)
        assert measured(figure.T)["stroke_width"] == pytest.approx(found["stroke_width"])


def test_ink_at_the_border_has_an_outline_there():
    inside = np.zeros((6, 8))
    inside[1:5, 1:7] = 1.0
    filled = measured(np.ones((4, 6)))
    assert filled == pytest.approx(measured(inside))


def test_channels_are_averaged():
    grey = 2.0 * bar(12, 4)[None, :, :, None] - 1.0
    red = np.concatenate([grey, -np.ones_like(grey), -np.ones_like(grey)], axis=-1)
    assert measure(red)["ink"][0] == pytest.approx(12 * 4 / 3)
    assert measure(np.repeat(grey, 3, axis=-1))["ink"][0] == pytest.approx(12 * 4)


def test_each_image_is_measured_by_itself():
    pictures = [bar(12, 4, 0.5), bar(6, 8), np.zeros((40, 40)), np.ones((40, 40))]
    together = measure(2.0 * np.stack(pictures)[..., None] - 1.0)
    assert list(together) == list(PROPERTIES)
    for i, picture in enumerate(pictures):
        alone = measured(picture)
        for name in PROPERTIES:
            assert together[name][i] == pytest.approx(alone[name], nan_ok=True)


def test_an_empty_image_has_no_ink_and_no_other_measure():
    found = measured(np.zeros((8, 8)))
    assert found.pop("ink") == 0.0
    assert np.isnan(list(found.values())).all()


def test_an_image_that_is_not_finite_has_no_measure():
    assert np.isnan(list(measured(np.full((8, 8), np.nan)).values())).all()


# Rounding leaves such a line a row variance of nearly 0, and a slant of anything.
@pytest.mark.parametrize("seed", range(20))
def test_a_single_row_has_no_slant(seed):
    ink = np.zeros((28, 28))
    ink[17, 3:20] = np.random.default_rng(seed).uniform(0.0, 1.0, 17)
    found = measured(ink)
    assert np.isnan(found["slant"]) and np.isnan(found["width"])
    assert found["height"] == pytest.approx(0.0, abs=1e-6)


def test_an_even_grey_stands_upright():
    found = measured(np.full((10, 20), 0.3))
    assert found["slant"] == pytest.approx(0.0, abs=1e-9)
    assert found["ink"] == pytest.approx(60.0)
    assert found["height"] == pytest.approx(uniform_std(10))
    assert found["width"] == pytest.approx(uniform_std(20))
