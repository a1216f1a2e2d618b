"""Memory of a process, as Linux tells it."""

import pathlib


def megabytes(process="self"):
    """Resident memory of a process, by its number, in units of 2**20 bytes."""
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("The process has ended.")
