"""The image sets of tensorflow-datasets, prepared already or downloaded."""

import os
import pathlib
import re

import numpy as np

from keras_infogan import files
from keras_infogan.data import network, storage
from keras_infogan.data.image_data import ImageData, split
from keras_infogan.data.source import Source
from keras_infogan.errors import UserError

# Sets whose images lie on their side, rows for columns, as their authors stored them.
SIDEWAYS = ("emnist",)
BATCH = 250
_PART = r"\w[\w.+-]*"  # of a name: the set, its configuration, its version
_HOME = os.path.join("~", "tensorflow_datasets")


def is_prepared(name, data_dir=None):
    """Whether a set is there, with the configuration and version that its name asks for.

    Raises:
        UserError: If `data_dir` is not a directory, or the name may mean several configurations.
    """
    return bool(_prepared_versions(*_meant(name, data_dir)))


def prepared(data_dir=None):
    """Names of the sets that are there, sorted."""
    home = pathlib.Path(_directory(data_dir))
    found = [*home.glob("*/*/dataset_info.json"), *home.glob("*/*/*/dataset_info.json")]
    return sorted({info.relative_to(home).parts[0] for info in found})


def names():
    """Names of the sets that the installed tensorflow-datasets can prepare."""
    import tensorflow_datasets as tfds

    return tfds.list_builders(with_community_datasets=False)


def name_of(text):
    """`"emnist/balanced:3.1.0"` → `"emnist"`."""
    return text.split("/")[0].split(":")[0]


def check(name, data_dir=None):
    """Checks, without TensorFlow, that a set is prepared or that a network is there for it.

    Raises:
        UserError: If not.
    """
    name, directory = _meant(name, data_dir)
    if not _prepared_versions(name, directory):
        _check_network(name, directory)


def _check_network(name, directory):
    if not network.answers():
        raise UserError(
            f"{name} is not prepared in {directory}, and no network answers to download it."
        )


def load(name, data_dir, fitting):
    """An image set, downloaded and prepared if need be.

    Labels are the feature `label`, if it has one: numbers, or texts, which get numbers in their
    order. Without a split `test`, or where that has none of the labels of `train` (omniglot), every
    tenth training image of each label is held out.

    Args:
        name: Its name, with configuration and version if need be: `"emnist/balanced:3.1.0"`.
        data_dir: Where tensorflow-datasets keeps its sets; None for its own place.
        fitting: What the images are brought to, a `Fitting`.

    Returns:
        An `ImageData`.

    Raises:
        UserError: If it has no images that can be used, or is not there and cannot be downloaded.
    """
    name, directory = _meant(name, data_dir)
    builder = _prepared_builder(name, directory) or _download(name, directory)
    _check_images(builder, name)
    full_name = _full_name(builder, name)
    images, labels = _read(builder, "train", fitting)
    test_images, test_labels = None, None
    if "test" in builder.info.splits:
        test_images, test_labels = _read(builder, "test", fitting)
    labels, test_labels, label_names = _numbered(builder, labels, test_labels)
    strangers = test_labels is not None and not np.isin(test_labels, labels).any()
    if test_images is None or strangers:
        return split(full_name, images, labels, label_names)
    return ImageData(full_name, images, labels, test_images, test_labels, label_names=label_names)


def resolve(name, data_dir=None):
    """A set's name as `load` gives it to the data; one that nobody knows stays as it is."""
    import tensorflow_datasets as tfds

    name, directory = _meant(name, data_dir)
    builder = _prepared_builder(name, directory)
    if builder is None:
        try:
            builder = tfds.builder(name, data_dir=directory)
        except Exception:  # as various as their names; `check` and `load` say what is wrong
            return name
    return _full_name(builder, name)


def _directory(data_dir):
    if data_dir is not None and not pathlib.Path(data_dir).is_dir():
        raise UserError(f"--data-dir is not a directory. Received: {data_dir}.")
    return os.path.expanduser(data_dir or os.environ.get("TFDS_DATA_DIR") or _HOME)


def _meant(name, data_dir):
    """A set's name with the configuration that it means, and the directory of the sets.

    Without a configuration it means the default; of a set whose default nobody knows, the only one
    that is prepared. Where none is prepared, tensorflow-datasets finds the default itself.
    """
    directory = _directory(data_dir)
    base, colon, version = name.partition(":")
    home = pathlib.Path(directory, base)
    found = home.glob("**/dataset_info.json") if re.fullmatch(_PART, base) else ()
    folders = {info.parent.parent for info in found}
    if not folders or home in folders:  # or it has no configurations
        return name, directory
    config = _default_configuration(base, home)
    if config is None:
        configs = sorted(folder.relative_to(home).as_posix() for folder in folders)
        if len(configs) > 1:
            known = ", ".join(f"{base}/{config}" for config in configs)
            raise UserError(f"The data set must be one of {known}. Received: {name}.")
        config = configs[0]
    return f"{base}/{config}{colon}{version}", directory


