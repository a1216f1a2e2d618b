import pytest

from keras_infogan.errors import UserError
from keras_infogan.notation import Part, format_sum, parse, parse_sum


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("hinge", Part("hinge")),
        ("  hinge ( ) ", Part("hinge")),
        ("r1(5)", Part("r1", (5,))),
        ("uniform(-1, 1.5)", Part("uniform", (-1, 1.5))),
        ("noise(62, uniform)", Part("noise", (62, "uniform"))),
        ("conv28(filters=16, units=128)", Part("conv28", (), (("filters", 16), ("units", 128)))),
        ("own('a b', (1, 2), x=None)", Part("own", ("a b", (1, 2)), (("x", None),))),
        ("own(True, y=False)", Part("own", (True,), (("y", False),))),
        ("xy-game", Part("xy-game")),
    ],
)
def test_a_part_is_read(text, part):
    assert parse(text) == part
    assert parse(str(part)) == part


@pytest.mark.parametrize("text", ["", "5", "a b", "r1(5", "r1)5(", "(5)", "r1(5)(6)"])
def test_what_is_no_part_is_refused(text):
    with pytest.raises(UserError, match="Received: "):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "f(x y)",
        "f(g(1))",
        "f(1 + 1)",
        "f(**{})",
        "f(__import__('os'))",
        "f(a.b)",
        "f([x])",
        "f({[]: 1})",
        "f(x={{}})",
    ],
)
def test_arguments_are_literals_and_nothing_is_executed(text):
    with pytest.raises(UserError, match="Arguments are numbers, words.* Received: "):
        parse(text)


def test_keyword_arguments_can_be_changed():
    part = parse("conv28(filters=16, units=128)")
    assert (
        str(part.with_arguments(filters=8, d_units=4)) == "conv28(filters=8, units=128, d_units=4)"
    )
    assert str(part) == "conv28(filters=16, units=128)"


def test_a_sum_is_read_and_written():
    text = "normal(62) + cat(10) + 2*uniform(-1, 1)"
    terms = parse_sum(text)
    assert terms == [
        (1, Part("normal", (62,))),
        (1, Part("cat", (10,))),
        (2, Part("uniform", (-1, 1))),
    ]
    assert format_sum(terms) == text
    assert parse_sum("normal(3)+2 * cat(2)") == [(1, Part("normal", (3,))), (2, Part("cat", (2,)))]
    assert format_sum([(1, Part("normal", (3,))), (0, Part("cat", (2,)))]) == "normal(3)"


@pytest.mark.parametrize(
    "text", ["", "cat(10) +", "+ cat(10)", "x*cat(10)", "cat(10) * 2", "-1*cat(2)"]
)
def test_what_is_no_sum_is_refused(text):
    with pytest.raises(UserError, match="Received: "):
        parse_sum(text)
