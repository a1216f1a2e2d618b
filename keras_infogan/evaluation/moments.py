"""What can be measured of a drawn figure: slant, stroke width, ink, width and height.

All of them from sums over pixels, without labels and without a network. Moments: Hu, "Visual
pattern recognition by moment invariants", 1962.
"""

import numpy as np

PROPERTIES = ("slant", "stroke_width", "ink", "width", "height")


def measure(images):
    """Measures each image.

    Args:
        images: Floats in [-1, 1], `(n, height, width, channels)`; -1 is background, and channels
            are averaged.

    Returns:
        Dict of each of `PROPERTIES` to `(n,)`, NaN where an image is empty:

        - `slant`: columns by which the figure moves to the right for each row upwards,
          −cov(x, y) / var(y), without unit.
        - `stroke_width`: 2 · area / perimeter, in pixels; exact for a long bar.
        - `ink`: area, in pixels.
        - `width`: standard deviation of the columns about the slanted axis, in pixels.
        - `height`: standard deviation of the rows, in pixels.
    """
    ink = (np.asarray(images, np.float64).mean(axis=-1) + 1.0) / 2.0
    rows, columns = (np.arange(length, dtype=np.float64) for length in ink.shape[1:])
    area = ink.sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = ink / area[:, None, None]
        row_mean = np.einsum("nyx,y->n", share, rows)
        column_mean = np.einsum("nyx,x->n", share, columns)
        y = rows[None, :] - row_mean[:, None]
        x = columns[None, :] - column_mean[:, None]
        row_variance = np.einsum("nyx,ny->n", share, y**2)
        column_variance = np.einsum("nyx,nx->n", share, x**2)
        covariance = np.einsum("nyx,ny,nx->n", share, y, x)
        about_axis = column_variance - covariance**2 / row_variance
        return {
            "slant": -covariance / row_variance,
            "stroke_width": 2.0 * area / _perimeter(ink),
            "ink": area,
            "width": np.sqrt(np.maximum(about_axis, 0.0)),
            "height": np.sqrt(row_variance),
        }


def _perimeter(ink):
    """Total variation of each image: the length of a figure's outline, in pixels."""
    padded = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    down = np.diff(padded, axis=1)[:, :, :-1]
    across = np.diff(padded, axis=2)[:, :-1, :]
    return np.sqrt(down**2 + across**2).sum(axis=(1, 2))
