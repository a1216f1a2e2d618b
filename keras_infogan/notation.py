"""`r1(5)` and `normal(62) + cat(10) + 2*uniform(-1, 1)`: names with arguments, as text.

The command line and config files name the parts of a run this way. Nothing is executed: arguments
are literals (numbers, texts, tuples, True, False, None), and a bare word is a text.
"""

import ast
import dataclasses
import re

from keras_infogan.errors import UserError

NOISE = ("normal", "noise")  # what noise is called among the parts of latents
_PART = re.compile(r"([A-Za-z_][\w-]*)\s*(?:\((.*)\))?", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Part:
    """A name with arguments.

    Args:
        name: The name.
        args: Positional arguments.
        kwargs: `(name, value)` pairs of the others.
    """

    name: str
    args: tuple = ()
    kwargs: tuple = ()

    def with_arguments(self, **changes):
        """The same part with other keyword arguments."""
        return dataclasses.replace(self, kwargs=tuple({**dict(self.kwargs), **changes}.items()))

    def __str__(self):
        inside = [repr(value) for value in self.args]
        inside += [f"{name}={value!r}" for name, value in self.kwargs]
        return f"{self.name}({', '.join(inside)})" if inside else self.name


def parse(text):
    """Reads one part.

    Args:
        text: Such as `"hinge"`, `"r1(5)"` or `"conv28(filters=16, units=128)"`.

    Returns:
        A `Part`.

    Raises:
        UserError: If the text is something else.
    """
    match = _PART.fullmatch(str(text).strip())
    if match is None:
        raise UserError(f"A name may be followed by arguments, as in r1(5). Received: {text}.")
    if not (match[2] or "").strip():
        return Part(match[1])
    try:
        call = ast.parse(f"f({match[2]})", mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            raise ValueError
        args = tuple(_literal(node) for node in call.args)
        kwargs = tuple((word.arg, _literal(word.value)) for word in call.keywords)
        if any(name is None for name, _ in kwargs):
            raise ValueError
    except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError):
        raise UserError(
            f"Arguments are numbers, words, tuples, True, False or None. Received: {text}."
        ) from None
    return Part(match[1], args, kwargs)


def _literal(node):
    return node.id if isinstance(node, ast.Name) else ast.literal_eval(node)


def parse_sum(text):
    """Reads parts joined by `+`, each of which may be repeated as in `2*uniform(-1, 1)`.

    Returns:
        List of `(count, Part)`.

    Raises:
        UserError: If the text is something else.
    """
    terms = []
    for piece in _split(str(text)):
        count, star, rest = piece.partition("*")
        if not star or not count.strip().isdecimal():
            count, rest = "1", piece
        if len(count.strip()) > 4:
            raise UserError(f"A part is repeated at most 9999 times. Received: {piece.strip()}.")
        terms.append((int(count), parse(rest)))
    return terms


def format_sum(terms):
    """Writes `(count, Part)` pairs as `parse_sum` reads them; counts of 0 are left out."""
    return " + ".join(
        str(part) if count == 1 else f"{count}*{part}" for count, part in terms if count
    )


def _split(text):
    """Splits at the `+` signs that stand outside of parentheses."""
    pieces, depth, last = [], 0, 0
    for position, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "+" and depth == 0:
            pieces.append(text[last:position])
            last = position + 1
    return [*pieces, text[last:]]
