"""The rules that keep the package a package: who may import whom, and that all is documented."""

import ast
import importlib
import inspect
import pkgutil

import pytest

import export
import keras_infogan

PACKAGE = "keras_infogan"

# From the ground up: each module or folder may import those of the lines above its own.
LAYERS = (
    "digits errors earlier lazy markdown schedules optimizers text invocation version",
    "cluster replicas steps",
    "locks notation quiet image_files",
    "randomness information",
    "files",
    "checksums",
    "checkpoints registry pictures extensions pretrained",
    "options latents objectives networks transforms data",
    "option_groups shorthands models evaluation",
    "config",
    "terms saving presets run_dir",
    "figures serving",
    "reports",
    "training",
    "commands",
    "__main__",
)


def modules(root):
    """`{dotted name: path}` of the package's modules and of the programs beside it."""
    found = {"train": root / "train.py"}
    for folder in (PACKAGE, "export"):
        for path in sorted((root / folder).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
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
    assert f"{PACKAGE}.objectives" in found[f"{PACKAGE}.models.gan"]
    assert f"{PACKAGE}.training.experiment" in found[f"{PACKAGE}.commands.train"]
    return found


def below(graph, *names):
    """Modules and what is in them."""
    prefixes = [f"{PACKAGE}.{name}" for name in names]
    return {
        module
        for module in graph
        if any(module == prefix or module.startswith(prefix + ".") for prefix in prefixes)
    }


def imported_by(graph, *names):
    """What modules, or the modules of folders, import of the rest of the package."""
    own = below(graph, *names)
    assert own
    return set().union(*(graph[module] for module in own)) - own


def reached_by(graph, *names):
    """All that modules import, by whatever way."""
    reached, new = set(), below(graph, *names)
    while new:
        reached |= new
        new = set().union(*(graph[module] for module in new)) - reached
    return reached


def test_imports_go_downward_only(graph):
    layer_of = {name: number for number, line in enumerate(LAYERS) for name in line.split()}
    there = {module.split(".")[1] for module in graph if module.startswith(f"{PACKAGE}.")}
    assert there == set(layer_of)
    for name, layer in layer_of.items():
        allowed = below(graph, *(other for other in layer_of if layer_of[other] < layer)) | {
            PACKAGE
        }
        assert imported_by(graph, name) <= allowed, name


def test_no_modules_import_each_other_in_a_circle(graph):
    """Folders do not either, since each has a layer of its own."""
    left = dict(graph)
    while left:
        free = {module for module, found in left.items() if not found & set(left) - {module}}
        assert free, f"These import each other in a circle: {sorted(left)}"
        left = {module: found for module, found in left.items() if module not in free}


def test_the_package_does_not_import_its_own_public_names(graph):
    """They stand above all that they name."""
    assert not {module for module, found in graph.items() if PACKAGE in found}


def test_an_import_of_the_public_names_is_found(tmp_path):
    for text in (f"import {PACKAGE}", f"def f():\n    from {PACKAGE} import InfoGAN"):
        (tmp_path / "user.py").write_text(text)
        assert imports(tmp_path / "user.py", {PACKAGE}) == {PACKAGE}


@pytest.mark.parametrize("name", ["data", "networks", "models"])
def test_data_networks_and_models_do_not_import_each_other(graph, name):
    others = {"data", "networks", "models"} - {name}
    assert not reached_by(graph, name) & below(graph, *others)


def test_models_know_nothing_of_files_and_runs(graph):
    names = "information latents objectives optimizers randomness registry replicas steps".split()
    allowed = below(graph, *names)
    assert imported_by(graph, "models") <= allowed


def test_evaluation_sees_a_model_through_its_methods_only(graph):
    assert not reached_by(graph, "evaluation") & below(graph, "models", "networks", "terms")


def test_serving_does_not_need_what_trains(graph):
    """An export goes to machines that do not train."""
    trains = below(graph, "training", "models", "networks", "terms", "data", "evaluation")
    assert not reached_by(graph, "serving", "commands.client") & trains


def test_programs_stand_above_all_else(graph):
    thin = {module for module in graph if not module.startswith(f"{PACKAGE}.")}
    commands = below(graph, "commands", "__main__")
    for module in set(graph) - commands - thin:
        assert not graph[module] & (commands | thin), module
    for module in thin - {PACKAGE}:
        assert graph[module] <= commands, module


def public_things():
    """`(name, object)` of the public classes, functions and methods that the package defines."""
    infos = [
        *pkgutil.walk_packages(keras_infogan.__path__, f"{PACKAGE}."),
        *pkgutil.iter_modules(export.__path__, "export."),
    ]
    for module_name in (info.name for info in infos):
        try:
            module = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            assert error.name == "gradio"  # of the demo page alone
            continue
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


def test_every_module_says_what_it_is(root):
    bare = [
        name
        for name, path in modules(root).items()
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert bare == []


def test_text_is_read_and_written_as_utf_8_whatever_the_machine(root):
    """Names may be of any language; other encodings, such as Windows's, lack their letters."""
    bare = []
    for name, path in modules(root).items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = isinstance(node, ast.Call) and getattr(node.func, "attr", None)
            if called and getattr(node.func.value, "id", None) == "files":
                continue  # which writes UTF-8
            opened = isinstance(node, ast.Call) and getattr(node.func, "id", None) == "open"
            if called in ("read_text", "write_text") or opened:
                values = [*node.args, *(word.value for word in node.keywords)]
                texts = [getattr(value, "value", None) for value in values]
                binary = opened and any(isinstance(text, str) and "b" in text for text in texts[1:])
                if "utf-8" not in texts and not binary:
                    bare.append(f"{name}:{node.lineno}")
    assert bare == []


def test_listeners_know_nothing_of_the_training_that_tells_them(graph):
    assert not reached_by(graph, "training.listeners") & below(
        graph, "training.ticks", "training.loop", "training.experiment", "training.finish"
    )
