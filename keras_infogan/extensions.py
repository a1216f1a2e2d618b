"""Modules that add parts of their own to the registries, named by `--import` or installed.

A run records what it was made with, but a file that names code is no reason to run it: a program
that meets such a run asks for the flag. Installed packages that declare an entry point in the group
`keras_infogan.extensions` need no flag.
"""

import importlib
import importlib.metadata
import importlib.util
import pathlib
import sys

from keras_infogan import quiet
from keras_infogan.errors import UserError

GROUP = "keras_infogan.extensions"
_loaded = set()  # names of modules, and resolved paths of files


def load(names):
    """Imports modules, in order, each once.

    Args:
        names: Names of modules, or paths of .py files.

    Raises:
        UserError: If one is not there, or fails while it is imported.
    """
    for name in names:
        thing = pathlib.Path(name).resolve() if _is_file(name) else name
        if thing in _loaded:
            continue
        quiet.import_tensorflow()  # a part needs it, and it is noisy
        try:
            _load(name)
        except UserError:
            raise
        except (Exception, SystemExit) as error:
            text = " ".join(f"{type(error).__name__}: {error}".split())
            raise UserError(f"--import {name} failed: {text}") from None
        _loaded.add(thing)


def load_installed():
    """Imports the modules of installed packages' entry points.

    Raises:
        UserError: If one fails while it is imported.
    """
    load(entry.value.partition(":")[0] for entry in importlib.metadata.entry_points(group=GROUP))


def recorded(names):
    """What a run records of imports: names as they are, files by their absolute paths."""
    return tuple(str(pathlib.Path(name).absolute()) if _is_file(name) else name for name in names)


def require(names, where):
    """Checks that all that a run was made with has been imported.

    Args:
        names: The imports that the run records.
        where: The run's directory, for the message.

    Raises:
        UserError: If something is missing: says which `--import` to repeat.
    """
    # In Python one may have imported it oneself.
    missing = [name for name in names if module_name(name) not in sys.modules]
    if missing:
        flags = " ".join(f"--import {name}" for name in missing)
        raise UserError(f"{where} was made with parts of its own: repeat {flags}.")


def module_name(name):
    """The name under which a module or a file is imported."""
    return pathlib.Path(name).stem if _is_file(name) else name


def _is_file(name):
    return name.endswith(".py") or "/" in name


def _load(name):
    if not _is_file(name):
        # As with `python -m`: modules beside the caller can be named.
        if "" not in sys.path and str(pathlib.Path.cwd()) not in sys.path:
            sys.path.append(str(pathlib.Path.cwd()))
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name.partition(".")[0] and error.name != name:
                raise
            raise UserError(f"--import: there is no module {name}.") from None
        return
    path = pathlib.Path(name).absolute()
    if not path.is_file():
        raise UserError(f"--import: there is no file {name}.")
    if not path.stem.isidentifier() or path.stem in sys.modules:
        raise UserError(
            f"--import: the file's name must be an identifier that no other module has. "
            f"Received: {name}."
        )
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[path.stem]
        raise
