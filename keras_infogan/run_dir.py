"""The run directory: the contract between training and all that comes after it.

config.json          the RunConfig, the RunOptions under "run", what its data are under "identity"
environment.json     versions and machine
metrics.jsonl        one point a line, every 100 steps
health.jsonl         problems that the checks found, if any
evaluations.jsonl    scores on the way, if asked for
restarts.jsonl       restarts after a divergence, if any
summary.json         what the run reached; its status is finished or failed
images/              grids, traversals, curves
checkpoints/         step-<step>.keras: model, both optimizers, metrics
export/generator/1/  SavedModel
"""

import json
import os
import pathlib

from keras_infogan import earlier, extensions, files
from keras_infogan.config import RunConfig, RunOptions
from keras_infogan.errors import UserError

BESIDE = ("run", "identity")  # of config.json, beside the RunConfig


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
    def restarts(self):
        return self.path / "restarts.jsonl"

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
        files.check_writable(self.path)

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

    def read_imports(self):
        """The modules that the run was made with; raises as `read_config`.

        Its config and options can be read after these have been imported, see
        `extensions.require`.
        """
        return tuple(self._content()["run"].get("imports", ()))

    def read_identity(self):
        """What the run's data are, see `data.identity`; None for a run that did not record it.

        Raises as `read_config`.
        """
        return self._content().get("identity")

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
            content = json.loads(self.config.read_text())
        except OSError:
            raise UserError(f"{self.path} is not a run: there is no {self.config}.") from None
        except ValueError:
            content = None
        if not isinstance(content, dict) or not isinstance(content.get("run"), dict):
            raise UserError(f"{self.path} is not a run: {self.config} is damaged.")
        # First of all: the names of its parts mean nothing without what it imported.
        extensions.require(content["run"].get("imports") or (), self.path)
        return content

    def read_summary(self):
        """The content of summary.json, or None if there is none that can be read."""
        return self._read(self.summary, earlier.summary)

    def has_failed(self):
        """Whether summary.json says that the run diverged."""
        return (self.read_summary() or {}).get("status") == "failed"

    def read_evaluation(self):
        """The content of evaluation.json, or None if there is none that can be read."""
        return self._read(self.path / "evaluation.json", earlier.evaluation)

    def read_environment(self):
        """The content of environment.json, or None if there is none that can be read."""
        return self._read(self.environment, dict)

    @staticmethod
    def _read(path, convert):
        try:
            return convert(json.loads(path.read_text()))
        except (OSError, ValueError, TypeError, AttributeError):
            return None

    def read_metrics(self, up_to_step=None):
        """Lines of metrics.jsonl in order, see `files.read_jsonl`."""
        return [earlier.metrics_row(row) for row in files.read_jsonl(self.metrics, up_to_step)]
