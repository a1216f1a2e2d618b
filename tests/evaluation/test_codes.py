import json
import math

import keras
import numpy as np
import pytest

from keras_infogan.data.image_data import ImageData
from keras_infogan.evaluation import codes as codes_module
from keras_infogan.evaluation.codes import evaluate_codes, read_codes
from keras_infogan.evaluation.scores import scores_by_code
from keras_infogan.latents import Categorical, Gaussian, LatentSpec, Uniform
from keras_infogan.models.infogan import InfoGAN

SIZE = 2


def reader(codes, kernel):
    """An InfoGAN whose Q is a matrix from the four pixels in [-1, 1] to the parameters."""
    latents = LatentSpec(1, codes)

    z = keras.Input((latents.size,))
    x = keras.layers.Dense(SIZE * SIZE, activation="tanh")(z)
    generator = keras.Model(z, keras.layers.Reshape((SIZE, SIZE, 1))(x))

    images = keras.Input((SIZE, SIZE, 1))
    trunk = keras.Model(images, keras.layers.Flatten()(images))

    features = keras.Input((SIZE * SIZE,))
    discriminator = keras.Model(features, keras.layers.Dense(1)(features))
    features = keras.Input((SIZE * SIZE,))
    head = keras.layers.Dense(latents.parameter_size, use_bias=False)
    recognizer = keras.Model(features, head(features))
    head.set_weights([np.array(kernel, np.float32)])
    return InfoGAN(generator, trunk, discriminator, recognizer, latents)


def images_with_one_bright_pixel(positions):
    images = np.zeros((len(positions), SIZE * SIZE), np.uint8)
    images[np.arange(len(positions)), positions] = 255
    return images.reshape(-1, SIZE, SIZE, 1)


def dots(train, train_labels, test, test_labels):
    """Images with the bright pixel at the places given, and their labels."""
    return ImageData(
        "dots",
        images_with_one_bright_pixel(train),
        None if train_labels is None else np.array(train_labels),
        images_with_one_bright_pixel(test),
        None if test_labels is None else np.array(test_labels),
    )


@pytest.fixture
def pixel_reader():
    """Reads the place of the bright pixel, after a continuous code that must be passed over."""
    return reader([Uniform(std=None), Categorical(4)], np.eye(4, 6, 2))


def test_read_codes_takes_qs_most_likely_value(pixel_reader):
    read = read_codes(pixel_reader, images_with_one_bright_pixel([3, 0, 0, 2, 1]))
    assert list(read) == ["c2"]
    np.testing.assert_array_equal(read["c2"], [3, 0, 0, 2, 1])


@pytest.fixture
def reader_of_two():
    """c1, of two values, tells pixel 0 from the others; c3 is the place; c2 and c4 are nothing."""
    kernel = np.zeros((4, 8))
    kernel[0, 1] = 1.0  # logits (0, x0): x0 is 1 at pixel 0 and −1 elsewhere
    kernel[:, 3:7] = np.eye(4)
    return reader([Categorical(2), Gaussian(), Categorical(4), Uniform()], kernel)


def test_read_codes_takes_every_categorical_code(reader_of_two):
    read = read_codes(reader_of_two, images_with_one_bright_pixel([0, 1, 2, 3]))
    assert list(read) == ["c1", "c3"]
    np.testing.assert_array_equal(read["c1"], [1, 0, 0, 0])
    np.testing.assert_array_equal(read["c3"], [0, 1, 2, 3])


def test_read_codes_of_a_model_without_any_is_empty(tiny_gan):
    images = np.zeros((3, 4, 4, 1), np.uint8)
    assert read_codes(tiny_gan(), images) == {}
    assert read_codes(tiny_gan(conditional=True), images) == {}
    assert read_codes(reader([Gaussian()], np.ones((4, 1))), images) == {}


def test_read_codes_resizes_to_the_trunk(pixel_reader):
    large = images_with_one_bright_pixel([3, 1]).repeat(4, axis=1).repeat(4, axis=2)
    np.testing.assert_array_equal(read_codes(pixel_reader, large)["c2"], [3, 1])


def test_read_codes_covers_more_images_than_a_batch(pixel_reader):
    positions = np.arange(1203) % 4
    read = read_codes(pixel_reader, images_with_one_bright_pixel(positions))
    np.testing.assert_array_equal(read["c2"], positions)


def test_evaluate_codes_scores_the_test_images(pixel_reader):
    train, test = [0, 1, 2, 3] * 3, [3, 2, 1, 0]
    scores = evaluate_codes(pixel_reader, dots(train, train, test, test))
    assert scores == {
        "code": "c2",
        "code_accuracy": 1.0,
        "code_purity": 1.0,
        "code_nmi": 1.0,
        "code_ari": 1.0,
        "label_information": pytest.approx(math.log(4.0)),
        "codes_in_use": 1.0,
        "code_to_label": {"0": 0, "1": 1, "2": 2, "3": 3},
        "ambiguous_codes": {},
    }
    assert json.loads(json.dumps(scores)) == scores


