"""Ctrl-C, SIGTERM and SIGHUP: finish the step, then stop."""

import os
import signal
import stat
import threading

import keras

from keras_infogan.training.together import highest


class StopOnSignal(keras.callbacks.Callback):
    """Stops training after the step in which a signal arrives. A Ctrl-C after that stops at once.

    A SIGTERM after another does not: some programs, such as `timeout`, send it twice.

    Use it in a `with` block, after which the handlers that were there before are back. Outside of
    the main thread, where Python lets nobody listen for signals, it does nothing. SIGHUP stays
    ignored where it is, as `nohup` wants it.

    Args:
        strategy: The strategy of several machines, which all stop at the tick after one of them got
            a signal; None on one machine.

    Attributes:
        received: The first signal, or None.
        at_once: Whether the first signal too raises a KeyboardInterrupt, as a second Ctrl-C does:
            for work that is done after training.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self, strategy=None):
        super().__init__()
        self.strategy = strategy
        self.received = None
        self.at_once = False
        self._previous = {}

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            for number in self.SIGNALS:
                if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                    self._previous[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_):
        for number, handler in self._previous.items():
            # None is a handler that Python did not set and cannot set again.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _note(self, number, frame):
        first = self.received is None
        self.received = self.received or signal.Signals(number)
        if number == signal.SIGHUP:
            _leave_dead_terminal()
        if self.at_once if first else number == signal.SIGINT:
            raise KeyboardInterrupt

    def on_train_batch_end(self, batch, logs=None):
        if self.strategy is None:
            self._stop()

    def on_epoch_end(self, epoch, logs=None):
        if self.strategy is None:
            self._stop()  # it may have come while the tick was looked at
        elif number := highest(self.strategy, self.received or 0):
            # What all machines know of; a signal that has come meanwhile waits for the next tick.
            self.received = signal.Signals(number)
            self._stop()

    def _stop(self):
        if self.received is not None:
            self.model.stop_training = True


def _leave_dead_terminal():
    """Drops all further output to a terminal that was closed, where it would be an error."""
    for descriptor in (1, 2):
        is_device = stat.S_ISCHR(os.fstat(descriptor).st_mode)
        if is_device and not os.isatty(descriptor):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, descriptor)
            os.close(nowhere)
