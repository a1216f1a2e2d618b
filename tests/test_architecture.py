"""The rules that keep the package a package: who may import whom, and that all is documented."""

import ast
import importlib
import inspect
import pkgutil

import pytest

import export
import keras_infogan

PACKAGE = "keras_infogan"


def modules(root):
    """`{dotted name: path}` of the package's modules and of the programs beside it."""
    found = {}
    for path in sorted((root / PACKAGE).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    found["train"] = root / "train.py"
    found |= {f"export.{path.stem}": path for path in (root / "export").glob("[!_]*.py")}
    found["keras_infogan.commands.export"] = root / "export" / "__main__.py"
    return found


def imports(path, known):
    """Modules of `known` that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in known else node.module)
    return found & set(known)


@pytest.fixture(scope="module")
def graph(root):
    known = modules(root)
    found = {name: imports(path, known) for name, path in known.items()}
    # The rules below hold of nothing if the reading of imports finds nothing.
    assert f"{PACKAGE}.latents" in found[f"{PACKAGE}.models.gan"]
    assert f"{PACKAGE}.callbacks.console" in found[f"{PACKAGE}.experiment"]
    return found


def below(graph, name):
    """A module and what is in it."""
    prefix = f"{PACKAGE}.{name}"
    return {module for module in graph if module == prefix or module.startswith(prefix + ".")}


def imported_by(graph, name):
    """What a module, or the modules of a folder, import of the rest of the package."""
    own = below(graph, name)
    assert own
    return set().union(*(graph[module] for module in own)) - own


@pytest.mark.parametrize(
    "name", ["latents", "losses", "objectives", "augmentation", "schedules", "errors"]
)
def test_the_lowest_modules_import_nothing_of_the_package(graph, name):
    assert imported_by(graph, name) == set()


@pytest.mark.parametrize("name", ["data", "networks", "models"])
def test_data_networks_and_models_do_not_import_each_other(graph, name):
    others = {"data", "networks", "models"} - {name}
    forbidden = set().union(*(below(graph, other) for other in others))
    assert not imported_by(graph, name) & forbidden


@pytest.mark.parametrize("name", ["callbacks", "evaluation"])
def test_callbacks_and_evaluation_see_a_model_through_its_methods_only(graph, name):
    allowed = {f"{PACKAGE}.{module}" for module in ("pictures", "run_dir", "errors")}
    allowed |= below(graph, "data") | below(graph, "evaluation")
    assert imported_by(graph, name) <= allowed


def test_models_know_nothing_of_files(graph):
    allowed = ("latents", "losses", "objectives", "stabilizers")
    assert imported_by(graph, "models") <= set().union(*(below(graph, name) for name in allowed))


def test_only_programs_import_the_experiment(graph):
    users = {module for module, found in graph.items() if f"{PACKAGE}.experiment" in found}
    assert users <= {"train", "keras_infogan.commands.export", f"{PACKAGE}.study"}
    assert "train" in users


def test_nothing_imports_the_programs(graph):
    programs = {"train", "keras_infogan.commands.export", "keras_infogan.commands.client", "keras_infogan.commands.demo", "keras_infogan.commands.generate"}
    programs |= {f"{PACKAGE}.study", f"{PACKAGE}.evaluate"}
    assert programs <= set(graph)
    assert not set().union(*graph.values()) & programs


def test_the_client_needs_nothing_of_what_it_asks_for(graph):
    """It goes to machines that neither train nor export."""
    client = {module for module in graph if module.startswith("export.served_")}
    assert len(client) == 3
    names = ("arguments", "errors", "pictures", "quiet", "run_dir")
    allowed = client | {"keras_infogan.serving.sheet", "keras_infogan.serving.wording"} | {f"{PACKAGE}.{name}" for name in names}
    for module in client | {"keras_infogan.commands.client", "keras_infogan.serving.sheet", "keras_infogan.serving.wording"}:
        assert graph[module] <= allowed


def test_imports_go_downward_only(graph):
    """No module imports, by whatever way, one that imports it."""
    left = dict(graph)
    while left:
        free = {module for module, found in left.items() if not found & set(left) - {module}}
        assert free, f"These import each other in a circle: {sorted(left)}"
        left = {module: found for module, found in left.items() if module not in free}


def public_things():
    """`(name, object)` of the public classes, functions and methods that the package defines."""
    infos = pkgutil.walk_packages(keras_infogan.__path__, f"{PACKAGE}.")
    names = [info.name for info in infos]
    # The layout of the demo page needs Gradio.
    infos = pkgutil.iter_modules(export.__path__, "export.")
    names += [info.name for info in infos if info.name != "keras_infogan.serving.demo_page"]
    for module_name in names:
        module = importlib.import_module(module_name)
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", None) != module_name:
                continue
            if not (inspect.isclass(thing) or inspect.isfunction(thing)):
                continue
            yield f"{module_name}.{name}", thing
            if inspect.isclass(thing):
                for member in vars(thing):
                    method = getattr(thing, member)
                    if not member.startswith("_") and inspect.isroutine(method):
                        yield f"{module_name}.{name}.{member}", method


def test_all_that_is_public_has_a_docstring():
    things = dict(public_things())
    assert {f"{PACKAGE}.models.gan.GAN.train_step", f"{PACKAGE}.objectives.get"} <= set(things)
    # A method that overrides one with a docstring inherits it; Keras leaves these without any.
    hooks = (".build", ".compute_output_shape", ".get_config")
    bare = [name for name, thing in things.items() if not inspect.getdoc(thing)]
    assert [name for name in bare if not name.endswith(hooks)] == []


def test_public_names_are_there():
    for name in keras_infogan.__all__:
        assert getattr(keras_infogan, name) is not None
        assert name in dir(keras_infogan)
    with pytest.raises(AttributeError, match="has no attribute 'Wasserstein'"):
        _ = keras_infogan.Wasserstein
