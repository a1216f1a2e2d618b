"""The run directory: the contract between training and all that comes after it.

config.json          the RunConfig, the RunOptions under "run", what its data are under "identity"
environment.json     versions, machine and mode of execution
metrics.jsonl        one point a line, every 100 steps
health.jsonl         problems that the checks found, if any
evaluations.jsonl    scores on the way, if asked for
restarts.jsonl       restarts after a divergence, if any
starts.json          which of several starts was chosen, and by what
starts/1/            what a start has written, as a run does
summary.json         what the run reached; its status is finished or failed
report.html          the same as a page, with pictures
evaluation.json      scores of `evaluate`
evaluation/          pictures of what the scores count
images/              grids, traversals, curves
checkpoints/         step-<step>.keras: model, optimizers, metrics; step-<step>.json: checksums
export/generator/1/  SavedModel
tensorboard/         events for TensorBoard, if asked for
.lock                held while a process writes here
"""

import contextlib
import os
import pathlib
import re

from keras_infogan import checkpoints, earlier, extensions, files, invocation, locks
from keras_infogan.config import RunConfig, RunOptions
from keras_infogan.errors import UserError

BESIDE = ("run", "identity")  # of config.json, beside the RunConfig


class RunDir:
    """Names and atomic writes below one run's directory.

    Attributes:
        logs: The files that lines are appended to.
        facts: The files of JSON, each written as a whole.
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.config = self.path / "config.json"
        self.environment = self.path / "environment.json"
        self.metrics = self.path / "metrics.jsonl"
        self.health = self.path / "health.jsonl"
        self.evaluations = self.path / "evaluations.jsonl"
        self.restarts = self.path / "restarts.jsonl"
        self.logs = (self.metrics, self.health, self.evaluations, self.restarts)
        self.starts = self.path / "starts.json"
        self.summary = self.path / "summary.json"
        self.evaluation = self.path / "evaluation.json"
        self.facts = (self.config, self.environment, self.starts, self.summary, self.evaluation)
        self.evaluation_pictures = self.path / "evaluation"
        self.images = self.path / "images"
        self.checkpoints = self.path / "checkpoints"
        self.export = self.path / "export" / "generator"

    def check_new(self):
        """Checks that a new run can be made here, without making it.

        Raises:
            UserError: If a run is there already, or the place cannot be written.
        """
        if os.path.exists(self.config):
            raise UserError(
                f"{self.path} holds a run already: choose another --name, or resume it with: "
                f"{invocation.resume_command(self.path, self.recorded_imports())}"
            )
        files.check_writable(self.path)

    def create(self):
        """Makes a new run's directory.

        Raises:
            UserError: As `check_new`.
            StorageError: If it cannot be made nevertheless.
        """
        self.check_new()
        self.create_folders()

    def create_folders(self):
        """Makes the directories that a run writes into, unless they are there."""
        for folder in (self.images, self.checkpoints):
            files.make_directory(folder)

    @contextlib.contextmanager
    def locked(self):
        """Holds the run for this process, which alone may write into it then.

        What a killed process has left half written is removed.

        Raises:
            UserError: If another process holds it.
            StorageError: If the directory cannot be written.
        """
        with contextlib.ExitStack() as stack:
            with files.writing(self.path):
                stack.enter_context(locks.hold_folder(self.path))
            for folder in (self.path, self.images, self.checkpoints, self.evaluation_pictures):
                files.remove_parts(folder)
            yield

    def start(self, number):
        """The `RunDir` of one of several starts, counted from 1."""
        return RunDir(self.path / "starts" / str(number))

    def run_of_start(self):
        """The `RunDir` of the run that this is a start of, or None."""
        folder = self.path.resolve().parent
        run = RunDir(folder.parent)
        return run if folder.name == "starts" and run.config.exists() else None

    def last_start(self):
        """Number of the last start that has begun; None if there is none."""
        found = (self.path / "starts").glob("*/config.json")
        numbers = [int(path.parent.name) for path in found if path.parent.name.isdecimal()]
        return max(numbers, default=None)

    def image(self, name, step):
        """Path of a picture of one step; the name sorts by step."""
        return self.images / f"{name}-{step:07d}.png"

    def pictures(self):
        """`{name: {step: path}}` of the pictures in `images` that `image` has named, in order."""
        found = {}
        for path in sorted(self.images.glob("*.png")):
            if parts := re.fullmatch(r"(.+)-(\d{7,})", path.stem):
                found.setdefault(parts[1], {})[int(parts[2])] = path
        return found

    def first_pictures(self):
        """`{step: path}` of the grid of the first categorical code, or of what stands in its place.

        A model without such a code has samples or, with continuous codes only, traversals.
        """
        found = self.pictures()
        for kind in ("noise-by-code", "samples", "traversal"):
            names = [name for name in found if name == kind or name.startswith(f"{kind}-")]
            if names:
                return found[min(names, key=lambda name: (len(name), name))]
        return {}

    def checkpoint(self, step):
        """Path of the checkpoint of one step."""
        return self.checkpoints / f"step-{step:09d}.keras"

    def latest_checkpoint(self, quietly=False):
        """Path of the sound checkpoint with the most steps, or None if there are no checkpoints.

        Damaged ones are named on stderr, unless `quietly`.

        Raises:
            UserError: If there are some, and all are damaged.
        """
        return checkpoints.newest(self.checkpoints, quietly)

    def saved_step(self):
        """Step of the last checkpoint, sound or not; 0 without any."""
        return max(map(checkpoints.step_of, checkpoints.there(self.checkpoints)), default=0)

    def read_config(self):
        """The `RunConfig` of the run.

        Raises:
            UserError: If this is no run, its config.json is damaged, or what it was made with has
                not been imported: says which `--import` to repeat.
        """
        content = self._content()
        for name in BESIDE:
            content.pop(name, None)
        try:
            return RunConfig.from_json(content)
        except UserError as error:
            raise UserError(f"{self.config}: {error}") from None

    def read_options(self):
        """The `RunOptions` of the run; raises as `read_config`."""
        content = self._content()["run"]
        try:
            return RunOptions.from_json(content)
        except UserError as error:
            raise UserError(f"{self.config}: {error}") from None

    def read_identity(self):
        """What the run's data are, see `data.identity`; None for a run that did not record it.

        Raises as `read_config`.
        """
        found = self._content().get("identity")
        if not isinstance(found, dict | None):
            raise UserError(f"{self.path} is not a run: {self.config} is damaged.")
        return found

    def recorded_imports(self):
        """Its `--import`, which need not be imported; none if config.json cannot be read."""
        return self._read(self.config, _imports) or ()

    def write_config(self, config, options, identity=None):
        """Writes config.json, which makes the directory a run.

        Args:
            config: Its `RunConfig`.
            options: Its `RunOptions`.
            identity: What its data are, see `data.identity`.
        """
        beside = dict(zip(BESIDE, (options.to_json(), identity), strict=True))
        files.write_json(self.config, config.to_json() | beside)

    def _content(self):
        try:
            content = files.read_json(self.config)
        except OSError as error:
            found = os.path.exists(self.config)
            why = f"{self.config}: {error.strerror}" if found else f"there is no {self.config}"
            raise UserError(f"{self.path} is not a run: {why}.") from None
        except ValueError as error:
            raise UserError(
                f"{self.path} is not a run: {self.config} is damaged: {error}."
            ) from None
        try:
            imports = _imports(content)
        except (LookupError, TypeError, AttributeError):
            raise UserError(f"{self.path} is not a run: {self.config} is damaged.") from None
        # First of all: the names of its parts mean nothing without what it imported.
        extensions.require(imports, self.path)
        return content

    def read_summary(self):
        """The content of summary.json, or None if there is none that can be read."""
        return self._read(self.summary, earlier.summary)

    def has_failed(self):
        """Whether summary.json says that the run diverged."""
        return (self.read_summary() or {}).get("status") == "failed"

    def read_starts(self):
        """The content of starts.json, or None if there is none that can be read.

        Returns:
            Dict of `chosen`, the number of a start from 1, None if all diverged; and `starts`, for
            each its `seed`, its `seconds` and its nats `between_looks`, None if it diverged.
        """
        return self._read(self.starts, _starts)

    def read_evaluation(self):
        """The content of evaluation.json, or None if there is none that can be read."""
        return self._read(self.evaluation, earlier.evaluation)

    def read_environment(self):
        """The content of environment.json, or None if there is none that can be read."""
        return self._read(self.environment, dict)

    @staticmethod
    def _read(path, convert):
        try:
            return convert(files.read_json(path))
        except (OSError, ValueError, TypeError, AttributeError, LookupError):
            return None

    def read_metrics(self, up_to_step=None):
        """Lines of metrics.jsonl in order, see `files.read_jsonl` and `metrics_rows`."""
        return metrics_rows(files.read_jsonl(self.metrics, up_to_step))


def metrics_rows(rows):
    """Lines of a metrics.jsonl, as this version writes them.

    Args:
        rows: Dicts that were read from it.

    Returns:
        Those that have a step, and numbers alone.
    """
    rows = [row for row in rows if "step" in row]
    return [earlier.metrics_row(row) for row in rows if all(map(_is_number, row.values()))]


def _imports(content):
    """The imports that a config.json records; `LookupError` and the like if it is no such file."""
    imports = content["run"].get("imports") or []
    if not isinstance(imports, list) or not all(isinstance(name, str) for name in imports):
        raise TypeError
    return imports


def _starts(content):
    """The content of a starts.json; a `TypeError` or a `ValueError` if it is something else."""

    def optional(kind, value):
        return None if value is None else kind(value)

    rows = [
        {
            "seed": int(row["seed"]),
            "seconds": float(row["seconds"]),
            "between_looks": optional(float, row["between_looks"]),
        }
        for row in content["starts"]
    ]
    return {"chosen": optional(int, content["chosen"]), "starts": rows}


def _is_number(value):
    """Whether a value of JSON is a number that a float can be; NaN and infinity are."""
    return isinstance(value, float) or (type(value) is int and abs(value) < 2**63)


def seconds_elsewhere(found):
    """Seconds of training in the starts that were not chosen.

    Args:
        found: What `RunDir.read_starts` returns.
    """
    if found is None:
        return 0.0
    others = (row for number, row in enumerate(found["starts"], 1) if number != found["chosen"])
    return sum(row["seconds"] for row in others)
