"""Image arrays and curves → PNG files. All that matplotlib draws is drawn on a `canvas`."""

import contextlib
import functools
import unicodedata

import numpy as np
from PIL import Image

from keras_infogan import image_files
from keras_infogan.errors import UserError
from keras_infogan.files import replace_with
from keras_infogan.text import shown

GAP = 2
FRAMES = 40  # of an animation
FRAME_WIDTH = 400  # pixels, at most
FRAME_MILLISECONDS, LAST_MILLISECONDS = 250, 2000


def tile(images, gap=GAP):
    """Lays a table of images out as one picture.

    Args:
        images: Floats in [-1, 1], `(rows, columns, height, width, channels)`, one or three
            channels.
        gap: White pixels between images.

    Returns:
        uint8 array, `(height, width)` or `(height, width, 3)`.
    """
    rows, columns, height, width, channels = images.shape
    pixels = np.clip((images + 1.0) * 127.5 + 0.5, 0, 255).astype(np.uint8)
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap, channels)
    canvas = np.full(shape, 255, np.uint8)
    for row in range(rows):
        for column in range(columns):
            top, left = row * (height + gap), column * (width + gap)
            canvas[top : top + height, left : left + width] = pixels[row, column]
    return canvas[..., 0] if channels == 1 else canvas


def save_grid(path, images):
    """Writes a table of images, `(rows, columns, height, width, channels)` in [-1, 1], as PNG."""
    replace_with(path, lambda part: Image.fromarray(tile(images)).save(part))


def save_animation(path, pictures):
    """Writes pictures as the frames of a GIF, evenly chosen ones if there are many.

    Args:
        path: Where to.
        pictures: Paths of PNG files of one size.

    Returns:
        Paths of those that are damaged, and left out. With fewer than two others there is no GIF.
    """
    frames, damaged = [], []
    for picture in evenly(pictures, FRAMES):
        try:
            image = image_files.load(picture)
        except UserError:
            damaged.append(picture)
            continue
        frame = image.convert("RGB" if image.mode != "L" else "L")
        frame.thumbnail((FRAME_WIDTH, FRAME_WIDTH * 4))
        frames.append(frame)
    if len(frames) < 2:
        return damaged
    durations = [FRAME_MILLISECONDS] * (len(frames) - 1) + [LAST_MILLISECONDS]
    options = {"save_all": True, "append_images": frames[1:], "loop": 0, "duration": durations}
    replace_with(path, lambda part: frames[0].save(part, **options))
    return damaged


def evenly(items, count):
    """At most so many of the items, evenly chosen, the first and the last among them."""
    items = list(items)
    if len(items) <= count:
        return items
    return [items[i] for i in np.linspace(0, len(items) - 1, count).round().astype(int)]


@contextlib.contextmanager
def canvas(size, names=(), dpi=100, settings=None):
    """A matplotlib figure to draw on.

    Texts are drawn as they are written: `$` begins no formula, and letters that matplotlib's own
    font lacks come from another installed one.

    Args:
        size: `(width, height)` in inches.
        names: Texts from outside that will be drawn, such as names of labels and runs; each as
            `drawable` gives it.
        dpi: Pixels in an inch.
        settings: Further settings of matplotlib.

    Yields:
        A `matplotlib.figure.Figure`, to be saved before the end.
    """
    import matplotlib
    from matplotlib.figure import Figure

    others = dict.fromkeys(filter(None, map(_font_with, sorted(set("".join(names))))))
    texts = {"text.parse_math": False, "font.family": ["DejaVu Sans", *others, "sans-serif"]}
    with matplotlib.rc_context(texts | (settings or {})):
        yield Figure(figsize=size, dpi=dpi, layout="constrained")


@contextlib.contextmanager
def drawing(path, size, names=()):
    """A `canvas` that is written to a file afterwards.

    Args:
        path: The file.
        size: `(width, height)` in inches, of 100 pixels each.
        names: As for `canvas`.

    Yields:
        A `matplotlib.figure.Figure`.
    """
    with canvas(size, names) as figure:
        yield figure
        replace_with(path, figure.savefig)


def drawable(name):
    """A name from outside as it can be drawn in a line: what no installed font has is escaped."""
    return "".join(
        letter if _font_with(letter) is not None else ascii(letter)[1:-1] for letter in shown(name)
    )


@functools.cache
def _font_with(letter):
    """The family of a font that has a letter: "" for matplotlib's own, None if none has it."""
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    def has(path):
        try:
            font = FT2Font(path)
        except (OSError, RuntimeError):  # no font that matplotlib can draw with
            return False
        return font.scalable and font.get_char_index(ord(letter)) > 0

    if unicodedata.category(letter) == "Cs":  # half a letter; the font of last resort has it
        return None
    if letter.isascii() or has(font_manager.findfont("DejaVu Sans")):
        return ""
    fonts = font_manager.fontManager.ttflist
    return next((font.name for font in fonts if has(font.fname)), None)


def save_curves(path, curves, title, unit, level=None):
    """Draws curves over steps as PNG.

    Args:
        path: Where to.
        curves: `{label: {step: value}}`; values that are not finite are gaps.
        title: Title of the picture.
        unit: Label of the vertical axis.
        level: Optional `(value, label)` of a dashed line, such as a bound.
    """
    with drawing(path, (7, 4), [title, unit, *curves]) as figure:
        figure.set_layout_engine("none")  # which would draw all of it twice to find the margins
        axes = figure.add_axes((0.14, 0.12, 0.84, 0.71))
        for label, points in curves.items():
            style = {"linewidth": 1.2, "marker": "o" if len(points) < 3 else None}
            axes.plot(*zip(*points.items(), strict=True), label=drawable(label), **style)
        if level:
            axes.axhline(level[0], color="gray", linestyle="--", linewidth=1, label=level[1])
        axes.set(xlabel="step", ylabel=drawable(unit))
        axes.set_title(drawable(title), pad=38)
        axes.grid(alpha=0.3)
        # Above the axes, where it covers no curve.
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=9, frameon=False)


def save_matrix(path, counts, rows, columns, title, row_title, column_title):
    """Draws a table of counts as PNG, each row shaded by its shares.

    Args:
        path: Where to.
        counts: `(rows, columns)`.
        rows: Names of the rows.
        columns: Names of the columns.
        title: Title of the picture.
        row_title: What the rows are.
        column_title: What the columns are.
    """
    shares = counts / counts.sum(axis=1, keepdims=True).clip(min=1)
    size = (1.5 + 0.55 * len(columns), 1.2 + 0.45 * len(rows))
    with drawing(path, size, [*rows, *columns]) as figure:
        axes = figure.add_subplot()
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for i, j in zip(*counts.nonzero(), strict=True):
            color = "white" if shares[i, j] > 0.5 else "black"
            axes.text(j, i, str(counts[i, j]), ha="center", va="center", color=color, fontsize=8)
        axes.set(title=title, xlabel=column_title, ylabel=row_title)
        axes.set_xticks(range(len(columns)), map(drawable, columns))
        axes.set_yticks(range(len(rows)), map(drawable, rows))
