import pytest

from keras_infogan.digits import shows_digits


@pytest.mark.parametrize(
    "name", ["mnist", "mnist5k", "mnist:3.0.1", "emnist/digits", "mnist_corrupted/fog:1.0.0"]
)
def test_digits_are_told_by_the_name_of_their_data(name):
    assert shows_digits(name)


@pytest.mark.parametrize(
    "name", ["fashion_mnist", "folder:mnist", "drawn_faces", "emnist/letters", "svhn_cropped"]
)
def test_other_data_are_no_digits(name):
    assert not shows_digits(name)
