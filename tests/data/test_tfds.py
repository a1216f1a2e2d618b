import os
import pathlib
import shutil

import numpy as np
import pytest
from PIL import Image

from keras_infogan.data import network, sources, storage
from keras_infogan.errors import UserError

tfds = pytest.importorskip("tensorflow_datasets")

SHARED = pathlib.Path(__file__).parents[3] / "shared" / "tensorflow_datasets"

# Sets of tensorflow-datasets

LABEL = tfds.features.ClassLabel(num_classes=3)


def image_of(number, shape=(4, 4, 1)):
    return np.full(shape, number, np.uint8)


def write_set(data_dir, image, splits, label=LABEL, **options):
    """Prepares a set as tensorflow-datasets would, in the order given.

    Args:
        data_dir: Where to.
        image: The image feature.
        splits: `{split: [(image, label), ...]}`.
        label: The label feature, or None for a set without labels.
    """
    features = {"image": image} if label is None else {"image": image, "label": label}
    return tfds.dataset_builders.store_as_tfds_dataset(
        name=options.pop("name", "dots"),
        version=options.pop("version", "1.0.0"),
        features=tfds.features.FeaturesDict(features),
        split_datasets={
            split: [
                (number, dict(zip(features, example, strict=False)))
                for number, example in enumerate(examples)
            ]
            for split, examples in splits.items()
        },
        data_dir=data_dir,
        disable_shuffling=True,
        **options,
    )


def numbered(count):
    return [(image_of(number), number % 3) for number in range(count)]


GREY = tfds.features.Image(shape=(4, 4, 1))


@pytest.mark.usefixtures("no_network")
def test_a_set_with_a_test_split_is_read_as_it_is(tmp_path):
    write_set(tmp_path, GREY, {"train": numbered(7), "test": numbered(3)})
    data = sources.load("dots", data_dir=str(tmp_path))
    assert data.name == "dots"
    assert data.note is None
    assert data.train_images.shape == (7, 4, 4, 1)
    assert data.train_images.dtype == data.test_images.dtype == np.uint8
    np.testing.assert_array_equal(data.train_images, np.stack([image_of(i) for i in range(7)]))
    np.testing.assert_array_equal(data.train_labels, [0, 1, 2, 0, 1, 2, 0])
    np.testing.assert_array_equal(data.test_images, np.stack([image_of(i) for i in range(3)]))
    np.testing.assert_array_equal(data.test_labels, [0, 1, 2])


@pytest.mark.usefixtures("no_network")
def test_without_a_test_split_images_of_each_label_are_held_out(tmp_path):
    write_set(tmp_path, GREY, {"train": numbered(25)})
    data = sources.load("dots", data_dir=str(tmp_path))
    # Labels 1, 2 and 0 have eight, eight and nine images: the last of each.
    np.testing.assert_array_equal(data.test_images[:, 0, 0, 0], [22, 23, 24])
    np.testing.assert_array_equal(data.test_labels, [1, 2, 0])
    np.testing.assert_array_equal(data.train_images[:, 0, 0, 0], range(22))
    np.testing.assert_array_equal(data.train_labels, [number % 3 for number in range(22)])


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    "splits", [{"train": numbered(11)}, {"train": numbered(2), "test": numbered(1)}]
)
def test_a_set_without_labels(tmp_path, splits):
    write_set(tmp_path, GREY, splits, label=None)
    data = sources.load("dots", data_dir=str(tmp_path))
    assert data.train_labels is None
    assert data.test_labels is None
    assert len(data.test_images) == 1


@pytest.mark.usefixtures("no_network")
def test_images_that_differ_in_size_are_brought_to_one(tmp_path):
    examples = [
        (image_of(10, (6, 6, 3)), 0),
        (image_of(200, (9, 4, 3)), 1),
        (image_of(255, (1, 1, 3)), 2),
    ]
    any_size = tfds.features.Image(shape=(None, None, 3))
    write_set(tmp_path, any_size, {"train": examples, "test": examples[:1]})
    data = sources.load("dots", data_dir=str(tmp_path), image_size=4)
    assert data.train_images.shape == (3, 4, 4, 3)
    assert data.train_images.dtype == np.uint8
    for image, number in zip(data.train_images, (10, 200, 255), strict=True):
        np.testing.assert_array_equal(image, number)


@pytest.mark.usefixtures("no_network")
def test_default_directory_is_that_of_tensorflow_datasets(empty_home):
    write_set(empty_home, GREY, {"train": numbered(2), "test": numbered(1)})
    assert len(sources.load("dots").train_images) == 2


