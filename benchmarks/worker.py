"""A process of its own for what is measured: `python -m benchmarks.worker MODE TARGET ARGUMENTS`.

TARGET is `module:function`, ARGUMENTS its keyword arguments as JSON. In mode `once` the function's
result is printed as JSON. In mode `turns` the function makes a `Job`, and for each line on standard
input, a number of seconds, the job is called until they are over; the seconds of each call, of
the whole turn and of the processor, and the peak memory in MB, are printed as JSON.
"""

import dataclasses
import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Job:
    """Something that is called again and again.

    Args:
        call: Function without arguments.
        units: What one call does, such as images.
        clients: Threads that call it at a time.
    """

    call: Callable
    units: float = 1.0
    clients: int = 1


def peak_memory():
    """Largest resident memory of this process so far, in MB; 0 where /proc does not tell."""
    return memory("VmHWM")


def memory(key):
    """A figure of /proc/self/status in MB; 0 where it is not told."""
    try:
        with open("/proc/self/status") as file:
            for line in file:
                if line.startswith(key + ":"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def turn(job, seconds):
    """Calls a job for so many seconds, once at least.

    Returns:
        Seconds of each call, and of the whole turn.
    """
    calls, begin = [], time.perf_counter()

    def client():
        while True:
            before = time.perf_counter()
            job.call()
            after = time.perf_counter()
            calls.append(after - before)
            if after - begin >= seconds:
                return

    threads = [threading.Thread(target=client) for _ in range(job.clients - 1)]
    for thread in threads:
        thread.start()
    client()
    for thread in threads:
        thread.join()
    return calls, time.perf_counter() - begin


def main():
    """Runs the command line."""
    mode, target, arguments = sys.argv[1:]
    # What libraries print goes to standard error: standard output is for answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    module, _, function = target.partition(":")
    made = getattr(importlib.import_module(module), function)(**json.loads(arguments))
    if mode == "once":
        print(json.dumps(made), file=answers, flush=True)
        return
    made.call()  # compilation and the like
    print(json.dumps({"units": made.units}), file=answers, flush=True)
    for line in sys.stdin:
        before = time.process_time()
        calls, whole = turn(made, float(line))
        worked = time.process_time() - before
        answer = {"calls": calls, "seconds": whole, "worked": worked, "memory": peak_memory()}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
