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


def names():
    """Names of the models, sorted."""
    return sorted(path.parent.name for path in FOLDER.glob(f"*/{FILE}"))


def is_named(path):
    """Whether there is no such path, but a model of that name."""
    return not pathlib.Path(path).exists() and str(path) in names()


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
    """A sentence that lists the models, and one that asks for the nearest name, if one is near."""
    return (
        f"The pretrained models are: {', '.join(names()) or 'none'}.{did_you_mean(name, names())}"
    )


def about(name):
    """The content of a model's about.json.

    Raises:
        UserError: If it is damaged.
    """
    file = FOLDER / name / FILE
    try:
        content = files.read_json(file)
        _ = content["data"], content["command"]
        return content
    except (OSError, ValueError, KeyError):
        raise UserError(f"{file} is damaged: install keras-infogan again.") from None
