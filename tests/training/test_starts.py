"""Several starts of a run: which goes on, and that nothing of them is lost."""

import dataclasses
import json
import signal

import numpy as np
import pytest

from keras_infogan import checkpoints
from keras_infogan.config import RunOptions
from keras_infogan.data.pipeline import sample_images
from keras_infogan.errors import DivergedError, UserError
from keras_infogan.evaluation.information import between_looks
from keras_infogan.files import append_jsonl, read_json, read_jsonl
from keras_infogan.reports.facts import read
from keras_infogan.reports.sections import overview
from keras_infogan.run_dir import RunDir, seconds_elsewhere
from keras_infogan.saving import load_model
from keras_infogan.training import divergence, experiment, loop, starts
from keras_infogan.training.assembly import build_model
from keras_infogan.training.listeners.console import Console
from keras_infogan.training.plan import Plan

pytestmark = pytest.mark.usefixtures("tiny_source")
OPTIONS = RunOptions(tick=2, sample_every=2)


@pytest.fixture(scope="module")
def config(tiny_config):
    """Ten steps, the first four of them twice."""
    return dataclasses.replace(tiny_config, shear=0.3, starts=2, choose_at=0.4)


@pytest.fixture(scope="module")
def plan(config, tiny_data):
    """The plan of `config`."""
    return Plan(config, tiny_data, steps_per_epoch=5, total_steps=10)


@pytest.fixture(scope="module")
def finished(config, tmp_path_factory, ends_with_scores):
    """A finished run of two starts."""
    run = RunDir(tmp_path_factory.mktemp("finished") / "run")
    with ends_with_scores():
        experiment.train(config, run.path, OPTIONS)
    return run


@pytest.fixture(scope="module")
def models(plan):
    """A model for each of two starts: Q is uncertain of all images, and certain of some."""
    models = []
    for its_plan, scale in zip(starts.plans(plan), (0.0, 100.0), strict=True):
        model = build_model(its_plan.config, 1, 10)
        kernel = model.recognizer.trainable_weights[-2]
        kernel.assign(scale * kernel)
        models.append(model)
    return models


@pytest.fixture
def train(models):
    """A function that stands for the training of a start; it writes what a start writes."""

    def train(start, its_plan):
        start.create_folders()
        number = int(start.path.name)
        append_jsonl(start.metrics, {"step": 4, "epoch": 0.8, "seconds": 10.0 * number})
        start.image("noise-by-code", 4).write_bytes(start.path.name.encode())
        checkpoints.save(start.checkpoint(4), models[number - 1].save, start.logs)
        return True

    return train


def state(path):
    """Values of all that a checkpoint holds."""
    return [variable.numpy() for variable in load_model(path).state()]


def assert_equal(one, other):
    assert len(one) == len(other) > 50
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(first, second)


def test_the_start_with_the_most_information_between_looks_goes_on(run, plan, train, models):
    assert starts.choose(run, plan, train)
    images = sample_images(plan.data.train_images, starts.IMAGES, plan.config.image_size)
    nats = [sum(between_looks(model, images, plan.config.seed).values()) for model in models]
    assert nats[0] == pytest.approx(0.0, abs=1e-6) and nats[1] > 0.01
    found = run.read_starts()
    assert found["chosen"] == 2
    assert [row["between_looks"] for row in found["starts"]] == pytest.approx(nats)
    assert [row["seconds"] for row in found["starts"]] == [10.0, 20.0]
    assert seconds_elsewhere(found) == 10.0
    # All that the start has written is the run's.
    assert_equal(state(run.latest_checkpoint()), state(run.start(2).checkpoint(4)))
    assert run.latest_checkpoint() == run.checkpoint(4)
    assert read_jsonl(run.metrics) == read_jsonl(run.start(2).metrics)
    assert checkpoints.altered_logs(run.checkpoint(4), run.logs) == []
    assert run.image("noise-by-code", 4).read_bytes() == b"2"


