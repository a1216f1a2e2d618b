"""Health: what is looked at when, what is written and printed, and when training ends."""

import dataclasses
import json
import math

import numpy as np
import pytest
from keras import ops

from keras_infogan import objectives
from keras_infogan.training.callbacks import health as module
from keras_infogan.training.callbacks.health import SETTLING_STEPS, Health
from keras_infogan.training.callbacks.metrics_log import MetricsLog
from keras_infogan.data.sources import ImageData
from keras_infogan.evaluation.health import Problem
from keras_infogan.latents import Categorical, Uniform
from keras_infogan.models.infogan import InfoGAN
from keras_infogan.files import read_jsonl

HEALTHY = dict.fromkeys(InfoGAN.metric_names, 0.5) | {
    "d_loss": 1.1,
    "mutual_information": 1.0,
    "real_probability": 0.6,
    "generated_probability_before": 0.4,
}


def bars(position):
    """Images `(n, 8, 8, 1)` whose only content is a bar at column `position`, `(n,)`."""
    columns = np.arange(8, dtype=np.float32)
    bar = ops.clip(2.0 - ops.abs(columns - position[:, None]), 0.0, 1.0)
    return ops.repeat(2.0 * bar[:, None, :, None] - 1.0, 8, axis=1)


def draw(z):
    """Code c1 of three values: a third of the columns; noise: where in it."""
    third = ops.matmul(z[:, 1:4], np.array([[1.0], [3.5], [6.0]], np.float32))[:, 0]
    return bars(third + ops.tanh(z[:, 0]))


def read(pixels):
    """Logits: ink in each third of the columns; mean and raw standard deviation of c2: 0."""
    columns = ops.sum(ops.reshape(pixels, (-1, 8, 8)), axis=1)
    thirds = [columns[:, :2], columns[:, 3:5], columns[:, 6:]]
    logits = ops.stack([ops.sum(third, axis=1) for third in thirds], axis=1)
    return ops.concatenate([logits, ops.zeros_like(logits[:, :2])], axis=1)


CODES = [Categorical(3), Uniform(std=None)]


def bar_data(positions, labels):
    images = np.array(bars(np.array(positions, np.float32)))
    images = np.round((images + 1.0) * 127.5).astype(np.uint8)
    labels = None if labels is None else np.array(labels)
    return ImageData("bars", images, labels, images[:1], None if labels is None else labels[:1])


@pytest.fixture(scope="module")
def data():
    """Bars all over the columns; the thirds are the labels."""
    positions = np.tile([0.0, 0.8, 2.8, 3.5, 4.2, 6.2, 7.0], 10)
    return bar_data(positions, np.tile([0, 0, 1, 1, 1, 2, 2], 10))


@pytest.fixture(scope="module")
def bar_model(hand_made_model):
    """A function: (draw, read, ...) → a model at step 5,000 that shows healthy metrics."""

    def make(drawn=draw, reading=read, codes=CODES, noise=1, **metrics):
        model = hand_made_model(codes, drawn, reading, noise)
        model.compile("sgd", "sgd")
        model.step.assign(5000)
        show(model, **metrics)
        return model

    return make


def show(model, **metrics):
    model.reset_metrics()
    for name, value in (HEALTHY | metrics).items():
        model.trackers[name].update_state(value)


@pytest.fixture(scope="module")
def shared(bar_model):
    return bar_model()


@pytest.fixture
def healthy(shared):
    """A healthy model at step 5,000, whatever another test made of it."""
    shared.step.assign(5000)
    shared.information_warmup = 0
    shared.d_pretraining = 0
    shared.objective = objectives.get("non_saturating")
    shared.stop_training = False
    show(shared)
    return shared


@pytest.fixture
def attach(tmp_path, data):
    """A function: model → the callback, ready to check it."""

    def make(model, data=data, every=500):
        log = MetricsLog(tmp_path / "metrics.jsonl", steps_per_epoch=10)
        callback = Health(tmp_path / "health.jsonl", data, log, every=every)
        for part in (log, callback):
            part.set_model(model)
        return callback

    return make


@pytest.fixture
def check(attach):
    """A function that checks a model: → the callback, and the names of the problems."""

    def run(*arguments):
        callback = attach(*arguments)
        return callback, [problem.name for problem in callback.check()]

    return run


def written(callback):
    return [(row["step"], row["problem"]) for row in read_jsonl(callback.path)]


