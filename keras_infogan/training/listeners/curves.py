"""images/losses.png, probabilities.png and information.png, from metrics.jsonl."""

from keras_infogan.figures.curves import charts_of_run
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
        is_probability = self.model.objective.is_probability
        for name, chart in charts_of_run(rows, self.model.latents, is_probability).items():
            path = self.run.images / f"{name}.png"
            save_curves(path, chart.lines, chart.title, chart.unit, chart.level)
