"""The signatures as functions, on models whose pictures and readings are known."""

import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.latents import Categorical, Gaussian, Uniform
from keras_infogan.serving import row_noise
from keras_infogan.serving.about import describe_codes
from keras_infogan.serving.servable import Servable


def integers(*values):
    return tf.constant(values, tf.int64)


def floats(*values):
    return tf.constant(values, tf.float32)


@pytest.fixture
def drawing(hand_made_model):
    """A model of Cat(3) and two continuous codes whose images are its latents, 7×7×1.

    Each row of pixels: two noises, three of the one-hot code, c2, c3; all divided by 4.
    """
    return hand_made_model(
        [Categorical(3), Uniform(), Gaussian(std=None)],
        lambda latents: tf.repeat(tf.reshape(latents / 4.0, (-1, 1, 7, 1)), 7, axis=1),
        lambda features: tf.concat([8.0 * features[:, 2:5], features[:, 5:7], features[:, :1]], 1),
        noise=2,
    )


@pytest.fixture
def servable(drawing):
    return Servable(drawing, {"0": 5, "1": 9, "2": 5})


def latents_in(image):
    """What `drawing` was given, from its images in [0, 1]."""
    return (2.0 * np.asarray(image)[:, 0, :, 0] - 1.0) * 4.0


def picture(row):
    """An image in [0, 1] whose rows of pixels are `row`, in [-1, 1]."""
    return tf.repeat(tf.reshape((np.float32(row) + 1.0) / 2.0, (1, 1, 7, 1)), 7, axis=1)


def test_generate_joins_noise_and_codes_and_brings_images_to_0_1(servable):
    image = servable.generate(floats([1, -2], [0.5, 9]), floats([0, 1, 0, 2, -1], [1, 0, 0, 0, 3]))
    expected = [[1, -2, 0, 1, 0, 2, -1], [0.5, 4, 1, 0, 0, 0, 3]]  # 9 / 4 is cut at white
    np.testing.assert_allclose(latents_in(image["image"]), expected, atol=1e-6)


def test_sample_code_draws_the_code_with_the_noise_of_its_seed(servable):
    image = servable.sample_code(
        integers(7, 7, 8), integers(2, 0, 2), floats(1, 0, 0), floats(0, 0, -2)
    )
    rows = latents_in(image["image"])
    np.testing.assert_allclose(
        rows[:, 2:], [[0, 0, 1, 1, 0], [1, 0, 0, 0, 0], [0, 0, 1, 0, -2]], atol=1e-6
    )
    noise = row_noise.draw(servable.latents.noise, integers(7))[0]
    np.testing.assert_allclose(rows[:2, :2], [noise, noise], atol=1e-6)
    assert (np.abs(rows[2, :2] - rows[0, :2]) > 1e-3).all()


def test_png_bytes_are_the_image(servable):
    result = servable.sample_code(integers(7, 8), integers(2, 0), floats(1, 0), floats(0, 0))
    for file, image in zip(result["png_bytes"], result["image"], strict=True):
        pixels = tf.io.decode_png(file)
        assert pixels.dtype == tf.uint8 and pixels.shape == (7, 7, 1)
        np.testing.assert_array_equal(pixels, np.rint(255 * image.numpy()))


def test_sample_draws_a_code_that_means_the_label(servable):
    seeds = integers(*range(40))
    nines = servable.sample(seeds, integers(*[9] * 40), tf.zeros(40), tf.zeros(40))
    codes = latents_in(nines["image"])[:, 2:5].argmax(axis=1)
    assert set(codes) == {1}
    fives = servable.sample(seeds, integers(*[5] * 40), tf.zeros(40), tf.zeros(40))
    codes = latents_in(fives["image"])[:, 2:5].argmax(axis=1)
    # Two codes mean 5: the seed chooses, each about as often.
    assert set(codes) == {0, 2} and 8 <= (codes == 0).sum() <= 32


def test_rows_do_not_depend_on_each_other(servable):
    label, c2, c3 = integers(9, 5, 5, 9, 5), floats(0, 1, 2, 3, 4), floats(4, 3, 2, 1, 0)
    seeds = integers(3, -1, 2**62, 0, 3)
    together = servable.sample(seeds, label, c2, c3)
    for i in range(5):
        alone = servable.sample(*(values[i : i + 1] for values in (seeds, label, c2, c3)))
        np.testing.assert_array_equal(alone["image"][0], together["image"][i])
        assert alone["png_bytes"][0] == together["png_bytes"][i]


