"""How sharp, or how noisy, generated images are beside real ones."""

import numpy as np
from scipy.ndimage import laplace


def sharpness(images):
    """Mean variance of the Laplacian: small for blurred images, large for noisy ones.

    Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000.

    Args:
        images: Floats, `(n, height, width, channels)`.
    """
    edges = laplace(np.asarray(images, np.float64), axes=(1, 2))
    return float(np.mean(np.var(edges, axis=(1, 2, 3))))


def relative_sharpness(generated, real):
    """Sharpness of generated images over that of real ones: 1 if equal; None for flat real ones.

    Args:
        generated: Floats, `(n, height, width, channels)`.
        real: The same kind of images, `(m, height, width, channels)`.
    """
    whole = sharpness(real)
    return sharpness(generated) / whole if whole > 0 else None
