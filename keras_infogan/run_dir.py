"""The run directory: the contract between training and all that comes after it.

config.json          the RunConfig and the data that it found
environment.json     versions and machine
metrics.jsonl        one point a line, every 100 steps
health.jsonl         problems that the checks found, if any
evaluations.jsonl    scores on the way, if asked for
summary.json         what the finished run reached
images/              grids, traversals, curves
checkpoints/         step-<step>.keras: model, both optimizers, metrics
export/generator/1/  SavedModel
"""

import json
import os
import pathlib
import tempfile

from keras_infogan.errors import UserError


class RunDir:
    """Names and atomic writes below one run's directory."""

    def __init__(self, path):
        self.path = pathlib.Path(path)

    @property
    def config(self):
        return self.path / "config.json"

    @property
    def environment(self):
        return self.path / "environment.json"

    @property
    def metrics(self):
        return self.path / "metrics.jsonl"

    @property
    def summary(self):
        return self.path / "summary.json"

    @property
    def health(self):
        return self.path / "health.jsonl"

    @property
    def evaluations(self):
        return self.path / "evaluations.jsonl"

    @property
    def images(self):
        return self.path / "images"

    @property
    def checkpoints(self):
        return self.path / "checkpoints"

    @property
    def export(self):
        return self.path / "export" / "generator"

    def check_new(self):
        """Checks that a new run can be made here, without making it.

        Raises:
            UserError: If a run is there already, or the place cannot be written.
        """
        if os.path.exists(self.config):
            raise UserError(
                f"{self.path} holds a run already: go on with it by --resume {self.path}, "
                "or choose another --name."
            )
        check_writable(self.path)

    def create(self):
        """Makes a new run's directory.

        Raises:
            UserError: As `check_new`.
        """
        self.check_new()
        try:
            for folder in (self.images, self.checkpoints):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"Cannot write to {self.path}: {error.strerror}.") from None

    def image(self, name, step):
        """Path of a picture of one step; the name sorts by step."""
        return self.images / f"{name}-{step:07d}.png"

    def checkpoint(self, step):
        """Path of the checkpoint of one step."""
        return self.checkpoints / f"step-{step:09d}.keras"

    def latest_checkpoint(self):
        """Path of the checkpoint with the most steps, or None."""
        return max(self.checkpoints.glob("step-*.keras"), default=None)

    def read_config(self):
        """The content of config.json.

        Raises:
            UserError: If this is no run, or its config.json is damaged.
        """
        try:
            content = json.loads(self.config.read_text())
        except OSError:
            raise UserError(f"{self.path} is not a run: there is no {self.config}.") from None
        except ValueError:
            content = None
        if not isinstance(content, dict) or not isinstance(content.get("run"), dict):
            raise UserError(f"{self.path} is not a run: {self.config} is damaged.")
        return content

    def read_summary(self):
        """The content of summary.json, or None if there is none that can be read."""
        try:
            content = json.loads(self.summary.read_text())
        except (OSError, ValueError):
            return None
        return content if isinstance(content, dict) else None


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
