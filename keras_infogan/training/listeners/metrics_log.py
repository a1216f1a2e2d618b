"""metrics.jsonl: the means of all metrics, a line a tick."""

from keras_infogan import files
from keras_infogan.training.listeners.listener import Listener


class MetricsLog(Listener):
    """Appends a line `{"step", "epoch", "seconds", metric: mean since the last line, ...}`.

    Metrics that nothing has measured since then are left out.

    Args:
        run: A `RunDir`; lines after the model's step are dropped when training begins.
        every: Steps between ticks.
    """

    def __init__(self, run, every):
        self.run = run
        self.every = every

    def begin(self, model, step):
        super().begin(model, step)
        rows = self.run.read_metrics(up_to_step=step)
        # The line at the end of a run that is made longer now would not be there otherwise.
        rows = [row for row in rows if row["step"] % self.every == 0]
        files.write_jsonl(self.run.metrics, rows)

    def tick(self, tick):
        row = {
            "step": tick.step,
            "epoch": round(tick.epoch, 4),
            "seconds": round(tick.seconds, 2),
            **tick.metrics,
        }
        files.append_jsonl(self.run.metrics, row)
