import json
import math

import keras
import numpy as np
import pytest

from keras_infogan.data.sources import ImageData
from keras_infogan.evaluation import codes as codes_module
from keras_infogan.evaluation.codes import evaluate_codes, read_codes
from keras_infogan.latents import Categorical, LatentSpec, Uniform
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
    np.testing.assert_array_equal(read, [3, 0, 0, 2, 1])


def test_read_codes_takes_the_first_categorical_code():
    # The first code, of two values, tells pixel 0 from the others; the second is their place.
    kernel = np.zeros((4, 6))
    kernel[0, 1] = 1.0
    kernel[:, 2:] = np.eye(4)
    model = reader([Categorical(2), Categorical(4)], kernel)
    # Logits (0, x0): x0 is 1 at pixel 0 and −1 elsewhere.
    read = read_codes(model, images_with_one_bright_pixel([0, 1, 2, 3]))
    np.testing.assert_array_equal(read, [1, 0, 0, 0])


def test_read_codes_resizes_to_the_trunk(pixel_reader):
    large = images_with_one_bright_pixel([3, 1]).repeat(4, axis=1).repeat(4, axis=2)
    np.testing.assert_array_equal(read_codes(pixel_reader, large), [3, 1])


def test_read_codes_covers_more_images_than_a_batch(pixel_reader):
    positions = np.arange(1203) % 4
    read = read_codes(pixel_reader, images_with_one_bright_pixel(positions))
    np.testing.assert_array_equal(read, positions)


def test_evaluate_codes_scores_the_test_images(pixel_reader):
    train, test = [0, 1, 2, 3] * 3, [3, 2, 1, 0]
    scores = evaluate_codes(pixel_reader, dots(train, train, test, test))
    assert scores == {
        "code_accuracy": 1.0,
        "code_purity": 1.0,
        "code_nmi": 1.0,
        "code_ari": 1.0,
        "mutual_information_nats": pytest.approx(math.log(4.0)),
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
    "mutual_information_nats": None,
    "codes_in_use": None,
    "code_to_label": None,
    "ambiguous_codes": None,
}


def test_evaluate_codes_without_labels_scores_nothing(pixel_reader):
    assert evaluate_codes(pixel_reader, dots([0, 1], None, [2], None)) == NOTHING


def test_evaluate_codes_without_a_categorical_code_scores_nothing():
    model = reader([Uniform()], np.ones((4, 1)))
    assert evaluate_codes(model, dots([0, 1], [0, 1], [2], [2])) == NOTHING
