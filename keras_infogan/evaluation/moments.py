"""What can be measured of a drawn figure: slant, stroke width, ink, width and height.

All of them from sums over pixels, without labels and without a network. Moments: Hu, "Visual
pattern recognition by moment invariants", 1962.
"""

import itertools

import numpy as np

# Squared pixels; a row variance under this is that of a single row, and rounding.
NO_HEIGHT = 1e-9

PROPERTIES = ("slant", "stroke_width", "ink", "width", "height")


def measure(images):
    """Measures each image.

    Args:
        images: Floats in [-1, 1], `(n, height, width, channels)`; -1 is background, and channels
            are averaged.

    Returns:
        Dict of each of `PROPERTIES` to `(n,)`, all but the ink NaN where an image is empty:

        - `slant`: columns by which the figure moves to the right for each row upwards,
          −cov(x, y) / var(y), without unit. NaN for a single row.
        - `stroke_width`: 2 · area / perimeter, in pixels; exact for a long bar.
        - `ink`: area, in pixels.
        - `width`: standard deviation of the columns about the slanted axis, in pixels. NaN for a
          single row, which has no such axis.
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
        slant = np.where(row_variance > NO_HEIGHT, -covariance / row_variance, np.nan)
        about_axis = column_variance + slant * covariance
        return {
            "slant": slant,
            "stroke_width": 2.0 * area / _perimeter(ink),
            "ink": area,
            "width": np.sqrt(np.maximum(about_axis, 0.0)),
            "height": np.sqrt(row_variance),
        }


def _perimeter(ink):
    """Total variation of each image: the length of a figure's outline, in pixels.

    The mean over both neighbors of a pixel in a row and both in a column. With one neighbor of
    each, a figure that leans to the right would measure otherwise than its mirror image.
    """
    padded = np.pad(ink, ((0, 0), (2, 2), (2, 2)))
    down = np.diff(padded, axis=1)[:, :, 1:-1]
    across = np.diff(padded, axis=2)[:, 1:-1, :]
    pairs = itertools.product((down[:, :-1], down[:, 1:]), (across[:, :, :-1], across[:, :, 1:]))
    return np.mean([np.hypot(*pair).sum(axis=(1, 2)) for pair in pairs], axis=0)
