import numpy as np
import pytest

from keras_infogan.data import storage
from keras_infogan.data.image_data import ImageData, split
from keras_infogan.errors import UserError

SHAPE = (30, 2, 2, 1)


@pytest.fixture
def small_memory(monkeypatch, tmp_path):
    """119 bytes of images fit into the memory; the rest goes below a directory of the test."""
    monkeypatch.setattr(storage, "IN_MEMORY", 119)
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def test_images_that_fit_are_in_memory():
    images = storage.empty(SHAPE)
    assert type(images) is np.ndarray
    assert (images.shape, images.dtype) == (SHAPE, np.uint8)


def test_limit_is_in_bytes(small_memory):
    assert not isinstance(storage.empty((29, 2, 2, 1)), np.memmap)
    assert isinstance(storage.empty(SHAPE), np.memmap)


def test_images_on_disk_are_written_and_read_and_leave_no_file(small_memory, tmp_path):
    images = storage.empty(SHAPE)
    assert images.shape == SHAPE
    images[:] = np.arange(30).reshape(-1, 1, 1, 1)
    np.testing.assert_array_equal(images[[29, 3]][:, 1, 1, 0], [29, 3])
    assert list(tmp_path.iterdir()) == []


def test_split_leaves_the_training_images_on_disk(small_memory):
    images = storage.empty(SHAPE)
    images[:] = np.arange(30).reshape(-1, 1, 1, 1)
    data = split("dots", images)
    assert isinstance(data.train_images, np.memmap)
    rest = [number for number in range(30) if number % 10 != 9]
    np.testing.assert_array_equal(data.train_images[:, 0, 0, 0], rest)
    np.testing.assert_array_equal(data.test_images[:, 0, 0, 0], [9, 19, 29])


def test_validation_leaves_the_training_images_on_disk(small_memory, monkeypatch):
    monkeypatch.setattr(storage, "PART", 4)
    images = storage.empty(SHAPE)
    images[:] = np.arange(30).reshape(-1, 1, 1, 1)
    data = ImageData("dots", images, None, images[:0], None)
    tuned = data.with_validation(3)
    assert isinstance(tuned.train_images, np.memmap)
    rest = [number for number in range(30) if number not in (0, 14, 29)]
    np.testing.assert_array_equal(tuned.train_images, np.array(images)[rest])
    np.testing.assert_array_equal(tuned.test_images[:, 0, 0, 0], [0, 14, 29])
    np.testing.assert_array_equal(data.train_images[:, 0, 0, 0], range(30))


def test_a_full_disk_is_told_before_anything_is_written(small_memory, tmp_path):
    with pytest.raises(UserError, match=f"^{tmp_path} has no room for the 1,000,0.* Received: "):
        storage.empty((10**15, 1, 1, 1))
