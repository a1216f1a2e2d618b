"""metrics.jsonl: the means of all metrics, a point every 100 steps."""

import time

import keras

from keras_infogan import files


def measured(model):
    """The model's metrics that a step since their last reset has counted into.

    While D learns alone there is nothing to say of G, and its means would read 0.
    """
    return [metric for metric in model.metrics if float(metric.count)]


class MetricsLog(keras.callbacks.Callback):
    """Appends a line `{"step", "epoch", "seconds", metric: mean since the last line, ...}`.

    Metrics that nothing has measured since then are left out.

    Keras resets the metrics at each epoch. This callback carries their sums across, so that every
    line is a mean over `every` steps, and resets them itself before the step after a line.

    Args:
        path: The JSONL file; lines after the model's step are dropped when training begins.
        steps_per_epoch: Steps in a pass over the data.
        every: Steps between lines.
        seconds: Seconds that earlier parts of this run took.
        last_step: Step at which the run ends; it gets a line whatever its number.
    """

    def __init__(self, path, steps_per_epoch, every=100, seconds=0.0, last_step=None):
        super().__init__()
        self.path = path
        self.steps_per_epoch = steps_per_epoch
        self.every = every
        self.seconds_before = seconds
        self.last_step = last_step
        self.began = None
        self._sums = []

    @property
    def seconds(self):
        """Seconds of training, earlier parts of the run included."""
        return self.seconds_before + (time.monotonic() - self.began if self.began else 0.0)

    def row(self):
        """The line as it would be written now: the means since the last one."""
        step = int(self.model.step.numpy())
        return {
            "step": step,
            "epoch": round(step / self.steps_per_epoch, 4),
            "seconds": round(self.seconds, 2),
            **{metric.name: float(metric.result()) for metric in measured(self.model)},
        }

    def _variables(self):
        return [variable for metric in self.model.metrics for variable in metric.variables]

    def on_train_begin(self, logs=None):
        if self.began is None:
            rows = files.read_jsonl(self.path, up_to_step=int(self.model.step.numpy()))
            # The line at the end of a run that is made longer now would not be there otherwise.
            rows = [row for row in rows if row["step"] % self.every == 0]
            files.write_jsonl(self.path, rows)
            self.began = time.monotonic()
        self._sums = [variable.numpy() for variable in self._variables()]

    def on_epoch_begin(self, epoch, logs=None):
        for variable, value in zip(self._variables(), self._sums, strict=True):
            variable.assign(value)

    def on_train_batch_begin(self, batch, logs=None):
        # Not where the line is written: Keras reports the same sums at the end of an epoch.
        if int(self.model.step.numpy()) % self.every == 0:
            self.model.reset_metrics()

    def on_train_batch_end(self, batch, logs=None):
        step = int(self.model.step.numpy())
        if step % self.every == 0 or step == self.last_step:
            files.append_jsonl(self.path, self.row())
        # Kept after each step: at the end of an epoch a validation may have overwritten them.
        self._sums = [variable.numpy() for variable in self._variables()]
