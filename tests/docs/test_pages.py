"""The documentation's links, pictures, code and lists, and the README's length."""

import ast
import importlib
import re
import subprocess

import numpy as np
import pytest
from pages import PAGES, PATHS, ROOT, blocks, links, pictures

from keras_infogan import registry

README = PAGES["README.md"]
page = pytest.mark.parametrize("name", PAGES)


def test_readme_is_short():
    assert len(README.split()) <= 1500


@page
def test_links_lead_to_files(name):
    for target in links(PAGES[name]):
        assert ((ROOT / name).parent / target).exists(), target


@page
def test_pictures_are_small(name):
    for picture in pictures(PAGES[name]):
        assert ((ROOT / name).parent / picture).stat().st_size < 300_000, picture


def test_every_picture_is_shown():
    shown = {
        (path.parent / picture).resolve()
        for path, text in zip(PATHS, PAGES.values(), strict=True)
        for picture in pictures(text)
    }
    assert shown == set((ROOT / "docs").rglob("*.png"))


@page
def test_code_imports_what_exists(name):
    for block in blocks(PAGES[name], "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                module = importlib.import_module(node.module)
                for alias in node.names:
                    if not hasattr(module, alias.name):
                        importlib.import_module(f"{node.module}.{alias.name}")


def test_example_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (example,) = blocks(README, "python")
    images = np.random.default_rng(0).uniform(-1, 1, (64, 28, 28, 1)).astype("float32")
    names = {"images": images}
    exec(compile(example.replace("epochs=10", "epochs=1"), "README.md", "exec"), names)
    assert names["digits"].shape == (16, 28, 28, 1)
    assert (tmp_path / "infogan.keras").stat().st_size > 1_000_000


def test_ci_runs_the_test_command_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text()
    extract = re.search(r"test_command=\$\((.*?README\.md)\)", script, re.DOTALL)[1]
    found = subprocess.run(["bash", "-c", extract], cwd=ROOT, capture_output=True, text=True)
    assert found.stdout.strip().endswith("python -m pytest")
    assert found.stdout.strip() in README
    for file in re.findall(r"-r (\S+)", found.stdout):
        assert (ROOT / file).exists(), file


def test_architecture_names_what_exists():
    text = PAGES["docs/architecture.md"]
    (tree,) = blocks(text, "")
    folder = ROOT
    for line in tree.splitlines():
        name = line.split()[0]
        assert ((folder if line.startswith(" ") else ROOT) / name).exists(), name
        if not line.startswith(" "):
            folder = ROOT / name
    for name in re.findall(r"`([a-z_/]+(?:/|\.py))`", text):
        assert any((ROOT / start / name).exists() for start in ("", "keras_infogan")), name
    package = tree.split("keras_infogan/\n")[1]
    drawn = set(re.findall(r"\b(\w+)(?:/|\.py\b)", package))
    there = {path.stem for path in (ROOT / "keras_infogan").iterdir()}
    assert {name for name in there if not name.startswith("__")} <= drawn


@pytest.mark.parametrize("kind", ["objective", "term", "transform", "rewrite", "network"])
def test_techniques_name_every_part(kind):
    text = PAGES["docs/techniques.md"]
    for name in registry.names(kind):
        assert f"`{name}`" in text, name


def test_architecture_has_the_order_that_the_imports_keep():
    source = (ROOT / "tests" / "test_architecture.py").read_text()
    (layers,) = re.findall(r"^LAYERS = (\(.*?^\))", source, re.MULTILINE | re.DOTALL)
    layer = {n: i for i, line in enumerate(ast.literal_eval(layers)) for n in line.split()}
    items = re.findall(r"^\d\. (`.*)$", PAGES["docs/architecture.md"].split("## What may")[1], re.M)
    named = [re.findall(r"`(\w+)(?:/|\.py)`", item) for item in items]
    assert {name for names in named for name in names} == {*layer} - {"__main__"}
    for below, above in zip(named, named[1:], strict=False):
        assert max(layer[name] for name in below) < min(layer[name] for name in above)
