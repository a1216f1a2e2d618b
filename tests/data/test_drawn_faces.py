import numpy as np
import pytest

from keras_infogan.data import drawn_faces, sources


@pytest.fixture(scope="module")
def faces():
    return sources.load("drawn_faces", image_size=64)


def test_five_people_with_names_are_split_evenly(faces):
    assert faces.name == "drawn_faces"
    assert faces.label_names == ("Ada", "Bo", "Cleo", "Dan", "Eve")
    assert faces.train_images.shape == (540, 64, 64, 3)
    assert faces.test_images.shape == (60, 64, 64, 3)
    np.testing.assert_array_equal(np.bincount(faces.train_labels), [108] * 5)
    np.testing.assert_array_equal(np.bincount(faces.test_labels), [12] * 5)


def test_no_two_pictures_are_equal(faces):
    pictures = [*faces.train_images, *faces.test_images]
    assert len({picture.tobytes() for picture in pictures}) == 600


def test_a_person_is_known_in_pictures_that_were_held_out(faces):
    """By the nearest training picture; the backgrounds, which mean nothing, are the hard part."""
    train, test = (
        images[:, 8:56, 8:56].reshape(len(images), -1).astype(np.float32)
        for images in (faces.train_images, faces.test_images)
    )
    distances = ((test[:, None] - train[None]) ** 2).mean(axis=2)
    known = faces.train_labels[distances.argmin(axis=1)] == faces.test_labels
    assert known.mean() > 0.5  # chance is 0.2


def test_drawing_follows_from_the_seed():
    pictures = [drawn_faces.draw(drawn_faces.PEOPLE[0], np.random.default_rng(1)) for _ in "ab"]
    np.testing.assert_array_equal(*pictures)
    other = drawn_faces.draw(drawn_faces.PEOPLE[1], np.random.default_rng(1))
    assert np.mean(pictures[0] != other) > 0.05
