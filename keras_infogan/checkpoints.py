"""Checkpoints on the disk: written with their checksums, and found again if they are sound.

Beside step-<step>.keras stands step-<step>.json with the checksum of it, and with those of the
run's logs as they were then.
"""

import re
import sys
import zipfile

from keras_infogan import checksums, files
from keras_infogan.errors import UserError


def there(folder):
    """Paths of a directory's checkpoints, in the order of their steps."""
    return sorted(filter(_is_checkpoint, folder.glob("step-*.keras")))


def step_of(path):
    """The step of a checkpoint, by its name."""
    return int(path.stem.removeprefix("step-"))


def save(path, write, logs=()):
    """Writes a checkpoint, whole or not at all, its checksums first.

    Where it takes the place of another of the same step, that one is sound until it is replaced.

    Args:
        path: Where to.
        write: Function that writes the model to the path that it is given.
        logs: Paths of the logs that belong to it.

    Raises:
        StorageError: If it cannot be written.
    """

    before = checksums.sha256(path) if path.exists() and damage_of(path) is None else None

    def write_both(part):
        write(part)
        _seal(path, checksums.sha256(part), logs, before)

    files.replace_with(path, write_both)


def seal(path, logs):
    """Writes the checksums of a checkpoint that is there, and of the logs as they are now."""
    _seal(path, checksums.sha256(path), logs)


def _seal(path, checksum, logs, before=None):
    there = [log for log in logs if log.exists()]
    content = {
        "sha256": checksum,
        "sha256_before": before,
        "logs": {log.name: [log.stat().st_size, checksums.sha256(log)] for log in there},
    }
    files.write_json(_sidecar(path), content)


def remove(path):
    """Removes a checkpoint and its checksums."""
    with files.writing(path):
        path.unlink(missing_ok=True)
        _sidecar(path).unlink(missing_ok=True)


def remove_later(folder, step):
    """Removes the checkpoints after a step, and checksums without a checkpoint.

    A run goes on from a step if all checkpoints after it are damaged.
    """
    for path in folder.glob("step-*.json"):
        if not path.with_suffix(".keras").exists():  # killed between the two
            remove(path.with_suffix(".keras"))
    for path in there(folder):
        if step_of(path) > step:
            remove(path)


def newest(folder, quietly=False):
    """The newest sound checkpoint of a directory.

    Args:
        folder: The directory.
        quietly: Whether to name no damaged ones, which otherwise have a line each on stderr.

    Returns:
        Its path, or None if there are no checkpoints.

    Raises:
        UserError: If there are some, and all are damaged.
    """
    passed = []
    for path in reversed(there(folder)):
        try:
            damage = damage_of(path)
        except FileNotFoundError:  # removed in the meantime
            continue
        if damage is None:
            for line in () if quietly else passed:
                print(f"{line}; {path.name} is used instead.", file=sys.stderr, flush=True)
            return path
        passed.append(f"{path} is damaged: {damage}")
    if passed:
        raise UserError(f"{passed[0]}, and no checkpoint before it is sound.")
    return None


def damage_of(path):
    """What is wrong with a checkpoint, in a few words; None if it is sound.

    One of an earlier version has no checksums, nor has a model of another name: it is as sound as
    the zip file that it is.

    Raises:
        FileNotFoundError: If there is none.
        UserError: If it cannot be read.
    """
    try:
        if _is_checkpoint(path) and _sidecar(path).exists():
            return _disagreement(path)
        with zipfile.ZipFile(path) as archive:
            return None if archive.testzip() is None else "a part of it is torn or altered"
    except (FileNotFoundError, MemoryError):
        raise
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except Exception:  # of whatever kind the reader of zip files raises for a damaged one
        return "it is torn or altered"


def _disagreement(path):
    try:
        content = files.read_json(_sidecar(path))
        sound = (content["sha256"], content.get("sha256_before"))
    except (ValueError, KeyError):
        return f"{_sidecar(path).name} is torn or altered"
    return None if checksums.sha256(path) in sound else "it does not agree with its checksum"


def altered_logs(path, logs):
    """Those logs that do not begin as they did when a checkpoint was written."""
    try:
        recorded = files.read_json(_sidecar(path))["logs"]
    except (OSError, ValueError, KeyError):  # of an earlier version
        return []
    return [log for log in logs if log.name in recorded and not _begins(log, *recorded[log.name])]


def _begins(log, size, checksum):
    return log.exists() and checksums.sha256(log, size) == checksum


def _is_checkpoint(path):
    """Whether a file is named like a checkpoint of a run; beside others, a .json is anything."""
    return re.fullmatch(r"step-\d+\.keras", path.name) is not None


def _sidecar(path):
    return path.with_suffix(".json")
