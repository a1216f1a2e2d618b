"""Curves: what is drawn of metrics.jsonl."""

import json
import math

import pytest
from PIL import Image

from keras_infogan.latents import Categorical, Uniform
from keras_infogan.training.listeners import curves
from keras_infogan.training.listeners.curves import Curves

# As metrics.jsonl has them.
NAMES = [
    "d_loss",
    "g_loss",
    "categorical_loss",
    "continuous_loss",
    "information",
    "code_accuracy",
    "real_probability",
    "generated_probability_before",
    "generated_probability_after",
]
PICTURES = ["information.png", "losses.png", "probabilities.png"]


def write_rows(run, steps):
    """Rows in which metric number i of step s is s + i / 10."""
    rows = [
        {"step": step, **{name: step + i / 10 for i, name in enumerate(NAMES)}} for step in steps
    ]
    run.metrics.write_text("".join(json.dumps(row) + "\n" for row in rows))


def make(run, model, every=500):
    listener = Curves(run, every)
    listener.begin(model, 0)
    return listener


@pytest.fixture
def units():
    """The unit of each picture of `drawn`."""
    return {}


@pytest.fixture
def drawn(monkeypatch, units):
    """What is drawn, `{file name: (curves, level)}`, instead of pictures."""
    seen = {}

    def note(path, lines, title, unit, level=None):
        seen[path.name] = (lines, level)
        units[path.name] = unit

    monkeypatch.setattr(curves, "save_curves", note)
    return seen


def test_three_pictures_are_written(run, tiny_model):
    model = tiny_model()
    write_rows(run, [10, 20, 30])
    make(run, model).save()
    assert sorted(path.name for path in run.images.iterdir()) == PICTURES
    for path in run.images.iterdir():
        with Image.open(path) as picture:
            assert picture.format == "PNG" and min(picture.size) >= 300
            assert len(picture.convert("RGB").getcolors(100_000)) > 10


def test_curves_show_the_logged_points(run, tiny_model, drawn):
    model = tiny_model(codes=[Categorical(10), Uniform()])
    write_rows(run, [10, 20])
    make(run, model).save()
    lines, level = drawn["losses.png"]
    assert level is None
    assert [points[10] for points in lines.values()] == [10.0, 10.1, 10.2, 10.3]
    assert [points[20] for points in lines.values()] == [20.0, 20.1, 20.2, 20.3]
    lines, _ = drawn["probabilities.png"]
    assert [points[20] for points in lines.values()] == [20.6, 20.7, 20.8]
    lines, (entropy, label) = drawn["information.png"]
    assert list(lines.values()) == [{10: 10.4, 20: 20.4}]
    assert entropy == pytest.approx(math.log(10)) and label == "H(c) = 2.303"


@pytest.mark.parametrize(
    ("codes", "shown"),
    [([Categorical(10)], "categorical"), ([Uniform()], "continuous")],
)
def test_losses_of_codes_that_are_not_there_are_left_out(run, tiny_model, drawn, codes, shown):
    model = tiny_model(codes=codes)
    write_rows(run, [10])
    make(run, model).save()
    labels = list(drawn["losses.png"][0])
    assert len(labels) == 3
    assert [label for label in labels if "code" in label] == [f"Q, {shown} codes"]


def test_what_is_no_probability_is_not_drawn_as_one(run, tiny_model, drawn, units):
    model = tiny_model(generator_loss="hinge")
    write_rows(run, [10])
    make(run, model).save()
    assert sorted(drawn) == ["information.png", "losses.png"]
    assert units == {"losses.png": "loss", "information.png": "nats"}


def test_curves_of_g_begin_where_it_does(run, tiny_model, drawn, units):
    model = tiny_model(d_pretraining=10)
    write_rows(run, [10, 20])
    first, second = (json.loads(line) for line in run.metrics.read_text().splitlines())
    first = {name: first[name] for name in ("step", "d_loss", "real_probability")}
    run.metrics.write_text(json.dumps(first) + "\n" + json.dumps(second) + "\n")
    make(run, model).save()
    lines = drawn["losses.png"][0]
    assert lines["discriminator"] == {10: 10.0, 20: 20.0}
    assert lines["generator (adversarial)"] == {20: 20.1}
    assert list(drawn["information.png"][0].values()) == [{20: 20.4}]
    assert units["losses.png"] == "nats"


def test_they_are_due_every_so_many_steps_and_at_the_end(run, tick, monkeypatch):
    listener = make(run, "model", every=4)
    saved = []
    monkeypatch.setattr(listener, "save", lambda: saved.append(step))
    for step in range(1, 11):
        listener.tick(tick(step, last=step == 10))
    assert saved == [4, 8, 10]


def test_they_are_due_where_a_tick_passes_a_multiple(run, tick, monkeypatch):
    listener = make(run, "model", every=40)
    saved = []
    monkeypatch.setattr(listener, "save", lambda: saved.append(step))
    for step in (30, 60, 70, 90):
        listener.tick(tick(step, previous=step - 30 if step != 70 else 60))
    assert saved == [60, 90]
