"""Several processes that work in turns, so that what else the machine does falls on all of them."""

import json
import pathlib
import statistics
import subprocess
import sys

from benchmarks.rows import Row

ROOT = pathlib.Path(__file__).resolve().parent.parent


class WorkerError(Exception):
    """A process could not do its work; the text is the end of what it printed."""


def _start(mode, target, arguments, errors, **options):
    command = [sys.executable, "-m", "benchmarks.worker", mode, target, json.dumps(arguments)]
    return subprocess.Popen(command, cwd=ROOT, stderr=errors, text=True, **options)


def once(target, **arguments):
    """What a function returns in a process of its own.

    Raises:
        WorkerError: If it fails.
    """
    done = _start("once", target, arguments, subprocess.PIPE, stdout=subprocess.PIPE)
    answer, errors = done.communicate()
    if done.returncode:
        raise WorkerError((errors.strip() or "nothing printed").splitlines()[-1])
    return json.loads(answer.splitlines()[-1])


class Worker:
    """A process that calls a job when it is its turn.

    Args:
        target: `module:function` that makes a `worker.Job`.
        **arguments: The function's.

    Attributes:
        turns: What each turn gave: `calls`, `seconds`, `worked` and `memory`, see `worker`.
        clock: Which of the seconds rates are of: `"seconds"`, or `"worked"` on a busy machine.
    """

    clock = "seconds"

    def __init__(self, target, **arguments):
        self.turns = []
        self._process = _start(
            "turns", target, arguments, None, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.units = self._answer()["units"]

    def take(self, seconds):
        """Works for so many seconds."""
        print(seconds, file=self._process.stdin, flush=True)
        self.turns.append(self._answer())

    def close(self):
        """Ends the process."""
        self._process.communicate()

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise WorkerError(f"a process ended with code {self._process.returncode}")
        return json.loads(line)

    @property
    def rates(self):
        """Units a second in each turn."""
        return [self.units * len(turn["calls"]) / turn[self.clock] for turn in self.turns]

    @property
    def calls(self):
        """Seconds of all calls, in order of size."""
        return sorted(call for turn in self.turns for call in turn["calls"])

    @property
    def memory(self):
        """Peak memory in MB."""
        return self.turns[-1]["memory"]


def alternate(jobs, options):
    """Lets jobs work in turns, A B C A B C.

    Args:
        jobs: `{name: (target, arguments)}`.
        options: Has `seconds`, the length of a turn, and `rounds`, the turns of each.

    Returns:
        `{name: Worker}`, their processes ended.
    """
    workers = {}
    try:
        for name, (target, arguments) in jobs.items():
            workers[name] = Worker(target, **arguments)
            workers[name].take(0.2 * options.seconds)
            workers[name].turns.clear()
        for _ in range(options.rounds):
            for worker in workers.values():
                worker.take(options.seconds)
    finally:
        for worker in workers.values():
            worker.close()
    return workers


def median_row(case, measure, values, unit):
    """A row of the median of the rounds, and their smallest and largest."""
    values = list(values)
    return Row(case, measure, statistics.median(values), unit, min(values), max(values))


def ratio_row(case, measure, above, below):
    """A row of the ratio, round by round."""
    pairs = zip(above, below, strict=True)
    return median_row(case, measure, [one / other for one, other in pairs], "×")
