"""Scores from nearest neighbors among features: fidelity, variety, and copies.

Precision and recall: Kynkäänniemi et al., "Improved Precision and Recall Metric for Assessing
Generative Models", 2019. Density and coverage: Naeem et al., "Reliable Fidelity and Diversity
Metrics for Generative Models", 2020.
"""

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

K = 5


def fidelity_and_variety(real, generated, k=K):
    """Precision, recall, density and coverage.

    Around each real (or generated) row lies a ball that reaches its k-th nearest neighbor of its
    own kind.

    Args:
        real: Features, `(n, features)`.
        generated: `(m, features)`.
        k: Neighbors, under n and m.

    Returns:
        Dict with `precision` (share of generated rows in the ball of a real one), `recall` (the
        reverse), `density` (mean number of real balls around a generated row, divided by k; about
        1 if both are alike) and `coverage` (share of real balls with a generated row inside).

    Raises:
        ValueError: If a side has k rows or fewer.
    """
    if min(len(real), len(generated)) <= k:
        raise ValueError(
            f"Balls of {k} neighbors need more than {k} rows on each side. "
            f"Received: {len(real)} and {len(generated)}."
        )
    real_radii = _radii(real, k)
    generated_radii = _radii(generated, k)
    hits_of_real = np.zeros(len(real), np.int64)  # generated rows in the ball of each real one
    real_balls = np.zeros(len(generated), np.int64)  # real balls around each generated row
    recalled = np.zeros(len(real), bool)
    for part in _parts(generated):
        distances = cdist(real, generated[part])
        inside = distances <= real_radii[:, None]
        hits_of_real += inside.sum(axis=1)
        real_balls[part] = inside.sum(axis=0)
        recalled |= (distances <= generated_radii[None, part]).any(axis=1)
    return {
        "precision": float(np.mean(real_balls > 0)),
        "recall": float(np.mean(recalled)),
        "density": float(np.mean(real_balls) / k),
        "coverage": float(np.mean(hits_of_real > 0)),
    }


def nearest_distances(features, among):
    """Distance of each row of `features` to its nearest row in `among`, `(n,)`."""
    return NearestNeighbors(n_neighbors=1).fit(among).kneighbors(features)[0][:, 0]


def copying(generated, train, test):
    """Whether the generator copies training images.

    Test images are new for certain: their distances to the nearest training image are the floor.

    Args:
        generated: Features, `(n, features)`.
        train: `(m, features)`.
        test: `(l, features)`.

    Returns:
        Dict with `nearest_train` and `test_nearest_train` (median distance of generated and of
        test images to the nearest training image), their `ratio` (well under 1 means copies), and
        `closer_than_test` (share of generated images nearer to a training image than all but the
        nearest hundredth of test images are; about 0.01 without copies).
    """
    ours = nearest_distances(generated, train)
    floor = nearest_distances(test, train)
    median = float(np.median(floor))
    return {
        "nearest_train": float(np.median(ours)),
        "test_nearest_train": median,
        "ratio": float(np.median(ours) / median) if median > 0 else None,
        "closer_than_test": float(np.mean(ours < np.quantile(floor, 0.01))),
    }


def mean_distance(features, pairs=2000, seed=0):
    """Mean distance between random pairs of rows, of at least two."""
    generator = np.random.default_rng(seed)
    first = generator.integers(len(features), size=pairs)
    second = (first + generator.integers(1, len(features), size=pairs)) % len(features)
    return float(np.linalg.norm(features[first] - features[second], axis=1).mean())


def _radii(features, k):
    """Distance of each row to its k-th nearest other, `(n,)`.

    By the same sum of squares as the distances that are compared with it, not by the faster
    |a|² + |b|² − 2ab, whose rounding puts rows outside the ball that they are the middle of.
    """
    radii = np.empty(len(features))
    for part in _parts(features):
        distances = cdist(features[part], features)
        radii[part] = np.partition(distances, k, axis=1)[:, k]  # the nearest is the row itself
    return radii


def _parts(rows, size=500):
    return [slice(start, start + size) for start in range(0, len(rows), size)]
