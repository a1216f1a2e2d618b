"""Ctrl-C and SIGTERM: finish the step, then stop."""

import signal
import threading

import keras


class StopOnSignal(keras.callbacks.Callback):
    """Stops training after the step in which a signal arrives. A second signal stops at once.

    Use it in a `with` block, after which the handlers that were there before are back. Outside of
    the main thread, where Python lets nobody listen for signals, it does nothing.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self):
        super().__init__()
        self.received = None
        self._previous = {}

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            self._previous = {number: signal.signal(number, self._note) for number in self.SIGNALS}
        return self

    def __exit__(self, *_):
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _note(self, number, frame):
        if self.received is not None:
            raise KeyboardInterrupt
        self.received = signal.Signals(number)

    def on_train_batch_end(self, batch, logs=None):
        if self.received is not None:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        self.on_train_batch_end(None)  # it may have come while the tick was looked at
