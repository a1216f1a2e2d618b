"""metrics.jsonl of several runs in one picture."""

from matplotlib.figure import Figure

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
COLUMNS = 2


def draw(out, runs, steps=()):
    """Draws each metric that one of the runs has, a line a run.

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
    shown = [key for key in PANELS if any(key in points[0] for points in rows.values())]
    height = -(-len(shown) // COLUMNS)
    figure = Figure(figsize=(8, 2.6 * height), dpi=100, layout="constrained")
    for number, key in enumerate(shown, start=1):
        axes = figure.add_subplot(height, COLUMNS, number)
        for name, points in rows.items():
            if key in points[0]:
                numbers = [point["step"] for point in points]
                axes.plot(numbers, [point[key] for point in points], label=name, linewidth=1.1)
        axes.set(title=PANELS[key], xlabel="step")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7)
    replace_with(out, figure.savefig)
