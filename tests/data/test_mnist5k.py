import numpy as np
import pytest

from keras_infogan.data import sources


@pytest.fixture(scope="module")
def mnist5k():
    return sources.load("mnist5k")


def test_mnist5k_is_split_evenly_over_the_digits(mnist5k):
    assert mnist5k.name == "mnist5k"
    assert mnist5k.note is None
    assert mnist5k.train_images.shape == (4000, 28, 28, 1)
    assert mnist5k.test_images.shape == (1000, 28, 28, 1)
    np.testing.assert_array_equal(np.bincount(mnist5k.train_labels), [400] * 10)
    np.testing.assert_array_equal(np.bincount(mnist5k.test_labels), [100] * 10)


def test_mnist5k_holds_bright_digits_on_black(mnist5k):
    for images in (mnist5k.train_images, mnist5k.test_images):
        assert images.dtype == np.uint8
        assert images.min() == 0
        assert images.max() == 255
        assert np.mean(images == 0) > 0.7


def test_mnist5k_has_no_test_image_in_training(mnist5k):
    training = {image.tobytes() for image in mnist5k.train_images}
    assert len(training) == 4000
    assert not training & {image.tobytes() for image in mnist5k.test_images}
