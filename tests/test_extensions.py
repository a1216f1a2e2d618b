"""Modules with parts of one's own: loaded, recorded, asked for."""

import importlib.metadata
import os
import subprocess
import sys

import pytest

from keras_infogan import extensions, registry
from keras_infogan.errors import UserError

PART = """
from keras_infogan import register
@register("objective", "{name}")
def cost(logits):
    return -logits
"""


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch, tmp_path):
    """What a test loads is forgotten after it."""
    modules = set(sys.modules)
    monkeypatch.setattr(extensions, "_loaded", set())
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(registry.OBJECTIVES, "_things", dict(registry.OBJECTIVES._things))
    monkeypatch.chdir(tmp_path)
    yield
    for name in set(sys.modules) - modules:
        if name.startswith("mine_"):
            del sys.modules[name]


def write(path, name):
    path.write_text(PART.format(name=name))
    return path


def test_a_file_is_loaded_once(tmp_path):
    path = write(tmp_path / "mine_file.py", "mine_a")
    extensions.load([str(path), str(path)])
    extensions.load(["mine_file.py"])
    assert "mine_a" in registry.names("objective")
    assert sys.modules["mine_file"].cost is registry.OBJECTIVES.lookup("mine_a")


def test_another_file_of_the_same_name_is_refused_in_one_line(tmp_path):
    (tmp_path / "other").mkdir()
    first = write(tmp_path / "mine_twin.py", "mine_h")
    other = write(tmp_path / "other" / "mine_twin.py", "mine_i")
    with pytest.raises(UserError) as refused:
        extensions.load([str(first), "other/../mine_twin.py", str(other)])
    assert str(refused.value) == (
        "--import: the file's name must be an identifier that no other module has. "
        f"Received: {other}."
    )


def test_a_module_beside_the_caller_is_loaded_by_its_name(tmp_path):
    (tmp_path / "mine_package").mkdir()
    write(tmp_path / "mine_package" / "__init__.py", "mine_b")
    write(tmp_path / "mine_package" / "parts.py", "mine_c")
    extensions.load(["mine_package.parts"])
    assert {"mine_b", "mine_c"} <= set(registry.names("objective"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("nowhere/mine.py", None, "--import: there is no file nowhere/mine.py."),
        ("mine_nowhere", None, "--import: there is no module mine_nowhere."),
        ("mine_nowhere.parts", None, "--import: there is no module mine_nowhere.parts."),
        ("mine_x.py", "import mine_nowhere", "mine_x.py failed: ModuleNotFoundError: No module"),
        ("mine_x.py", "1 / 0", "--import mine_x.py failed: ZeroDivisionError: division by zero"),
        ("mine_x.py", "raise ValueError('a\\nb')", "mine_x.py failed: ValueError: a b"),
        ("mine_x.py", "import sys; sys.exit(3)", "--import mine_x.py failed: SystemExit: 3"),
        ("mine_x.py", "def", "--import mine_x.py failed: SyntaxError"),
        ("mine-x.py", "", "must be an identifier that no other module has. Received: mine-x.py."),
        ("json.py", "", "must be an identifier that no other module has. Received: json.py."),
    ],
)
def test_what_cannot_be_loaded_is_refused_in_one_line(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(UserError) as refused:
        extensions.load([name])
    assert message in str(refused.value) and "\n" not in str(refused.value)


def test_a_module_that_failed_can_be_mended_and_loaded(tmp_path):
    path = tmp_path / "mine_mended.py"
    path.write_text("1 / 0")
    with pytest.raises(UserError):
        extensions.load([str(path)])
    write(path, "mine_d")
    extensions.load([str(path)])
    assert "mine_d" in registry.names("objective")


def test_a_name_that_is_taken_is_refused(tmp_path):
    path = write(tmp_path / "mine_taken.py", "hinge")
    with pytest.raises(UserError, match="There is a objective of this name|of this name already"):
        extensions.load([str(path)])


def test_files_are_recorded_by_their_absolute_paths(tmp_path):
    names = ("mine_package.parts", "mine_file.py", "/elsewhere/mine.py")
    assert extensions.recorded(names) == (
        "mine_package.parts",
        str(tmp_path / "mine_file.py"),
        "/elsewhere/mine.py",
    )


def test_what_is_missing_is_asked_for_in_one_line(tmp_path):
    path = str(write(tmp_path / "mine_there.py", "mine_e"))
    extensions.load([path])
    extensions.require([path], "runs/a")
    with pytest.raises(UserError) as refused:
        extensions.require([path, "/moved/mine_gone.py", "mine_module"], "runs/a")
    assert str(refused.value) == (
        "runs/a was made with parts of its own: repeat "
        "--import /moved/mine_gone.py --import mine_module."
    )


def test_a_file_that_has_moved_counts_by_its_name(tmp_path):
    extensions.load([str(write(tmp_path / "mine_moved.py", "mine_f"))])
    extensions.require(["/where/it/was/mine_moved.py"], "runs/a")


def test_what_the_caller_has_imported_counts(monkeypatch):
    monkeypatch.setitem(sys.modules, "mine_own", object())
    extensions.require(["mine_own", "/there/mine_own.py"], "runs/a")


def test_installed_packages_need_no_flag(tmp_path, monkeypatch):
    write(tmp_path / "mine_installed.py", "mine_g")
    entry = importlib.metadata.EntryPoint("any", "mine_installed:cost", extensions.GROUP)
    monkeypatch.setattr(
        importlib.metadata,
        "entry_points",
        lambda group: [entry] if group == "keras_infogan.extensions" else [],
    )
    extensions.load_installed()
    assert "mine_g" in registry.names("objective")
    extensions.require(["mine_installed"], "runs/a")


@pytest.mark.parametrize(
    ("name", "message"),
    [("nowhere.py", "there is no file nowhere.py."), ("broken.py", "failed: ZeroDivisionError")],
)
def test_programs_refuse_it_with_exit_code_2(root, tmp_path, name, message):
    (tmp_path / "broken.py").write_text("1 / 0")
    done = subprocess.run(
        [sys.executable, str(root / "train.py"), "--preset", "quick", "--import", name],
        cwd=tmp_path,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},  # or Python leaves a folder
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert message in done.stderr and done.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.py"]
