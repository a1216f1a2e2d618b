"""checkpoints/: whole models from which a run goes on bit for bit."""

import time

import keras

from keras_infogan.files import replace_with


class Checkpoints(keras.callbacks.Callback):
    """Saves the model every so many seconds and when training ends, keeping the newest few.

    Args:
        run: A `RunDir`.
        every_seconds: Seconds between checkpoints.
        keep: Number of checkpoints to keep.
    """

    def __init__(self, run, every_seconds=60.0, keep=2):
        super().__init__()
        self.run = run
        self.every_seconds = every_seconds
        self.keep = keep
        self._last = time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        if time.monotonic() - self._last >= self.every_seconds:
            self.save()

    def save(self):
        """Saves now and returns the checkpoint's path."""
        path = self.run.checkpoint(int(self.model.step.numpy()))
        replace_with(path, self.model.save)
        for old in sorted(self.run.checkpoints.glob("step-*.keras"))[: -self.keep]:
            old.unlink()
        self._last = time.monotonic()
        return path
