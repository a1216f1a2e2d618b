"""Whether there is a network, asked before a download that would try for minutes."""

import http.client
import threading
import urllib.request

# Where tensorflow-datasets fetches MNIST from.
PROBE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-labels-idx1-ubyte.gz"
PROBE_SECONDS = 5.0


def answers(url=PROBE_URL, seconds=PROBE_SECONDS):
    """Whether `url` answers within `seconds`, name look-up included."""
    answered = threading.Event()

    def ask():
        try:
            request = urllib.request.Request(url, method="HEAD")
            with urllib.request.urlopen(request, timeout=seconds):
                answered.set()
        except (OSError, http.client.HTTPException):
            pass

    # A look-up of a name knows no time-out of its own: a thread that nobody waits for does.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return answered.is_set()
