"""checkpoints/: whole models from which a run goes on bit for bit."""

import time

from keras_infogan import checkpoints
from keras_infogan.training import divergence
from keras_infogan.training.listeners.listener import Listener


class Checkpoints(Listener):
    """Saves the model every so many seconds and when training ends, keeping the newest few.

    Args:
        run: A `RunDir`.
        every_seconds: Seconds between checkpoints.
        keep: Number of checkpoints to keep.
    """

    def __init__(self, run, every_seconds=60.0, keep=3):
        self.run = run
        self.every_seconds = every_seconds
        self.keep = keep
        self.saved_step = None
        self._last = time.monotonic()

    def begin(self, model, step):
        super().begin(model, step)
        checkpoints.remove_later(self.run.checkpoints, step)
        if self.run.checkpoint(step).exists():
            checkpoints.seal(self.run.checkpoint(step), self.run.logs)  # just mended
        self.saved_step = step

    def step_done(self, step):
        if time.monotonic() - self._last >= self.every_seconds:
            self.save(step)

    def end(self, step):
        if step > self.saved_step:
            self.save(step)

    def save(self, step):
        """Saves the model of a step now and returns the checkpoint's path.

        Raises:
            DivergedError: If something in it is not finite; nothing is written then.
        """
        divergence.check(self.model)
        path = self.run.checkpoint(step)
        checkpoints.save(path, self.model.save, self.run.logs)
        for old in checkpoints.there(self.run.checkpoints)[: -self.keep]:
            checkpoints.remove(old)
        self.saved_step = step
        self._last = time.monotonic()
        return path
