"""Runs from beginning to end, in this process, on tiny data."""

import dataclasses
import json
import math
import os
import shutil
import signal
import threading

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from keras_infogan import checkpoints, registry
from keras_infogan.config import RunOptions
from keras_infogan.data import sources
from keras_infogan.data.pipeline import sample_images
from keras_infogan.errors import UserError
from keras_infogan.files import read_json, read_jsonl
from keras_infogan.run_dir import RunDir
from keras_infogan.saving import load_model
from keras_infogan.training import experiment, loop
from keras_infogan.training.listeners.console import Console

STEPS, PER_EPOCH = 10, 5
pytestmark = pytest.mark.usefixtures("tiny_source")
OPTIONS = RunOptions(tick=5, sample_every=5, evaluate_every=1)


@pytest.fixture(scope="module")
def finished(tiny_config, tmp_path_factory):
    """A finished run and what `train` returned."""
    path = tmp_path_factory.mktemp("finished") / "runs" / "tiny-s3"
    summary = experiment.train(tiny_config, path, OPTIONS)
    return RunDir(path), summary


def tree(path):
    """`{relative name: bytes}` of all files."""
    return {
        str(found.relative_to(path)): found.read_bytes()
        for found in path.rglob("*")
        if found.is_file()
    }


def final_state(run):
    """Values of all weights and of both optimizers in the last checkpoint."""
    model = load_model(run.latest_checkpoint())
    optimizers = model.d_optimizer.variables + model.g_optimizer.variables
    return [np.array(variable.numpy()) for variable in model.weights + optimizers]


def assert_same_end(run, other):
    first, second = final_state(run), final_state(other)
    assert len(first) == len(second) > 50
    for one, two in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, two)


def points(run):
    """Lines of metrics.jsonl without what the clock says."""
    return [
        {name: value for name, value in row.items() if name != "seconds"}
        for row in read_jsonl(run.metrics)
    ]


def signal_at(monkeypatch, step, number):
    """Sends this process a signal at the end of a step."""

    class Signalling(Console):
        def step_done(self, number_of_step):
            super().step_done(number_of_step)
            if number_of_step == step:
                os.kill(os.getpid(), number)

    monkeypatch.setattr(loop, "Console", Signalling)


def test_every_file_of_the_contract_is_there(finished):
    run, _ = finished
    files = set(tree(run.path))
    steps = ("0000005", "0000010")
    pictures = {
        f"images/{name}-{step}.png"
        for name in ("noise-by-code", "codes-by-noise", "traversal-c2")
        for step in steps
    }
    curves = {f"images/{name}.png" for name in ("losses", "probabilities", "information")}
    export = {name for name in files if name.startswith("export/")}
    assert "export/generator/1/saved_model.pb" in export
    scored = {f"evaluation/{n}.png" for n in ("confusion", "images-by-code", "traversal-c2")}
    assert files - export == pictures | curves | scored | {
        "report.html",
        "images/evolution.gif",
        "config.json",
        "environment.json",
        "metrics.jsonl",
        "summary.json",
        "health.jsonl",
        "evaluations.jsonl",
        "checkpoints/step-000000010.keras",
        "checkpoints/step-000000010.json",
    }


def test_config_holds_the_choices_and_the_data(finished, tiny_config):
    run, _ = finished
    assert run.read_config() == tiny_config
    assert run.read_options() == OPTIONS
    content = json.loads(run.config.read_text())
    assert content["data"]["dataset"] == "tiny"
    assert content["optimization"]["batch_size"] == 8


def test_evaluations_on_the_way_have_a_line_for_each_epoch(finished):
    run, _ = finished
    rows = read_jsonl(run.evaluations)
    assert [(row["step"], row["epoch"]) for row in rows] == [(5, 1), (10, 2)]
    assert {"codes", "information", "continuous", "generated"} <= set(rows[0])


def test_environment_names_the_versions(finished):
    run, _ = finished
    environment = json.loads(run.environment.read_text())
    assert environment["packages"]["tensorflow"] == tf.__version__


def test_metrics_have_a_line_for_the_last_step(finished):
    run, _ = finished
    rows = read_jsonl(run.metrics)
    assert [(row["step"], row["epoch"]) for row in rows] == [(5, 1.0), (10, 2.0)]
    assert rows[0]["information"] == pytest.approx(
        math.log(10) - rows[0]["categorical_loss"], abs=1e-5
    )