@pytest.mark.usefixtures("no_network")
def test_a_set_with_a_configuration_keeps_its_full_name(tmp_path):
    write_set(tmp_path, GREY, {"train": numbered(2), "test": numbered(1)}, config="small")
    assert sources.load("dots/small", data_dir=str(tmp_path)).name == "dots/small"


@pytest.mark.usefixtures("no_network")
def test_a_name_is_resolved_to_that_of_the_data(tmp_path):
    write_set(tmp_path, GREY, {"train": numbered(2), "test": numbered(1)}, config="small")
    found = sources.resolved("dots", str(tmp_path))
    assert found == sources.load("dots", data_dir=str(tmp_path)).name == "dots/small"


@pytest.mark.usefixtures("empty_home", "no_network")
@pytest.mark.parametrize(
    ("name", "resolved"),
    [
        ("mnist", "mnist"),
        ("emnist", "emnist/byclass"),
        ("emnist/letters", "emnist/letters"),
        ("mnist:3.0.1", "mnist:3.0.1"),
        ("nobody_knows_it", "nobody_knows_it"),
    ],
)
def test_a_name_is_resolved_before_the_set_is_there(name, resolved):
    assert sources.resolved(name) == resolved


@pytest.mark.usefixtures("no_network")
def test_the_newest_version_is_taken_and_an_older_one_by_name(tmp_path):
    write_set(tmp_path, GREY, {"train": numbered(2), "test": numbered(1)}, version="9.0.0")
    write_set(tmp_path, GREY, {"train": numbered(3), "test": numbered(1)}, version="10.0.0")
    assert len(sources.load("dots", data_dir=str(tmp_path)).train_images) == 3
    assert len(sources.load("dots:9.0.0", data_dir=str(tmp_path)).train_images) == 2


# A run keeps the name, and loads the data by it when it is resumed.
@pytest.mark.usefixtures("no_network")
def test_the_name_of_a_set_loads_the_same_version_again(tmp_path):
    write_set(tmp_path, GREY, {"train": numbered(2), "test": numbered(1)}, version="1.0.0")
    write_set(tmp_path, GREY, {"train": numbered(3), "test": numbered(1)}, version="2.0.0")
    data = sources.load("dots:1.0.0", data_dir=str(tmp_path))
    assert len(data.train_images) == 2
    assert len(sources.load(data.name, data_dir=str(tmp_path)).train_images) == 2


def write_configurations(data_dir, name, sizes):
    """Prepares configurations of a set, told apart by their numbers of training images."""
    for config, count in sizes.items():
        splits = {"train": numbered(count), "test": numbered(1)}
        write_set(data_dir, GREY, splits, name=name, config=config)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("name", ["emnist", "emnist:1.0.0"])
def test_without_a_configuration_the_default_is_taken_and_no_other(tmp_path, name):
    write_configurations(tmp_path, "emnist", {"balanced": 2, "letters": 3})
    resolved = name.replace("emnist", "emnist/byclass")
    assert sources.resolved(name, str(tmp_path)) == resolved
    for ask in (sources.check, sources.load):
        with pytest.raises(UserError, match=f"^{resolved} is not prepared in .*, and no network"):
            ask(name, str(tmp_path))
    write_configurations(tmp_path, "emnist", {"byclass": 4})
    sources.check(name, str(tmp_path))
    data = sources.load(name, data_dir=str(tmp_path))
    assert data.name == sources.resolved(name, str(tmp_path)) == resolved
    assert len(data.train_images) == 4
    assert len(sources.load("emnist/letters", data_dir=str(tmp_path)).train_images) == 3


@pytest.mark.usefixtures("no_network")
def test_the_newest_version_of_the_default_configuration_is_taken(tmp_path):
    for version, count in (("9.0.0", 2), ("10.0.0", 3)):
        splits = {"train": numbered(count), "test": numbered(1)}
        options = {"name": "emnist", "config": "byclass", "version": version}
        write_set(tmp_path, GREY, splits, **options)
    assert len(sources.load("emnist", data_dir=str(tmp_path)).train_images) == 3


@pytest.mark.usefixtures("no_network")
def test_of_a_set_that_nobody_knows_the_default_is_as_it_was_prepared(tmp_path):
    write_configurations(tmp_path, "dots", {"large": 2, "small": 3})
    metadata = tmp_path / "dots" / ".config" / "metadata.json"
    metadata.unlink()
    for ask in (sources.check, sources.load, sources.resolved):
        with pytest.raises(UserError) as refused:
            ask("dots", str(tmp_path))
        assert str(refused.value) == (
            "The data set must be one of dots/large, dots/small. Received: dots."
        )
    metadata.write_text('{"default_config_name": "large"}')  # as tensorflow-datasets writes it
    assert sources.load("dots", data_dir=str(tmp_path)).name == "dots/large"