def test_a_healthy_model_leaves_no_word(healthy, check, capsys):
    callback, found = check(healthy)
    assert found == []
    assert read_jsonl(callback.path) == []
    assert callback.summary() == []
    assert capsys.readouterr().out == ""


def test_what_is_looked_at(healthy, attach):
    callback = attach(healthy)
    vitals = callback._vitals()
    assert (vitals.step, vitals.g_steps, vitals.kind) == (5000, 5000, "code")
    assert vitals.is_probability
    assert vitals.metrics == pytest.approx(HEALTHY)
    assert vitals.entropy == pytest.approx(math.log(3.0))
    assert vitals.generated.shape == (3, 16, 8, 8, 1)
    assert vitals.real.shape == (70, 8, 8, 1)
    assert (vitals.real.min(), vitals.real.max()) == (-1.0, 1.0)
    assert vitals.code_labels == {0: 0, 1: 1, 2: 2}
    assert (vitals.num_labels, vitals.unused_codes) == (3, ())
    # softplus(0) above the floor.
    assert vitals.stds == {"c2": (pytest.approx(0.05 + math.log(2.0)), 0.05)}


def test_a_problem_is_written_and_printed(bar_model, check, capsys):
    callback, found = check(bar_model(d_loss=0.03))
    assert found == ["D too strong"]
    (row,) = read_jsonl(callback.path)
    assert list(row) == ["step", "problem", "seen", "remedy"]
    assert (row["step"], row["problem"]) == (5000, "D too strong")
    assert row["seen"] == "its loss is 0.030"
    assert capsys.readouterr().out == (
        f"\nstep 5000, D too strong: {row['seen']}. {row['remedy']}.\n"
    )


def test_a_problem_that_lasts_is_printed_once_and_summed_up(healthy, attach, capsys):
    callback = attach(healthy)
    for step, metrics in (
        (500, {"d_loss": 0.03}),
        (1000, {"d_loss": 0.02, "mutual_information": 0.0}),
        (1500, {}),
        (2000, {"d_loss": 0.01}),
    ):
        healthy.step.assign(step)
        show(healthy, **metrics)
        callback.check()
    assert written(callback) == [
        (500, "D too strong"),
        (1000, "dead code"),
        (1000, "D too strong"),
        (2000, "D too strong"),
    ]
    out = capsys.readouterr().out
    assert out.count("D too strong") == out.count("dead code") == 1
    assert [
        (row["problem"], row["seen"], row["first_step"], row["last_step"])
        for row in callback.summary()
    ] == [
        ("D too strong", "its loss is 0.010", 500, 2000),
        ("dead code", "Q reads 0.00 of 1.10 nats", 1000, 1000),
    ]
    assert json.loads(json.dumps(callback.summary())) == callback.summary()


def test_a_code_is_called_dead_after_it_has_had_time(healthy, attach):
    callback = attach(healthy)
    assert SETTLING_STEPS == 1000
    show(healthy, mutual_information=0.0)
    for step, warmup, problems in (
        (999, 0, []),
        (1000, 0, ["dead code"]),
        (1000, 2000, []),
        (2000, 2000, ["dead code"]),
    ):
        healthy.step.assign(step)
        healthy.information_warmup = warmup
        assert [problem.name for problem in callback.check()] == problems


def test_steps_in_which_d_learned_alone_do_not_count(healthy, attach):
    callback = attach(healthy)
    healthy.d_pretraining = 400
    show(healthy, mutual_information=0.0)
    for step, warmup, g_steps, warmed_up in (
        (300, 0, -100, False),
        (1399, 0, 999, False),
        (1400, 0, 1000, True),
        (2399, 2000, 1999, False),
        (2400, 2000, 2000, True),
    ):
        healthy.step.assign(step)
        healthy.information_warmup = warmup
        vitals = callback._vitals()
        assert (vitals.step, vitals.g_steps, vitals.warmed_up) == (step, g_steps, warmed_up)


def test_a_critic_without_probabilities_is_not_called_too_strong(healthy, check):
    healthy.objective = objectives.get("wasserstein")
    show(healthy, d_loss=-7.0)
    assert check(healthy)[1] == []


