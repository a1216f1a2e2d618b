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
    pretrained,
    registry,
    schedules,  # noqa: F401
)
from keras_infogan.errors import UserError, is_of_machine

# Imported for their names: Keras finds by them what it reads in the file.
from keras_infogan.models import conditional_gan, gan, infogan  # noqa: F401
from keras_infogan.models.saved import is_address
from keras_infogan.text import parse_json

MAX_CONFIG = 2**24  # bytes; those of the presets have some 10,000


def load_model(path):
    """Loads a `.keras` file, such as a run's checkpoint, ready to train on.

    Files of earlier versions are converted on the way. Keras is set to `channels_last` and float32.

    Args:
        path: The file; or the `hf://` address of a model on Hugging Face, which Keras fetches.

    Returns:
        A `GAN`, `ConditionalGAN` or `InfoGAN`, compiled, with its optimizers as they were.

    Raises:
        UserError: If the file is not there, damaged, or of something else.
        MemoryError, OSError, tf.errors.ResourceExhaustedError: If memory or a disk fails.
    """
    import_parts()
    use_keras_defaults()
    if not is_address(path):
        _check_file(pathlib.Path(path))
    try:
        with tempfile.TemporaryDirectory() as folder:
            model = keras.models.load_model(_of_today(path, pathlib.Path(folder)))
    except Exception as error:
        if is_of_machine(error):
            raise
        raise UserError(f"{path} cannot be loaded: {_reason(error)}") from None
    if not isinstance(model, gan.GAN):
        raise UserError(f"{path} does not hold a GAN but a {type(model).__name__}.")
    if broken := model.broken_weight():
        raise UserError(f"{path} is of a model that diverged: {broken} is not finite.")
    return model


def _reason(error):
    """The line of Keras's message that tells what is wrong, without the configs that it quotes."""
    innermost = str(error).rpartition("Exception encountered: ")[2].strip()
    line = innermost.partition("\n")[0].partition(" Full object config: ")[0]
    return line or type(error).__name__


def _check_file(path):
    """Refuses a file that is missing or damaged."""
    try:
        damage = checkpoints.damage_of(path)
    except FileNotFoundError:
        raise UserError(f"{path} cannot be loaded: there is no such file.") from None
    if damage is not None:
        raise UserError(f"{path} cannot be loaded: {damage}.")


def from_preset(identifier, kind=gan.GAN):
    """Loads a trained model.

    Args:
        identifier: Name of a pretrained model, such as `"mnist"`; a `.keras` file; or an `hf://`
            address.
        kind: Class that it must be of.

    Returns:
        The model. Pretrained ones are not compiled: `compile` them to train on.

    Raises:
        UserError: If there is no such model, or it is of another class.
    """
    if not is_address(identifier) and not pathlib.Path(identifier).is_file():
        identifier = pretrained.folder(str(identifier)) / pretrained.MODEL
    model = load_model(identifier)
    if not isinstance(model, kind):
        raise UserError(
            f"{identifier} must hold a {kind.__name__}. Received: a {type(model).__name__}."
        )
    return model


def for_use(model):
    """A copy of a model that draws and reads alike, and holds nothing that only training needs.

    It has no optimizers and no terms with weights, such as a second discriminator, and in place of
    the generator its average, from which images are taken.
    """
    config = model.get_config()
    config["average_generator"] = None
    of_terms = zip(config["terms"], model.terms, strict=True)
    config["terms"] = [its_config for its_config, term in of_terms if not term.weights]
    copy = type(model).from_config(config)
    copy.generator.set_weights(model.sampler.get_weights())
    for name in set(model.saved_networks) - {"generator"}:
        getattr(copy, name).set_weights(getattr(model, name).get_weights())
    return copy


def use_keras_defaults():
    """Sets what models and scores depend on of Keras's settings, whatever keras.json says."""
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")


def import_parts():
    """Imports all that a file may hold: Keras finds classes once their modules are imported."""
    for kind in ("network", "term", "transform", "rewrite"):
        for name in registry.names(kind):
            registry.registry_of(kind).lookup(name)


def _of_today(path, folder):
    """The path itself, or that of a converted copy below `folder`."""
    if is_address(path):
        return path
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("config.json").file_size  # unpacked: a small file may hold much
        if size > MAX_CONFIG:
            raise ValueError(f"its config.json has {size:,} bytes, more than {MAX_CONFIG:,}")
        config = parse_json(archive.read("config.json"))
        if not earlier.is_earlier_model(config):
            return path
        archive.extractall(folder)
    (folder / "config.json").write_text(json.dumps(earlier.model_config(config)), "utf-8")
    with h5py.File(folder / "model.weights.h5", "r+") as store:
        earlier.move_weights(store)
    converted = folder / "converted.keras"
    with zipfile.ZipFile(converted, "w") as archive:
        for name in ("metadata.json", "config.json", "model.weights.h5"):
            archive.write(folder / name, name)
    return converted