@pytest.mark.usefixtures("no_network")
def test_a_set_without_images_is_refused(tmp_path):
    tfds.dataset_builders.store_as_tfds_dataset(
        name="numbers",
        version="1.0.0",
        features=tfds.features.FeaturesDict({"number": np.int64}),
        split_datasets={"train": [(0, {"number": 1})]},
        data_dir=tmp_path,
    )
    with pytest.raises(UserError, match="numbers is not an image data set"):
        sources.load("numbers", data_dir=str(tmp_path))


@pytest.mark.usefixtures("no_network")
def test_a_set_without_a_training_split_is_refused(tmp_path):
    write_set(tmp_path, GREY, {"test": numbered(2)})
    with pytest.raises(UserError, match="train"):
        sources.load("dots", data_dir=str(tmp_path))


# Read as uint8, 300 would turn into 44 without a word.
@pytest.mark.usefixtures("no_network")
def test_images_of_more_than_8_bits_are_refused(tmp_path):
    deep = tfds.features.Image(shape=(4, 5, 1), dtype=np.uint16)
    examples = [(np.full((4, 5, 1), 300, np.uint16), 0)] * 2
    write_set(tmp_path, deep, {"train": examples, "test": examples})
    with pytest.raises(UserError, match="uint16"):
        sources.load("dots", data_dir=str(tmp_path))


def test_a_failing_download_is_told_in_one_line(empty_home, monkeypatch):
    def builder(name, data_dir):
        assert (name, data_dir) == ("fashion_mnist", str(empty_home))
        raise OSError("The disk\n  is full.")

    monkeypatch.setattr(network, "answers", lambda: True)
    monkeypatch.setattr(tfds, "builder", builder)
    with pytest.raises(UserError) as raised:
        sources.load("fashion_mnist")
    assert str(raised.value) == (
        f"fashion_mnist could not be downloaded to {empty_home}: The disk is full."
    )


@pytest.mark.parametrize("home_exists", [True, False])
def test_a_set_that_is_not_there_is_prepared_once(empty_home, monkeypatch, home_exists):
    prepared = []
    if not home_exists:  # a machine that never had a set
        empty_home.rmdir()

    def builder(name, data_dir):
        prepared.append(name)
        splits = {"train": numbered(2), "test": numbered(1)}
        return write_set(data_dir, GREY, splits, name=name)

    monkeypatch.setattr(network, "answers", lambda: True)
    monkeypatch.setattr(tfds, "builder", builder)
    for _ in range(2):
        data = sources.load("fashion_mnist")
        assert data.name == "fashion_mnist"
        assert len(data.train_images) == 2
    assert prepared == ["fashion_mnist"]


# The sets that the documentation names, with the features that tensorflow-datasets gives them


# The prepared set brings the names, which stand in a file of its download.
CIFAR10 = "airplane automobile bird cat deer dog frog horse ship truck".split()
FASHION = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker")
KMNIST = tuple("o ki su tsu na ha ma ya re wo".split())


def rows(shape):
    image = np.empty(shape, np.uint8)
    image[:] = np.arange(shape[0])[:, None, None]
    return image


