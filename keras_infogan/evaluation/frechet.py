"""Fréchet distance between two sets of features.

Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium",
2017. Figures compare only within one feature extractor. Ours is not Inception, so this is not FID
(see `extractors`).
"""

import numpy as np


def frechet_distance(first, second):
    """|μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½) of two Gaussians fitted to the features.

    Args:
        first: `(n, features)`.
        second: `(m, features)`.

    Returns:
        Float, 0 or more.

    Raises:
        ValueError: If either holds fewer than two rows.
    """
    if min(len(first), len(second)) < 2:
        raise ValueError(
            "A Fréchet distance needs two rows on each side. "
            f"Received: {len(first)} and {len(second)}."
        )
    first, second = (np.asarray(features, np.float64) for features in (first, second))
    difference = first.mean(axis=0) - second.mean(axis=0)
    covariances = [np.atleast_2d(np.cov(features, rowvar=False)) for features in (first, second)]
    # tr (Σ₁ Σ₂)^½ by the symmetric product Σ₁^½ Σ₂ Σ₁^½, whose eigenvalues are real and ≥ 0.
    root = _root(covariances[0])
    eigenvalues = np.linalg.eigvalsh(root @ covariances[1] @ root)
    trace = np.trace(covariances[0]) + np.trace(covariances[1])
    cross = 2.0 * np.sqrt(np.maximum(eigenvalues, 0.0)).sum()
    return float(max(difference @ difference + trace - cross, 0.0))


def _root(covariance):
    """Square root of a symmetric matrix without negative eigenvalues, singular or not."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
