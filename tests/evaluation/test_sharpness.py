import numpy as np
import pytest

from keras_infogan.evaluation.sharpness import relative_sharpness, sharpness


def test_sharpness_of_one_bright_pixel_by_hand():
    images = np.zeros((1, 5, 5, 1))
    images[0, 2, 2, 0] = 1.0
    # The Laplacian is -4 there and 1 at its four neighbors: mean 0, mean square 20 / 25.
    assert sharpness(images) == pytest.approx(0.8)


def test_a_ramp_has_no_edges():
    ramp = np.tile(np.arange(6.0), (6, 1))[None, :, :, None]
    edges = sharpness(ramp[:, :, 1:-1])
    assert edges < sharpness(np.random.default_rng(0).permuted(ramp, axis=2)) / 10


def test_contrast_counts_twice_and_channels_are_looked_at_one_by_one():
    images = np.random.default_rng(1).normal(size=(4, 8, 8, 1))
    assert relative_sharpness(2.0 * images, images) == pytest.approx(4.0)
    assert sharpness(np.repeat(images, 3, axis=3)) == pytest.approx(sharpness(images))


def test_blur_lowers_it_and_noise_raises_it():
    generator = np.random.default_rng(2)
    squares = np.zeros((3, 16, 16, 1))
    squares[:, 4:12, 4:12] = 1.0
    blurred = (squares + np.roll(squares, 1, 1) + np.roll(squares, 1, 2)) / 3
    noisy = squares + generator.normal(0, 0.2, squares.shape)
    assert relative_sharpness(blurred, squares) < 0.9
    assert relative_sharpness(noisy, squares) > 1.2


def test_flat_real_images_have_no_sharpness_to_compare_with():
    assert relative_sharpness(np.ones((1, 4, 4, 1)), np.zeros((1, 4, 4, 1))) is None
