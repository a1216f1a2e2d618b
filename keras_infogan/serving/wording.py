"""What signatures say, whoever calls them: the sentence of a refusal, the names of what is read.

Imports no TensorFlow, since the client of a server needs none.
"""

import re

ENDINGS = ("_mean", "_probabilities")
ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)


def assertion(message):
    """The sentence of a failed assertion in TensorFlow's report of it, or None.

    There it stands in brackets, written as a C string, before more about the graph:
    "… assertion failed: [label must be …]\\n\\t [[{{node Assert}}]] …".
    """
    found = re.search(r"assertion failed: \[(.*?)\](?=\s|$)", message, re.DOTALL)
    return found and ESCAPED.sub(_unescaped, found[1].encode()).decode(errors="replace")


def _unescaped(match):
    part = match[1]
    if len(part) == 3:
        return bytes([int(part, 8) % 256])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(part, part)


def label_texts(labels, names):
    """The texts that labels can be asked for by: their names, and their numbers.

    Args:
        labels: Integers.
        names: `{label: name}`; empty for labels without names.

    Returns:
        `{text: label}`. A name that looks like the number of another label is a name.
    """
    return {names[v]: v for v in labels if v in names} | {
        str(v): v for v in labels if str(v) not in names.values()
    }


def other_codes(outputs):
    """Names of the codes that `recognize` reads beside `code`, in order.

    Args:
        outputs: Names of its outputs: `c2_mean` of a continuous code, `c3_probabilities` of a
            categorical one.
    """
    names = {name.rpartition("_")[0] for name in outputs if name.endswith(ENDINGS)} - {"code"}
    return sorted(names, key=lambda name: (len(name), name))  # c2 before c10
