import dataclasses

import numpy as np
import pytest
from keras import ops
from PIL import Image

from keras_infogan.data.image_data import ImageData
from keras_infogan.evaluation import illustrations
from keras_infogan.evaluation.codes import evaluate_codes, read_codes
from keras_infogan.evaluation.complete import confusions
from keras_infogan.evaluation.illustrations import COLUMNS, save_illustrations
from keras_infogan.latents import Categorical, Gaussian, Uniform
from keras_infogan.pictures import tile

PLACES = np.array([0] * 20 + [1] * 3 + [3] * 2)


def dots(places):
    """2×2 images, bright at one pixel, whose other pixels tell the images apart."""
    images = (np.arange(4 * len(places)) % 90).reshape(-1, 4).astype(np.uint8)
    images[np.arange(len(places)), places] = 255
    return images.reshape(-1, 2, 2, 1)


@pytest.fixture
def pixel_reader(hand_made_model):
    """Q reads the place of the bright pixel, G draws it; of c2 both know nothing."""

    def generate(z):
        return ops.reshape(2.0 * z[:, 1:5] - 1.0, (-1, 2, 2, 1))

    def read(pixels):
        return ops.concatenate([pixels, 0.0 * pixels[:, :1]], axis=1)

    return hand_made_model([Categorical(4), Uniform()], generate, read)


@pytest.fixture
def data():
    """Pixel p has label 3 − p; none of the test images is bright at pixel 2."""
    train = np.tile(np.arange(4), 5)
    return ImageData("dots", dots(train), 3 - train, dots(PLACES), 3 - PLACES)


def draw(folder, model, data):
    """The pictures of a model, with what they need of its scores."""
    read = read_codes(model, data.test_images)
    codes = evaluate_codes(model, data, read)
    scores = {"codes": codes, "confusion": confusions(codes, read, data)}
    save_illustrations(folder, model, data, scores)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_pictures_of_labelled_data(tmp_path, pixel_reader, data):
    draw(tmp_path, pixel_reader, data)
    assert names(tmp_path) == ["confusion.png", "images-by-code.png", "traversal-c2.png"]
    for path in tmp_path.iterdir():
        with Image.open(path) as picture:
            assert picture.format == "PNG"


def test_without_labels_there_is_no_confusion(tmp_path, pixel_reader, data):
    unlabelled = ImageData("dots", data.train_images, None, data.test_images, None)
    draw(tmp_path, pixel_reader, unlabelled)
    assert names(tmp_path) == ["images-by-code.png", "traversal-c2.png"]


def test_without_a_categorical_code_there_are_traversals_only(tmp_path, hand_made_model, data):
    model = hand_made_model(
        [Uniform(), Uniform()], lambda z: 0.4 * ops.stack([z[:, 1:], z[:, 1:]], axis=1)[..., None]
    )
    draw(tmp_path, model, data)
    assert names(tmp_path) == ["traversal-c1.png", "traversal-c2.png"]
    # Columns from −2 to 2; c1 is the left pixel of both rows.
    expected = np.zeros((10, 9, 2, 2, 1))
    expected[..., 0, 0] = 0.4 * np.linspace(-2.0, 2.0, 9)[:, None]
    picture = np.asarray(Image.open(tmp_path / "traversal-c1.png"))
    np.testing.assert_allclose(picture, tile(expected), atol=1)


def test_several_codes_have_pictures_of_their_own(tmp_path, hand_made_model, data):
    # c1: whether the bright pixel is in the lower row; c2: its place; c3: nothing.
    def read(pixels):
        rows = ops.stack([pixels[:, 0] + pixels[:, 1], pixels[:, 2] + pixels[:, 3]], axis=1)
        return ops.concatenate([rows, pixels, 0.0 * pixels[:, :1]], axis=1)

    codes = [Categorical(2), Categorical(4), Gaussian()]
    model = hand_made_model(codes, lambda z: ops.reshape(z[:, 3:7], (-1, 2, 2, 1)), read)
    draw(tmp_path, model, data)
    assert names(tmp_path) == [
        "confusion-c1.png",
        "confusion-c2.png",
        "images-by-code-c1.png",
        "images-by-code-c2.png",
        "traversal-c3.png",
    ]
    for name, rows in (("c1", 2), ("c2", 4)):
        with Image.open(tmp_path / f"images-by-code-{name}.png") as picture:
            assert picture.size == (COLUMNS * 4 - 2, rows * 4 - 2)


