"""Text from outside: JSON, what any program can show, names among it; and durations in words."""

import contextlib
import json
import sys
import unicodedata

# Controls, halves of characters (bytes of a file name that are no UTF-8), ends of lines.
_UNSHOWN = ("Cc", "Cs", "Zl", "Zp")


def shown(text):
    """A text in one line of characters that UTF-8 has; others are written as Python does.

    Of a file name that is not UTF-8, `"caf\\xe9"` stands for the byte 0xE9.
    """
    return "".join(map(_shown, text))


def _shown(letter):
    if unicodedata.category(letter) not in _UNSHOWN:
        return letter
    number = ord(letter)
    is_byte = 0xDC80 <= number <= 0xDCFF  # as `os.fsdecode` hands it through
    return f"\\x{number - 0xDC00:02x}" if is_byte else ascii(letter)[1:-1]


def take_any_text():
    """Lets standard output and error take any text: what their encoding lacks is escaped."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream of another kind, as in a notebook
            stream.reconfigure(errors="backslashreplace")


def parse_json(content):
    """The value of a JSON text or of its bytes.

    Raises:
        ValueError: If it is no JSON, or is nested more deeply than Python can read.
    """
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def duration(seconds):
    """Seconds as "40 s", "12 min" or "3.5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
