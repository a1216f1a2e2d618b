"""What a report reads from a run directory."""

import pytest

from keras_infogan.config import RunOptions
from keras_infogan.files import write_jsonl
from keras_infogan.reports import facts


def line(step, epoch):
    return {"step": step, "epoch": epoch, "seconds": 1.0, "d_loss": 1.0}


@pytest.mark.parametrize("per_epoch", [7000, 7500])
def test_the_steps_of_an_epoch_are_those_of_the_data(make_run, per_epoch):
    run = make_run(finished=False)
    config = run.read_config()
    run.write_config(config, RunOptions(), {"train_images": per_epoch * config.batch_size + 3})
    for lines in ([], [line(100, round(100 / per_epoch, 4))], [line(1, 0.0)]):
        write_jsonl(run.metrics, lines)
        assert facts.read(run.path).total_steps == config.total_steps(per_epoch)


def test_a_run_that_did_not_record_its_data_has_those_of_its_log(make_run):
    run = make_run(finished=False)
    for lines, per_epoch in (([line(10, 2.0)], 5), ([], None)):
        write_jsonl(run.metrics, lines)
        expected = per_epoch and run.read_config().total_steps(per_epoch)
        assert facts.read(run.path).total_steps == expected
