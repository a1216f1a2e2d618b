"""A directory in which commands are given."""

import pytest

from keras_infogan.data import network


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty working directory, with no prepared data set and no network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "no-such-place"))
    monkeypatch.setattr(network, "answers", lambda: False)
    return tmp_path