def test_nothing_is_said_of_a_generator_that_waits(tiny_gan, small_images, tmp_path, capsys):
    images = np.round((small_images(12) + 1.0) * 127.5).astype(np.uint8)
    model = tiny_gan(d_pretraining=4, d_optimizer="adam")
    log = MetricsLog(tmp_path / "metrics.jsonl", steps_per_epoch=2, every=2)
    callback = Health(
        tmp_path / "health.jsonl", ImageData("x", images, None, images[:1], None), log, every=2
    )
    model.fit(small_images(12), batch_size=6, epochs=3, callbacks=[log, callback], verbose=0)
    assert callback._vitals().kind is None
    rows = read_jsonl(log.path)
    assert [row["step"] for row in rows] == [2, 4, 6]
    g_names = {"g_loss", "generated_probability_before", "generated_probability_after"}
    assert [g_names & set(row) for row in rows] == [set(), set(), g_names]
    assert all({"d_loss", "real_probability"} <= set(row) for row in rows)
    assert [row["step"] for row in read_jsonl(callback.path) if row["step"] <= 4] == []


@pytest.mark.parametrize(("conditional", "kind"), [(True, "label"), (False, None)])
def test_what_a_gan_is_told(tiny_gan, attach, data, conditional, kind):
    model = tiny_gan(conditional=conditional)
    model.trackers["d_loss"].update_state(1.0)
    assert attach(model)._vitals().kind == kind


def test_several_codes_on_one_label(healthy, check):
    # The first and the last third have the same label; label 2 is of the middle's left edge.
    positions = np.tile([0.0, 0.8, 3.5, 3.5, 4.2, 6.2, 7.0], 10)
    callback, found = check(healthy, bar_data(positions, np.tile([0, 0, 1, 1, 2, 0, 0], 10)))
    assert found == ["several codes on one label"]
    assert read_jsonl(callback.path)[0]["seen"] == "codes 0, 2 all mean 0"


def test_labels_are_called_by_their_names(healthy, check):
    positions = np.tile([0.0, 0.8, 3.5, 3.5, 4.2, 6.2, 7.0], 10)
    data = bar_data(positions, np.tile([0, 0, 1, 1, 2, 0, 0], 10))
    data = dataclasses.replace(data, label_names=("edge", "middle", "side"))
    callback, _ = check(healthy, data)
    assert read_jsonl(callback.path)[0]["seen"] == "codes 0, 2 all mean edge"


def test_codes_that_no_real_image_gets(healthy, check):
    callback, found = check(healthy, bar_data([0.0, 0.4, 3.3, 3.5] * 10, [0, 0, 1, 1] * 10))
    assert found == ["unused codes"]
    assert read_jsonl(callback.path)[0]["seen"].endswith("the code 2")


def test_a_code_that_a_stray_image_gets_is_unused_and_stands_for_nothing(healthy, check):
    # One of 101 images, where an even share is 33: less than a tenth of it.
    positions, labels = [0.0, 3.5] * 50 + [7.0], [0, 1] * 50 + [0]
    labels[1] = 2  # as many labels as codes: none would have to share one
    assert check(healthy, bar_data(positions, labels))[1] == ["unused codes"]


def test_data_without_labels(healthy, check):
    callback, found = check(healthy, bar_data([0.0, 3.5, 7.0] * 10, None))
    assert found == []
    assert callback._vitals().num_labels == 0
    _, found = check(healthy, bar_data([0.0, 3.5] * 10, None))
    assert found == ["unused codes"]


def test_a_model_without_a_categorical_code(bar_model, check):
    model = bar_model(
        lambda z: bars(3.5 + 3.0 * ops.tanh(z[:, 0])),
        lambda pixels: pixels[:, :1],
        [Uniform()],
        mutual_information=0.0,
    )
    callback, found = check(model)
    assert found == []
    assert callback._vitals().generated.shape == (1, 16, 8, 8, 1)
    assert callback._vitals().stds == {}


def test_a_standard_deviation_at_its_floor(bar_model, check):
    def sure(pixels):
        # softplus(−10) = 5e-5.
        return ops.concatenate([read(pixels)[:, :4], 0.0 * pixels[:, :1] - 10.0], axis=1)

    callback, found = check(bar_model(reading=sure))
    assert found == ["standard deviation at its floor"]
    assert read_jsonl(callback.path)[0]["seen"] == "Q's for c2"


def test_a_collapse_is_seen_in_the_images(bar_model, check):
    def collapsed(z):
        # Code 1 takes no notice of the noise.
        return draw(ops.concatenate([z[:, :1] * (1.0 - z[:, 2:3]), z[:, 1:]], axis=1))

    callback, found = check(bar_model(collapsed))
    assert found == ["collapse"]
    assert read_jsonl(callback.path)[0]["seen"].startswith("images of code 1 differ by 0%")


