"""Trained models that ship with the package, a folder each.

`about.json` says what a model is: its name, command, seed, data and their licence, beside all that
the about.json of its export said. `model.keras` is the model without what only training needs,
`README.md` its model card, SHA256SUMS has the checksum of every file. `infogan pretrained add`
makes a folder from a finished run.
"""

import pathlib

from keras_infogan import checksums, files
from keras_infogan.errors import UserError, did_you_mean

FOLDER = pathlib.Path(__file__).parent
FILE = "about.json"
MODEL = "model.keras"
KEYS = ("command", "data", "config", "summary", "environment", "codes", "signatures")


def names():
    """Names of the models, sorted."""
    return sorted(path.parent.name for path in FOLDER.glob(f"*/{FILE}"))


def named(path):
    """Name of the model that a path stands for: there is nothing at it, and a model of that name.

    Returns:
        The name, or None.
    """
    path = pathlib.Path(path)
    return None if path.exists() or str(path) not in names() else str(path)


def folder(name):
    """The folder of a model, whose files are as they were when it was made.

    Args:
        name: Its name.

    Raises:
        UserError: If there is none of that name, or a file is damaged.
    """
    if name not in names():
        raise UserError(f"{known(name)} Received: {name}.")
    path = FOLDER / name
    if changed := checksums.disagreeing(path):
        raise UserError(f"{path / changed} is damaged: install keras-infogan again.")
    return path


def known(name):
    """What to say to who may have meant a model: their names, and the nearest one, if one is near.

    Args:
        name: What was given; that of a model, where something else at that path hides it.
    """
    name = str(pathlib.Path(name))
    if name in names():
        return f"It hides the pretrained model {name}: move it, or go to another directory."
    return (
        f"The pretrained models are: {', '.join(names()) or 'none'}.{did_you_mean(name, names())}"
    )


def about(name):
    """The content of a model's about.json.

    Raises:
        UserError: If it cannot be read or is damaged.
    """
    file = FOLDER / name / FILE
    try:
        content = files.read_json(file)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError:
        content = {}
    if not set(KEYS) <= set(content):
        raise UserError(f"{file} is damaged: install keras-infogan again.")
    return content
