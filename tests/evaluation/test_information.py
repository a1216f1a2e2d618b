import json
import math

import numpy as np
import pytest
from keras import ops

from keras_infogan import registry
from keras_infogan.evaluation.information import between_looks, information
from keras_infogan.latents import Categorical, Gaussian, LatentSpec, Uniform


def as_pixels(z):
    """The codes, all latents but one of noise, as the pixels of an image of one row."""
    return z[:, None, 1:, None]


def test_q_that_reads_a_code_exactly_gets_its_whole_entropy(hand_made_model):
    model = hand_made_model([Categorical(4)], as_pixels, lambda pixels: 100.0 * pixels)
    found = information(model, images=200)
    assert list(found) == ["c1"]
    assert found["c1"]["entropy"] == pytest.approx(math.log(4))
    assert found["c1"]["nats"] == pytest.approx(math.log(4))
    assert found["c1"]["share"] == pytest.approx(1.0)


def test_q_that_says_nothing_gets_nothing(hand_made_model):
    found = information(hand_made_model([Categorical(4)], as_pixels), images=200)
    assert found["c1"]["nats"] == pytest.approx(0.0, abs=1e-6)
    assert found["c1"]["share"] == pytest.approx(0.0, abs=1e-6)


def test_q_that_is_three_quarters_sure(hand_made_model):
    # Logits ln 3 and 0: log Q = ln 3/4, and ln 2 − ln 4/3 = ln 3/2.
    model = hand_made_model([Categorical(2)], as_pixels, lambda pixels: math.log(3.0) * pixels)
    assert information(model, images=200)["c1"]["nats"] == pytest.approx(math.log(1.5), rel=1e-5)


def test_q_that_is_sure_and_wrong_gets_less_than_nothing(hand_made_model):
    # Logits −3 for the value drawn and 0 for the other: log Q = −ln(1 + e³).
    model = hand_made_model([Categorical(2)], as_pixels, lambda pixels: -3.0 * pixels)
    expected = math.log(2.0) - math.log1p(math.exp(3.0))
    assert information(model, images=200)["c1"]["nats"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    "code, entropy",
    [
        (Uniform(-1.0, 1.0, std=0.5), math.log(2.0)),
        (Gaussian(std=0.5), 0.5 * math.log(2.0 * math.pi * math.e)),
    ],
)
def test_a_continuous_code_that_is_read_exactly(hand_made_model, code, entropy):
    model = hand_made_model([code], as_pixels, lambda pixels: pixels)
    found = information(model, images=200)["c1"]
    # log N(c; c, 0.5²) = −ln 0.5 − ln(2π) / 2.
    assert found["nats"] == pytest.approx(entropy - math.log(0.5) - 0.5 * math.log(2.0 * math.pi))
    assert found["entropy"] == pytest.approx(entropy)
    assert found["share"] is None


def test_each_code_by_itself(hand_made_model):
    codes = [Categorical(2), Uniform(-0.5, 0.5), Categorical(3)]

    def read(pixels):
        # The first exactly, the second as its mean, of the third nothing.
        return ops.concatenate([100.0 * pixels[:, :2], 0.0 * pixels[:, 2:]], axis=1)

    found = information(hand_made_model(codes, as_pixels, read), images=4000)
    assert list(found) == list(LatentSpec(1, codes).names)
    assert found["c1"]["share"] == pytest.approx(1.0)
    # E log N(c; 0, 1) = −(1/12) / 2 − ln(2π) / 2, and the entropy is ln 1.
    expected = -1 / 24 - 0.5 * math.log(2.0 * math.pi)
    assert found["c2"]["nats"] == pytest.approx(expected, abs=5e-3)
    assert found["c2"]["share"] is None
    assert found["c3"]["nats"] == pytest.approx(0.0, abs=1e-6)


