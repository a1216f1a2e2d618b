import dataclasses
import json

import numpy as np
import pytest
from keras import ops

from keras_infogan.data.image_data import ImageData
from keras_infogan.errors import UserError
from keras_infogan.evaluation import complete
from keras_infogan.evaluation.complete import (
    code_confusion,
    code_diversity,
    evaluate_model,
    labels_obeyed,
)
from keras_infogan.evaluation.scores import CODE_SCORES
from keras_infogan.latents import Categorical, Gaussian, LatentSpec, Uniform

SIZE = 8


@pytest.fixture(scope="module", autouse=True)
def few_images():
    """As many images as a test needs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(complete, "IMAGES", 40)
        yield


def bars(position, darkness):
    """Images with a bar of two columns from column `position` on: all that there is to them."""
    columns = np.arange(SIZE, dtype=np.float32)
    bar = ops.clip(1.5 - ops.abs(columns - 0.5 - position[:, None]), 0.0, 1.0)
    rows = np.zeros((SIZE, 1), np.float32)
    rows[2:6] = 1.0
    return 2.0 * (darkness[:, None, None] * bar[:, None, :] * rows)[..., None] - 1.0


def draw(z):
    """Noise and c2: how dark; c1: which of three positions."""
    position = ops.matmul(z[:, 1:4], np.array([[0.0], [2.0], [4.0]], np.float32))[:, 0]
    return bars(position, 0.7 + 0.05 * ops.tanh(z[:, 0]) + 0.2 * z[:, 4])


def read(pixels):
    """Logits: ink in columns 0, 2 and 4; mean: the darkest pixel."""
    columns = ops.sum(ops.reshape(pixels, (-1, SIZE, SIZE)), axis=1)[:, :6:2]
    return ops.concatenate([columns, ops.max(pixels, axis=1, keepdims=True)], axis=1)


@pytest.fixture(scope="module")
def data():
    """Bars at the same three places, which are their labels: 90 to train on, 30 to test."""
    generator = np.random.default_rng(0)
    labels = np.arange(120) % 3
    images = np.array(bars(np.float32(2 * labels), generator.uniform(0.4, 1, 120)), np.float32)
    images = np.round((images + 1.0) * 127.5).astype(np.uint8)
    return ImageData("bars", images[:90], labels[:90], images[:89:-1], labels[:89:-1])


@pytest.fixture(scope="module")
def model(hand_made_model):
    return hand_made_model([Categorical(3), Uniform()], draw, read)


@pytest.fixture(scope="module")
def scores(model, data):
    return evaluate_model(model, data)


def test_every_score_is_there_and_ready_for_json(scores):
    assert list(scores) == [
        "codes",
        "confusion",
        "information",
        "between_looks",
        "continuous",
        "disentanglement",
        "diversity",
        "labels_obeyed",
        "generated",
    ]
    assert tuple(scores["codes"]) == ("code", *CODE_SCORES)
    assert list(scores["information"]) == ["c1", "c2"]
    assert list(scores["continuous"]) == ["c2"]
    assert list(scores["confusion"]) == list(scores["diversity"]) == ["c1"]
    assert list(scores["diversity"]["c1"]) == ["0", "1", "2"]
    family = {"precision", "recall", "density", "coverage"}
    assert set(scores["generated"]["floor"]) == family
    assert set(scores["generated"]) == family | {
        "extractor",
        "images",
        "frechet",
        "frechet_floor",
        "floor",
        "sharpness",
        "copying",
    }
    assert json.loads(json.dumps(scores, allow_nan=False)) == scores


def test_scores_of_a_model_that_is_right(scores):
    assert scores["codes"]["code_accuracy"] == 1.0
    assert scores["confusion"]["c1"] == [[10, 0, 0, 0], [0, 10, 0, 0], [0, 0, 10, 0]]
    assert scores["information"]["c1"]["share"] > 0.95
    assert scores["continuous"]["c2"]["moves"] == "ink"
    assert scores["generated"]["images"] == 30
    # Three kinds of bars, all of them drawn: nothing is left out, nothing is far.
    assert scores["generated"]["coverage"] > 0.5
    assert all(0.3 < ratio < 3.0 for ratio in scores["diversity"]["c1"].values())


def test_a_generator_that_draws_something_else_is_told_from_the_floor(hand_made_model, data):
    def noise(z):
        waves = ops.sin(1000.0 * z[:, :1] * np.arange(1, SIZE * SIZE + 1, dtype=np.float32))
        return ops.reshape(waves, (-1, SIZE, SIZE, 1))

    found = evaluate_model(hand_made_model([Categorical(3), Uniform()], noise, read), data)
    generated = found["generated"]
    assert generated["frechet"] > 5 * generated["frechet_floor"]
    assert generated["precision"] < 0.2 < generated["floor"]["precision"]


def test_a_generator_that_copies_is_told(hand_made_model, data):
    training = np.float32(data.train_images[:3]) / 127.5 - 1.0

    def copy(z):
        return ops.tensordot(z[:, 1:4], training, axes=1)

    copying = evaluate_model(hand_made_model([Categorical(3), Uniform()], copy, read), data)[
        "generated"
    ]["copying"]
    assert copying["nearest_train"] == pytest.approx(0.0, abs=1e-3)
    assert copying["ratio"] == pytest.approx(0.0, abs=0.01)


def test_known_factors_add_the_scores_of_disentanglement(model, data, scores):
    assert scores["disentanglement"] == {}
    factors = {
        "factor_names": ("position",),
        "train_factors": data.train_labels[:, None],
        "test_factors": data.test_labels[:, None],
    }
    found = evaluate_model(model, dataclasses.replace(data, **factors))
    assert found["disentanglement"]["dci_informativeness"] == 1.0
    assert found["disentanglement"]["factors"]["position"]["c1"] == pytest.approx(1)
    assert found == {**scores, "disentanglement": found["disentanglement"]}


def test_data_without_labels_lack_the_scores_of_codes_only(model, data, scores):
    unlabelled = ImageData("bars", data.train_images, None, data.test_images, None)
    found = evaluate_model(model, unlabelled)
    nothing = {"code": "c1", **dict.fromkeys(CODE_SCORES)}
    assert found == {**scores, "codes": nothing, "confusion": {}}


def test_a_model_without_a_categorical_code(hand_made_model, data):
    model = hand_made_model([Uniform()], lambda z: bars(2.0 + 0.0 * z[:, 0], 0.7 + 0.2 * z[:, 1]))
    found = evaluate_model(model, data)
    assert found["codes"] == {"code": None, **dict.fromkeys(CODE_SCORES)}
    assert found["confusion"] == found["diversity"] == {}
    assert list(found["information"]) == ["c1"]
    assert found["continuous"]["c1"]["moves"] == "ink"
    assert found["generated"]["frechet"] > 0.0
    json.dumps(found, allow_nan=False)


def test_two_categorical_codes_and_a_gaussian_one(hand_made_model, data):
    """c1: which of three positions; c2, of two values: the left one or another; c3: how dark."""

    def draw_three(z):
        return draw(ops.concatenate([z[:, :4], 0.4 * z[:, 6:]], axis=1))

    def read_three(pixels):
        logits, mean = read(pixels)[:, :3], read(pixels)[:, 3:]
        others = ops.max(logits[:, 1:], axis=1, keepdims=True)
        return ops.concatenate([logits, logits[:, :1], others, mean], axis=1)

    codes = [Categorical(3), Categorical(2), Gaussian()]
    found = evaluate_model(hand_made_model(codes, draw_three, read_three), data)
    assert found["codes"]["code"] == "c1"
    assert found["codes"]["code_accuracy"] == 1.0
    # c2 = 0 is label 0, and c2 = 1 one of the other two.
    assert found["codes"]["each"]["c2"]["code_accuracy"] == pytest.approx(2 / 3)
    assert found["codes"]["together"]["code_nmi"] == pytest.approx(1.0)
    assert list(found["confusion"]) == list(found["diversity"]) == ["c1", "c2"]
    assert np.sum(found["confusion"]["c2"]) == 30
    assert np.trace(found["confusion"]["c2"]) == 20
    assert list(found["diversity"]["c2"]) == ["0", "1"]
    assert list(found["information"]) == ["c1", "c2", "c3"]
    assert found["information"]["c3"]["share"] is None
    assert found["continuous"]["c3"]["moves"] == "ink"
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_a_model_without_codes(tiny_gan, data):
    shrunk = {name: getattr(data, name)[:, ::2, ::2] for name in ("train_images", "test_images")}
    found = evaluate_model(tiny_gan(), dataclasses.replace(data, **shrunk))
    assert found["codes"] == {"code": None, **dict.fromkeys(CODE_SCORES)}
    for name in (
        "confusion",
        "information",
        "between_looks",
        "continuous",
        "disentanglement",
        "diversity",
    ):
        assert found[name] == {}
    assert found["labels_obeyed"] is None
    assert found["generated"]["frechet"] > 0.0


def test_a_model_without_a_continuous_code(hand_made_model, data):
    def dark(z):
        return draw(ops.concatenate([z, 0.0 * z[:, :1]], axis=1))

    found = evaluate_model(
        hand_made_model([Categorical(3)], dark, lambda pixels: read(pixels)[:, :3]), data
    )
    assert found["continuous"] == {}
    assert found["codes"]["code_accuracy"] == 1.0


def test_a_collapsed_model_has_finite_scores(hand_made_model, data):
    model = hand_made_model(
        [Categorical(3), Uniform()], lambda z: 0.0 * z[:, :1, None, None] - np.ones((1, 8, 8, 1))
    )
    found = evaluate_model(model, data)
    json.dumps(found, allow_nan=False)
    assert set(found["diversity"]["c1"].values()) <= {0.0, None}
    assert found["generated"]["recall"] == 0.0
    assert found["continuous"]["c2"]["rank_correlation"] == 0.0
    assert found["information"]["c1"]["nats"] == pytest.approx(0.0, abs=1e-6)


def test_too_few_images_are_refused(model, data):
    few = dataclasses.replace(data, test_images=data.test_images[:5])
    with pytest.raises(UserError, match="more than 5 test images and training images. Received: 5"):
        evaluate_model(model, few)


def test_of_very_many_labels_there_is_no_confusion(data):
    table = {"0": 0, "1": 1, "2": None}
    many = dataclasses.replace(data, test_labels=np.where(data.test_labels == 2, 100, 0))
    assert code_confusion(table, data.test_labels, many) is None
    assert np.sum(code_confusion(table, data.test_labels, data)) == 30


def test_images_that_are_not_finite_are_refused(hand_made_model, data):
    model = hand_made_model([Categorical(3), Uniform()], lambda z: draw(z) * np.nan)
    with pytest.raises(UserError, match="images that are not finite"):
        evaluate_model(model, data)


def test_another_seed_draws_other_images(model, data, scores):
    found = evaluate_model(model, data, seed=1)
    assert found["codes"] == scores["codes"]
    assert found["generated"]["frechet"] != scores["generated"]["frechet"]
    assert found["information"]["c2"] != scores["information"]["c2"]


def test_generated_images_are_drawn_from_the_code_they_are_counted_under(
    hand_made_model, data, monkeypatch
):
    seen = {}

    def note(generated_codes, generated, real_codes, real):
        seen.update(drawn=generated_codes, read=real_codes)
        return {}

    monkeypatch.setattr(complete, "code_diversity", note)
    # A continuous code first: the categorical one does not begin the latents.
    codes = [Uniform(), Categorical(3)]
    model = hand_made_model(
        codes,
        lambda z: draw(ops.concatenate([z[:, :1], z[:, 2:], z[:, 1:2]], axis=1)),
        lambda pixels: ops.concatenate([read(pixels)[:, 3:], read(pixels)[:, :3]], axis=1),
    )
    evaluate_model(model, data, seed=4)
    latents = np.array(LatentSpec(1, codes).sample(30, (4, 2)))
    np.testing.assert_array_equal(seen["drawn"], latents[:, 2:].argmax(axis=1))
    np.testing.assert_array_equal(seen["read"], data.test_labels)


def test_labels_obeyed_by_hand():
    train, labels = np.array([[0.0], [10.0], [20.0]]), np.array([7, 4, 7])
    generated, told = np.array([[1.0], [9.0], [16.0]]), np.array([7, 7, 7])
    assert labels_obeyed(generated, told, train, labels) == pytest.approx(2 / 3)


def test_diversity_by_hand():
    generated = np.array([[0.0], [1.0], [5.0], [5.0], [0.0], [1.0], [0.0], [1.0]])
    generated_codes = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    real = np.array([[0.0], [2.0], [0.0], [3.0], [7.0], [4.0], [4.0], [1.0], [2.0]])
    real_codes = np.array([0, 0, 1, 1, 2, 3, 3, 5, 5])
    assert code_diversity(generated_codes, generated, real_codes, real) == {
        "0": 0.5,
        "1": 0.0,  # collapsed
        "2": None,  # a single real image
        "3": None,  # real images that do not vary
        "4": None,
        "5": None,  # nothing generated
    }
