"""metrics.jsonl of several runs in one picture."""

from matplotlib.figure import Figure

from keras_infogan import objectives
from keras_infogan.errors import UserError
from keras_infogan.run_dir import read_jsonl, replace_with

PANELS = {
    "d_loss": "loss of D",
    "g_loss": "loss of G (adversarial)",
    "real_probability": "D's probability for real images",
    "generated_probability_before": "D's probability for generated images",
    "mutual_information": "information, nats",
    "code_accuracy": "Q's accuracy on its own codes",
}
PROBABILITIES = ("real_probability", "generated_probability_before")
COLUMNS = 2


def draw(out, runs, steps=()):
    """Draws each metric that one of the runs has, a line a run.

    Probabilities only of runs in which sigmoid of D's logit is one.

    Args:
        out: The .png file.
        runs: List of `RunDir`.
        steps: Not used.

    Raises:
        UserError: If a run has no metrics.
    """
    rows = {run.path.name: read_jsonl(run.metrics) for run in runs}
    for name, points in rows.items():
        if not points:
            raise UserError(f"{name} has no points in its metrics.jsonl yet.")
    free = {run.path.name for run in runs if not _gives_probabilities(run)}
    lines = {
        key: {
            name: [(point["step"], point[key]) for point in points if key in point]
            for name, points in rows.items()
            if not (name in free and key in PROBABILITIES)
        }
        for key in PANELS
    }
    shown = [key for key in PANELS if any(lines[key].values())]
    height = -(-len(shown) // COLUMNS)
    figure = Figure(figsize=(8, 2.6 * height), dpi=100, layout="constrained")
    for number, key in enumerate(shown, start=1):
        axes = figure.add_subplot(height, COLUMNS, number)
        for name, points in lines[key].items():
            if points:
                axes.plot(*zip(*points, strict=True), label=name, linewidth=1.1)
        axes.set(title=PANELS[key], xlabel="step")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7)
    replace_with(out, figure.savefig)


def _gives_probabilities(run):
    name = run.read_config().get("generator_loss", "non_saturating")  # older than the choice
    try:
        return objectives.get(name).is_probability
    except ValueError:  # of another process, where it was registered
        return False