def test_the_images_follow_from_the_seed(hand_made_model):
    model = hand_made_model([Uniform()], as_pixels, lambda pixels: 0.5 * pixels)
    first, same, other = (information(model, images=50, seed=seed) for seed in (0, 0, 1))
    assert first == same
    assert first["c1"]["nats"] != other["c1"]["nats"]
    assert json.loads(json.dumps(first, allow_nan=False)) == first


def test_a_broken_q_has_no_figure(hand_made_model):
    model = hand_made_model([Categorical(2), Uniform()], as_pixels, lambda pixels: pixels * np.nan)
    found = information(model, images=20)
    assert found["c1"]["nats"] is None and found["c1"]["share"] is None
    assert found["c2"]["nats"] is None
    json.dumps(found, allow_nan=False)


# Between two looks


def looked_at(
    hand_made_model, read, transforms=("instance_noise(std=0.1)",), codes=None, brightness=0.0
):
    """What two looks at 40 images of one bright pixel, left or right, have in common."""
    model = hand_made_model(codes or [Categorical(2)], as_pixels, read)
    model.transforms = [registry.TRANSFORMS.get(text) for text in transforms]
    images = np.zeros((40, 1, 2, 1), np.float32)
    images[::2, 0, 0] = images[1::2, 0, 1] = 1.0
    return between_looks(model, images, brightness=brightness)


def test_codes_that_both_looks_agree_on_have_their_entropy(hand_made_model):
    found = looked_at(hand_made_model, lambda pixels: 100.0 * pixels)
    assert found == {"c1": pytest.approx(math.log(2.0), abs=1e-3)}


def test_a_code_for_all_images_has_nothing(hand_made_model):
    def one_code(pixels):
        return 100.0 * ops.concatenate([1.0 + 0.0 * pixels[:, :1], 0.0 * pixels[:, :1]], axis=1)

    assert looked_at(hand_made_model, one_code) == {"c1": pytest.approx(0.0, abs=1e-3)}


def test_codes_of_what_the_noise_does_have_little(hand_made_model):
    def noise(pixels):
        return 1e4 * (pixels - ops.round(pixels))

    assert looked_at(hand_made_model, noise)["c1"] < 0.3


def grays(hand_made_model, read, brightness):
    """Nats of looks at 200 images of two pixels, of which the brighter is left or right.

    Half of the images have gray values of .2 and .3, half of .7 and .8. To powers from e^−1.5 to
    e^1.5, the first are .001 to .8 and the second .2 to .95, and the brighter pixel stays so.
    """
    model = hand_made_model([Categorical(2)], as_pixels, read)
    model.transforms = []
    pairs = np.float32([[0.2, 0.3], [0.3, 0.2], [0.7, 0.8], [0.8, 0.7]] * 50)
    return between_looks(model, 2.0 * pairs[:, None, :, None] - 1.0, brightness=brightness)["c1"]


def test_another_light_tells_codes_of_the_light_from_others(hand_made_model):
    def light(pixels):
        gray = 0.5 + 0.25 * ops.sum(pixels, axis=1, keepdims=True)
        return 200.0 * ops.concatenate([gray, 1.0 - gray], axis=1)

    def side(pixels):
        return 1e4 * pixels

    assert grays(hand_made_model, light, 0.1) == pytest.approx(math.log(2.0), abs=1e-3)
    assert grays(hand_made_model, light, 1.5) < 0.35
    for brightness in (0.1, 1.5):
        assert grays(hand_made_model, side, brightness) == pytest.approx(math.log(2.0), abs=1e-2)


def test_looks_that_are_not_finite_are_none(hand_made_model):
    assert looked_at(hand_made_model, lambda pixels: pixels / 0.0) == {"c1": None}


def test_without_distortion_or_a_categorical_code_there_are_no_looks(hand_made_model):
    assert looked_at(hand_made_model, lambda pixels: pixels, transforms=()) == {}
    codes = [Uniform(), Uniform()]
    assert looked_at(hand_made_model, lambda pixels: pixels, codes=codes) == {}
