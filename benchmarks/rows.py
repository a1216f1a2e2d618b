"""What a benchmark found: rows of one table, and the JSON beside it."""

import dataclasses
import datetime
import json
import os
import pathlib
import platform


@dataclasses.dataclass(frozen=True)
class Row:
    """One figure.

    Args:
        case: What was measured.
        measure: Which property of it.
        value: The figure.
        unit: Its unit.
        low: Smallest of the rounds, or None.
        high: Largest of the rounds, or None.
    """

    case: str
    measure: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None


def number(value):
    """A figure with three digits at least: 1,234 or 12.3 or 0.123."""
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{digits}f}"


def table(part, rows):
    """The rows of a part as text."""
    cells = [
        (
            row.case,
            row.measure,
            f"{number(row.value)} {row.unit}".strip(),
            "" if row.low is None else f"{number(row.low)}–{number(row.high)}",
        )
        for row in rows
    ]
    widths = [max((len(line[i]) for line in cells), default=0) for i in range(4)]
    lines = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in cells]
    return "\n".join([f"== {part}", *(line.rstrip() for line in lines)])


def machine():
    """The processor, as a benchmark's reader needs it."""
    model, flags = platform.processor(), []
    for line in _lines("/proc/cpuinfo"):
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            model = value.strip()
        if key.strip() == "flags":
            flags = value.split()
    wide = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "amx_tile") if flag in flags]
    return {"processor": model, "cpus": os.cpu_count(), "vectors": wide}


def _lines(path):
    try:
        return pathlib.Path(path).read_text().splitlines()
    except OSError:
        return []


def write(path, command, parts):
    """Writes what was found.

    Args:
        path: The JSON file.
        command: The command line.
        parts: `{part: rows}`.
    """
    content = {
        "command": command,
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "parts": {part: [dataclasses.asdict(row) for row in rows] for part, rows in parts.items()},
    }
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n")