def test_summary_is_returned_and_written(finished):
    run, summary = finished
    assert run.read_summary() == read_json(run.summary) == summary
    assert list(summary) == [
        "status",
        "preset",
        "dataset",
        "seed",
        "epochs",
        "steps",
        "seconds",
        "restarts",
        "generator_loss",
        "train_images",
        "test_images",
        "label_names",
        "images_per_second",
        "codes",
        "confusion",
        "information",
        "continuous",
        "health",
    ]
    assert (summary["status"], summary["restarts"]) == ("finished", 0)
    told = ("preset", "dataset", "seed", "epochs", "steps", "train_images", "test_images")
    assert [summary[name] for name in told] == ["tiny", "tiny", 3, 2, STEPS, 44, 10]
    assert summary["generator_loss"] == "non_saturating"
    assert summary["codes"]["code"] == "c1"
    assert 0 <= summary["codes"]["code_accuracy"] <= 1
    assert sorted(map(int, summary["codes"]["code_to_label"])) == list(range(10))
    assert set(summary["information"]) == {"c1", "c2"}
    assert set(summary["continuous"]) == {"c2"}
    speed = STEPS * 8 / summary["seconds"]
    assert summary["images_per_second"] == pytest.approx(speed, rel=0.1)


def test_the_last_checkpoint_reads_with_statistics_of_real_images(finished, tiny_data):
    run, _ = finished
    model = load_model(run.latest_checkpoint())
    images = sample_images(tiny_data.train_images, 5000, 8)
    before = {name: value.numpy() for name, value in model(images).items()}
    model.recompute_batch_norm(images, batch_size=8)
    for name, value in model(images).items():
        np.testing.assert_array_equal(value, before[name])
    # They are none that training has averaged.
    model.fit(tf.constant(images), batch_size=8, epochs=1, verbose=0)
    assert np.any(model(images)["code_parameters"] != before["code_parameters"])


def test_export_makes_the_images_of_the_last_checkpoint(finished):
    run, _ = finished
    model = load_model(run.latest_checkpoint())
    latents = model.latents.fixed(4, seed=9)
    signature = tf.saved_model.load(str(run.export / "1")).signatures["serving_default"]
    noise, codes = (tf.constant(part) for part in (latents[:, :3], latents[:, 3:]))
    images = signature(noise=noise, codes=codes)["image"]
    np.testing.assert_allclose(images, 0.5 * model.generate(latents) + 0.5, atol=1e-6)


