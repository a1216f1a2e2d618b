"""Curves of metrics.jsonl: the charts of one run, and several runs in one picture."""

import dataclasses

from keras_infogan import objectives
from keras_infogan.errors import UserError
from keras_infogan.figures.figure import Figure
from keras_infogan.pictures import drawable, drawing

PANELS = {
    "d_loss": "loss of D",
    "g_loss": "loss of G (adversarial)",
    "real_probability": "D's probability for real images",
    "generated_probability_before": "D's probability for generated images",
    "information": "information, nats",
    "code_accuracy": "Q's accuracy on its own codes",
}
LOSSES = {
    "d_loss": "discriminator",
    "g_loss": "generator (adversarial)",
    "categorical_loss": "Q, categorical codes",
    "continuous_loss": "Q, continuous codes",
}
PROBABILITIES = {
    "real_probability": "real images",
    "generated_probability_before": "generated, before G's update",
    "generated_probability_after": "generated, after G's update",
}
COLUMNS = 2


@dataclasses.dataclass(frozen=True)
class Chart:
    """Curves over steps.

    Args:
        title: What it shows.
        unit: Label of the vertical axis.
        lines: `{label: {step: value}}`; values that are not finite are gaps.
        level: Optional `(value, label)` of a dashed line, such as a bound.
    """

    title: str
    unit: str
    lines: dict
    level: tuple | None = None


def chart(title, unit, rows, labels, level=None):
    """A `Chart` of those metrics that the rows have, or None if they have none.

    Args:
        title: What it shows.
        unit: Label of the vertical axis.
        rows: Lines of metrics.jsonl.
        labels: `{metric: label}`.
        level: As in `Chart`.
    """
    lines = {label: points(rows, metric) for metric, label in labels.items()}
    lines = {label: found for label, found in lines.items() if found}
    return Chart(title, unit, lines, level) if lines else None


def points(rows, metric):
    """`{step: value}` of the rows that have a metric."""
    return {row["step"]: row[metric] for row in rows if metric in row}


def charts_of_run(rows, latents, is_probability):
    """The charts of a run, `{name: Chart}`, without those that it has no points for.

    Args:
        rows: Lines of metrics.jsonl.
        latents: The model's `LatentSpec`.
        is_probability: Whether sigmoid of D's logit is a probability.
    """
    missing = {
        "categorical_loss": not latents.categorical,
        "continuous_loss": not latents.continuous,
    }
    losses = {metric: label for metric, label in LOSSES.items() if not missing.get(metric)}
    found = {"losses": chart("Losses", "nats" if is_probability else "loss", rows, losses)}
    if is_probability:
        title = "Mean probability of being real that D gives"
        found["probabilities"] = chart(title, "probability", rows, PROBABILITIES)
    if latents.categorical:
        title = "Information that Q reads of the categorical codes"
        entropy = latents.entropy(latents.categorical)
        level = entropy, f"H(c) = {entropy:.3f}"
        found["information"] = chart(title, "nats", rows, {"information": "Q reads"}, level)
    return {name: one for name, one in found.items() if one}


def panels(runs):
    """Curves of runs beside each other, `{metric: [(name of a run, {step: value}), ...]}`.

    Those of `PANELS` that one of the runs has; probabilities only of runs in which sigmoid of D's
    logit is one.

    Args:
        runs: `(name, RunConfig, lines of metrics.jsonl)` of each.
    """
    found = {metric: [] for metric in PANELS}
    for name, config, rows in runs:
        is_probability = objectives.get(config.generator_loss).is_probability
        for metric, lines in found.items():
            line = points(rows, metric)
            if line and (is_probability or metric not in PROBABILITIES):
                lines.append((name, line))
    return {metric: lines for metric, lines in found.items() if lines}


def draw(out, runs):
    """Draws the `panels` of runs, a line a run.

    Args:
        out: The .png file.
        runs: List of `RunDir`.

    Raises:
        UserError: If a run has no metrics.
    """
    known = [(run.path.name, run.read_config(), run.read_metrics()) for run in runs]
    for run, (_, _, rows) in zip(runs, known, strict=True):
        if not rows:
            raise UserError(f"{run.path} has no points in its metrics.jsonl yet.")
    shown = panels(known)
    height = -(-len(shown) // COLUMNS)
    with drawing(out, (8, 2.6 * height), [run.path.name for run in runs]) as figure:
        for number, (metric, lines) in enumerate(shown.items(), start=1):
            axes = figure.add_subplot(height, COLUMNS, number)
            for _, line in lines:
                axes.plot(*zip(*line.items(), strict=True), linewidth=1.1)
            axes.set(title=PANELS[metric], xlabel="step")
            axes.grid(alpha=0.3)
            # Given here, since a label of a line that begins with _ would be left out.
            axes.legend(axes.lines, [drawable(name) for name, _ in lines], fontsize=7)


CURVES = Figure(draw, "losses, probabilities and information, a line a run")