def _default_configuration(name, home):
    """Name of a set's default configuration, or None: as the installed code says, or the folder."""
    import tensorflow_datasets as tfds

    try:
        config = tfds.builder_cls(name).default_builder_config
        return config and config.name
    except Exception:  # nobody knows it, or its code cannot be imported
        pass
    try:
        return files.read_json(home / ".config" / "metadata.json")["default_config_name"]
    except (OSError, ValueError, KeyError):
        return None


def _full_name(builder, name):
    """The set's name with its configuration, if it has one, and the version, if one was asked."""
    config = builder.builder_config
    version = f":{builder.version}" if ":" in name else ""
    return (f"{builder.name}/{config.name}" if config else builder.name) + version


def _prepared_versions(name, directory):
    """Paths of the prepared versions' dataset_info.json, the newest last; none of a mere path."""
    if not all(re.fullmatch(_PART, part) for part in re.split("[/:]", name)):
        return []
    base, _, version = name.partition(":")
    found = pathlib.Path(directory, base).glob(f"{version or '*'}/dataset_info.json")
    return sorted(found, key=_version_of)


def _version_of(info):
    """Sorts 10.0.0 after 9.0.0."""
    return [int(part) if part.isdigit() else -1 for part in info.parent.name.split(".")]


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


def _download(name, directory):
    import tensorflow_datasets as tfds

    _check_network(name, directory)
    try:
        builder = tfds.builder(name, data_dir=directory)
        builder.download_and_prepare()
    except Exception as error:
        raise UserError(f"{name} could not be downloaded to {directory}: {_one_line(error)}") from (
            None
        )
    return builder


def _check_images(builder, name):
    features = builder.info.features
    if "image" not in features:
        raise UserError(f"{name} is not an image data set: it has no feature 'image'.")
    if features["image"].np_dtype != np.uint8:
        raise UserError(f"{name} has images of {np.dtype(features['image'].np_dtype)}, not uint8.")
    channels = features["image"].shape[-1]
    if channels not in (1, 3):
        raise UserError(f"{name} has images of {channels} channels, not 1 or 3.")
    if "train" not in builder.info.splits:
        raise UserError(f"{name} has no split 'train'.")


def _read(builder, part, fitting):
    """uint8 images of a split, and its labels as the set has them, or None."""
    import tensorflow as tf

    image_shape = builder.info.features["image"].shape
    one_size = None not in image_shape
    size, channels = fitting.image_size, fitting.channels or image_shape[-1]
    if one_size:
        size, channels = fitting.shape(image_shape, builder.name)
    count = builder.info.splits[part].num_examples
    images = storage.empty((count, size, size, channels))
    labels = []
    wanted = ["image", "label"] if _has_labels(builder) else ["image"]
    dataset = builder.as_dataset(split=part).map(
        lambda example: tuple(example[name] for name in wanted),
        num_parallel_calls=tf.data.AUTOTUNE,
    )
    position = 0
    try:
        for batch, *of_batch in dataset.batch(BATCH if one_size else 1).as_numpy_iterator():
            if builder.name in SIDEWAYS:
                batch = batch.swapaxes(1, 2)
            squares = fitting.squares if one_size else fitting.resized
            images[position : position + len(batch)] = squares(batch, builder.name)
            position += len(batch)
            labels += of_batch
    except tf.errors.OpError as error:
        raise UserError(f"{builder.data_path} is damaged: {_one_line(error.message)}") from None
    return images, np.concatenate(labels) if labels else None


def _has_labels(builder):
    """Whether images have a label each: a whole number or a text."""
    if "label" not in builder.info.features:
        return False
    label = builder.info.features["label"]
    return label.shape == () and np.dtype(label.np_dtype).kind in "iuOSU"


def _numbered(builder, labels, test_labels):
    """Labels as integers, and their names if they have any."""
    if labels is None:
        return None, None, None
    if labels.dtype.kind in "iu":
        names = getattr(builder.info.features["label"], "names", None)
        if names == [str(number) for number in range(len(names or ()))]:
            names = None
        return labels, test_labels, names and tuple(names)
    both = labels if test_labels is None else np.concatenate([labels, test_labels])
    texts, numbers = np.unique(both, return_inverse=True)
    names = tuple(text.decode(errors="replace") for text in texts)
    test_numbers = None if test_labels is None else numbers[len(labels) :]
    return numbers[: len(labels)], test_numbers, names


def _one_line(error):
    return " ".join(str(error).split())[:300] or type(error).__name__


SOURCE = Source(load, check)  # its argument is the whole name
