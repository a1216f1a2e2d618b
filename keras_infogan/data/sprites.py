"""`sprites`: squares, ellipses and hearts drawn by this program, whose factors are known.

The factors are those of dSprites (Matthey et al., 2017): shape, scale, rotation and place. Unlike
dSprites, edges are smooth at every size of image, the 40 rotations end before the full turn, and
the set is a fixed sample in place of all 737,280 combinations. As there, a square looks the same
after a quarter turn and an ellipse after half a turn.
"""

import numpy as np

from keras_infogan.data import storage
from keras_infogan.data.image_data import ImageData
from keras_infogan.data.source import Source

SHAPES = ("square", "ellipse", "heart")
FACTORS = {"shape": len(SHAPES), "scale": 6, "rotation": 40, "x": 32, "y": 32}
LOOKS = (10, 20, 40)  # rotations of each shape that look different
TRAIN, TEST = 16_000, 2_000  # pictures of each shape
PART = 1000  # pictures that are drawn at once


def load(_, data_dir, fitting):
    """48,000 training and 6,000 test images, as many of each shape; no two look the same.

    White on black, drawn at the size asked for. Labels are the shapes.
    """
    factors = sample(TRAIN + TEST)
    size = fitting.image_size
    images = storage.empty((len(factors), size, size, 1))
    for start in range(0, len(factors), PART):
        rows = slice(start, start + PART)
        images[rows, ..., 0] = draw(factors[rows], size)
    images = fitting.squares(images, "sprites")
    count = TRAIN * len(SHAPES)
    return ImageData(
        "sprites",
        images[:count],
        factors[:count, 0],
        images[count:],
        factors[count:, 0],
        label_names=SHAPES,
        factor_names=tuple(FACTORS),
        train_factors=factors[:count],
        test_factors=factors[count:],
    )


def sample(count, seed=0):
    """Factors of `count` pictures of each shape that look different from each other.

    Args:
        count: Pictures of each shape, at most 61,440.
        seed: Seed of the choice.

    Returns:
        Integers `(3·count, 5)`, in the order of `FACTORS`; the shapes take turns.
    """
    draws = np.random.default_rng(seed)
    found = np.empty((count, len(SHAPES), len(FACTORS)), int)
    for shape, looks in enumerate(LOOKS):
        sizes = FACTORS["scale"], looks, FACTORS["x"], FACTORS["y"]
        chosen = draws.choice(np.prod(sizes), count, replace=False)
        scale, rotation, x, y = np.unravel_index(chosen, sizes)
        # One of the rotations that look like this one.
        rotation = rotation + looks * draws.integers(FACTORS["rotation"] // looks, size=count)
        found[:, shape] = np.stack([np.full(count, shape), scale, rotation, x, y], axis=1)
    return found.reshape(-1, len(FACTORS))


def draw(factors, size):
    """Pictures of factors.

    Args:
        factors: Integers `(n, 5)`, in the order of `FACTORS`. Scales go from half the size to the
            whole, rotations counterclockwise over a full turn, and the middle of a shape over the
            middle half of the picture, so that no shape is cut off.
        size: Height and width.

    Returns:
        uint8 array, `(n, size, size)`.
    """
    pictures = np.zeros((len(factors), size, size), np.uint8)
    for shape, distance in enumerate((_square, _ellipse, _heart)):
        for scale in range(FACTORS["scale"]):
            rows = np.flatnonzero((factors[:, 0] == shape) & (factors[:, 1] == scale))
            half = 0.25 * (0.5 + 0.5 * scale / (FACTORS["scale"] - 1)) * size
            _draw_all(pictures, rows, distance, half, np.float32(factors[rows, 2:]).T)
    return pictures


def _draw_all(pictures, rows, distance, half, factors):
    """Draws one shape at one scale, in a window of its size: the rest of a picture is black."""
    size = pictures.shape[1]
    rotation, x, y = factors
    angle = 2 * np.pi * rotation / FACTORS["rotation"]
    column = size * (0.25 + 0.5 * x / (FACTORS["x"] - 1))
    row = size * (0.75 - 0.5 * y / (FACTORS["y"] - 1))
    window = np.arange(min(int(2 * half) + 3, size))
    left, top = (
        np.clip(middle - half - 1, 0, size - len(window)).astype(int)[:, None, None]
        for middle in (column, row)
    )
    columns, lines = left + window[None, None, :], top + window[None, :, None]
    right = np.float32(columns + 0.5 - column[:, None, None]) / np.float32(half)
    up = np.float32(row[:, None, None] - lines - 0.5) / np.float32(half)
    cosine, sine = (np.float32(f(angle))[:, None, None] for f in (np.cos, np.sin))
    # The distance of a pixel's middle from the edge says how much of it is inside.
    inside = 0.5 - half * distance(cosine * right + sine * up, cosine * up - sine * right)
    pictures[rows[:, None, None], lines, columns] = np.rint(255 * np.clip(inside, 0, 1))


# Distances from the edge, below 0 inside, of shapes that just fit into the unit circle.


def _square(u, v):
    """A square."""
    a, b = (np.abs(part) - np.float32(np.sqrt(0.5)) for part in (u, v))
    return _length(np.maximum(a, 0), np.maximum(b, 0)) + np.minimum(np.maximum(a, b), 0)


def _ellipse(u, v):
    """An ellipse half as high as wide; to first order, which is exact at the edge."""
    radius = _length(u, 2 * v)
    return radius * (radius - 1) / np.maximum(_length(u, 4 * v), np.float32(1e-6))


def _heart(u, v):
    """A square on its corner, with half circles on its upper sides."""
    radius = np.float32(0.631)  # of the circle around it, where the square's diagonal is 1
    a, b = np.abs(u) * radius, (v + 1) * radius
    circle = _length(a - 0.25, b - 0.75) - np.float32(np.sqrt(0.125))
    along = 0.5 * np.maximum(a + b, 0)
    corner = np.minimum(_length(a, b - 1), _length(a - along, b - along))
    return np.where(a + b > 1, circle, corner * np.sign(a - b)) / radius


def _length(a, b):
    return np.sqrt(a * a + b * b)  # hypot is slower


SOURCE = Source(load)
