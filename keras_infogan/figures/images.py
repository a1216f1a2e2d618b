"""Pictures that runs have left, side by side, each under its run's name and step."""

import re

import numpy as np

from keras_infogan import image_files
from keras_infogan.errors import UserError
from keras_infogan.figures.figure import Figure
from keras_infogan.pictures import drawable, drawing, tile

GRID = re.compile(r"noise-by-code(-\w+)?|samples")
WIDTH = 3.6  # inches of a picture
PAIRS = 5  # of noises, and images on the way from one to the other
BETWEEN = 9


def codes(out, runs):
    """The last grid of each run: rows are codes, columns noise; samples without codes.

    A run with several categorical codes has a grid for each, in a row of its own.

    Args:
        out: The .png file.
        runs: List of `RunDir`.

    Raises:
        UserError: If a run has no grid.
    """
    table = [[_last(run, name) for name in _names(run, GRID, "grids")] for run in runs]
    alone = all(len(row) == 1 for row in table)
    _draw(out, [[picture for (picture,) in table]] if alone else table)


def traversals(out, runs):
    """The last traversals of each run, a row a run; arguments as `codes`."""
    pattern = re.compile(r"traversal-\w+")
    found = [(run, _names(run, pattern, "pictures of continuous codes")) for run in runs]
    _draw(out, [[_last(run, name) for name in names] for run, names in found])


def steps(out, runs, steps):
    """The grids of some steps, a row a run: those of its first categorical code, or samples.

    Args:
        out: The .png file.
        runs: List of `RunDir`.
        steps: Numbers of steps.

    Raises:
        UserError: If a run has no grid of one.
    """
    table = []
    for run in runs:
        first = _names(run, GRID, "grids")[0]
        grids = {step: (run, step, path) for step, path in run.pictures()[first].items()}
        if missing := [step for step in steps if step not in grids]:
            raise UserError(
                f"{run.path} has no pictures of step {missing[0]}; it has those of "
                f"{', '.join(map(str, sorted(grids)))}."
            )
        table.append([grids[step] for step in steps])
    _draw(out, table)


def interpolation(out, runs):
    """Images between pairs of noises, a block a run: each row goes from one noise to another.

    Between normal noises the way is an arc, since their mean is shorter than either (White,
    "Sampling Generative Networks", 2016); between uniform ones it is straight. Codes stand at their
    middle, a categorical one at its first value. Arguments as `codes`.
    """
    from keras_infogan.saving import load_model

    table = []
    for run in runs:
        checkpoint = run.latest_checkpoint()
        if checkpoint is None:
            raise UserError(f"{run.path} has no checkpoint.")
        model = load_model(checkpoint)
        latents, noise = model.latents.fixed(2 * PAIRS), model.latents.noise
        size = noise.size
        if not size:
            raise UserError(f"{run.path} has no noise to go between.")
        way = arc if noise.distribution == "normal" else np.linspace
        rows = np.stack([np.repeat(row[None], BETWEEN, axis=0) for row in latents[:PAIRS]])
        for row, first, last in zip(rows, latents[:PAIRS], latents[PAIRS:], strict=True):
            row[:, :size] = way(first[:size], last[:size], BETWEEN)
        table.append(tile(model.generate(rows)))
    size = (WIDTH * len(runs), WIDTH * PAIRS / BETWEEN + 0.4)
    with drawing(out, size, [run.path.name for run in runs]) as figure:
        for axes, run, picture in zip(
            figure.subplots(1, len(runs), squeeze=False)[0], runs, table, strict=True
        ):
            axes.imshow(picture, cmap="gray", vmin=0, vmax=255)
            axes.set_title(f"{drawable(run.path.name)}, between noises", fontsize=9)
            axes.axis("off")


def arc(first, last, count):
    """Points on the arc from one vector to another, `(count, size)`, ends included.

    Args:
        first: `(size,)`.
        last: `(size,)`.
        count: Number of points.
    """
    lengths = np.linalg.norm(first) * np.linalg.norm(last)
    angle = np.arccos(np.clip(np.dot(first, last) / lengths, -1.0, 1.0))
    shares = np.linspace(0.0, 1.0, count)[:, None]
    if angle < 1e-6:
        return (1.0 - shares) * first + shares * last
    return (np.sin((1.0 - shares) * angle) * first + np.sin(shares * angle) * last) / np.sin(angle)


def _names(run, pattern, what):
    """Names of the pictures that match, in order, shorter ones first: c2 stands before c10."""
    found = {name for name in run.pictures() if pattern.fullmatch(name)}
    if not found:
        raise UserError(f"{run.path} has no {what}.")
    return sorted(found, key=lambda name: (len(name), name))


def _last(run, name):
    """`(run, step, path)` of the last picture of a name."""
    step, path = max(run.pictures()[name].items())
    return run, step, path


def _draw(out, table):
    columns = max(map(len, table))
    names = [run.path.name for row in table for run, _, _ in row]
    with drawing(out, (WIDTH * columns, (WIDTH + 0.4) * len(table)), names) as figure:
        grid = figure.subplots(len(table), columns, squeeze=False)
        for axes in grid.flat:
            axes.axis("off")
        for row, pictures in zip(grid, table, strict=True):
            for axes, (run, step, path) in zip(row, pictures, strict=False):
                axes.imshow(image_files.load(path).convert("RGB"))
                code = re.match(r"(?:traversal|noise-by-code)-(c\d+)-", path.name)
                what = f", {code[1]}" if code else ""
                axes.set_title(f"{drawable(run.path.name)}{what}, step {step}", fontsize=9)


CODES = Figure(codes, "the last grid of each run: codes, or samples")
TRAVERSALS = Figure(traversals, "each continuous code from its lowest to its highest value")
STEPS = Figure(steps, "the grids of the steps of --steps", needs_steps=True)
INTERPOLATION = Figure(interpolation, "images between pairs of noises")