def test_recognize_reads_codes_labels_and_continuous_codes(servable):
    # Features are the image in [-1, 1]; Q's logits are eight times three of them.
    row = np.array([0.5, 0, 0.25, 0.5, 0.0, -0.5, 0.75], np.float32)
    result = servable.recognize(picture(row))
    odds = np.exp(8 * row[2:5])
    np.testing.assert_allclose(result["code_probabilities"], [odds / odds.sum()], rtol=1e-5)
    assert result["code"].numpy() == [1] and result["label"].numpy() == [9]
    np.testing.assert_allclose(result["label_probability"], [odds[1] / odds.sum()], rtol=1e-5)
    np.testing.assert_allclose(result["c2_mean"], [-0.5], atol=1e-6)
    np.testing.assert_allclose(result["c2_std"], [1.0])
    np.testing.assert_allclose(result["c3_mean"], [0.75], atol=1e-6)
    np.testing.assert_allclose(result["c3_std"], [0.05 + np.log1p(np.exp(0.5))], rtol=1e-5)


def test_a_label_of_two_codes_gets_the_probability_of_both(servable):
    # Codes 0 and 2 together are likelier than code 1, which is the likeliest alone.
    row = np.array([0, 0, 0.45, 0.5, 0.45, 0, 0], np.float32)
    result = servable.recognize(picture(row))
    odds = np.exp(8 * row[2:5])
    assert result["code"].numpy() == [1] and result["label"].numpy() == [5]
    np.testing.assert_allclose(
        result["label_probability"], [(odds[0] + odds[2]) / odds.sum()], rtol=1e-5
    )


def test_a_code_may_go_as_far_as_its_pictures(tiny_model):
    servable = Servable(tiny_model([Categorical(10), Uniform(0.0, 360.0)]))
    seed, code = (tf.constant([number], tf.int64) for number in (1, 3))
    for value in (-180.0, 180.0, 540.0):
        assert servable.sample_code(seed, code, tf.constant([value]))["image"].shape[0] == 1
    with pytest.raises(tf.errors.InvalidArgumentError, match="c2 must be from -540 to 540"):
        servable.sample_code(seed, code, tf.constant([541.0]))


@pytest.mark.parametrize("crop", [None, 108])
def test_what_it_drew_is_read_as_drawn_whatever_training_cut_its_images_to(tiny_model, crop):
    """The warm-up of a server sends such files too."""
    facts = {"summary": {"dataset": "folder:faces"}, "config": {"data": {"crop": crop}}}
    servable = Servable.of(tiny_model([Categorical(10)]), facts)
    drawn = servable.sample_code(tf.constant([1, 2], tf.int64), tf.constant([3, 4], tf.int64))
    read = servable.recognize_png(drawn["png_bytes"])
    expected = servable.recognize(tf.round(255.0 * drawn["image"]) / 255.0)
    for name, rows in expected.items():
        np.testing.assert_allclose(read[name], rows, atol=1e-6)


def test_recognize_png_reads_what_sample_wrote(servable):
    drawn = servable.sample_code(integers(1, 2, 3), integers(2, 0, 1), tf.zeros(3), tf.zeros(3))
    read = servable.recognize_png(drawn["png_bytes"])
    assert read["code"].numpy().tolist() == [2, 0, 1]
    exact = servable.recognize(drawn["image"])
    np.testing.assert_allclose(read["c3_mean"], exact["c3_mean"], atol=1.01 / 255)


def test_codes_are_in_order_of_their_numbers(drawing):
    table = {str(code): code % 10 for code in range(12)}
    assert list(Servable(drawing, table).code_to_label) == list(range(12))


def test_without_labels_there_are_no_labels(drawing):
    servable = Servable(drawing)
    assert set(servable.signatures()) == {"generate", "recognize", "recognize_png", "sample_code"}
    read = servable.recognize(tf.zeros((2, 7, 7, 1)))
    assert set(read) == {"code_probabilities", "code", "c2_mean", "c2_std", "c3_mean", "c3_std"}


def test_a_code_that_means_no_label_is_never_drawn_for_one(drawing):
    servable = Servable(drawing, {"0": 5, "1": None, "2": 7})
    assert servable.labels == [5, 7]
    drawn = servable.sample(integers(0, 1), integers(5, 7), tf.zeros(2), tf.zeros(2))
    assert latents_in(drawn["image"])[:, 2:5].argmax(axis=1).tolist() == [0, 2]


def test_a_model_of_continuous_codes_alone(hand_made_model):
    model = hand_made_model([Uniform()], lambda latents: tf.reshape(latents, (-1, 1, 2, 1)))
    servable = Servable(model)
    assert set(servable.signatures()) == {"generate", "recognize", "recognize_png", "sample"}
    assert set(servable.recognize(tf.zeros((1, 1, 2, 1)))) == {"c1_mean", "c1_std"}
    drawn = servable.sample_any(integers(1, 1), floats(-0.5, 0.25))["image"]
    np.testing.assert_allclose(drawn[:, 0, 1, 0], [0.25, 0.625], atol=1e-6)


