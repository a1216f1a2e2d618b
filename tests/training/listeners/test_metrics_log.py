"""MetricsLog: a line a tick."""

import json

from keras_infogan.files import read_jsonl
from keras_infogan.training.listeners.metrics_log import MetricsLog


def make(run, step=0, every=5):
    listener = MetricsLog(run, every)
    listener.begin("model", step)
    return listener


def test_a_line_a_tick(run, tick):
    listener = make(run)
    listener.tick(tick(5, 0, {"d_loss": 1.25, "g_loss": 0.5}))
    listener.tick(tick(7, 5, {"d_loss": 0.123456789}, last=True))
    assert read_jsonl(run.metrics) == [
        {"step": 5, "epoch": 1.0, "seconds": 0.5, "d_loss": 1.25, "g_loss": 0.5},
        {"step": 7, "epoch": 1.4, "seconds": 0.7, "d_loss": 0.123456789},
    ]


def test_lines_after_the_models_step_are_dropped(run, tick):
    rows = [{"step": step, "value": 7.0} for step in (5, 10)]
    run.metrics.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"step": 15, "val')
    make(run, step=8).tick(tick(10, 5))
    assert [row["step"] for row in read_jsonl(run.metrics)] == [5, 10]
    assert read_jsonl(run.metrics)[0] == rows[0]
    assert run.metrics.read_text().count("\n") == 2


def test_the_last_line_of_a_run_that_is_made_longer_is_dropped(run):
    run.metrics.write_text('{"step": 5}\n{"step": 7}\n')
    make(run, step=7)
    assert read_jsonl(run.metrics) == [{"step": 5}]


def test_names_of_earlier_versions_are_brought_up_to_date(run):
    run.metrics.write_text('{"step": 5, "mutual_information": 0.5}\n')
    make(run, step=5)
    assert read_jsonl(run.metrics) == [{"step": 5, "information": 0.5}]
