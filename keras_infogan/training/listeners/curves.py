"""images/losses.png, probabilities.png and information.png, from metrics.jsonl."""

import math

from keras_infogan.figures.curves import PROBABILITIES, losses
from keras_infogan.pictures import save_curves
from keras_infogan.training.listeners.listener import Listener


class Curves(Listener):
    """Draws the curves when pictures are due, from the points in metrics.jsonl.

    Args:
        run: A `RunDir`.
        every: Steps between drawings.
    """

    def __init__(self, run, every):
        self.run = run
        self.every = every

    def tick(self, tick):
        if tick.passes(self.every) or tick.last:
            self.save()

    def end(self, step):
        rows, measured = self.run.read_metrics(), self.model.means.measured()
        if measured and (not rows or rows[-1]["step"] < step):  # stopped within a tick
            self.save([*rows, {"step": step, **measured}])

    def save(self, rows=None):
        """Draws rows of metrics; those of metrics.jsonl by default."""
        rows = self.run.read_metrics() if rows is None else rows
        latents = self.model.latents
        steps = [row["step"] for row in rows]

        def draw(name, title, unit, labels, level=None):
            curves = {
                # G has no figures while D learns alone: a gap in the curve.
                label: [row.get(metric, math.nan) for row in rows]
                for metric, label in labels.items()
                if any(metric in row for row in rows)
            }
            save_curves(self.run.images / name, steps, curves, title, unit, level)

        probabilities = self.model.objective.is_probability
        draw("losses.png", "Losses", "nats" if probabilities else "loss", losses(latents))
        if probabilities:
            draw(
                "probabilities.png",
                "Mean probability that D gives",
                "probability of being real",
                PROBABILITIES,
            )
        if not any("information" in row for row in rows):
            return
        entropy = latents.entropy(latents.categorical)
        draw(
            "information.png",
            "Information between categorical codes and images (lower bound)",
            "nats",
            {"information": "L_I"},
            (entropy, f"H(c) = {entropy:.3f}"),
        )
