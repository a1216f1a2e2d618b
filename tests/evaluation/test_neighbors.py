import numpy as np
import pytest

from keras_infogan.evaluation.neighbors import (
    copying,
    fidelity_and_variety,
    mean_distance,
    nearest_distances,
)


def points(*values):
    return np.array(values, np.float64)[:, None]


def cloud(count, seed=0, size=32):
    return np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)


def test_by_hand():
    # Balls that reach the nearest other: real [0, 1], [1, 1], [10, 3]: radii 1, 1, 9.
    real = points(0.0, 1.0, 10.0)
    # Generated radii 0.5, 0.5, 19.5.
    generated = points(0.0, 0.5, 20.0)
    found = fidelity_and_variety(real, generated, k=1)
    # 0 lies in the balls of 0 and 1; 0.5 in both too; 20 in none.
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["density"] == pytest.approx((2 + 2 + 0) / 3)
    # Balls of 0 and 1 hold a generated row, the ball [1, 19] of 10 holds none.
    assert found["coverage"] == pytest.approx(2 / 3)
    # 0 is in [−0.5, 0.5], 1 in [0, 1] and 10 in [0.5, 39.5].
    assert found["recall"] == 1.0


def test_precision_and_recall_change_places_with_the_sides():
    first, second = cloud(60), 1.5 * cloud(80, seed=1) + 0.3
    one, other = fidelity_and_variety(first, second), fidelity_and_variety(second, first)
    assert (one["precision"], one["recall"]) == (other["recall"], other["precision"])
    assert 0 < one["precision"] < 1


def test_identical_sets():
    # Around each row lie its own ball and, on average, those of k others.
    assert fidelity_and_variety(cloud(80), cloud(80), k=5) == {
        "precision": 1.0,
        "recall": 1.0,
        "density": pytest.approx(6 / 5),
        "coverage": 1.0,
    }


def test_fresh_draws_of_one_distribution_have_density_and_coverage_near_one():
    found = fidelity_and_variety(cloud(800, 0, size=4), cloud(800, 1, size=4))
    assert found["density"] == pytest.approx(1.0, abs=0.1)
    # A ball of 5 rows of 800 misses 800 others with probability about 2^−5 (Naeem et al.).
    assert found["coverage"] == pytest.approx(1 - 2**-5, abs=0.03)


def test_disjoint_sets():
    assert fidelity_and_variety(cloud(30), cloud(30, seed=1) + 100.0) == {
        "precision": 0.0,
        "recall": 0.0,
        "density": 0.0,
        "coverage": 0.0,
    }


def test_a_dropped_mode_costs_recall_and_coverage_but_no_precision():
    real = np.concatenate([cloud(100), cloud(100, seed=1) + 50.0])
    kept = real[:100]
    found = fidelity_and_variety(real, kept)
    assert found["precision"] == 1.0
    assert found["recall"] == pytest.approx(0.5)
    assert found["coverage"] == pytest.approx(0.5)


def test_noise_costs_precision():
    real = cloud(100)
    found = fidelity_and_variety(real, np.concatenate([real, cloud(100, 1) * 20.0]))
    assert found["precision"] == pytest.approx(0.5)
    assert found["coverage"] == 1.0


def test_a_common_offset_changes_nothing():
    # Features in eighths stay exact in single precision beside 10,000; their squares do not.
    sides = [np.round(8 * cloud(60, seed)) / 8 for seed in (0, 1)]
    expected = fidelity_and_variety(*sides)
    assert 0 < expected["recall"] < 1
    assert fidelity_and_variety(*(side + np.float32(1e4) for side in sides)) == expected


def test_balls_without_extent_hold_their_own_row():
    # Each row seven times over: the fifth neighbor is the row itself.
    rows = 3.0 * cloud(30)
    found = fidelity_and_variety(np.repeat(rows, 7, axis=0), rows[:15])
    assert found["precision"] == 1.0
    assert found["coverage"] == 0.5


def test_more_rows_than_are_compared_at_once():
    # From the middle outwards: the balls of the last rows are not those of the first.
    generated = cloud(1203, 1, size=3)
    generated = generated[np.argsort((generated**2).sum(axis=1))]
    real = 2.0 * cloud(80, size=3)

    def distances(first, second):
        return np.linalg.norm(np.float64(first)[:, None] - second[None], axis=-1)

    def radii(rows):
        return np.sort(distances(rows, rows), axis=1)[:, 5]

    inside = distances(real, generated) <= radii(real)[:, None]
    recalled = distances(real, generated) <= radii(generated)
    expected = {
        "precision": inside.any(axis=0).mean(),
        "recall": recalled.any(axis=1).mean(),
        "density": inside.sum(axis=0).mean() / 5,
        "coverage": inside.any(axis=1).mean(),
    }
    assert 0.2 < expected["recall"] < 0.8
    assert fidelity_and_variety(real, generated) == pytest.approx(expected)


@pytest.mark.parametrize("counts", [(5, 50), (50, 5)])
def test_too_few_rows_are_refused(counts):
    first, second = (cloud(count) for count in counts)
    with pytest.raises(ValueError, match=f"more than 5 rows.*{counts[0]} and {counts[1]}"):
        fidelity_and_variety(first, second)
    fidelity_and_variety(cloud(6), cloud(6))


def test_nearest_distances_by_hand():
    np.testing.assert_allclose(
        nearest_distances(points(0.0, 4.0, 9.0), points(1.0, 5.0, 11.0)), [1.0, 1.0, 2.0]
    )


def test_copies_of_training_rows_show():
    train, test = cloud(200), cloud(100, seed=1)
    found = copying(train[50:90], train, test)
    assert found["nearest_train"] == pytest.approx(0.0, abs=1e-3)
    assert found["ratio"] == pytest.approx(0.0, abs=1e-3)
    assert found["closer_than_test"] == 1.0
    assert found["test_nearest_train"] > 1.0


def test_new_rows_are_as_far_from_training_as_test_rows():
    train = cloud(500, size=4)
    found = copying(cloud(400, 1, size=4), train, cloud(400, 2, size=4))
    assert found["ratio"] == pytest.approx(1.0, abs=0.1)
    assert found["closer_than_test"] < 0.04


def test_copying_by_hand():
    # Distances to training: test 1, 1, 2, 3, 4, generated 0.5, 1, 6.
    train = points(0.0, 100.0)
    found = copying(points(0.5, 101.0, 94.0), train, points(1.0, -1.0, 2.0, 103.0, 96.0))
    assert found == {
        "nearest_train": 1.0,
        "test_nearest_train": 2.0,
        "ratio": 0.5,
        "closer_than_test": pytest.approx(1 / 3),
    }


def test_test_rows_that_are_training_rows_leave_no_ratio():
    train = cloud(20)
    assert copying(cloud(5, 1), train, np.float64(train))["ratio"] is None


def test_mean_distance_of_two_rows_is_their_distance():
    assert mean_distance(np.array([[0.0, 0.0], [3.0, 4.0]])) == pytest.approx(5.0)


def test_mean_distance_takes_all_pairs_alike():
    # Distances 1, 2 and 3 between the three pairs.
    assert mean_distance(points(0.0, 1.0, 3.0)) == pytest.approx(2.0, rel=0.05)
    assert mean_distance(np.ones((4, 3))) == 0.0
