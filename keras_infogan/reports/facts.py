"""What a run directory says, read once, for a report."""

import dataclasses
import functools
import math
import os

from keras_infogan import earlier, files
from keras_infogan.config import RunConfig
from keras_infogan.errors import UserError
from keras_infogan.evaluation.scores import scores_by_code
from keras_infogan.latents import LatentSpec
from keras_infogan.presets import Preset
from keras_infogan.registry import PRESETS
from keras_infogan.run_dir import RunDir, metrics_rows

FINISHED, FAILED, RUNNING = "finished", "failed", "not finished"


@dataclasses.dataclass(frozen=True)
class Facts:
    """A run as its directory describes it.

    Args:
        run: Its `RunDir`.
        name: What it is called in a page, the name of its directory.
        config: Its `RunConfig`.
        imports: Modules that it was made with.
        environment: Content of environment.json; `{}` without one.
        summary: Content of summary.json, or None; the run can have gone on since.
        evaluation: The newest scores of all kinds: the content of evaluation.json if it is of the
            run's last step; else the last line of evaluations.jsonl, if it is of a later step than
            the summary; else None.
        metrics: Lines of metrics.jsonl.
        evaluations: Lines of evaluations.jsonl.
        health: Lines of health.jsonl.
        train_images: Number of its training images, or None.
        start: Number of the start that its logs and pictures are of, while none is chosen; or None.
    """

    run: RunDir
    name: str
    config: RunConfig
    imports: tuple
    environment: dict
    summary: dict | None
    evaluation: dict | None
    metrics: list
    evaluations: list
    health: list
    train_images: int | None = None
    start: int | None = None

    @property
    def written(self):
        """The `RunDir` that its logs and pictures are in."""
        return self.run if self.start is None else self.run.start(self.start)

    @property
    def preset(self):
        """Its `Preset`, or None if there is none of that name here."""
        known = self.config.preset in PRESETS.names()
        found = PRESETS.get(self.config.preset) if known else None
        return found if isinstance(found, Preset) else None

    @property
    def step(self):
        """Steps that it has taken, as far as is written."""
        return max(
            (self.summary or {}).get("steps", 0),
            self.last_metrics.get("step", 0),
            self.written.saved_step(),  # a run can be stopped between two points of metrics.jsonl
        )

    @property
    def total_steps(self):
        """Steps that it was to take; None while nobody knows."""
        if self.train_images is not None:
            return self.config.total_steps(max(self.train_images // self.config.batch_size, 1))
        if not self.metrics:
            return None
        last = self.metrics[-1]  # of a run that did not record its data
        return self.config.total_steps(max(round(last["step"] / last["epoch"]), 1))

    @property
    def seconds(self):
        """Seconds of training."""
        logged = self.last_metrics.get("seconds", 0.0)
        return max((self.summary or {}).get("seconds", 0.0), logged)

    @property
    def status(self):
        """`FINISHED`, `FAILED` or `RUNNING`."""
        summary = self.summary or {}
        problems = [row["problem"] for row in (*self.health, *summary.get("health", ()))]
        broken = any(not math.isfinite(value) for value in self.last_metrics.values())
        if summary.get("status") == "failed" or "not finite" in problems or broken:
            return FAILED
        # A summary of an earlier step is that of a run which was then made longer.
        return RUNNING if summary.get("steps", -1) < self.step else FINISHED

    @property
    def last_metrics(self):
        """The last line of metrics.jsonl; `{}` without any."""
        return self.metrics[-1] if self.metrics else {}

    @property
    def scores(self):
        """The scores of the run as it stands: of the evaluation, else of the summary, else `{}`."""
        return (self.summary or {}) | (self.evaluation or {})

    @property
    def scored_codes(self):
        """`{name: scores}` of the codes that were compared with labels."""
        each = scores_by_code(self.scores.get("codes") or {"code": None})
        return {name: own for name, own in each.items() if own.get("code_accuracy") is not None}

    @property
    def scored_step(self):
        """The step whose scores these are; None without any."""
        return (self.evaluation or {}).get("step", (self.summary or {}).get("steps"))

    @functools.cached_property
    def latents(self):
        """Its `LatentSpec`; the labels of a conditional GAN are no part of it."""
        return LatentSpec.from_text(self.config.latents)

    @functools.cached_property
    def pictures(self):
        """`{name: {step: path}}` of its pictures up to its step, in order."""
        found = self.written.pictures()
        return {
            name: steps
            for name, all_steps in found.items()
            if (steps := {step: path for step, path in all_steps.items() if step <= self.step})
        }

    @property
    def first_pictures(self):
        """`{step: path}` of the grid of its first categorical code, or of its samples."""
        found = self.written.first_pictures()
        return {step: path for step, path in found.items() if step <= self.step}


def _whole(file, read):
    """What a file holds, or None if there is none; a `UserError` if it is damaged."""
    there = file.exists()  # before it is read: a run that trains may write it now
    content = read()
    if content is None and there:
        raise UserError(f"{file} is damaged.")
    return content


def read(path):
    """The facts of a run.

    Args:
        path: The run's directory.

    Raises:
        UserError: If it is no run, or one of its files is damaged.
    """
    run = RunDir(path)
    config, options = run.read_config(), run.read_options()
    summary = _whole(run.summary, run.read_summary)
    evaluation = _whole(run.evaluation, run.read_evaluation)
    start = None if os.path.exists(run.metrics) else run.last_start()
    written = run if start is None else run.start(start)
    rows = files.read_jsonl(written.metrics)  # once: a run that trains adds to it
    metrics = metrics_rows(rows)
    if len(metrics) < len(rows):
        raise UserError(
            f"{written.metrics} is damaged: a line of it is no row of numbers with a step."
        )
    with files.damage_told(path):
        facts = Facts(
            run,
            run.path.resolve().name,
            config,
            options.imports,
            run.read_environment() or {},
            summary,
            evaluation,
            metrics,
            [earlier.evaluation(row) for row in files.read_jsonl(written.evaluations)],
            files.read_jsonl(written.health),
            (run.read_identity() or {}).get("train_images"),
            start,
        )
        if evaluation is not None and evaluation["step"] != facts.step:
            facts = dataclasses.replace(facts, evaluation=None)
        newest = facts.evaluations[-1] if facts.evaluations else None
        if newest is not None and newest["step"] > (facts.scored_step or -1):
            facts = dataclasses.replace(facts, evaluation=newest)
        _ = facts.status, facts.total_steps, facts.seconds  # each reads a line of the files
    return facts