def test_starts_are_compared_in_the_light_that_is_asked_for(run, plan, train, monkeypatch):
    config = dataclasses.replace(plan.config, choose_brightness=1.5)
    asked = []

    def between(model, images, seed, brightness):
        asked.append(brightness)
        return {"c1": 2.0 - len(asked)}

    monkeypatch.setattr(starts, "between_looks", between)
    assert starts.choose(run, dataclasses.replace(plan, config=config), train)
    assert asked == [1.5, 1.5] and run.read_starts()["chosen"] == 1


def test_a_run_has_its_choice_once_it_has_its_checkpoint(run, plan, train, monkeypatch):
    """Killed before that, it chooses again."""
    save = checkpoints.save

    def dying(path, *rest):
        if path.parent == run.checkpoints:
            raise ZeroDivisionError
        save(path, *rest)

    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(checkpoints, "save", dying)
        starts.choose(run, plan, train)
    assert run.latest_checkpoint() is None
    assert starts.choose(run, plan, lambda start, its_plan: True)
    assert_equal(state(run.latest_checkpoint()), state(run.start(2).checkpoint(4)))


def test_a_start_that_diverges_is_out_of_the_choice(run, plan, train, capsys):
    def diverging(start, its_plan):
        if start.path.name == "2":
            raise DivergedError(3, "d_loss")
        return train(start, its_plan)

    assert starts.choose(run, plan, diverging)
    found = run.read_starts()
    assert found["chosen"] == 1 and found["starts"][1]["between_looks"] is None
    out = capsys.readouterr().out
    assert "starts/2 is not considered: d_loss is not finite at step 3.\n" in out
    assert "in nats (0.000, diverged).\n" in out


def test_a_run_fails_if_every_start_diverges(config, tmp_path, monkeypatch):
    def diverging(*arguments):
        raise DivergedError(3, "d_loss")

    run = RunDir(tmp_path / "run")
    monkeypatch.setattr(loop, "train", diverging)
    with pytest.raises(DivergedError, match="d_loss.* other starts diverged too.*--on-divergence"):
        experiment.train(config, run.path, OPTIONS)
    summary = run.read_summary()
    assert summary["failure"] == {"step": 3, "quantity": "d_loss"}
    assert summary["starts"] == run.read_starts()
    assert summary["starts"]["chosen"] is None and len(summary["starts"]["starts"]) == 2
    assert run.latest_checkpoint() is None


def test_a_start_whose_q_is_not_finite_diverged(run, plan, train, monkeypatch):
    monkeypatch.setattr(starts, "between_looks", lambda *arguments: {"c1": None})
    with pytest.raises(DivergedError, match="Q's output is not finite"):
        starts.choose(run, plan, train)
    assert run.read_starts()["chosen"] is None


def test_nothing_is_adopted_where_a_signal_stops_a_start(run, plan):
    assert not starts.choose(run, plan, lambda start, its_plan: False)
    assert run.read_starts() is None and run.latest_checkpoint() is None


def test_by_default_starts_are_compared_at_their_end(config):
    assert dataclasses.replace(config, choose_at=1.0).start_steps(10) == 10
    assert config.start_steps(10) == 4
    assert dataclasses.replace(config, starts=1, choose_at=1.0).start_steps(10) is None


def test_starts_have_seeds_of_their_own(plan):
    seeds = [its_plan.config.seed for its_plan in starts.plans(plan)]
    assert seeds[0] == plan.config.seed and len(set(seeds)) == 2
    assert divergence.noise_seed(plan.config.seed, 1) not in seeds
    other = dataclasses.replace(plan, config=dataclasses.replace(plan.config, seed=99))
    assert not {its_plan.config.seed for its_plan in starts.plans(other)} & set(seeds)
    for its_plan in starts.plans(plan):
        assert (its_plan.last_step, its_plan.total_steps) == (4, 10)
        assert its_plan.config.starts == 1


