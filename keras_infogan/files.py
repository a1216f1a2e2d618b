"""Files that are there whole or not at all, and tables of one JSON object a line.

Everything that is written into a run directory goes through here: beside its place, flushed to the
disk, then renamed. A JSON file carries a checksum of its content.
"""

import contextlib
import errno
import glob
import hashlib
import json
import os
import pathlib
import secrets
import shutil
import tempfile

from keras_infogan.errors import ProgramError, StorageError, UserError
from keras_infogan.locks import hold
from keras_infogan.text import parse_json

PART = ".part-"
CHECKSUM = "checksum"
# What a full disk or a directory that went read-only answers. Libraries that raise errors of their
# own quote the texts.
_TROUBLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO, errno.EACCES)


def check_writable(path):
    """Checks that a directory can be written, or made, without making it.

    Raises:
        UserError: If not.
    """
    there = pathlib.Path(path).absolute()
    try:
        while _is_missing(there):
            there = there.parent
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise UserError(f"Cannot write to {there}: {error.strerror}.") from None


def _is_missing(path):
    """Whether nothing of that name is there; an `OSError` if nothing can be."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    return False


@contextlib.contextmanager
def writing(path):
    """Says in one line what goes wrong while a file or a directory is written.

    Raises:
        StorageError: In place of the error of whichever library was at it.
    """
    try:
        yield
    except StorageError:
        raise
    except Exception as error:
        reason = _reason(error)
        if reason is None:
            raise
        raise StorageError(f"Cannot write {path}: {reason.rstrip('.')}.") from error


def _reason(error):
    """Why the disk took no more, or None if something else went wrong."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return next((text for text in map(os.strerror, _TROUBLE) if text in str(error)), None)


def flush(path):
    """Waits until the disk holds a file, or the names in a directory."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_with(path, write):
    """Calls `write(part)` for a file beside `path`, flushes it, then renames it there.

    The part keeps the suffix of `path`, since writers choose the format by it. It is this call's
    own: processes that write the same file do not meet, and the last one's is there in the end.

    Raises:
        StorageError: If it cannot be written; the old file, if any, is then as it was.
    """
    with writing(path):
        _remove_dead(path.parent.glob(f"{PART}*{glob.escape(path.name)}"))
        with _new_part(lambda: _new_file(path)) as part:
            write(part)
            flush(part)
            os.replace(part, path)
            flush(path.parent)


def _new_file(path):
    part = path.with_name(f"{PART}{secrets.token_hex(4)}-{path.name}")
    part.touch(0o644)
    return part


def write_text(path, text):
    """Writes a text so that a reader sees the old file or the new one, whole."""
    replace_with(path, lambda part: part.write_text(text, encoding="utf-8"))


def make_directory(path):
    """Makes a directory and those above it, unless they are there."""
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)


@contextlib.contextmanager
def new_directory(base):
    """A directory below `base` to write into; renamed elsewhere or gone afterwards.

    `base` is made if it is not there. What processes that were killed here have left is removed.

    Yields:
        Its path. Call `flush_tree` before it is renamed.
    """
    make_directory(base)
    with writing(base):
        _remove_dead(base.glob(PART + "*"))
        with _new_part(lambda: pathlib.Path(tempfile.mkdtemp(prefix=PART, dir=base))) as part:
            yield part


def flush_tree(path):
    """Waits until the disk holds a directory and all below it."""
    for folder, _, names in os.walk(path):
        for name in names:
            flush(os.path.join(folder, name))
        flush(folder)


def remove_parts(folder):
    """Removes what processes that were killed while they wrote have left in a directory."""
    with writing(folder):
        _remove_dead(folder.glob(PART + "*"))


@contextlib.contextmanager
def _new_part(make):
    """The file or directory that `make()` makes, locked; gone afterwards if it is not renamed.

    Until it is locked, another process may take it for a dead one: then the next one is made.
    """
    with contextlib.ExitStack() as stack:
        while True:
            part = make()
            stack.callback(_remove, part)
            try:
                stack.enter_context(_hold_part(part))
            except (BlockingIOError, FileNotFoundError):
                continue
            if part.exists():
                break
        yield part


def _remove_dead(parts):
    """Removes those parts that no living process holds."""
    for part in parts:
        with contextlib.suppress(OSError), _hold_part(part):
            _remove(part)


def _hold_part(part):
    # Network file systems lock no file that is open for reading only.
    return hold(part, os.O_RDONLY if part.is_dir() else os.O_RDWR)


def _remove(part):
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)


# JSON with a checksum


def write_json(path, content):
    """Writes a dict as JSON, with a checksum of it under the key `"checksum"`."""
    content = json.loads(json.dumps(content))  # keys and tuples as a reader will see them
    text = json.dumps({**content, CHECKSUM: _checksum(content)}, indent=2)
    write_text(path, text + "\n")


def read_json(path):
    """Reads what `write_json` wrote. A file without a checksum is taken as it is.

    Returns:
        The dict, without the checksum.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is damaged, or was altered after it was written.
    """
    content = parse_json(path.read_bytes())
    if not isinstance(content, dict):
        raise ValueError("it holds no JSON object")
    if CHECKSUM in content and content.pop(CHECKSUM) != _checksum(content):
        raise ValueError(
            "its checksum does not agree with its content (if you edited it, remove the checksum)"
        )
    return content


@contextlib.contextmanager
def damage_told(path):
    """Says in one line that a file, or those of a directory, hold something else than they should.

    A file without a checksum may be any JSON. What reads it then fails in one of many ways.

    Raises:
        UserError: In place of such an error.
    """
    try:
        yield
    except ProgramError:
        raise
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise UserError(f"{path} is damaged or of another version: {error!r}.") from None


def _checksum(content):
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


# JSONL: append-only


def read_jsonl(path, up_to_step=None):
    """Rows of a JSONL file in order; what is no row, such as a torn last line, is left out.

    Args:
        path: The file; without it there are no rows.
        up_to_step: Leaves out the rows of later steps, and those without a step.
    """
    rows = []
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            row = parse_json(line)
        except ValueError:
            continue
        if isinstance(row, dict) and (up_to_step is None or _step(row) <= up_to_step):
            rows.append(row)
    return rows


def _step(row):
    step = row.get("step")
    return step if isinstance(step, int) else float("inf")


def append_jsonl(path, *rows):
    """Adds rows to a JSONL file, which is made if it is not there, and flushes it."""
    text = "".join(json.dumps(row) + "\n" for row in rows)
    with writing(path):
        new = not path.exists()
        with open(path, "a+b") as file:
            if file.tell() and _last_byte(file) != b"\n":
                text = "\n" + text  # after a torn line
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if new:
            flush(path.parent)


def _last_byte(file):
    file.seek(-1, os.SEEK_END)
    return file.read(1)


def drop_later_rows(path, step):
    """Takes the rows after a step, if any, and a torn line out of a JSONL file."""
    if path.exists():
        write_jsonl(path, read_jsonl(path, up_to_step=step))


def write_jsonl(path, rows):
    """Replaces a JSONL file, unless it holds these rows already."""
    text = "".join(json.dumps(row) + "\n" for row in rows)
    if not path.exists() or path.read_bytes() != text.encode():
        write_text(path, text)
