"""Text from outside in programs that must show it."""

import io
import sys

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
