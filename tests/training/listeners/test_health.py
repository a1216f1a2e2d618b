"""Health: what is looked at when, what is written and printed, and when training ends."""

import dataclasses

import numpy as np
import pytest
from keras import ops

from keras_infogan import objectives
from keras_infogan.data.image_data import ImageData
from keras_infogan.evaluation.health import summarize
from keras_infogan.files import read_jsonl
from keras_infogan.latents import Categorical, Uniform
from keras_infogan.training.listeners.health import Health
from keras_infogan.training.listeners.metrics_log import MetricsLog
from keras_infogan.training.ticks import Ticks, fit

HEALTHY = {
    "d_loss": 1.1,
    "g_loss": 0.5,
    "categorical_loss": 0.5,
    "continuous_loss": 0.5,
    "information": 1.0,
    "code_accuracy": 0.5,
    "real_probability": 0.6,
    "generated_probability_before": 0.4,
    "generated_probability_after": 0.5,
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
    """A function: (draw, read, codes, noise) → a compiled model."""

    def make(drawn=draw, reading=read, codes=CODES, noise=1):
        model = hand_made_model(codes, drawn, reading, noise)
        model.compile("sgd", "sgd")
        return model

    return make


@pytest.fixture(scope="module")
def shared(bar_model):
    return bar_model()


@pytest.fixture
def healthy(shared):
    """A healthy model, whatever another test made of it."""
    shared.information_warmup = 0
    shared.d_pretraining = 0
    shared.objective = objectives.get("non_saturating")
    shared.stop_training = False
    return shared


@pytest.fixture
def attach(tmp_path, data, tiny_plan):
    """A function: model → the listener, ready to check it."""

    def make(model, data=data, every=500, step=0):
        plan = dataclasses.replace(tiny_plan, data=data)
        listener = Health(tmp_path / "health.jsonl", plan, every=every)
        listener.begin(model, step)
        return listener

    return make


@pytest.fixture
def check(attach, tick):
    """A function that checks a model at step 5,000: → the listener, and the problems' names."""

    def run(model, data=None, **metrics):
        listener = attach(model) if data is None else attach(model, data)
        problems = listener.check(tick(5000, metrics=HEALTHY | metrics))
        return listener, [problem.name for problem in problems]

    return run


def written(listener):
    return [(row["step"], row["problem"]) for row in read_jsonl(listener.path)]


def test_a_healthy_model_leaves_no_word(healthy, check, capsys):
    listener, found = check(healthy)
    assert found == []
    assert read_jsonl(listener.path) == []
    assert summarize(read_jsonl(listener.path)) == []
    assert capsys.readouterr().out == ""


def test_a_problem_is_written_and_printed(bar_model, check, capsys):
    listener, found = check(bar_model(), d_loss=0.03)
    assert found == ["D too strong"]
    (row,) = read_jsonl(listener.path)
    assert list(row) == ["step", "problem", "seen", "remedy"]
    assert (row["step"], row["problem"]) == (5000, "D too strong")
    assert row["seen"] == "its loss is 0.030"
    assert capsys.readouterr().out == (
        f"step 5000, D too strong: {row['seen']}. {row['remedy']}.\n"
    )


def test_a_problem_that_lasts_is_printed_once_and_summed_up(healthy, attach, tick, capsys):
    listener = attach(healthy)
    for step, metrics in (
        (500, {"d_loss": 0.03}),
        (1000, {"d_loss": 0.02, "information": 0.0}),
        (1500, {}),
        (2000, {"d_loss": 0.01}),
    ):
        listener.check(tick(step, metrics=HEALTHY | metrics))
    assert written(listener) == [
        (500, "D too strong"),
        (1000, "dead code"),
        (1000, "D too strong"),
        (2000, "D too strong"),
    ]
    out = capsys.readouterr().out
    assert out.count("D too strong") == out.count("dead code") == 1
    assert [
        (row["problem"], row["seen"], row["first_step"], row["last_step"])
        for row in summarize(read_jsonl(listener.path))
    ] == [
        ("D too strong", "its loss is 0.010", 500, 2000),
        ("dead code", "Q reads 0.00 of 1.10 nats", 1000, 1000),
    ]


def test_a_code_is_called_dead_after_it_has_had_time(healthy, attach, tick):
    listener = attach(healthy)
    for step, warmup, problems in (
        (999, 0, []),
        (1000, 0, ["dead code"]),
        (1000, 2000, []),
        (2000, 2000, ["dead code"]),
    ):
        healthy.information_warmup = warmup
        found = listener.check(tick(step, metrics=HEALTHY | {"information": 0.0}))
        assert [problem.name for problem in found] == problems


def test_a_critic_without_probabilities_is_not_called_too_strong(healthy, check):
    healthy.objective = objectives.get("wasserstein")
    assert check(healthy, d_loss=-7.0)[1] == []


def test_nothing_is_said_of_a_generator_that_waits(tiny_gan, tiny_plan, small_images, run):
    images = np.round((small_images(12) + 1.0) * 127.5).astype(np.uint8)
    model = tiny_gan(d_pretraining=4, d_optimizer="adam")
    config = dataclasses.replace(tiny_plan.config, image_size=4, batch_size=6)
    data = ImageData("x", images, None, images[:1], None)
    plan = dataclasses.replace(tiny_plan, config=config, data=data, total_steps=6)
    listener = Health(run.health, plan, every=2)
    ticks = Ticks(plan, 2, [MetricsLog(run, 2), listener])
    ticks.begin(model)
    fit(model, plan, ticks)
    rows = read_jsonl(run.metrics)
    assert [row["step"] for row in rows] == [2, 4, 6]
    g_names = {"g_loss", "generated_probability_before", "generated_probability_after"}
    assert [g_names & set(row) for row in rows] == [set(), set(), g_names]
    assert all({"d_loss", "real_probability"} <= set(row) for row in rows)
    assert [row["step"] for row in read_jsonl(run.health) if row["step"] <= 4] == []


def test_several_codes_on_one_label(healthy, check):
    # The first and the last third have the same label; label 2 is of the middle's left edge.
    positions = np.tile([0.0, 0.8, 3.5, 3.5, 4.2, 6.2, 7.0], 10)
    listener, found = check(healthy, bar_data(positions, np.tile([0, 0, 1, 1, 2, 0, 0], 10)))
    assert found == ["several codes on one label"]
    assert read_jsonl(listener.path)[0]["seen"] == "codes 0, 2 all mean 0"


def test_labels_are_called_by_their_names(healthy, check):
    positions = np.tile([0.0, 0.8, 3.5, 3.5, 4.2, 6.2, 7.0], 10)
    data = bar_data(positions, np.tile([0, 0, 1, 1, 2, 0, 0], 10))
    data = dataclasses.replace(data, label_names=("edge", "middle", "side"))
    listener, _ = check(healthy, data)
    assert read_jsonl(listener.path)[0]["seen"] == "codes 0, 2 all mean edge"


def test_codes_that_no_real_image_gets(healthy, check):
    listener, found = check(healthy, bar_data([0.0, 0.4, 3.3, 3.5] * 10, [0, 0, 1, 1] * 10))
    assert found == ["unused codes"]
    assert read_jsonl(listener.path)[0]["seen"].endswith("the code 2")


def test_a_code_that_a_stray_image_gets_is_unused_and_stands_for_nothing(healthy, check):
    # One of 101 images, where an even share is 33: less than a tenth of it.
    positions, labels = [0.0, 3.5] * 50 + [7.0], [0, 1] * 50 + [0]
    labels[1] = 2  # as many labels as codes: none would have to share one
    assert check(healthy, bar_data(positions, labels))[1] == ["unused codes"]


def test_data_without_labels(healthy, check):
    listener, found = check(healthy, bar_data([0.0, 3.5, 7.0] * 10, None))
    assert found == []
    _, found = check(healthy, bar_data([0.0, 3.5] * 10, None))
    assert found == ["unused codes"]


def test_a_model_without_a_categorical_code(bar_model, check):
    model = bar_model(
        lambda z: bars(3.5 + 3.0 * ops.tanh(z[:, 0])),
        lambda pixels: pixels[:, :1],
        [Uniform()],
    )
    _, found = check(model, information=0.0)
    assert found == []


def test_a_standard_deviation_at_its_floor(bar_model, check):
    def sure(pixels):
        # softplus(−10) = 5e-5.
        return ops.concatenate([read(pixels)[:, :4], 0.0 * pixels[:, :1] - 10.0], axis=1)

    listener, found = check(bar_model(reading=sure))
    assert found == ["standard deviation at its floor"]
    assert read_jsonl(listener.path)[0]["seen"] == "Q's for c2"


def test_a_collapse_is_seen_in_the_images(bar_model, check):
    def collapsed(z):
        # Code 1 takes no notice of the noise.
        return draw(ops.concatenate([z[:, :1] * (1.0 - z[:, 2:3]), z[:, 1:]], axis=1))

    listener, found = check(bar_model(collapsed))
    assert found == ["collapse"]
    assert read_jsonl(listener.path)[0]["seen"].startswith("images of code 1 differ by 0%")


def test_what_a_continuous_code_varies_is_no_collapse(bar_model, check):
    def by_c2(z):
        # Code 1 draws by c2 what the others draw by the noise.
        place = z[:, :1] * (1.0 - z[:, 2:3]) + 2.0 * z[:, 4:5] * z[:, 2:3]
        return draw(ops.concatenate([place, z[:, 1:]], axis=1))

    assert check(bar_model(by_c2))[1] == []


def test_a_model_without_noise_draws_one_image_of_each_code(bar_model, check):
    def noiseless(z):
        return draw(ops.concatenate([0.0 * z[:, :1], z], axis=1))

    listener, found = check(bar_model(noiseless, noise=0))
    assert found == []


def test_images_that_are_not_finite(bar_model, check):
    listener, found = check(bar_model(lambda z: draw(z) * np.nan))
    assert found == ["not finite"]
    assert read_jsonl(listener.path)[0]["seen"] == "generated images not finite"


def test_checks_are_due_every_so_many_steps(healthy, attach, tick, monkeypatch):
    listener = attach(healthy, every=400)
    checked = []
    monkeypatch.setattr(listener, "check", lambda tick: checked.append(tick.step))
    for step in range(100, 1300, 100):
        listener.tick(tick(step, step - 100))
    assert checked == [400, 800, 1200]
