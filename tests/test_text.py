"""Text from outside in programs that must show it."""

import io
import sys

import pytest

from keras_infogan import text


def test_what_a_line_of_utf_8_cannot_hold_is_escaped():
    assert text.shown("Łódź 貓 $a_b$ \\ 🐈\u200d") == "Łódź 貓 $a_b$ \\ 🐈\u200d"
    name = b"caf\xe9".decode("utf-8", "surrogateescape")
    assert text.shown(name) == "caf\\xe9"
    assert text.shown("a\nb\x1b[31m\u2028\ud800") == "a\\nb\\x1b[31m\\u2028\\ud800"


def test_a_stream_of_any_encoding_takes_any_text(monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "cp1252", write_through=True))
    monkeypatch.setattr(sys, "stderr", object())
    text.take_any_text()
    print("Code → label: é")
    assert written.getvalue() == b"Code \\u2192 label: \xe9\n"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (40, "40 s"),
        (89.4, "89 s"),
        (90, "2 min"),
        (725, "12 min"),
        (89 * 60, "89 min"),
        (90 * 60, "1.5 h"),
        (12_600, "3.5 h"),
    ],
)
def test_durations_are_readable(seconds, words):
    assert text.duration(seconds) == words
