"""The image files below a directory, with what the folders say of them: classes, and the split."""

import dataclasses
import os
import pathlib
import re

from keras_infogan import image_files
from keras_infogan.errors import UserError
from keras_infogan.text import shown

# Folders of data that are split already: train, Test, training_set, val, test1, ...
ROLES = re.compile(r"(train|test|val)(?:ing|id|idation)?(?:[ _-]?set)?\d*", re.IGNORECASE)
NAMED = 3  # files that are left out and named


@dataclasses.dataclass(frozen=True)
class Listing:
    """The image files below a directory.

    Args:
        root: The directory, absolute.
        files: The files in order; of data that are split already, those to train on first.
        classes: Names of the class folders in order, or None.
        labels: For each file the position of its class, or None.
        held: How many of the last files are held out; None where no folder says so.
        told: Lines about what was left out, and about the split.
    """

    root: pathlib.Path
    files: list
    classes: tuple | None
    labels: list | None
    held: int | None
    told: list


def resolve(path):
    """The absolute path of a directory."""
    return pathlib.Path(os.path.expanduser(path)).absolute()


def list_images(path):
    """The `Listing` of a directory.

    Hidden files and folders are passed over, and files that are no images are left out.

    Raises:
        UserError: If there are not two images, or the folders contradict each other.
    """
    root = resolve(path)
    if not root.is_dir():
        raise UserError(
            f"--dataset folder:PATH must name a directory. Received: folder:{shown(str(path))}."
        )
    files, others = _walk(root)
    beside = f" and {len(others)} other files ({_named(root, others)})" if others else ""
    if len(files) < 2:
        raise UserError(
            f"{root} must hold at least two images of formats that Pillow reads, in folders or "
            f"not. Received: {len(files)}{beside}."
        )
    told = []
    if others:
        named = _named(root, others)
        told.append(f"files that are no images are left out: {len(others)} ({named})")
    tops = _folders(files, root)
    found = _split(root, files, tops, told) or _whole(root, files, tops, told)
    files, classes, labels, held = found
    escaped = [shown(name) for name in classes or () if shown(name) != name]
    if escaped:
        told.append(f"class names that are no plain text are written as {', '.join(escaped)}")
    return Listing(root, files, classes, labels, held, [f"{root}: {line}" for line in told])


def _walk(root):
    """The images below a directory and its other files, sorted."""
    known, files, others, seen = image_files.suffixes(), [], [], set()
    for here, folders, names in os.walk(root, onerror=_refuse, followlinks=True):
        # A link may lead back to where the walk has been.
        real = os.path.realpath(here)
        folders[:] = sorted(name for name in folders if name[0] != "." and real not in seen)
        if real not in seen:
            for file in (pathlib.Path(here, name) for name in names if name[0] != "."):
                (files if image_files.is_image(file, known) else others).append(file)
        seen.add(real)
    return sorted(files), sorted(others)


def _refuse(error):
    raise UserError(f"Cannot read {error.filename}: {error.strerror}.")


def _named(root, files):
    """The first of some files by name."""
    names = [shown(str(file.relative_to(root))) for file in files[:NAMED]]
    return ", ".join([*names, "..."] if len(files) > NAMED else names)


def _folders(files, root):
    """Names of the folders of a directory that hold images, in order."""
    return sorted({file.relative_to(root).parts[0] for file in files if file.parent != root})


def _whole(root, files, tops, told):
    """Files, classes, labels and None: two folders or more are classes."""
    if len(tops) < 2:
        return files, None, None, None
    within, labels = _labelled(root, files, tops, told)
    return within, tuple(tops), labels, None


def _labelled(root, files, classes, told):
    """The files in class folders, and their labels; images beside these are left out."""
    within = [file for file in files if file.parent != root]
    if len(within) < len(files):
        beside = len(files) - len(within)
        told.append(f"images beside the class folders are left out: {beside}")
    numbers = {name: number for number, name in enumerate(classes)}
    return within, [numbers[file.relative_to(root).parts[0]] for file in within]


def _split(root, files, tops, told):
    """The same of data in folders such as train and test, and how many are held out; or None."""
    folders = {_role(name): name for name in tops}
    if None in folders or len(folders) < len(tops) or "train" not in folders or len(tops) < 2:
        return None
    held = folders.get("test") or folders["val"]
    parts = [root / folders["train"], root / held]
    of_part = [[file for file in files if part in file.parents] for part in parts]
    classes, others = (_folders(own, part) for own, part in zip(of_part, parts, strict=True))
    if classes != others:
        raise UserError(
            f"{root} is split into {parts[0].name} and {held}, which must hold the same class "
            f"folders (or name one alone, folder:{parts[0]}). Received: "
            f"{_listed(classes)} and {_listed(others)}."
        )
    left_out = len(files) - sum(map(len, of_part))
    told.append(
        f"{parts[0].name} is trained on and {held} is held out"
        + (f"; images elsewhere are left out: {left_out}" if left_out else "")
    )
    if len(classes) < 2:
        return of_part[0] + of_part[1], None, None, len(of_part[1])
    labelled = [
        _labelled(part, own, classes, told) for part, own in zip(parts, of_part, strict=True)
    ]
    (train, train_labels), (test, test_labels) = labelled
    return train + test, tuple(classes), train_labels + test_labels, len(test)


def _role(name):
    """`"train"`, `"test"` or `"val"` for a folder of such a name, else None."""
    match = ROLES.fullmatch(name)
    return match and match[1].lower()


def _listed(names):
    return ", ".join(map(shown, names)) or "none"
