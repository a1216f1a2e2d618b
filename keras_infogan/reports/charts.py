"""Curves as SVG in the colors of the page, with what the page needs to show their values."""

import html
import io
import math
import re

import numpy as np

from keras_infogan.pictures import canvas, drawable, evenly

SIZE = (4.8, 3.0)  # inches
DOTS = 72  # an inch, at which the text is readable on a phone
POINTS = 300  # of a curve that are drawn
ROWS = 12  # of the table beside it
# matplotlib knows no CSS: it writes these colors, and the page's stand in their place.
_INK = "#010203"
_SERIES = [f"#0102{number:02x}" for number in range(16, 22)]
_DASHES = ["-", "--", ":", "-.", (0, (5, 1, 1, 1)), (0, (1, 2))]


def drawn(chart, number):
    """What the template shows of a chart.

    Args:
        chart: A `figures.curves.Chart`.
        number: Of the chart in its page, which keeps the identifiers of the drawings apart.

    Returns:
        Dict of `title`, `unit`, `svg`, `text` (the curves in words), `head` and `rows` (a table of
        some of the values) and `points` (all values with their places, for the script).
    """
    # Of each line its own, so that one of few points, such as scores on the way, keeps them all.
    kept = {step for points in chart.lines.values() for step in evenly(sorted(points), POINTS)}
    steps = np.array(sorted(kept))
    values = [[_number(points.get(int(step))) for step in steps] for points in chart.lines.values()]
    svg, places = _svg(chart, steps, values, f"chart{number}-")
    chosen = evenly(range(len(steps)), ROWS)
    labels = list(chart.lines)
    return {
        "title": chart.title,
        "unit": chart.unit,
        "svg": svg,
        "text": _words(chart, steps, values),
        "head": ["step", *labels],
        "rows": [[f"{steps[i]:,}", *(_text(line[i]) for line in values)] for i in chosen],
        "points": {
            "steps": steps.tolist(),
            "places": places,
            "labels": labels,
            "values": [[_text(value) for value in line] for line in values],
        },
    }


def _number(value):
    return value if value is not None and math.isfinite(value) else math.nan


def _text(value):
    return "–" if math.isnan(value) else f"{value:.3f}"


def _words(chart, steps, values):
    parts = []
    for label, line in zip(chart.lines, values, strict=True):
        known = [value for value in line if not math.isnan(value)]
        parts.append(f"{label} {known[0]:.3f} to {known[-1]:.3f}" if known else f"{label} unknown")
    level = f"; {chart.level[1]}" if chart.level else ""
    return f"{chart.title}, steps {steps[0]:,} to {steps[-1]:,}: {', '.join(parts)}{level}."


def _svg(chart, steps, values, prefix):
    """The drawing, and the horizontal place of each step in it, as shares of its width."""
    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": prefix,
        "font.size": 10,
        **dict.fromkeys(
            ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), _INK
        ),
    }
    with canvas(SIZE, chart.lines, DOTS, settings) as figure:
        axes = figure.add_subplot()
        for number, points in enumerate(chart.lines.values()):
            # A step that has no point is passed over; a value that is not finite is a gap.
            line = [
                (step, value)
                for step, value in zip(steps, values[number], strict=True)
                if int(step) in points
            ]
            color, dashes = _SERIES[number % len(_SERIES)], _DASHES[number % len(_DASHES)]
            marker = "o" if len(line) < 3 else None
            axes.plot(*zip(*line, strict=True), color=color, linestyle=dashes, marker=marker)
        labels = [drawable(label) for label in chart.lines]
        if chart.level:
            value, label = chart.level
            axes.axhline(value, color=_INK, linestyle=(0, (2, 3)), linewidth=1)
            labels.append(label)
        axes.set(xlabel="step", ylabel=chart.unit)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.2, color=_INK)
        if len(labels) > 1:
            # Given here, since a label of a line that begins with _ would be left out.
            place = {"loc": "outside upper left", "ncols": 2, "fontsize": 9, "frameon": False}
            figure.legend(axes.lines, labels, **place)
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
        places = axes.transData.transform(np.column_stack([steps, np.zeros(len(steps))]))[:, 0]
    width = figure.get_figwidth() * DOTS
    return _inline(file.getvalue(), prefix), [round(float(place / width), 4) for place in places]


def _inline(svg, prefix):
    """An SVG file as an element of a page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{html.escape(prefix)}", svg)
    svg = svg.replace(_INK, "currentColor")
    for number, color in enumerate(_SERIES, start=1):
        svg = svg.replace(color, f"var(--series-{number})")
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