def test_without_codes_there_is_nothing(tmp_path, tiny_gan):
    images = np.zeros((12, 4, 4, 1), np.uint8)
    draw(tmp_path, tiny_gan(), ImageData("plain", images, None, images, None))
    assert names(tmp_path) == []


def test_a_row_holds_real_images_of_one_code(tmp_path, pixel_reader, data):
    draw(tmp_path, pixel_reader, data)
    picture = np.asarray(Image.open(tmp_path / "images-by-code.png"))
    assert picture.shape == (4 * 2 + 3 * 2, COLUMNS * 4 - 2)
    shown = [
        [picture[row * 4 : row * 4 + 2, column * 4 : column * 4 + 2] for column in range(COLUMNS)]
        for row in range(4)
    ]
    for code, count in enumerate([COLUMNS, 3, 0, 2]):
        kept = [image.tobytes() for image in data.test_images[PLACES == code, :, :, 0]]
        found = [image.tobytes() for image in shown[code][:count]]
        assert set(found) <= set(kept) and len(set(found)) == count
        # The rest of a row stays white.
        assert all((image == 255).all() for image in shown[code][count:])


@pytest.fixture
def matrix(monkeypatch):
    """What is drawn as confusion matrix, `(counts, rows, columns)`, instead of the picture."""
    seen = []

    def note(path, counts, rows, columns, *titles):
        seen.append((np.array(counts), rows, columns))

    monkeypatch.setattr(illustrations, "save_matrix", note)
    return seen


def test_confusion_holds_the_test_images(tmp_path, pixel_reader, data, matrix):
    test_labels = data.test_labels.copy()
    test_labels[0] = 1  # one of the twenty that read as label 3
    data = ImageData("dots", data.train_images, data.train_labels, data.test_images, test_labels)
    draw(tmp_path, pixel_reader, data)
    ((counts, rows, columns),) = matrix
    np.testing.assert_array_equal(counts, [[2, 0, 0, 0], [0, 0, 0, 1], [0, 0, 3, 0], [0, 0, 0, 19]])
    assert rows == columns == ["0", "1", "2", "3"]


def test_labels_are_called_by_their_names(tmp_path, pixel_reader, data, matrix):
    names = ("Ann", "Bo", "Cé", "Dee")
    draw(tmp_path, pixel_reader, dataclasses.replace(data, label_names=names))
    ((_, rows, columns),) = matrix
    assert rows == columns == list(names)


def test_codes_without_a_label_have_a_column_of_their_own(tmp_path, pixel_reader, data, matrix):
    # Two labels for four codes: pixels 0 and 1 have the first, 2 and 3 the second.
    train, test = np.repeat([0, 0, 1, 2, 3, 3], 2), np.array([0, 1, 2, 3, 3])
    data = ImageData("dots", dots(train), train // 2, dots(test), test // 2)
    draw(tmp_path, pixel_reader, data)
    ((counts, rows, columns),) = matrix
    np.testing.assert_array_equal(counts, [[1, 0, 1], [0, 2, 1]])
    assert (rows, columns) == (["0", "1"], ["0", "1", "none"])


def test_images_are_resized_to_the_models(tmp_path, pixel_reader, data):
    large = [part.repeat(4, axis=1).repeat(4, axis=2) for part in (dots([0, 1, 2]), dots([3, 1]))]
    data = ImageData("dots", large[0], np.arange(3), large[1], np.array([0, 1]))
    draw(tmp_path, pixel_reader, data)
    with Image.open(tmp_path / "images-by-code.png") as picture:
        assert picture.size == (COLUMNS * 4 - 2, 4 * 4 - 2)
