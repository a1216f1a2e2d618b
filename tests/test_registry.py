"""One registry for every kind of part: names, arguments, refusals, and parts from outside."""

import resource
import subprocess
import sys

import pytest

from keras_infogan import registry
from keras_infogan.errors import UserError

KINDS = (
    "objective",
    "term",
    "transform",
    "rewrite",
    "network",
    "code",
    "data",
    "figure",
    "callback",
    "preset",
)
# A misspelt name of each kind that has built-in names, and the one that is meant.
MISSPELT = [
    ("objective", "hing(3)", "hinge"),
    ("term", "featur_matching(2)", "feature_matching"),
    ("transform", "distorsion", "distortion"),
    ("rewrite", "spectral_nrom", "spectral_norm"),
    ("network", "con28", "conv28"),
    ("code", "categoricl(10)", "categorical"),
    ("data", "mnist5", "mnist5k"),
    ("figure", "traversal", "traversals"),
    ("preset", "quik", "quick"),
]


def test_the_kinds():
    assert tuple(registry.REGISTRIES) == KINDS
    with pytest.raises(UserError, match="kind must be one of objective, term.* Received: tern"):
        registry.get("tern", "r1")


@pytest.mark.parametrize(("kind", "text", "meant"), MISSPELT)
def test_an_unknown_name_is_refused_with_the_nearest(kind, text, meant):
    name = text.partition("(")[0]
    with pytest.raises(UserError, match=f"must be one of .* mean {meant}. Received: {name}.$"):
        registry.get(kind, text)


def test_names_are_refused_within_a_second_and_without_tensorflow():
    program = f"""
import sys
from keras_infogan import registry
from keras_infogan.config import RunConfig
for kind, text, meant in {MISSPELT}:
    try:
        registry.get(kind, text)
    except ValueError as error:
        assert meant in str(error)
    else:
        raise SystemExit(text)
unknown = ({{"networks": "con28"}}, {{"terms": ("r2(5)",)}}, {{"latents": "normal(3) + kat(3)"}})
for options in unknown:
    try:
        RunConfig(preset="own", **options)
    except ValueError as error:
        print(error)
    else:
        raise SystemExit(str(options))
assert not {{"tensorflow", "keras", "numpy"}} & set(sys.modules), "loaded"
"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    # Of the processor: the machine may be busy with other tests.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["--networks", "--term", "--latents"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_built_in_name_leads_to_something(kind):
    one = registry.registry_of(kind)
    for name in registry.names(kind):
        assert one.lookup(name) is not None
        assert one.name_of(one.lookup(name)) is not None
        one.check(f"{name}(1)")


@pytest.fixture(scope="module")
def own_kind():
    """A registry of functions and constants, apart from those of the package."""
    parts = registry.Registry("dish")

    @parts.register("soup")
    def soup(water: float, salt: int = 1, hot: bool = True, name: str = "soup", spice=None):
        return (water, salt, hot, name, spice)

    parts.register("bread", "a loaf")
    return parts


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("soup(2)", (2, 1, True, "soup", None)),
        ("soup(2.5, 3)", (2.5, 3, True, "soup", None)),
        ("soup(1, hot=False, name=stew)", (1, 1, False, "stew", None)),
        ("soup(1, spice=(1, pepper))", None),
        ("soup(1, spice=7)", (1, 1, True, "soup", 7)),
        ("bread", "a loaf"),
    ],
)
def test_arguments_reach_what_is_registered(own_kind, text, value):
    if value is None:  # a bare word stands alone only
        with pytest.raises(UserError):
            own_kind.get(text)
    else:
        assert own_kind.get(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soup", "missing a required argument: 'water'. It takes water, salt, hot, name, spice."),
        ("soup(1, 2, True, x, 5, 6)", "too many positional arguments. It takes water, salt"),
        ("soup(1, pepper=2)", "unexpected keyword argument 'pepper'. It takes water, salt"),
        ("soup(1, water=2)", "multiple values for argument 'water'"),
        ("soup(much)", "water must be of type float"),
        ("soup(True)", "water must be of type float"),
        ("soup(1, 1.5)", "salt must be of type int"),
        ("soup(1, hot=2)", "hot must be of type bool"),
        ("soup(1, name=3)", "name must be of type str"),
        ("bread(1)", r"bread takes no arguments. Received: bread\(1\)"),
    ],
)
def test_arguments_that_do_not_fit_the_signature_are_refused(own_kind, text, message):
    with pytest.raises(UserError, match=message):
        own_kind.get(text)


def test_types_of_a_module_with_postponed_annotations_are_checked(own_kind):
    def stock(hours: "float", pot: "NowhereImported" = None):  # noqa: F821
        return hours

    def sauce(hours: "float"):
        return hours

    for part in (stock, sauce):
        own_kind.register(part.__name__, part)
    assert own_kind.get("sauce(2)") == 2
    with pytest.raises(UserError, match="hours must be of type float"):
        own_kind.get("sauce(long)")
    assert own_kind.get("stock(long)") == "long"  # nobody can say what its annotations mean


def test_networks_await_their_sizes_and_take_options_by_name():
    build = registry.get("network", "mlp(units=4)")
    assert build(3, 2, (4, 4, 1))["trunk"].output_shape == (None, 4)
    for text, message in (
        ("mlp(4)", r"given by name, as in mlp\(units=128\). Received: mlp\(4\)"),
        ("mlp(latent_size=4)", "unknown argument latent_size. It takes image_shape, units"),
        ("mlp(units=4.5)", "units must be of type int"),
        ("mlp(filters=4)", "unexpected keyword argument 'filters'"),
    ):
        with pytest.raises(UserError, match=message):
            registry.get("network", text)


def test_what_is_no_text_is_returned_as_it_is():
    thing = object()
    assert registry.get("term", thing) is thing


def test_a_part_of_ones_own_is_registered_once_and_found():
    registry.register("objective", "own_objective", 3)
    assert registry.get("objective", "own_objective") == 3
    assert "own_objective" in registry.names("objective")
    for name in ("own_objective", "hinge"):
        with pytest.raises(UserError, match=f"objective of this name already. Received: '{name}'"):
            registry.register("objective", name, 4)
    with pytest.raises(UserError, match="mean own_objective"):
        registry.get("objective", "own_objectiv")


def test_the_name_of_a_preset_is_taken_before_the_presets_are_asked_for(root):
    """In a fresh process, where nothing has imported them."""
    program = """from keras_infogan import registry
try:
    registry.register("preset", "quick", 3)
except registry.UserError as error:
    print(error, "quick" in registry.names("preset"))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True
    )
    assert ended.stdout == ("There is a preset of this name already. Received: 'quick'. True\n"), (
        ended.stderr
    )


@pytest.mark.parametrize("name", ["", "a b", "1st", 3, None, "r1(5)", "../evil"])
def test_a_name_must_be_an_identifier(name):
    with pytest.raises(UserError, match="name of a term must be an identifier. Received: "):
        registry.register("term", name, object)


@pytest.mark.parametrize(
    ("kind", "base"),
    [("term", "Term"), ("transform", "Transform"), ("rewrite", "Rewrite"), ("code", "Code")],
)
def test_a_class_must_extend_the_base_of_its_kind(kind, base):
    with pytest.raises(UserError, match=f"A {kind} must be a subclass of {base}. Received: "):
        registry.register(kind, "mine", dict)
    assert "mine" not in registry.names(kind)


def test_a_network_family_must_be_a_function():
    with pytest.raises(UserError, match="network family must be a function. Received: 'mlp'"):
        registry.register("network", "mine", "mlp")
