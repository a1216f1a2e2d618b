"""What the theory figures draw."""

import numpy as np
import pytest
from PIL import Image

from keras_infogan.figures import theory


def test_plain_gradient_steps_circle_outward():
    path = theory.play_xy(0.0, steps=50, rate=0.1)
    radius = np.hypot(*path.T)
    # Each step multiplies the radius by sqrt(1 + rate²).
    np.testing.assert_allclose(radius[1:] / radius[:-1], np.sqrt(1.01), rtol=1e-5)
    np.testing.assert_allclose(path[1], [0.9, 1.1], rtol=1e-6)
    angles = np.unwrap(np.arctan2(path[:, 1], path[:, 0]))
    assert angles[-1] - angles[0] > 4.5  # most of a turn


def test_historical_averaging_draws_to_the_center():
    radius = np.hypot(*theory.play_xy(theory.GAME_STRENGTH).T)
    assert radius[-1] < 0.3
    assert radius.max() < 2


def test_best_discriminator_is_a_half_where_the_densities_are_equal():
    data, model = np.array([0.2, 0.3, 0.0]), np.array([0.2, 0.1, 0.4])
    np.testing.assert_allclose(theory.best_discriminator(data, model), [0.5, 0.75, 0.0])


@pytest.mark.parametrize(
    "draw", [theory.generator_costs, theory.optimal_discriminator, theory.xy_game]
)
def test_figures_are_pictures(draw, tmp_path):
    draw(tmp_path / "figure.png")
    with Image.open(tmp_path / "figure.png") as picture:
        assert picture.size == (600, 400)
        assert len(picture.convert("RGB").getcolors(10**6)) > 20
