"""A second Ctrl-C ends a program at once, even inside TensorFlow, where Python cannot listen."""

import contextlib
import os
import signal
import threading

GRACE = 2.0  # seconds that Python has to leave in an orderly way
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def leaves_at_once(prog):
    """Ends the process at a Ctrl-C that follows another signal, if the block does not end by then.

    Nothing is damaged, since files are written whole or not at all. Only the main thread of a
    process may listen for signals; in others this does nothing.

    Args:
        prog: The program's name, for the line that it prints.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    over = threading.Event()
    threading.Thread(target=_watch, args=(reading, over, prog), daemon=True).start()
    previous = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield
    finally:
        over.set()
        signal.set_wakeup_fd(previous)
        os.close(writing)


def _watch(reading, over, prog):
    """Reads the numbers of signals, which the system writes even if Python is busy."""
    seen = 0
    while numbers := os.read(reading, 1):
        seen += numbers[0] in SIGNALS
        if seen > 1 and numbers[0] == signal.SIGINT and not over.wait(GRACE):
            os.write(2, f"{prog}: left at once; what was saved is kept.\n".encode())
            os._exit(128 + signal.SIGINT)
    os.close(reading)
