"""Ctrl-C and SIGTERM: finish the step, then stop."""

import signal

import keras


class StopOnSignal(keras.callbacks.Callback):
    """Stops training after the step in which a signal arrives. A second signal stops at once.

    The handlers that were there before come back when `restore` is called.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self):
        super().__init__()
        self.received = None
        self._previous = {number: signal.signal(number, self._note) for number in self.SIGNALS}

    def _note(self, number, frame):
        if self.received is not None:
            raise KeyboardInterrupt
        self.received = signal.Signals(number)

    def on_train_batch_end(self, batch, logs=None):
        if self.received is not None:
            self.model.stop_training = True

    def restore(self):
        """Puts the earlier handlers back."""
        for number, handler in self._previous.items():
            signal.signal(number, handler)
