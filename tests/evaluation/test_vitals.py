"""What is read off a model for the health checks, and what the checks say of it."""

import math

import numpy as np
import pytest
from keras import ops

from keras_infogan import objectives
from keras_infogan.data.image_data import ImageData
from keras_infogan.evaluation.health import diagnose
from keras_infogan.evaluation.vitals import SETTLING_STEPS, Reference, vitals_of
from keras_infogan.latents import Categorical, Gaussian, Uniform

METRICS = {
    "d_loss": 1.1,
    "g_loss": 1.0,
    "information": 1.0,
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


def bar_data(positions, labels, label_names=None):
    images = np.array(bars(np.array(positions, np.float32)))
    images = np.round((images + 1.0) * 127.5).astype(np.uint8)
    labels = None if labels is None else np.array(labels)
    test_labels = None if labels is None else labels[:1]
    return ImageData("bars", images, labels, images[:1], test_labels, label_names=label_names)


@pytest.fixture(scope="module")
def data():
    """Bars all over the columns; the thirds are the labels."""
    positions = np.tile([0.0, 0.8, 2.8, 3.5, 4.2, 6.2, 7.0], 10)
    return bar_data(positions, np.tile([0, 0, 1, 1, 1, 2, 2], 10))


@pytest.fixture(scope="module")
def make(hand_made_model):
    """A function: (draw, read, codes, noise) → a compiled model."""

    def model(drawn=draw, reading=read, codes=CODES, noise=1):
        made = hand_made_model(codes, drawn, reading, noise)
        made.compile("sgd", "sgd")
        return made

    return model


@pytest.fixture(scope="module")
def shared(make):
    return make()


@pytest.fixture
def healthy(shared):
    """A healthy model, whatever another test made of it."""
    shared.information_warmup = shared.d_pretraining = 0
    shared.objective = objectives.get("non_saturating")
    return shared


def look(model, data, step=5000, **metrics):
    return vitals_of(model, Reference.of(data), step, METRICS | metrics)


def seen(model, data, **metrics):
    """What the checks say, `{problem: seen}`."""
    return {problem.name: problem.seen for problem in diagnose(look(model, data, **metrics))}


def test_what_is_looked_at(healthy, data):
    vitals = look(healthy, data, unknown=3.0)
    assert (vitals.step, vitals.g_steps, vitals.kind) == (5000, 5000, "code")
    assert vitals.is_probability
    assert vitals.metrics == METRICS
    assert vitals.entropy == pytest.approx(math.log(3.0))
    assert vitals.generated["c1"].shape == (3, 16, 8, 8, 1)
    assert vitals.real.shape == (70, 8, 8, 1)
    assert (vitals.real.min(), vitals.real.max()) == (-1.0, 1.0)
    assert vitals.code_labels == {"c1": {0: 0, 1: 1, 2: 2}}
    assert (vitals.num_labels, vitals.unused_codes) == (3, {"c1": ()})
    # softplus(0) above the floor.
    assert vitals.stds == {"c2": (pytest.approx(0.05 + math.log(2.0)), 0.05)}
    assert diagnose(vitals) == []


def test_two_categorical_codes_and_a_gaussian_one(make, data):
    """c1: which third; c2, of two values: left or right half of it; c3: nothing."""

    def halves(z):
        third = ops.matmul(z[:, 1:4], np.array([[1.0], [3.5], [6.0]], np.float32))[:, 0]
        return bars(third + z[:, 5] - 0.5 + 0.2 * ops.tanh(z[:, 0]) + 0.0 * z[:, 6])

    def reading(pixels):
        # Every real image has value 0 of c2.
        logits = read(pixels)[:, :3]
        return ops.concatenate([logits, 0.0 * logits[:, :1] + 9.0, 0.0 * logits], axis=1)

    codes = [Categorical(3), Categorical(2), Gaussian(std=None, min_std=0.1)]
    model = make(halves, reading, codes)
    vitals = look(model, data)
    assert {n: images.shape[:2] for n, images in vitals.generated.items()} == {
        "c1": (3, 16),
        "c2": (2, 16),
    }
    assert vitals.entropy == pytest.approx(math.log(6.0))
    assert vitals.code_labels == {"c1": {0: 0, 1: 1, 2: 2}, "c2": {0: 1}}
    assert vitals.unused_codes == {"c1": (), "c2": (1,)}
    assert vitals.stds == {"c3": (pytest.approx(0.1 + math.log(2.0)), 0.1)}
    # Images of c2 = 0 stand at the first value of c1, so they lie left of those of c2 = 1.
    left, right = (images.argmax(axis=2).mean() for images in vitals.generated["c2"])
    assert right - left == pytest.approx(1.0, abs=0.3)
    assert seen(model, data)["unused codes"].endswith("the code 1 of c2")


def test_codes_are_called_dead_after_they_have_had_time(healthy, data):
    assert SETTLING_STEPS == 1000
    for step, warmup, problems in (
        (999, 0, []),
        (1000, 0, ["dead code"]),
        (1000, 2000, []),
        (2000, 2000, ["dead code"]),
    ):
        healthy.information_warmup = warmup
        assert list(seen(healthy, data, step=step, information=0.0)) == problems


def test_steps_in_which_d_learned_alone_do_not_count(healthy, data):
    healthy.d_pretraining = 400
    for step, warmup, g_steps, warmed_up in (
        (300, 0, -100, False),
        (1399, 0, 999, False),
        (1400, 0, 1000, True),
        (2399, 2000, 1999, False),
        (2400, 2000, 2000, True),
    ):
        healthy.information_warmup = warmup
        vitals = look(healthy, data, step)
        assert (vitals.step, vitals.g_steps, vitals.warmed_up) == (step, g_steps, warmed_up)


def test_a_critic_without_probabilities_is_not_called_too_strong(healthy, data):
    healthy.objective = objectives.get("hinge")
    assert seen(healthy, data, d_loss=0.01) == {}


@pytest.mark.parametrize(
    ("conditional", "kind", "name", "values"), [(True, "label", "c1", 3), (False, None, None, 1)]
)
def test_what_a_gan_is_told(tiny_gan, conditional, kind, name, values):
    images = np.zeros((12, 4, 4, 1), np.uint8)
    data = ImageData("x", images, np.arange(12) % 3, images, np.arange(12) % 3)
    vitals = look(tiny_gan(conditional=conditional), data)
    assert (vitals.kind, vitals.entropy) == (kind, 0.0)
    assert {n: part.shape for n, part in vitals.generated.items()} == {name: (values, 16, 4, 4, 1)}
    assert vitals.code_labels == vitals.unused_codes == vitals.stds == {}
    assert "information" not in vitals.metrics


def test_several_codes_on_one_label(healthy):
    # The first and the last third have the same label; label 2 is of the middle's left edge.
    positions, labels = np.tile([0.0, 0.8, 3.5, 3.5, 4.2, 6.2, 7.0], 10), [0, 0, 1, 1, 2, 0, 0] * 10
    name = "several codes on one label"
    assert seen(healthy, bar_data(positions, labels)) == {name: "codes 0, 2 all mean 0"}
    named = bar_data(positions, labels, ("edge", "middle", "side"))
    assert seen(healthy, named) == {name: "codes 0, 2 all mean edge"}


def test_codes_that_no_real_image_gets(healthy):
    found = seen(healthy, bar_data([0.0, 0.4, 3.3, 3.5] * 10, [0, 0, 1, 1] * 10))
    assert found == {"unused codes": "Q gives almost no real image the code 2"}


def test_a_code_that_a_stray_image_gets_is_unused_and_stands_for_nothing(healthy):
    # One of 101 images, where an even share is 33: less than a tenth of it.
    positions, labels = [0.0, 3.5] * 50 + [7.0], [0, 1] * 50 + [0]
    labels[1] = 2  # as many labels as codes: none would have to share one
    assert list(seen(healthy, bar_data(positions, labels))) == ["unused codes"]


def test_data_without_labels(healthy):
    unlabelled = bar_data([0.0, 3.5, 7.0] * 10, None)
    vitals = look(healthy, unlabelled)
    assert (vitals.num_labels, vitals.code_labels) == (0, {})
    assert diagnose(vitals) == []
    assert list(seen(healthy, bar_data([0.0, 3.5] * 10, None))) == ["unused codes"]


def test_a_model_without_a_categorical_code(make, data):
    model = make(
        lambda z: bars(3.5 + 3.0 * ops.tanh(z[:, 0])), lambda pixels: pixels[:, :1], [Uniform()]
    )
    vitals = look(model, data, information=0.0)
    assert (vitals.kind, vitals.stds) == (None, {})
    assert vitals.generated[None].shape == (1, 16, 8, 8, 1)
    assert diagnose(vitals) == []


def test_a_standard_deviation_at_its_floor(make, data):
    def sure(pixels):
        # softplus(−10) = 5e-5.
        return ops.concatenate([read(pixels)[:, :4], 0.0 * pixels[:, :1] - 10.0], axis=1)

    assert seen(make(reading=sure), data) == {"standard deviation at its floor": "Q's for c2"}


def test_a_collapse_is_seen_in_the_images(make, data):
    def collapsed(z):
        # Code 1 takes no notice of the noise.
        return draw(ops.concatenate([z[:, :1] * (1.0 - z[:, 2:3]), z[:, 1:]], axis=1))

    found = seen(make(collapsed), data)
    assert list(found) == ["collapse"]
    assert found["collapse"].startswith("images of code 1 differ by 0%")


def test_what_a_continuous_code_varies_is_no_collapse(make, data):
    def by_c2(z):
        # Code 1 draws by c2 what the others draw by the noise.
        place = z[:, :1] * (1.0 - z[:, 2:3]) + 2.0 * z[:, 4:5] * z[:, 2:3]
        return draw(ops.concatenate([place, z[:, 1:]], axis=1))

    assert seen(make(by_c2), data) == {}


def test_a_model_without_noise_draws_one_image_of_each_code(make, data):
    def noiseless(z):
        return draw(ops.concatenate([0.0 * z[:, :1], z], axis=1))

    vitals = look(make(noiseless, noise=0), data)
    assert vitals.generated["c1"].shape == (3, 1, 8, 8, 1)
    assert diagnose(vitals) == []


def test_images_that_are_not_finite(make, data):
    vitals = look(make(lambda z: draw(z) * np.nan), data)
    assert vitals.stds == {}
    assert [p.seen for p in diagnose(vitals)] == ["generated images not finite"]
