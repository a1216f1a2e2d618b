"""Processes that work in turns, and the figures made of what they did."""

import argparse
import json
import pathlib

import pytest

from benchmarks import rows, turns
from benchmarks.rows import Row
from benchmarks.worker import Job, turn

SUPPORT = pathlib.Path(__file__).parents[1] / "support"


def test_a_turn_calls_until_its_time_is_over():
    done = []
    calls, seconds = turn(Job(lambda: done.append(1)), 0.01)
    assert len(calls) == len(done) > 10
    assert 0.01 <= seconds < 1.0 and sum(calls) <= seconds


def test_a_turn_calls_once_at_least():
    calls, _ = turn(Job(lambda: None), 0.0)
    assert len(calls) == 1


def test_clients_call_at_the_same_time(monkeypatch):
    monkeypatch.syspath_prepend(SUPPORT)
    import waiting

    calls, seconds = turn(waiting.job(0.05, clients=4), 0.0)
    assert len(calls) == 4 and seconds < 0.19


def test_once_returns_what_a_function_of_another_process_does():
    assert turns.once("json:dumps", obj=[1, 2]) == "[1, 2]"


def test_once_tells_the_error_of_the_other_process():
    with pytest.raises(turns.WorkerError, match="^json.decoder.JSONDecodeError: Expecting"):
        turns.once("json:loads", s="{")


def test_jobs_work_in_turns(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(SUPPORT))
    jobs = {
        "fast": ("waiting:job", {"seconds": 0.01, "units": 3.0}),
        "slow": ("waiting:job", {"seconds": 0.04}),
    }
    options = argparse.Namespace(seconds=0.1, rounds=2)
    workers = turns.alternate(jobs, options)
    fast, slow = workers["fast"], workers["slow"]
    assert len(fast.rates) == len(slow.rates) == 2
    assert max(fast.rates) <= 300.0 and max(slow.rates) <= 25.0
    assert fast.calls == sorted(fast.calls) and 0.01 <= fast.calls[0]
    assert 5.0 < fast.memory < 200.0


def test_a_job_that_cannot_be_made_is_an_error(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(SUPPORT))
    with pytest.raises(turns.WorkerError, match="ended with code 1"):
        turns.Worker("waiting:no_such_job")


def test_ratios_are_taken_round_by_round():
    # 2, 0.5 and 3; the ratio of the medians would be 1.
    row = turns.ratio_row("case", "a / b", [4.0, 2.0, 3.0], [2.0, 4.0, 1.0])
    assert (row.value, row.low, row.high, row.unit) == (2.0, 0.5, 3.0, "×")


@pytest.mark.parametrize(
    "value, shown", [(12345.6, "12,346"), (99.94, "99.9"), (1.234, "1.23"), (0.1234, "0.123")]
)
def test_numbers_have_three_digits_at_least(value, shown):
    assert rows.number(value) == shown


def test_table_and_file(tmp_path):
    found = [Row("lab", "step", 40.0, "images/s", 39.0, 41.0), Row("lab", "memory", 2.0, "MB")]
    assert rows.table("train-step", found) == (
        "== train-step\nlab  step    40.0 images/s  39.0–41.0\nlab  memory  2.00 MB"
    )
    rows.write(tmp_path / "deep" / "last.json", "python -m benchmarks", {"train-step": found})
    content = json.loads((tmp_path / "deep" / "last.json").read_text())
    assert content["command"] == "python -m benchmarks"
    assert content["machine"]["cpus"] >= 1
    assert content["parts"]["train-step"][0] == {
        "case": "lab",
        "measure": "step",
        "value": 40.0,
        "unit": "images/s",
        "low": 39.0,
        "high": 41.0,
    }
