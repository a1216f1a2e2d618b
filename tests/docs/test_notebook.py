"""The notebook of the first hour runs from its first cell to its last."""

import json

import pytest
from pages import ROOT

NOTEBOOK = ROOT / "docs" / "first-hour.ipynb"


def test_it_is_kept_without_outputs():
    for cell in json.loads(NOTEBOOK.read_text())["cells"]:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_runs(tmp_path, monkeypatch):
    nbclient = pytest.importorskip("nbclient")
    import nbformat

    monkeypatch.setenv("FIRST_HOUR_STEPS", "3")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=280, kernel_name="python3").execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("One-to-one accuracy" in output.get("text", "") for output in shown)
    assert sum("image/png" in output.get("data", {}) for output in shown) == 3
