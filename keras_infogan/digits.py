"""Which data sets show handwritten digits."""

DIGITS = ("mnist", "mnist5k", "mnist_corrupted", "emnist/digits", "emnist/mnist")


def shows_digits(dataset):
    """Whether a data set's name, such as `"mnist"` or `"folder:faces"`, is one of `DIGITS`.

    The versions and corruptions that tensorflow-datasets writes behind a name do not matter. Of a
    folder nothing is known.
    """
    name = dataset.partition(":")[0]
    return name in DIGITS or name.partition("/")[0] in DIGITS
