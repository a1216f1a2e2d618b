import pytest

from keras_infogan.data import network


@pytest.fixture
def no_network(monkeypatch):
    """No network answers."""
    monkeypatch.setattr(network, "answers", lambda: False)


@pytest.fixture
def empty_home(tmp_path, monkeypatch):
    """The place where tensorflow-datasets keeps its sets, with none in it."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("TFDS_DATA_DIR", str(home))
    return home
