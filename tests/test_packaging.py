"""What `pip install .` brings, and what the package shows to those who import it."""

import ast
import importlib.metadata
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import keras_infogan

ROOT = pathlib.Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def listed(name):
    """Requirements of a file, and of those that it names, as texts of one form."""
    found = set()
    for line in (ROOT / name).read_text().splitlines():
        if line.startswith("-r "):
            found |= listed(line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            found.add(str(Requirement(line)))
    return found


def as_listed(requirements):
    return {str(Requirement(requirement)) for requirement in requirements}


def test_requirements_files_repeat_what_the_package_asks_for():
    needed, tests = as_listed(PROJECT["dependencies"]), listed("requirements-test.txt")
    assert listed("requirements-cpu.txt") == needed | tests
    assert listed("requirements.txt") == needed | tests | as_listed(EXTRAS["cuda"])
    assert listed("requirements-demo.txt") == as_listed(EXTRAS["demo"])
    assert listed("requirements-benchmarks.txt") == as_listed(EXTRAS["benchmarks"])
    assert listed("requirements-dev.txt") == as_listed(EXTRAS["dev"])
    assert listed("requirements-docs.txt") == as_listed(EXTRAS["docs"])
    assert "pytest<10,>=8" in tests and not needed & tests


def test_every_dependency_has_its_reason_beside_it():
    lines = (ROOT / "pyproject.toml").read_text().split("[project.scripts]")[0].splitlines()
    for number, line in enumerate(lines):
        if re.match(r'    "[\w-]+(\[.*\])?[<>=]', line):
            assert "  # " in line or lines[number - 1].lstrip().startswith("# "), line


def test_commits_are_checked_as_ci_checks_them():
    hooks = re.findall(r"entry: (.+)", (ROOT / ".pre-commit-config.yaml").read_text())
    checks = re.findall(r"\.venv/bin/(ruff .+) \.", (ROOT / ".ci" / "run").read_text())
    assert hooks == checks == ["ruff check", "ruff format --check"]


# The wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of a copy of the repository; building leaves files behind."""
    if Version(importlib.metadata.version("setuptools")) < Version("77"):
        pytest.skip("Building the package takes setuptools 77: pip install -r requirements-dev.txt")
    folder = tmp_path_factory.mktemp("wheel")
    left_out = shutil.ignore_patterns(".*", "results", "runs", "build", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT, folder / "copy", ignore=left_out)
    command = "-m pip wheel --quiet --no-index --no-deps --no-build-isolation --wheel-dir . ./copy"
    subprocess.run([sys.executable, *command.split()], cwd=folder, check=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        yield archive


def test_the_wheel_carries_the_package_and_its_data_and_nothing_else(wheel):
    information = f"keras_infogan-{keras_infogan.__version__}.dist-info"
    carried = {name for name in wheel.namelist() if not name.startswith(information)}
    package = (ROOT / "keras_infogan").rglob("*")
    assert carried == {
        str(path.relative_to(ROOT))
        for path in package
        if path.is_file() and path.suffix != ".pyc" and path.name != ".DS_Store"
    }
    assert {
        "keras_infogan/evaluation/digit_features.npz",
        "keras_infogan/reports/templates/style.css",
        "keras_infogan/serving/page/canvas.js",
    } <= carried
    assert f"{information}/licenses/LICENSE" in wheel.namelist()


def test_the_wheel_asks_for_no_tests(wheel):
    information = f"keras_infogan-{keras_infogan.__version__}.dist-info"
    metadata = wheel.read(f"{information}/METADATA").decode()
    asked = [Requirement(text) for text in re.findall(r"^Requires-Dist: (.+)$", metadata, re.M)]
    plain = {requirement.name for requirement in asked if requirement.marker is None}
    assert plain == {Requirement(text).name for text in PROJECT["dependencies"]}
    assert "tensorflow" in plain and not {name for name in plain if "pytest" in name}
    assert set(re.findall(r"^Provides-Extra: (.+)$", metadata, re.M)) == set(EXTRAS)
    entry = wheel.read(f"{information}/entry_points.txt").decode()
    assert "infogan = keras_infogan.commands.main:main" in entry


def test_the_package_runs_from_where_it_is_unpacked(wheel, tmp_path):
    wheel.extractall(tmp_path / "site")
    (tmp_path / "elsewhere").mkdir()

    def python(*arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path / "elsewhere",
            env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
            capture_output=True,
            text=True,
        )

    version = python("-m", "keras_infogan", "--version").stdout
    assert version == f"keras-infogan {keras_infogan.__version__}\n"
    found = python("-c", "import keras_infogan; print(keras_infogan.__file__)").stdout
    assert found.startswith(str(tmp_path / "site"))


# The public names


def test_public_names_are_there():
    for name in keras_infogan.__all__:
        assert getattr(keras_infogan, name) is not None
        assert name in dir(keras_infogan)
    with pytest.raises(AttributeError, match="has no attribute 'Wasserstein'"):
        _ = keras_infogan.Wasserstein


def test_editors_see_the_public_names():
    tree = ast.parse(pathlib.Path(keras_infogan.__file__).read_text())
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    seen = {}
    for statement in block.body:
        seen |= {alias.name: statement.module for alias in statement.names}
    assert sorted(seen) == sorted(keras_infogan.__all__)
    for name, module in seen.items():
        assert getattr(importlib.import_module(module), name) is getattr(keras_infogan, name)


def fresh(program):
    """What a program prints in a process of its own."""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_tensorflow_is_loaded_when_it_is_needed():
    program = """
import sys
import keras_infogan as k
print(k.RunConfig.__name__, k.register.__name__, "tensorflow" in sys.modules, end=" ")
k.LatentSpec
print("tensorflow" in sys.modules)
"""
    assert fresh(program) == "RunConfig register False True"


def test_keras_loads_a_file_once_any_public_class_is_imported(tmp_path):
    program = f"""
import keras
import keras_infogan as k
latents = k.LatentSpec.from_text("normal(2) + cat(3)")
networks = k.networks.get("mlp")(latents.size, latents.parameter_size, (4, 4, 1), units=4)
parts = dict(terms=[k.terms.get("r1(5)")], transforms=[k.RandomDistortion()])
k.InfoGAN(**networks, latents=latents, **parts).save({str(tmp_path / "model.keras")!r})
"""
    fresh(program)
    program = f"""
from keras_infogan import Uniform
import keras
print(keras.models.load_model({str(tmp_path / "model.keras")!r}).terms[0].name)
"""
    assert fresh(program) == "r1"
