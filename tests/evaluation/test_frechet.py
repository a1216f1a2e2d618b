import numpy as np
import pytest

from keras_infogan.evaluation.frechet import frechet_distance


def test_one_dimension_by_hand():
    # Means 1 and 8; variances (n − 1) 2 and 32: (8 − 1)² + (√32 − √2)² = 49 + 18.
    distance = frechet_distance([[0.0], [2.0]], [[4.0], [12.0]])
    assert isinstance(distance, float)
    assert distance == pytest.approx(67.0)


def with_covariance(covariance, mean):
    """Four points with this covariance and mean exactly."""
    # Corners of a square have covariance 4/3 of the identity.
    corners = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]]) * 0.75**0.5
    return corners @ np.linalg.cholesky(covariance).T + mean


def test_two_dimensions_by_hand():
    first, second = np.diag([4.0, 9.0]), np.diag([1.0, 25.0])
    # (3² + 4²) + (2 − 1)² + (3 − 5)².
    distance = frechet_distance(
        with_covariance(first, [0.0, 0.0]), with_covariance(second, [3.0, -4.0])
    )
    assert distance == pytest.approx(30.0)


def test_covariances_that_do_not_commute():
    first, second = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[5.0, -2.0], [-2.0, 1.0]])
    # Of a 2×2 matrix: tr √M = √(tr M + 2 √det M). tr Σ₁Σ₂ = 9, det Σ₁ = 5, det Σ₂ = 1.
    expected = (2 + 3) + (5 + 1) - 2 * (9 + 2 * 5**0.5) ** 0.5
    points = with_covariance(first, [1.0, 1.0]), with_covariance(second, [1.0, 1.0])
    assert frechet_distance(*points) == pytest.approx(expected)
    assert frechet_distance(*points[::-1]) == pytest.approx(expected)


def test_equal_sets_are_at_no_distance():
    features = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    distance = frechet_distance(features, features[::-1])
    assert 0.0 <= distance < 1e-9


def test_order_and_number_of_rows_do_not_matter_but_their_spread_does():
    features = np.random.default_rng(0).normal(size=(400, 3))
    assert frechet_distance(features, 2.0 * features) == pytest.approx(
        np.sum(features.mean(axis=0) ** 2) + np.trace(np.cov(features, rowvar=False)), rel=1e-6
    )


def test_singular_covariances():
    # Fewer rows than features, one of them constant on each side and two apart.
    generator = np.random.default_rng(0)
    features = generator.normal(size=(4, 10))
    features[:, 3] = 1.0
    moved = features.copy()
    moved[:, 3] = 3.0
    # A root of rounding's 1e-16 is 1e-8.
    assert frechet_distance(features, features) == pytest.approx(0.0, abs=1e-6)
    assert frechet_distance(features, moved) == pytest.approx(4.0, abs=1e-6)


def test_a_single_image_over_and_over_is_as_far_as_the_other_side_spreads():
    spread = np.array([[-1.0, 0.0], [1.0, 0.0]])  # variance 2
    assert frechet_distance(np.zeros((5, 2)), spread) == pytest.approx(2.0)


def test_large_features_in_single_precision():
    first = np.array([[1000.0], [1002.0]], np.float32)
    assert frechet_distance(first, first + np.float32(3.0)) == pytest.approx(9.0)


@pytest.mark.parametrize("counts", [(1, 5), (5, 1), (0, 5)])
def test_a_single_row_is_refused(counts):
    first, second = (np.ones((count, 3)) for count in counts)
    with pytest.raises(ValueError, match=f"Received: {counts[0]} and {counts[1]}"):
        frechet_distance(first, second)
