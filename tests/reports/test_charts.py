"""Curves: what of them is drawn, and names as they are written."""

import html
import re

import pytest

from keras_infogan.figures.curves import Chart
from keras_infogan.reports import charts


def svg_texts(chart):
    return re.findall(r"<text[^>]*>([^<]*)</text>", charts.drawn(chart, 1)["svg"])


@pytest.mark.parametrize("name", ["$a_b$", "$\\frac{", "_hidden", "Zoë λ", "a & <b>"])
def test_names_of_runs_are_drawn_as_they_are_written(name):
    chart = Chart("Loss", "nats", {name: {1: 0.5, 2: 0.25}, "other": {1: 1.0}})
    assert name in map(html.unescape, svg_texts(chart))


def test_a_name_stays_in_its_line():
    chart = Chart("Loss", "nats", {"two\nlines": {1: 0.5}, "other": {1: 1.0}})
    assert "two\\nlines" in svg_texts(chart)


def test_a_line_of_few_points_keeps_them_beside_one_of_many():
    many = {step: 0.0 for step in range(0, 10_000, 10)}
    drawn = charts.drawn(Chart("Accuracy", "share", {"all": many, "few": {4_990: 0.5}}), 1)
    points = drawn["points"]
    assert len(points["steps"]) <= charts.POINTS + 1
    assert [v for v in points["values"][1] if v != "–"] == ["0.500"]