def test_a_run_goes_through_its_starts_to_its_end(finished, config):
    assert finished.read_config() == config
    for number in (1, 2):
        start = finished.start(number)
        assert start.saved_step() == 4 and not start.summary.exists()
        assert start.image("noise-by-code", 4).exists()
    summary = finished.read_summary()
    assert summary["steps"] == 10 and summary["starts"] == finished.read_starts()
    facts = read(finished.path)
    assert facts.start is None and "chosen by the nats" in dict(overview(facts))["starts"]
    chosen = finished.start(summary["starts"]["chosen"])
    assert read_jsonl(finished.metrics)[:2] == read_jsonl(chosen.metrics)
    last = read_jsonl(finished.metrics)[-1]
    assert last["step"] == 10
    elsewhere = seconds_elsewhere(finished.read_starts())
    assert elsewhere > 0 and summary["seconds"] >= round(last["seconds"] + elsewhere, 1)


@pytest.mark.usefixtures("only_scored")
def test_stopped_in_a_start_it_resumes_to_the_same_end(
    finished, config, tmp_path, monkeypatch, capsys
):
    begun = []

    class Signalling(Console):
        def begin(self, model, step):
            super().begin(model, step)
            begun.append(self)

        def step_done(self, number):
            super().step_done(number)
            if len(begun) == 2 and number == 3:
                signal.raise_signal(signal.SIGTERM)

    run = RunDir(tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr(loop, "Console", Signalling)
        assert experiment.train(config, run.path, OPTIONS) is signal.SIGTERM
    out = capsys.readouterr().out
    assert "Stopped by SIGTERM at step 3 of 4 of start 2 of 2. Resume with:\n" in out
    assert f"--resume {run.path}\n" in out
    with pytest.raises(UserError, match="is one of the starts of a run. Resume the run with: "):
        experiment.resume(run.start(2).path)
    facts = read(run.path)  # for a report: of the start that trains
    assert (facts.name, facts.start, facts.step) == ("run", 2, 3)
    assert facts.first_pictures and facts.run.path == run.path
    assert ("starts", "2 of 2, none chosen yet") in overview(facts)
    experiment.resume(run.path)
    assert_equal(state(run.latest_checkpoint()), state(finished.latest_checkpoint()))
    rows, others = ([row["step"] for row in read_jsonl(one.metrics)] for one in (run, finished))
    assert rows == others


def test_starts_need_codes_that_two_looks_can_be_compared_by(tiny_config, tmp_path):
    with pytest.raises(UserError, match="--starts compares the starts by two looks at real"):
        dataclasses.replace(tiny_config, starts=2)
    for name, flag in (("choose_at", "--choose-at"), ("choose_brightness", "--choose-brightness")):
        told = f"^{flag} is about several starts, so it needs --starts above 1. Received: 0.5.$"
        with pytest.raises(UserError, match=told):
            dataclasses.replace(tiny_config, **{name: 0.5})
    assert dataclasses.replace(tiny_config, starts=2, choose_brightness=1.5).starts == 2
    continuous = dataclasses.replace(
        tiny_config, shear=0.3, starts=2, latents="normal(3) + uniform(-1, 1)"
    )
    with pytest.raises(UserError, match="^--starts compares the starts by their categorical"):
        experiment.train(continuous, tmp_path / "run", OPTIONS)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_starts_json_is_as_good_as_none(finished, tmp_path):
    run = RunDir(tmp_path)
    assert run.read_starts() is None
    row = {"seed": 1, "seconds": 2.0, "between_looks": 1.0}
    contents = ({}, {"chosen": "x", "starts": []}, {"chosen": 1, "starts": [row | {"seconds": ""}]})
    for text in ("", *map(json.dumps, contents)):
        run.starts.write_text(text)
        assert run.read_starts() is None
    run.starts.write_bytes(finished.starts.read_bytes())
    assert run.read_starts() == finished.read_starts()
    assert read_json(run.starts)["starts"] == run.read_starts()["starts"]