def write_real(data_dir, name, labels, names=None):
    """Prepares a set of the installed features; each pixel's value is the number of its row.

    Args:
        data_dir: Where to.
        name: Its name.
        labels: `{split: labels of its images}`; numbers or texts, or None for none.
        names: Names of the labels, where preparing the set sets them.
    """
    builder = tfds.builder(name, data_dir=data_dir)
    features = builder.info.features
    if names:
        features["label"].names = list(names)
    image = rows(features["image"].shape)

    def example(label):
        values = {"image": image, "label": label}
        if name == "celeb_a":
            values["attributes"] = dict.fromkeys(features["attributes"], False)
            for more in ("landmarks", "identity"):
                values[more] = dict.fromkeys(features[more], 1)
        values |= {"id": "x", "alphabet": 1, "alphabet_char_id": 1}
        return {key: value for key, value in values.items() if key in features}

    config = builder.builder_config
    tfds.dataset_builders.store_as_tfds_dataset(
        name=builder.name,
        config=config and config.name,
        version=str(builder.version),
        features=features,
        split_datasets={
            split: [(number, example(label)) for number, label in enumerate(of_split)]
            for split, of_split in labels.items()
        },
        data_dir=data_dir,
        disable_shuffling=True,
    )


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    ("name", "side", "channels", "label_names", "names"),
    [
        ("mnist", 28, 1, None, None),
        ("fashion_mnist", 28, 1, (*FASHION, "Bag", "Ankle boot"), None),
        ("kmnist", 28, 1, KMNIST, None),
        ("emnist/balanced", 28, 1, None, None),
        ("emnist/letters", 28, 1, None, None),
        ("emnist/mnist", 28, 1, None, None),
        ("svhn_cropped", 32, 3, None, None),
        ("cifar10", 32, 3, tuple(CIFAR10), CIFAR10),
    ],
)
def test_labelled_sets_with_a_test_split(tmp_path, name, side, channels, label_names, names):
    write_real(tmp_path, name, {"train": [3, 0, 1], "test": [1, 2]}, names)
    sources.check(name, str(tmp_path))
    data = sources.load(name, str(tmp_path), image_size=64)
    assert data.name == name
    assert data.train_images.shape == (3, side, side, channels)
    assert data.test_images.shape == (2, side, side, channels)
    assert data.train_labels.tolist() == [3, 0, 1] and data.test_labels.tolist() == [1, 2]
    assert data.label_names == label_names
    image = rows((side, side, channels))
    if name.startswith("emnist"):  # stored on its side
        image = image.swapaxes(0, 1)
    np.testing.assert_array_equal(data.train_images[0], image)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("size", [28, 64])
def test_celeb_a_is_cut_to_squares_and_has_no_labels(tmp_path, size):
    write_real(tmp_path, "celeb_a", {"train": [None] * 3, "validation": [None], "test": [None]})
    data = sources.load("celeb_a", str(tmp_path), size, crop=108)
    assert data.train_images.shape == (3, size, size, 3)
    assert data.train_labels is data.test_labels is data.label_names is None
    # 218 rows and 178 columns: 55 above and 35 to the left of the square.
    square = Image.fromarray(rows((218, 178, 3))[55:163, 35:143])
    square = np.asarray(square.resize((size, size), Image.Resampling.BILINEAR), int)
    assert np.abs(data.train_images[0] - square).max() <= 2  # stored as JPEG
    grey = sources.load("celeb_a", str(tmp_path), size, channels=1)
    assert grey.test_images.shape == (1, size, size, 1)
    assert sources.load("celeb_a", str(tmp_path), 300).test_images.shape == (1, 178, 178, 3)
    with pytest.raises(UserError, match="celeb_a has 178×218 pixels. Received: 179."):
        sources.load("celeb_a", str(tmp_path), size, crop=179)


@pytest.mark.usefixtures("no_network")
def test_omniglot_tests_on_drawings_of_the_characters_it_trained_on(tmp_path):
    train = [5, 900, 5, 900, 5]
    write_real(tmp_path, "omniglot", {"train": train, "test": [1000, 1001], "small1": [5]})
    data = sources.load("omniglot", str(tmp_path), 28, channels=1)
    assert data.train_images.shape == (3, 28, 28, 1)
    assert data.train_labels.tolist() == [5, 900, 5]
    assert data.test_labels.tolist() == [900, 5]
    assert data.label_names is None


@pytest.mark.usefixtures("no_network")
def test_people_of_lfw_get_numbers_in_the_order_of_their_names(tmp_path):
    people = ["Zoë", "Ann_Bo"] * 10 + ["Cy"]
    write_real(tmp_path, "lfw", {"train": people})
    data = sources.load("lfw", str(tmp_path), 64)
    assert data.label_names == ("Ann_Bo", "Cy", "Zoë")
    assert data.train_images.shape == (19, 64, 64, 3)
    assert data.train_labels.tolist() == [2, 0] * 9 + [1]
    assert data.test_labels.tolist() == [2, 0]


@pytest.mark.usefixtures("no_network")
def test_texts_of_a_test_split_get_the_same_numbers(tmp_path):
    examples = {"train": [(image_of(1), "b"), (image_of(2), "c")], "test": [(image_of(3), "a")]}
    examples["test"].append((image_of(4), "c"))
    write_set(tmp_path, GREY, examples, label=tfds.features.Text())
    data = sources.load("dots", data_dir=str(tmp_path))
    assert data.label_names == ("a", "b", "c")
    assert (data.train_labels.tolist(), data.test_labels.tolist()) == ([1, 2], [0, 2])