def test_what_cannot_be_used_leaves_nothing_behind(tiny_config, tmp_path):
    config = dataclasses.replace(tiny_config, batch_size=45)
    with pytest.raises(UserError, match="must not exceed the 44 training images. Received: 45"):
        experiment.train(config, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def changed(tiny_data):
    """The tiny data with two images swapped."""
    images = tiny_data.train_images.copy()
    images[:2] = images[1::-1]
    return dataclasses.replace(tiny_data, name="moved", train_images=images)


@pytest.mark.usefixtures("only_scored")
def test_data_may_move_between_two_parts_of_a_run(
    finished, tiny_config, tiny_data, tmp_path, monkeypatch
):
    run = RunDir(tmp_path / "run")
    with monkeypatch.context() as patch:
        signal_at(patch, 5, signal.SIGTERM)
        experiment.train(tiny_config, run.path, OPTIONS)
    assert run.read_identity() == tiny_data.identity
    moved = dataclasses.replace(tiny_data, name="moved")
    monkeypatch.setattr(sources, "load", lambda *arguments: moved)
    summary = experiment.resume(run.path, {"dataset": "moved"})
    assert summary["dataset"] == run.read_config().dataset == "moved"
    assert_same_end(run, finished[0])


def test_other_data_are_refused_where_a_run_is_resumed(finished, monkeypatch, changed):
    run, _ = finished
    before = tree(run.path)
    monkeypatch.setattr(sources, "load", lambda *arguments: changed)
    with pytest.raises(UserError, match=f"^moved must hold what {run.path} was trained on: con"):
        experiment.resume(run.path, {"epochs": 9})
    assert tree(run.path) == before


def test_a_run_is_not_overwritten(finished, tiny_config):
    run, _ = finished
    before = tree(run.path)
    with pytest.raises(UserError, match="holds a run already: choose another --name, or"):
        experiment.train(tiny_config, run.path)
    assert tree(run.path) == before


@pytest.mark.usefixtures("only_scored")
def test_note_on_the_data_is_printed_and_kept(
    tiny_config, tiny_data, tmp_path, monkeypatch, capsys
):
    noted = dataclasses.replace(tiny_data, note="Another set was taken.")
    monkeypatch.setattr(sources, "load", lambda *args: noted)
    config = dataclasses.replace(tiny_config, max_steps=1)
    experiment.train(config, tmp_path / "run")
    assert capsys.readouterr().out.startswith("Another set was taken.\n")
    assert RunDir(tmp_path / "run").read_options().data_note == "Another set was taken."


def test_a_finished_run_can_be_resumed_and_stays_as_it_is(finished):
    run, summary = finished
    before = tree(run.path)
    assert experiment.resume(run.path) == summary
    assert tree(run.path) == before


def test_a_run_killed_before_its_report_gets_one(finished):
    run, _ = finished
    report = run.path / "report.html"
    before = report.read_bytes()
    report.unlink()
    experiment.resume(run.path)
    assert report.read_bytes() == before


@pytest.mark.usefixtures("only_scored")
def test_a_run_goes_on_with_pictures_that_are_damaged(finished, tmp_path, capsys):
    run = RunDir(tmp_path / "run")
    shutil.copytree(finished[0].path, run.path)
    animation, picture = run.images / "evolution.gif", run.image("noise-by-code", 5)
    animation.unlink()
    picture.write_bytes(b"")
    assert experiment.resume(run.path, {"epochs": 3})["steps"] == 15
    assert f"{picture} is damaged: evolution.gif leaves it out.\n" in capsys.readouterr().err
    with Image.open(animation) as frames:
        assert frames.n_frames == 2  # of steps 10 and 15


def test_where_the_data_lie_now_is_kept(finished, tmp_path, monkeypatch):
    run = RunDir(tmp_path / "run")
    shutil.copytree(finished[0].path, run.path)
    monkeypatch.chdir(tmp_path)
    experiment.resume(run.path, data_dir="data")
    assert run.read_options().data_dir == str(tmp_path / "data")


def test_a_run_killed_before_its_summary_gets_one(finished):
    run, _ = finished
    run.summary.unlink()
    experiment.resume(run.path)
    assert json.loads(run.summary.read_text())["steps"] == STEPS
    # It was killed after the export: there is no need of another one.
    assert [path.name for path in run.export.iterdir()] == ["1"]


# At a tick, within one, and within one after the first.
@pytest.mark.usefixtures("only_scored")
@pytest.mark.parametrize("step", [3, 5, 7])
def test_a_stopped_run_resumes_to_the_same_end(
    finished, tiny_config, tmp_path, monkeypatch, capsys, step
):
    run = RunDir(tmp_path / "a run")
    with monkeypatch.context() as patch:
        signal_at(patch, step, signal.SIGTERM)
        assert experiment.train(tiny_config, run.path, OPTIONS) is signal.SIGTERM
    out = capsys.readouterr().out
    assert f"Stopped by SIGTERM at step {step} of 10. Resume with:\n" in out
    assert f"python -m keras_infogan train --resume '{run.path}'\n" in out
    assert checkpoints.there(run.checkpoints) == [run.checkpoint(step)]
    assert not run.summary.exists() and not run.export.exists()
    assert run.image("noise-by-code", step).exists()

    summary = experiment.resume(run.path)
    assert summary["steps"] == STEPS
    assert_same_end(run, finished[0])
    assert points(run) == points(finished[0])
    assert [row["step"] for row in read_jsonl(run.evaluations)] == [5, 10]
    for name in ("noise-by-code", "codes-by-noise", "traversal-c2"):
        pictures = [one.image(name, STEPS).read_bytes() for one in (run, finished[0])]
        assert pictures[0] == pictures[1]


@pytest.mark.usefixtures("only_scored")
def test_a_checkpoint_at_a_tick_is_not_ahead_of_the_log(
    finished, tiny_config, tmp_path, monkeypatch
):
    """Killed right after it, a run has the line that belongs to it."""
    run = RunDir(tmp_path / "run")
    save = loop.Checkpoints.save

    def die(self, step):
        save(self, step)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(loop.Checkpoints, "save", die)
        patch.setattr(
            loop.Checkpoints,
            "step_done",
            lambda self, step: self.save(step) if step == 5 else None,
        )
        experiment.train(tiny_config, run.path, OPTIONS)
    assert run.latest_checkpoint() == run.checkpoint(5)
    experiment.resume(run.path)
    assert points(run) == points(finished[0])
    assert_same_end(run, finished[0])


def test_a_run_resumed_with_more_epochs_ends_like_a_longer_one(
    finished, tiny_config, tmp_path, ends_with_scores
):
    run = RunDir(tmp_path / "run")
    # A tick of 3 leaves a line of two steps at the end of the shorter run.
    experiment.train(dataclasses.replace(tiny_config, epochs=1), run.path, RunOptions(tick=3))
    assert [row["step"] for row in points(run)] == [3, 5]
    summary = experiment.resume(run.path, {"epochs": 2})
    assert (summary["epochs"], summary["steps"]) == (2, STEPS)
    assert run.read_config().epochs == 2
    assert_same_end(run, finished[0])
    whole = RunDir(tmp_path / "whole")
    with ends_with_scores():
        experiment.train(tiny_config, whole.path, RunOptions(tick=3))
    assert [row["step"] for row in points(run)] == [3, 6, 9, 10]
    assert points(run) == points(whole)
    variables = "variables/variables.data-00000-of-00001"
    first, second = ((run.export / version / variables).read_bytes() for version in ("1", "2"))
    assert first != second


@pytest.mark.usefixtures("only_scored")
def test_a_longer_run_with_a_gradient_penalty_ends_alike_too(tiny_config, tmp_path):
    """Its slopes are those of D in inference mode, so they depend on BatchNorm's statistics."""
    config = dataclasses.replace(tiny_config, terms=("r1(0.1)",))
    run, whole = RunDir(tmp_path / "run"), RunDir(tmp_path / "whole")
    experiment.train(dataclasses.replace(config, epochs=1), run.path, OPTIONS)
    experiment.resume(run.path, {"epochs": 2})
    experiment.train(config, whole.path, OPTIONS)
    assert_same_end(run, whole)


@pytest.mark.usefixtures("only_scored")
def test_a_limit_of_steps_ends_a_run_within_an_epoch(tiny_config, tmp_path):
    config = dataclasses.replace(tiny_config, max_steps=7, steps_per_execution=2)
    summary = experiment.train(config, tmp_path / "run", RunOptions(tick=4))
    assert (summary["steps"], summary["epochs"]) == (7, 1.4)
    run = RunDir(tmp_path / "run")
    assert [row["step"] for row in read_jsonl(run.metrics)] == [4, 7]
    # The last three steps were taken one by one; the model is what it was asked to be.
    assert load_model(run.latest_checkpoint()).steps_per_execution == 2


class Diary(keras.callbacks.Callback):
    """A callback of a user's own."""

    told = []

    def __init__(self, word: str = "default"):
        super().__init__()
        self.word = word

    def on_epoch_end(self, epoch, logs=None):
        self.told.append((self.word, epoch, "d_loss" in logs))


@pytest.mark.usefixtures("only_scored")
def test_callbacks_of_ones_own_are_called_once_a_tick(tiny_config, tmp_path, monkeypatch):
    monkeypatch.setattr(registry.CALLBACKS, "_things", {"diary": Diary})
    monkeypatch.setattr(Diary, "told", [])
    options = RunOptions(tick=5, callbacks=("diary(named)",))
    experiment.train(tiny_config, tmp_path / "run", options, callbacks=[Diary("given")])
    assert Diary.told == [(word, epoch, True) for epoch in range(2) for word in ("named", "given")]
    content = json.loads((tmp_path / "run" / "config.json").read_text())
    assert content["run"]["callbacks"] == ["diary(named)"]


@pytest.mark.parametrize("text", ["diary(3)", "diary(color=3)"])
def test_arguments_that_a_callback_does_not_take_leave_nothing_behind(
    tiny_config, tmp_path, monkeypatch, text
):
    monkeypatch.setattr(registry.CALLBACKS, "_things", {"diary": Diary})
    with pytest.raises(UserError, match="diary"):
        experiment.train(tiny_config, tmp_path / "run", RunOptions(callbacks=(text,)))
    assert list(tmp_path.iterdir()) == []


def test_a_tick_is_a_multiple_of_the_steps_run_at_once(tiny_config, tmp_path):
    config = dataclasses.replace(tiny_config, steps_per_execution=3)
    with pytest.raises(UserError, match="must divide --tick. Received: 3 and 10."):
        experiment.train(config, tmp_path / "run", RunOptions(tick=10))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("only_scored")
def test_a_run_in_a_thread_leaves_signals_alone(finished, tiny_config, tmp_path):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    results = []
    run = RunDir(tmp_path / "run")
    thread = threading.Thread(
        target=lambda: results.append(experiment.train(tiny_config, run.path, OPTIONS))
    )
    thread.start()
    thread.join()
    assert results[0]["steps"] == STEPS
    assert_same_end(run, finished[0])
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_resuming_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(UserError, match="is not a run"):
        experiment.resume(tmp_path)
    assert list(tmp_path.iterdir()) == []
