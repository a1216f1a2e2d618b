"""From a path, or a pretrained model's name, to the functions behind a model's signatures."""

import contextlib
import pathlib
import tempfile

from keras_infogan import checksums, invocation, pretrained, registry
from keras_infogan.errors import UserError, is_of_machine
from keras_infogan.run_dir import RunDir
from keras_infogan.serving import about
from keras_infogan.serving.versions import altered_file, versions

PATTERNS = "[]*?\\"  # what TensorFlow does not take for itself in the path of a SavedModel


def find(path):
    """What a path means, see `Exported`: a version's directory, or a pretrained model's name.

    Returns:
        A `pathlib.Path`, or a string.

    Raises:
        UserError: If there is neither.
    """
    path = pathlib.Path(path)
    with _reading(path):
        if name := pretrained.named(path):
            pretrained.folder(name)  # refuses one that is damaged
            return name
        if (path / "saved_model.pb").is_file():
            return path
        is_run = RunDir(path).config.is_file()
        base = RunDir(path).export if is_run else path
        found = versions(base) if base.is_dir() else []
        if found:
            newest = base / str(found[-1])
            if not (newest / "saved_model.pb").is_file():
                raise UserError(f"{newest} is damaged: it has no saved_model.pb.")
            return newest
        if is_run:
            command = invocation.export_command(path, RunDir(path).recorded_imports())
            raise UserError(f"{path} has no export yet. Export it with: {command}")
        if not path.is_dir():
            raise UserError(f"{path} is not a directory. {pretrained.known(path)}")
        hidden = f" {pretrained.known(path)}" if str(path) in pretrained.names() else ""
        raise UserError(f"{path} is neither a run nor an exported model.{hidden}")


def load(found):
    """Loads what `find` found.

    Args:
        found: A version's directory, or a pretrained model's name.

    Returns:
        The content of its about.json; `{name: function}` of its signatures, from tensors by name to
        a dict of tensors; and the object that keeps their variables alive.

    Raises:
        UserError: If a file is not as it was written. What else a damaged file leads to,
            `damage_told` tells.
    """
    return _load_pretrained(found) if isinstance(found, str) else _load_version(found)


@contextlib.contextmanager
def damage_told(path):
    """Says in one line that a model is damaged, in whatever way the reader of a format fails."""
    try:
        yield
    except Exception as error:
        if isinstance(error, UserError) or is_of_machine(error):
            raise
        raise UserError(
            f"{path} cannot be read: it is damaged, or no export of this project."
        ) from None


def _load_version(path):
    with _reading(path):
        changed = altered_file(path)
    if changed:
        raise UserError(f"{path} is damaged: {changed} does not agree with {checksums.NAME}.")
    module = _load_module(path)
    return about.read(path), dict(module.signatures), module


def _load_module(version):
    """The module of a version, by a link to it if its path would be read as a pattern."""
    import tensorflow as tf

    if not set(PATTERNS) & set(version.as_posix()):
        return tf.saved_model.load(str(version))
    with tempfile.TemporaryDirectory() as folder:
        link = pathlib.Path(folder, "version")
        link.symlink_to(version.absolute(), target_is_directory=True)
        return tf.saved_model.load(str(link))


def _load_pretrained(name):
    # No SavedModel, but the functions that one would hold. They need the model's classes, which a
    # server of exported versions does not, so that the loader of these is looked up by its name.
    from keras_infogan.serving.servable import Servable

    facts, model = pretrained.about(name), registry.load("saving:from_preset")(name)
    servable = Servable.of(model, facts)
    return facts, servable.functions(), servable


@contextlib.contextmanager
def _reading(path):
    """Says in one line why a file or a directory cannot be read."""
    try:
        yield
    except OSError as error:  # a name that is too long, a folder that must not be looked into
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
