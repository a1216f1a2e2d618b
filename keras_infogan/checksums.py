"""SHA-256 of files, and of all files below a directory."""

import hashlib

from keras_infogan import files

NAME = "SHA256SUMS"


def sha256(path, size=None):
    """SHA-256 of a file, or of its first `size` bytes, as hexadecimal text."""
    with open(path, "rb") as file:
        if size is None:
            return hashlib.file_digest(file, "sha256").hexdigest()
        return hashlib.sha256(file.read(size)).hexdigest()


def write(folder):
    """Writes SHA256SUMS of all files below a directory, as `sha256sum` does."""
    paths = sorted(_files(folder))
    lines = [f"{sha256(path)}  {path.relative_to(folder)}\n" for path in paths]
    files.write_text(folder / NAME, "".join(lines))


def disagreeing(folder, free=()):
    """The first file below a directory that is not as its SHA256SUMS says; None if all are.

    Without SHA256SUMS nothing is known, and None is returned.

    Args:
        folder: The directory.
        free: Names of files that may differ or be missing.
    """
    if not (folder / NAME).exists():
        return None
    lines = (folder / NAME).read_bytes().decode("utf-8", "replace").splitlines()
    listed = {name: checksum for checksum, _, name in (line.partition("  ") for line in lines)}
    free = {NAME, *free}
    there = {str(path.relative_to(folder)) for path in _files(folder)}
    for name in sorted({*listed, *there} - free):
        if name not in there or name not in listed or sha256(folder / name) != listed[name]:
            return name or NAME
    return None


def _files(folder):
    """Files neither hidden nor in a hidden folder, as those are that desktops leave everywhere."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    ]
