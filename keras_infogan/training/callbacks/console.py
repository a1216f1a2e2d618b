"""What a person at the console sees while a run trains."""

import time

import keras

from keras_infogan.training.callbacks.metrics_log import measured

WARM_UP_STEPS = 5
MEASURED_STEPS = 20
LONG_SECONDS = 2 * 3600


class Console(keras.callbacks.Callback):
    """Prints speed and an estimate after the first steps, then a line now and then.

    The estimate counts the steps left at the speed of the first ones, without the compilation that
    came before them; pictures and checkpoints come on top (a few per cent).

    Args:
        total_steps: Step at which the run ends.
        steps_per_epoch: Steps in a pass over the data.
        batch_size: Images in a step.
        faster: Line to add where the run will take over two hours, or None.
        line_seconds: Seconds between lines; None prints none (a progress bar is there instead).
    """

    def __init__(self, total_steps, steps_per_epoch, batch_size, faster=None, line_seconds=10.0):
        super().__init__()
        self.total_steps = total_steps
        self.steps_per_epoch = steps_per_epoch
        self.batch_size = batch_size
        self.faster = faster
        self.line_seconds = line_seconds
        self._steps = 0
        self._began = self._last_line = time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        self._leave_measured(logs)
        self._steps += 1
        now = time.monotonic()
        if self._steps == WARM_UP_STEPS:
            self._began = now
        step = int(self.model.step.numpy())
        if self._steps == WARM_UP_STEPS + MEASURED_STEPS:
            self._estimate((now - self._began) / MEASURED_STEPS, self.total_steps - step)
            self._last_line = now
        if self.line_seconds is not None and now - self._last_line >= self.line_seconds:
            self._last_line = now
            shown = " ".join(f"{name}={float(value):.3f}" for name, value in (logs or {}).items())
            epoch = step / self.steps_per_epoch
            print(f"step {step}/{self.total_steps} epoch {epoch:.2f} {shown}", flush=True)

    def on_epoch_end(self, epoch, logs=None):
        self._leave_measured(logs)

    def _leave_measured(self, logs):
        """Takes all else out: Keras's progress bar, which comes after, shows none either."""
        for name in set(logs or {}) - {metric.name for metric in measured(self.model)}:
            del logs[name]

    def _estimate(self, seconds_per_step, steps_left):
        seconds = seconds_per_step * steps_left
        speed = self.batch_size / seconds_per_step
        print(
            f"\n{speed:.0f} images/s, {1000 * seconds_per_step:.0f} ms a step: "
            f"{steps_left} steps to go, about {readable(seconds)}.",
            flush=True,
        )
        if seconds > LONG_SECONDS and self.faster:
            print(self.faster, flush=True)


def readable(seconds):
    """Seconds as "40 s", "12 min" or "3.5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
