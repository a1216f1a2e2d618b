"""What a person at the console sees while a run trains."""

import collections
import shutil
import sys
import time

from keras_infogan.text import duration
from keras_infogan.training.listeners.listener import Listener

WARM_UP_STEPS = 5
MEASURED_STEPS = 20
LONG_SECONDS = 2 * 3600
FASTER = (
    "That is over two hours without a GPU. Faster: --preset quick (minutes), --preset mnist (ten "
    "minutes or so), or fewer --epochs."
)
WINDOW_SECONDS = 30.0  # over which the speed of a line is measured
BAR = 10  # characters

# Of all metrics, those of a line; metrics.jsonl has the others.
LOSSES = {"d_loss": "D {:.3f}", "g_loss": "G {:.3f}"}
SHOWN = {**LOSSES, "information": "{:.2f} nats", "code_accuracy": "accuracy {:.3f}"}
# Where every code is continuous.
SHOWN_OF_CONTINUOUS = {**LOSSES, "continuous_loss": "continuous loss {:.3f}"}


class Console(Listener):
    """Shows how far a run is: on a terminal in one line that changes, elsewhere in a line at times.

    After the first steps it prints an estimate, which counts the steps left at their speed, without
    the compilation that came before them; pictures and checkpoints come on top (a few per cent).

    Args:
        plan: The run's `Plan`.
        on_gpu: Whether the run has a GPU. Without one, faster ways are named if it will take over
            two hours.
        line_seconds: Seconds between lines; by default a half on a terminal, 10 elsewhere.
        grids: The run's `SampleGrids`, whose newest picture is named; None for none.
    """

    def __init__(self, plan, on_gpu=True, line_seconds=None, grids=None):
        self.plan = plan
        self.on_gpu = on_gpu
        self.changing = sys.stdout.isatty()
        self.line_seconds = line_seconds or (0.5 if self.changing else 10.0)
        self.grids = grids
        self._first = 0
        self._shown = SHOWN
        self._metrics = {}
        self._measured_from = None
        self._estimated = False
        self._last_line = time.monotonic()
        self._passed = collections.deque()  # (step, time) within the window, the oldest first
        self._named = None  # the picture that was named last

    def begin(self, model, step):
        super().begin(model, step)
        self._first = step
        if model.latents.codes and not model.latents.categorical:
            self._shown = SHOWN_OF_CONTINUOUS

    def step_done(self, step):
        now = time.monotonic()
        if self._measured_from is None and step - self._first >= WARM_UP_STEPS:
            self._measured_from = step, now
        elif not self._estimated and step - self._first >= WARM_UP_STEPS + MEASURED_STEPS:
            first, began = self._measured_from
            self._estimated = True
            self._estimate((now - began) / (step - first), self.plan.last_step - step)
            self._last_line = now
        if self._measured_from is not None:
            self._passed.append((step, now))
            while len(self._passed) > 2 and now - self._passed[0][1] > WINDOW_SECONDS:
                self._passed.popleft()
        if now - self._last_line >= self.line_seconds:
            self._last_line = now
            self._show(step)

    def tick(self, tick):
        self._metrics = tick.metrics

    def end(self, step):
        if self.changing:
            self._show(step)
            print(flush=True)

    def fail(self):
        if self.changing:
            print(flush=True)

    def _show(self, step):
        words = [*self._speed(step)]
        words += [
            text.format(self._metrics[name])
            for name, text in self._shown.items()
            if name in self._metrics
        ]
        newest = None if self.grids is None else self.grids.newest
        if newest is not None and (self.changing or newest != self._named):
            self._named = newest
            words.append(str(newest))
        of = f"step {step}/{self.plan.last_step}"
        if not self.changing:
            say(", ".join([of, *words]))
            return
        done = BAR * step // self.plan.last_step
        line = ", ".join([f"{of} [{'#' * done}{'-' * (BAR - done)}]", *words])
        columns = shutil.get_terminal_size().columns
        print(f"\r\x1b[K{line[: columns - 1]}", end="", flush=True)

    def _speed(self, step):
        """Speed and time left in words, once there is a speed."""
        if len(self._passed) > 1:
            (first, began), (last, now) = self._passed[0], self._passed[-1]
            if last > first and now > began:
                a_step = (now - began) / (last - first)
                yield f"{self.plan.config.batch_size / a_step:.0f} images/s"
                yield f"{duration(a_step * (self.plan.last_step - step))} left"

    def _estimate(self, seconds_per_step, steps_left):
        seconds = seconds_per_step * steps_left
        speed = self.plan.config.batch_size / max(seconds_per_step, 1e-9)
        say(
            f"{speed:.0f} images/s, {1000 * seconds_per_step:.0f} ms a step: "
            f"{steps_left} steps left, about {duration(seconds)}."
        )
        if seconds > LONG_SECONDS and not self.on_gpu:
            say(FASTER)


def say(text):
    """Prints a line; on a terminal above the line that changes."""
    print(f"\r\x1b[K{text}" if sys.stdout.isatty() else text, flush=True)