@pytest.mark.usefixtures("no_network")
def test_labels_that_are_neither_numbers_nor_texts_are_none(tmp_path):
    several = tfds.features.Sequence(tfds.features.ClassLabel(num_classes=3))
    examples = [(image_of(1), [0, 2]), (image_of(2), [1])]
    write_set(tmp_path, GREY, {"train": examples, "test": examples}, label=several)
    assert sources.load("dots", data_dir=str(tmp_path)).train_labels is None


@pytest.mark.usefixtures("no_network")
def test_images_with_transparency_are_refused(tmp_path):
    image = tfds.features.Image(shape=(4, 4, 4))
    examples = [(np.zeros((4, 4, 4), np.uint8), 0)] * 2
    write_set(tmp_path, image, {"train": examples, "test": examples})
    with pytest.raises(UserError, match="dots has images of 4 channels, not 1 or 3"):
        sources.load("dots", data_dir=str(tmp_path))


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("splits", [{"train": 25}, {"train": 7, "test": 3}])
def test_a_set_on_disk_is_the_set_in_memory(tmp_path, monkeypatch, splits):
    write_set(tmp_path, GREY, {split: numbered(count) for split, count in splits.items()})
    in_memory = sources.load("dots", data_dir=str(tmp_path))
    monkeypatch.setattr(storage, "IN_MEMORY", 0)
    on_disk = sources.load("dots", data_dir=str(tmp_path))
    assert isinstance(on_disk.train_images, np.memmap)
    for part in ("train_images", "train_labels", "test_images", "test_labels"):
        np.testing.assert_array_equal(getattr(on_disk, part), getattr(in_memory, part))


# Damaged sets


@pytest.fixture
def prepared(tmp_path, no_network):
    """The directory of the one version of a sound set `dots`."""
    write_set(tmp_path, GREY, {"train": numbered(7), "test": numbered(3)})
    return tmp_path / "dots" / "1.0.0"


def check_is_refused(prepared):
    data_dir = str(prepared.parents[1])
    with pytest.raises(UserError, match=f"{prepared} is damaged") as raised:
        sources.load("dots", data_dir=data_dir)
    assert "\n" not in str(raised.value)


def test_a_damaged_description_is_refused(prepared):
    (prepared / "dataset_info.json").write_text("{")
    check_is_refused(prepared)


def test_missing_features_are_refused(prepared):
    (prepared / "features.json").unlink()
    check_is_refused(prepared)


def test_a_missing_record_file_is_refused(prepared):
    (records,) = prepared.glob("*train.tfrecord*")
    records.unlink()
    check_is_refused(prepared)


def test_a_record_file_that_was_cut_short_is_refused(prepared):
    (records,) = prepared.glob("*train.tfrecord*")
    os.truncate(records, records.stat().st_size - 20)
    check_is_refused(prepared)


def test_a_record_file_with_fewer_images_than_described_is_refused(prepared):
    (train,) = prepared.glob("*train.tfrecord*")
    (test,) = prepared.glob("*test.tfrecord*")
    shutil.copyfile(test, train)  # 3 sound records where 7 are described
    check_is_refused(prepared)


@pytest.mark.usefixtures("no_network")
def test_a_damaged_mnist_is_told_in_the_note(empty_home):
    (empty_home / "mnist" / "3.0.1").mkdir(parents=True)
    (empty_home / "mnist" / "3.0.1" / "dataset_info.json").write_text("{")
    data = sources.load()
    assert data.name == "mnist5k"
    first, _ = data.note.splitlines()
    assert first.startswith(f"MNIST is not available: {empty_home}/mnist/3.0.1 is damaged:")


# The real thing


def test_real_mnist_has_its_counts():
    places = [os.environ.get("TFDS_DATA_DIR"), SHARED]
    place = next((str(p) for p in places if p and (pathlib.Path(p) / "mnist").is_dir()), None)
    if place is None:
        pytest.skip(f"MNIST is prepared neither in $TFDS_DATA_DIR nor in {SHARED}.")
    data = sources.load("mnist", data_dir=place)
    assert data.name == "mnist"
    assert data.train_images.shape == (60_000, 28, 28, 1)
    assert data.test_images.shape == (10_000, 28, 28, 1)
    # Counts of the digits as its authors publish them.
    np.testing.assert_array_equal(
        np.bincount(data.train_labels),
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    )
    np.testing.assert_array_equal(
        np.bincount(data.test_labels),
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
    )
    assert data.train_images.dtype == np.uint8
    # The mean brightness that is known for the training images: 0.1307.
    assert data.train_images.mean() / 255 == pytest.approx(0.1307, abs=1e-4)