@pytest.mark.parametrize(
    ("code", "low", "high", "limit"),
    [
        (Uniform(0.0, 360.0), -180.0, 540.0, 540),
        (Uniform(0.0, 100.0), -50.0, 150.0, 150),
        (Uniform(-300.0, -200.0), -350.0, -150.0, 350),
        (Uniform(), -2.0, 2.0, 100),
    ],
)
def test_a_continuous_code_is_taken_as_far_as_its_pictures_reach(
    hand_made_model, code, low, high, limit
):
    model = hand_made_model([code], lambda latents: tf.reshape(latents, (-1, 1, 2, 1)))
    servable = Servable(model)
    facts = describe_codes(servable)["all"]["c1"]
    assert (facts["low"], facts["high"]) == (low, high)
    for value in (facts["low"], facts["middle"], facts["high"], -limit, limit):
        assert servable.sample_any(integers(1), floats(value))["image"].shape == (1, 1, 2, 1)
        assert servable.generate(floats([0]), floats([value]))["image"].shape == (1, 1, 2, 1)
    beyond, range_ = limit + 1, f"must be from -{limit} to {limit} and not NaN"
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"c1 {range_}"):
        servable.sample_any(integers(1), floats(beyond))
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"codes {range_}"):
        servable.generate(floats([0]), floats([beyond]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="noise must be from -100 to 100"):
        servable.generate(floats([101]), floats([0]))


@pytest.mark.parametrize(
    ("name", "inputs", "message"),
    [
        (
            "sample",
            (integers(1), integers(7), floats(0), floats(0)),
            "label must be one of 5, 9. Received: 7.",
        ),
        (
            "sample_code",
            (integers(1), integers(-1), floats(0), floats(0)),
            "code must be one of 0, 1, 2. Received: -1.",
        ),
        (
            "sample_code",
            (integers(1, 2), integers(0), floats(0), floats(0)),
            "code must have as many rows as seed, 2. Received: 1.",
        ),
        (
            "sample_code",
            (integers(1), integers(0), floats(0, 1), floats(0)),
            "c2 must have as many rows as seed, 1. Received: 2.",
        ),
        (
            "sample_code",
            (integers(1), integers(0), floats(np.nan), floats(0)),
            "c2 must be from -100 to 100 and not NaN. Received: nan to nan.",
        ),
        (
            "sample_code",
            (integers(1), integers(0), floats(0), floats(101)),
            "c3 must be from -100 to 100 and not NaN. Received: 101 to 101.",
        ),
        (
            "sample",
            (tf.zeros(0, tf.int64),) * 2 + (tf.zeros(0),) * 2,
            "label must have at least one row. Received: none.",
        ),
        (
            "generate",
            (tf.zeros((2, 3)), tf.zeros((2, 5))),
            "noise must have 2 numbers in a row. Received: 3.",
        ),
        (
            "generate",
            (tf.zeros((2, 2)), tf.zeros((2, 4))),
            "codes must have 5 numbers in a row. Received: 4.",
        ),
        (
            "generate",
            (tf.zeros((2, 2)), tf.zeros((3, 5))),
            "codes must have as many rows as noise, 2. Received: 3.",
        ),
        (
            "generate",
            (floats([0, np.inf]), tf.zeros((1, 5))),
            "noise must be from -100 to 100 and not NaN. Received: 0 to inf.",
        ),
        (
            "recognize",
            (tf.fill((1, 7, 7, 1), 255.0),),
            "image must be from 0 to 1 and not NaN. Received: 255 to 255.",
        ),
        (
            "recognize",
            (tf.zeros((1, 8, 8, 1)),),
            "image must have 49 numbers in a row. Received: 64.",
        ),
        (
            "recognize_png",
            (tf.constant(["GIF89a"]),),
            "png_bytes must be PNG files. Received: 6 bytes of something else.",
        ),
        (
            "recognize_png",
            (tf.zeros(0, tf.string),),
            "png_bytes must have at least one row. Received: none.",
        ),
    ],
)
def test_what_cannot_be_served_is_refused_by_name(servable, name, inputs, message):
    # As from a server, which feeds what it is sent: no shapes are known beforehand.
    specs = [tf.TensorSpec([None] * value.shape.rank, value.dtype) for value in inputs]
    function = tf.function(getattr(servable, name), specs, autograph=False)
    with pytest.raises(tf.errors.InvalidArgumentError) as refusal:
        function(*inputs)
    assert message in str(refusal.value)
