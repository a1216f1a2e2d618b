"""What the tests of training share: a plan, ticks without a training, and a run directory."""

import contextlib

import pytest

from keras_infogan.data import sources
from keras_infogan.run_dir import RunDir
from keras_infogan.training import finish
from keras_infogan.training.listeners import curves
from keras_infogan.training.plan import Plan
from keras_infogan.training.ticks import Tick


@pytest.fixture
def run(tmp_path):
    """A new run directory."""
    run = RunDir(tmp_path / "run")
    run.create()
    return run


@pytest.fixture(scope="module")
def tiny_source(tiny_data):
    """Every data set is the tiny one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "load", lambda *arguments: tiny_data)
        yield


@pytest.fixture(scope="session")
def ends_with_scores():
    """A context: runs end with their scores, without export, report and drawings."""

    @contextlib.contextmanager
    def ends():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(finish, "export_model", lambda model, base, about: base / "1")
            patch.setattr(finish, "_report", lambda run, model: None)
            patch.setattr(finish, "save_illustrations", lambda *arguments: None)
            patch.setattr(curves, "save_curves", lambda *arguments: None)
            yield

    return ends


@pytest.fixture
def only_scored(ends_with_scores):
    """A run ends with its scores, without what takes longest; see `ends_with_scores`."""
    with ends_with_scores():
        yield


@pytest.fixture(scope="session")
def tiny_plan(tiny_config, tiny_data):
    """The plan of `tiny_config`: 10 steps, 5 an epoch, 8 images each."""
    return Plan(tiny_config, tiny_data, steps_per_epoch=5, total_steps=10)


@pytest.fixture(scope="session")
def tick():
    """A function: (step, previous, metrics) → a `Tick` of epochs of 5 steps."""

    def make(step, previous=None, metrics=None, last=False):
        previous = step - 1 if previous is None else previous
        metrics = {"d_loss": 1.0} if metrics is None else metrics
        return Tick(step, previous, step / 5, 0.1 * step, metrics, last)

    return make