def test_what_a_continuous_code_varies_is_no_collapse(bar_model, check):
    def by_c2(z):
        # Code 1 draws by c2 what the others draw by the noise.
        place = z[:, :1] * (1.0 - z[:, 2:3]) + 2.0 * z[:, 4:5] * z[:, 2:3]
        return draw(ops.concatenate([place, z[:, 1:]], axis=1))

    assert check(bar_model(by_c2))[1] == []


def test_a_model_without_noise_draws_one_image_of_each_code(bar_model, check):
    def noiseless(z):
        return draw(ops.concatenate([0.0 * z[:, :1], z], axis=1))

    callback, found = check(bar_model(noiseless, noise=0))
    assert callback._vitals().generated.shape == (3, 1, 8, 8, 1)
    assert found == []


def test_images_that_are_not_finite(bar_model, check):
    callback, found = check(bar_model(lambda z: draw(z) * np.nan))
    assert found == ["not finite"]
    assert read_jsonl(callback.path)[0]["seen"] == "generated images not finite"


def test_checks_are_due_every_so_many_steps(healthy, attach, monkeypatch):
    callback = attach(healthy, every=400)
    checked = []
    monkeypatch.setattr(callback, "check", lambda: checked.append(int(healthy.step.numpy())))
    for step in (1, 100, 399, 400, 401, 800, 1000, 1200):
        healthy.step.assign(step)
        callback.on_train_batch_end(0, {"d_loss": 1.0})
    assert checked == [400, 800, 1200]


# Between two checks and at one.
@pytest.mark.parametrize("step, value", [(7, math.nan), (10, math.inf)])
def test_a_metric_that_is_not_finite_ends_the_training(healthy, attach, step, value):
    callback = attach(healthy, every=10)
    healthy.step.assign(step)
    show(healthy, g_loss=value)
    callback.on_train_batch_end(0, {"d_loss": 1.0, "g_loss": value})
    assert healthy.stop_training
    assert written(callback) == [(step, "not finite")]


def test_a_training_on_broken_images_ends_at_once(tiny_model, tiny_data, tmp_path, capsys):
    model = tiny_model(run_eagerly=True)
    log = MetricsLog(tmp_path / "metrics.jsonl", steps_per_epoch=4)
    callback = Health(tmp_path / "health.jsonl", tiny_data, log, every=500)
    images = np.full((16, 8, 8, 1), np.nan, np.float32)
    model.fit(images, batch_size=4, epochs=3, callbacks=[log, callback], verbose=0)
    assert int(model.step.numpy()) == 1
    assert written(callback) == [(1, "not finite")]
    assert capsys.readouterr().out.startswith("\nstep 1, not finite: d_loss")


def test_lines_after_the_models_step_are_dropped(healthy, attach):
    callback = attach(healthy)
    lines = [{"step": step, "problem": "collapse", "seen": "", "remedy": ""} for step in (1, 9, 20)]
    callback.path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"step": 2')
    healthy.step.assign(9)
    callback.on_train_begin()
    assert read_jsonl(callback.path) == lines[:2]
    assert callback.path.read_text().count("\n") == 2


def test_a_resumed_run_does_not_print_again(healthy, attach, capsys, monkeypatch):
    callback = attach(healthy)
    problem = Problem("collapse", "seen", "remedy")
    monkeypatch.setattr(module, "diagnose", lambda vitals: [problem])
    for step in (500, 1000):
        healthy.step.assign(step)
        callback.check()
    assert capsys.readouterr().out.count("collapse") == 1
    # From a checkpoint at 500: what step 1000 said is yet to come, what step 500 said is known.
    healthy.step.assign(500)
    again = Health(callback.path, bar_data([0.0], [0]), callback.log)
    again.set_model(healthy)
    again.on_train_begin()
    healthy.step.assign(1000)
    again.check()
    assert capsys.readouterr().out == ""
    assert written(again) == [(500, "collapse"), (1000, "collapse")]


def test_a_run_without_problems_begins_without_a_file(healthy, tmp_path, data):
    log = MetricsLog(tmp_path / "metrics.jsonl", steps_per_epoch=10)
    callback = Health(tmp_path / "health.jsonl", data, log)
    callback.set_model(healthy)
    callback.on_train_begin()
    assert callback.summary() == []
