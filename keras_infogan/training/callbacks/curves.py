"""images/losses.png, probabilities.png and information.png, from metrics.jsonl."""

import math

import keras

from keras_infogan import files
from keras_infogan.pictures import save_curves


class Curves(keras.callbacks.Callback):
    """Draws the curves when pictures are due, from the points that the metrics log holds.

    Args:
        run: A `RunDir`.
        every: Steps between drawings.
        log: The run's `MetricsLog`, for the steps since its last line.
    """

    def __init__(self, run, every, log):
        super().__init__()
        self.run = run
        self.every = every
        self.log = log

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.step.numpy()) % self.every == 0:
            self.save()

    def save(self):
        """Draws what metrics.jsonl holds, and the steps since its last line as one more point."""
        rows = files.read_jsonl(self.run.metrics)
        if not rows or rows[-1]["step"] < int(self.model.step.numpy()):
            rows.append(self.log.row())
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

        losses = {"d_loss": "discriminator", "g_loss": "generator (adversarial)"}
        if latents.categorical:
            losses["categorical_loss"] = "Q, categorical codes"
        if latents.continuous:
            losses["continuous_loss"] = "Q, continuous codes"
        probabilities = self.model.objective.is_probability
        # Those that the model has.
        draw("losses.png", "Losses", "nats" if probabilities else "loss", losses)
        if probabilities:
            draw(
                "probabilities.png",
                "Mean probability that D gives",
                "probability of being real",
                {
                    "real_probability": "real images",
                    "generated_probability_before": "generated, before G's update",
                    "generated_probability_after": "generated, after G's update",
                },
            )
        if not any("mutual_information" in row for row in rows):
            return
        entropy = latents.entropy(latents.categorical)
        draw(
            "information.png",
            "Information between categorical codes and images (lower bound)",
            "nats",
            {"mutual_information": "L_I"},
            (entropy, f"H(c) = {entropy:.3f}"),
        )
