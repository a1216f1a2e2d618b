"""A job for tests of the benchmarks' processes: it waits."""

import time

from benchmarks.worker import Job


def job(seconds, units=1.0, clients=1):
    """A `Job` of which a call takes so many seconds."""
    return Job(lambda: time.sleep(seconds), units, clients)