def test_evaluate_codes_fits_the_table_on_training_labels(pixel_reader):
    # Training calls pixel i label i + 1; the test labels agree for two of four.
    places = [0, 1, 2, 3]
    scores = evaluate_codes(pixel_reader, dots(places, [1, 2, 3, 0], places, [1, 2, 0, 3]))
    assert scores["code_to_label"] == {"0": 1, "1": 2, "2": 3, "3": 0}
    assert scores["code_accuracy"] == 0.5


def test_evaluate_codes_takes_training_images_from_the_whole_set(pixel_reader, monkeypatch):
    # Sorted by label, as some sets are: the first few images would show one label only.
    monkeypatch.setattr(codes_module, "TABLE_IMAGES", 40)
    train = np.repeat([0, 1, 2, 3], 100)
    seen = []

    def spy(model, images):
        seen.append(len(images))
        return read_codes(model, images)

    monkeypatch.setattr(codes_module, "read_codes", spy)
    data = dots(train, (train + 1) % 4, [0, 1, 2, 3], [1, 2, 3, 0])
    scores = evaluate_codes(pixel_reader, data)
    assert seen == [40, 4]
    assert scores["code_to_label"] == {"0": 1, "1": 2, "2": 3, "3": 0}
    assert scores["code_accuracy"] == 1.0


NOTHING = {
    "code_accuracy": None,
    "code_purity": None,
    "code_nmi": None,
    "code_ari": None,
    "label_information": None,
    "codes_in_use": None,
    "code_to_label": None,
    "ambiguous_codes": None,
}


def test_evaluate_codes_without_labels_scores_nothing(pixel_reader):
    found = evaluate_codes(pixel_reader, dots([0, 1], None, [2], None))
    assert found == {"code": "c2", **NOTHING}


@pytest.mark.parametrize("code", [Uniform(), Gaussian()])
def test_evaluate_codes_without_a_categorical_code_scores_nothing(code):
    model = reader([code], np.ones((4, 1)))
    found = evaluate_codes(model, dots([0, 1], [0, 1], [2], [2]))
    assert found == {"code": None, **NOTHING}
    assert scores_by_code(found) == {}


def test_the_labels_that_a_model_was_told_are_its_table(tiny_gan):
    data = dots([0, 1, 2], [4, 7, 9], [0], [7])
    found = evaluate_codes(tiny_gan(conditional=True), data)
    assert found == {"code": None, **NOTHING, "code_to_label": {0: 4, 1: 7, 2: 9}}


# Several categorical codes


def test_the_code_that_separates_the_labels_best_leads(reader_of_two):
    places = [0, 1, 2, 3] * 2
    found = evaluate_codes(reader_of_two, dots(places, places, places, places))
    assert found["code"] == "c3"
    assert found["code_accuracy"] == 1.0
    assert list(found["each"]) == ["c1", "c3"] == list(scores_by_code(found))
    assert found["each"]["c3"] == {name: found[name] for name in NOTHING}
    # c1 stands for pixel 0 against the rest: one of the other three labels is right.
    assert found["each"]["c1"]["code_accuracy"] == 0.5
    assert found["each"]["c1"]["label_information"] == pytest.approx(
        math.log(4.0) - 0.75 * math.log(3.0)
    )
    assert json.loads(json.dumps(found)) == found


def test_the_best_code_is_chosen_on_training_labels(reader_of_two):
    # In training all images but pixel 0's have label 1: c1 is right for each of them.
    train, test = [0] + [1, 2, 3] * 3, [0, 1, 2, 3]
    found = evaluate_codes(reader_of_two, dots(train, [0] + [1] * 9, test, test))
    assert found["code"] == "c1"
    assert found["each"]["c1"]["code_to_label"] == {"0": 1, "1": 0}
    assert found["code_accuracy"] == 0.5


def test_codes_together_tell_what_none_tells_alone():
    # c1: rows of the 2×2 image, c2: its columns. Only both tell the four places.
    kernel = np.array([[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]])
    model = reader([Categorical(2), Categorical(2)], kernel)
    places = [0, 1, 2, 3, 3]
    found = evaluate_codes(model, dots(places, places, places, places))
    assert found["code_purity"] == found["each"]["c2"]["code_purity"] == pytest.approx(0.6)
    together = found["together"]
    assert set(together) == set(NOTHING) - {"code_to_label", "ambiguous_codes"}
    assert together["code_accuracy"] == together["code_purity"] == together["code_nmi"] == 1.0
    assert together["codes_in_use"] == 1.0


def test_combinations_are_those_that_occur():
    # Sixteen codes of ten have 10^16 combinations; the images have two.
    model = reader([Categorical(10)] * 16, np.tile(np.eye(4, 10), 16))
    found = evaluate_codes(model, dots([0, 1, 1], [0, 1, 1], [1, 0], [1, 0]))
    assert len(found["each"]) == 16
    assert found["together"]["code_accuracy"] == 1.0
    assert found["together"]["label_information"] == pytest.approx(math.log(2.0))
