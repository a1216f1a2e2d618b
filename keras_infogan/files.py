"""Files that are there whole or not at all, and tables of one JSON object a line."""

import json
import os
import pathlib
import tempfile

from keras_infogan.errors import UserError


def check_writable(path):
    """Checks that a directory can be written, or made, without making it.

    Raises:
        UserError: If not.
    """
    there = pathlib.Path(path).absolute()
    while not os.path.exists(there):
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise UserError(f"Cannot write to {there}: {error.strerror}.") from None


def write_json(path, content):
    """Writes JSON so that a reader sees the old file or the new one, whole."""
    replace_with(path, lambda part: part.write_text(json.dumps(content, indent=2) + "\n"))


def replace_with(path, write):
    """Calls `write(part)` for a file beside `path`, then renames it there.

    The part keeps the suffix of `path`, since writers choose the format by it.
    """
    part = path.with_name(f".part-{path.name}")
    try:
        write(part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def read_jsonl(path, up_to_step=None):
    """Rows of a JSONL file in order; a torn last line and later steps are left out."""
    rows = []
    if path.exists():
        for line in path.read_text().splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                break
            if up_to_step is None or row["step"] <= up_to_step:
                rows.append(row)
    return rows


def append_jsonl(path, *rows):
    """Adds rows to a JSONL file, which is made if it is not there."""
    with open(path, "a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def drop_later_rows(path, step):
    """Takes the rows after a step, if any, out of a JSONL file."""
    if path.exists():
        write_jsonl(path, read_jsonl(path, up_to_step=step))


def write_jsonl(path, rows):
    """Replaces a JSONL file."""
    text = "".join(json.dumps(row) + "\n" for row in rows)
    replace_with(path, lambda part: part.write_text(text))
