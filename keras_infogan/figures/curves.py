"""metrics.jsonl of several runs in one picture."""

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
# Curves of one run, by the names of their metrics.
_LOSSES = {
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


def losses(latents):
    """`{metric: label}` of the losses that a model with these latents has."""
    hidden = {
        "categorical_loss": not latents.categorical,
        "continuous_loss": not latents.continuous,
    }
    return {metric: label for metric, label in _LOSSES.items() if not hidden.get(metric)}


def draw(out, runs):
    """Draws those of `PANELS` that one of the runs has, a line a run.

    Probabilities only of runs in which sigmoid of D's logit is one.

    Args:
        out: The .png file.
        runs: List of `RunDir`.

    Raises:
        UserError: If a run has no metrics.
    """
    lines = {key: [] for key in PANELS}  # (name, points) of each run that has some
    for run in runs:
        rows = run.read_metrics()
        if not rows:
            raise UserError(f"{run.path} has no points in its metrics.jsonl yet.")
        hidden = () if _gives_probabilities(run) else PROBABILITIES
        for key in PANELS:
            points = [(row["step"], row[key]) for row in rows if key in row]
            if points and key not in hidden:
                lines[key].append((run.path.name, points))
    shown = [key for key in PANELS if lines[key]]
    height = -(-len(shown) // COLUMNS)
    with drawing(out, (8, 2.6 * height), [run.path.name for run in runs]) as figure:
        for number, key in enumerate(shown, start=1):
            axes = figure.add_subplot(height, COLUMNS, number)
            for _, points in lines[key]:
                axes.plot(*zip(*points, strict=True), linewidth=1.1)
            axes.set(title=PANELS[key], xlabel="step")
            axes.grid(alpha=0.3)
            # Given here, since a label of a line that begins with _ would be left out.
            axes.legend(axes.lines, [drawable(name) for name, _ in lines[key]], fontsize=7)


def _gives_probabilities(run):
    from keras_infogan import objectives

    return objectives.get(run.read_config().generator_loss).is_probability


CURVES = Figure(draw, "losses, probabilities and information, a line a run")
