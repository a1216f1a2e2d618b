"""TensorBoard's events: read back, record by record."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.util import event_pb2

from keras_infogan.files import read_jsonl
from keras_infogan.run_dir import RunDir
from keras_infogan.training.listeners.metrics_log import MetricsLog
from keras_infogan.training.listeners.sample_grids import SampleGrids
from keras_infogan.training.listeners.tensor_board import TensorBoardEvents
from keras_infogan.training.ticks import Ticks, fit


@pytest.fixture(scope="module")
def run(tiny_model, tiny_plan, tmp_path_factory):
    """A run of 4 steps with a line every 2 and pictures every 3."""
    run = RunDir(tmp_path_factory.mktemp("run") / "a")
    run.create()
    grids = SampleGrids(run, 3)
    listeners = [MetricsLog(run, 2), grids, TensorBoardEvents(run, grids)]
    plan = dataclasses.replace(tiny_plan, total_steps=4)
    model = tiny_model()
    ticks = Ticks(plan, 2, listeners)
    ticks.begin(model)
    fit(model, plan, ticks)
    ticks.end()
    return run


@pytest.fixture(scope="module")
def events(run):
    [path] = (run.path / "tensorboard").iterdir()
    records = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    return [event_pb2.Event.FromString(record) for record in records]


def values(events, kind):
    return [
        (event.step, value.tag, tf.make_ndarray(value.tensor))
        for event in events
        for value in event.summary.value
        if value.metadata.plugin_data.plugin_name == kind
    ]


def test_scalars_are_those_of_the_log(run, events):
    found = {(step, tag): float(value) for step, tag, value in values(events, "scalars")}
    rows = read_jsonl(run.metrics)
    assert [row["step"] for row in rows] == [2, 4]
    expected = {
        (row["step"], name): value
        for row in rows
        for name, value in row.items()
        if name not in ("step", "epoch", "seconds")
    }
    assert found == pytest.approx(expected, rel=1e-6)


def test_pictures_are_those_of_the_grids(run, events):
    found = {(step, tag): value for step, tag, value in values(events, "images")}
    names = {"noise-by-code", "codes-by-noise", "traversal-c2"}
    assert set(found) == {(4, name) for name in names}
    *_, png = found[4, "noise-by-code"]
    picture = tf.io.decode_png(run.image("noise-by-code", 4).read_bytes())
    np.testing.assert_array_equal(tf.io.decode_png(png), picture)


def test_the_graphs_of_generator_and_trunk_are_there(events):
    graphs = [tf.compat.v1.GraphDef.FromString(e.graph_def) for e in events if e.graph_def]
    operations = [{node.op for node in graph.node} for graph in graphs]
    assert ["Conv2DBackpropInput" in found for found in operations] == [True, False]
    assert "Conv2D" in operations[1]
