"""Complete scripts run, and the page shows them as they are."""

import dataclasses
import re
import runpy
import subprocess
import sys

import keras
import pytest
from pages import PAGES, ROOT, blocks
from PIL import Image

from keras_infogan.data import sources
from keras_infogan.serving.exported import Exported

FIT = ROOT / "examples" / "fit.py"


def test_the_page_shows_the_script():
    assert FIT.read_text() in blocks(PAGES["docs/python.md"], "python")


def test_the_command_of_the_page_finds_the_package():
    """As the README installs it: the requirements, and not the package itself."""
    (command,) = re.findall(r"^python (-m examples\.fit) ", PAGES["docs/python.md"], re.M)
    ended = subprocess.run(
        [sys.executable, *command.split(), "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 0 and "--epochs" in ended.stdout, ended.stderr


@pytest.mark.long
def test_fit_trains_scores_draws_saves_and_exports(tmp_path, monkeypatch, capsys):
    data = sources.load("mnist5k")
    few = dataclasses.replace(
        data, train_images=data.train_images[::63], train_labels=data.train_labels[::63]
    )
    monkeypatch.setattr(sources, "load", lambda name: few)
    out = tmp_path / "fitted"
    monkeypatch.setattr(sys, "argv", ["fit.py", "--epochs", "1", "--out", str(out)])
    runpy.run_path(str(FIT), run_name="__main__")
    assert "One-to-one accuracy on 1000 digits: 0." in capsys.readouterr().out
    assert len((out / "metrics.csv").read_text().splitlines()) == 2
    with Image.open(out / "grid.png") as grid:
        assert grid.size == (298, 298)
    model = keras.models.load_model(out / "infogan.keras")
    assert int(model.step.numpy()) == 1
    exported = Exported(out / "export")
    assert exported.sample(2, label=exported.labels[0]).shape == (2, 28, 28, 1)
