"""Loads saved models, whatever of this package they are made of."""

import json
import pathlib
import tempfile
import zipfile

import h5py
import keras

from keras_infogan import (
    checkpoints,
    earlier,
    optimizers,  # noqa: F401
    registry,
    schedules,  # noqa: F401
)
from keras_infogan.errors import UserError

# Imported for their names: Keras finds by them what it reads in the file.
from keras_infogan.models import conditional_gan, gan, infogan  # noqa: F401
from keras_infogan.networks import rewrites  # noqa: F401


def load_model(path):
    """Loads a `.keras` file, such as a run's checkpoint, ready to train on.

    Files of earlier versions are converted on the way.

    Args:
        path: The file.

    Returns:
        A `GAN`, `ConditionalGAN` or `InfoGAN`, compiled, with its optimizers as they were.

    Raises:
        UserError: If the file is not there, damaged, or of something else.
    """
    import_parts()
    try:
        damage = checkpoints.damage_of(pathlib.Path(path))
    except FileNotFoundError:
        raise UserError(f"{path} cannot be loaded: there is no such file.") from None
    if damage is not None:
        raise UserError(f"{path} cannot be loaded: {damage}.")
    try:
        with tempfile.TemporaryDirectory() as folder:
            model = keras.models.load_model(_of_today(path, pathlib.Path(folder)))
    except Exception as error:
        first_line = (str(error) or type(error).__name__).splitlines()[0]
        raise UserError(f"{path} cannot be loaded: {first_line}") from None
    if not isinstance(model, gan.GAN):
        raise UserError(f"{path} does not hold a GAN but a {type(model).__name__}.")
    if broken := model.broken_weight():
        raise UserError(f"{path} is of a model that diverged: {broken} is not finite.")
    return model


def import_parts():
    """Imports all that a file may hold: Keras finds classes once their modules are imported."""
    for kind in ("term", "transform", "rewrite"):
        for name in registry.names(kind):
            registry.registry_of(kind).lookup(name)


def _of_today(path, folder):
    """The path itself, or that of a converted copy below `folder`."""
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
        if not earlier.is_earlier_model(config):
            return path
        archive.extractall(folder)
    (folder / "config.json").write_text(json.dumps(earlier.model_config(config)))
    with h5py.File(folder / "model.weights.h5", "r+") as store:
        earlier.move_weights(store)
    converted = folder / "converted.keras"
    with zipfile.ZipFile(converted, "w") as archive:
        for name in ("metadata.json", "config.json", "model.weights.h5"):
            archive.write(folder / name, name)
    return converted
