"""What a person at the console sees while a run trains."""

import time

from keras_infogan.training.ticks import Listener

WARM_UP_STEPS = 5
MEASURED_STEPS = 20
LONG_SECONDS = 2 * 3600


class Console(Listener):
    """Prints speed and an estimate after the first steps, then a line now and then.

    The estimate counts the steps left at the speed of the first ones, without the compilation that
    came before them; pictures and checkpoints come on top (a few per cent).

    Args:
        plan: The run's `Plan`.
        faster: Line to add where the run will take over two hours, or None.
        line_seconds: Seconds between lines.
    """

    def __init__(self, plan, faster=None, line_seconds=10.0):
        self.plan = plan
        self.faster = faster
        self.line_seconds = line_seconds
        self._first = 0
        self._metrics = {}
        self._measured_from = None
        self._estimated = False
        self._last_line = time.monotonic()

    def begin(self, model, step):
        super().begin(model, step)
        self._first = step

    def step_done(self, step):
        now = time.monotonic()
        if self._measured_from is None and step - self._first >= WARM_UP_STEPS:
            self._measured_from = step, now
        elif not self._estimated and step - self._first >= WARM_UP_STEPS + MEASURED_STEPS:
            first, began = self._measured_from
            self._estimated = True
            self._estimate((now - began) / (step - first), self.plan.total_steps - step)
            self._last_line = now
        if now - self._last_line >= self.line_seconds:
            self._print(step)

    def tick(self, tick):
        self._metrics = tick.metrics

    def _print(self, step):
        self._last_line = time.monotonic()
        epoch = step / self.plan.steps_per_epoch
        shown = "".join(f" {name}={value:.3f}" for name, value in self._metrics.items())
        print(f"step {step}/{self.plan.total_steps} epoch {epoch:.2f}{shown}", flush=True)

    def _estimate(self, seconds_per_step, steps_left):
        seconds = seconds_per_step * steps_left
        speed = self.plan.config.batch_size / max(seconds_per_step, 1e-9)
        print(
            f"{speed:.0f} images/s, {1000 * seconds_per_step:.0f} ms a step: "
            f"{steps_left} steps left, about {readable(seconds)}.",
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
