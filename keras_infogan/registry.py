"""One registry for every kind of part that a run is composed of.

A part is named in the command line and in config files, with arguments if need be:
`get("term", "r1(5)")`. Built-in names stand below beside the place of what they name, which is
imported when it is first asked for, so names can be checked without loading TensorFlow. A part of
your own is one call from anywhere:

    @register("term", "my_term")
    class MyTerm(Term): ...
"""

import functools
import importlib
import inspect

from keras_infogan.errors import UserError, did_you_mean
from keras_infogan.notation import parse

_PLAIN_TYPES = (bool, int, float, str)


class Registry:
    """The parts of one kind by name.

    Args:
        kind: What a part is called, such as `"term"`.
        homes: `{name: "module:attribute"}` of the built-in ones, modules below `keras_infogan`.
        base: Optional `"module:attribute"` of the class that a registered class must extend.
        partial: Whether `get` returns a function that awaits more arguments, where it otherwise
            calls what is registered.
        module: Optional module below `keras_infogan` that registers further parts itself.
    """

    def __init__(self, kind, homes=(), base=None, partial=False, module=None):
        self.kind = kind
        self.base = base
        self.partial = partial
        self.module = module
        self._homes = dict(homes)
        self._things = {}

    def register(self, name, thing=None):
        """Adds a part; without `thing` it returns a decorator.

        Raises:
            UserError: If the name is not an identifier or is taken.
        """
        if thing is None:
            return functools.partial(self.register, name)
        if not isinstance(name, str) or not name.replace("-", "_").isidentifier():
            raise UserError(f"The name of a {self.kind} must be an identifier. Received: {name!r}.")
        if name in self.names():
            raise UserError(f"There is a {self.kind} of this name already. Received: {name!r}.")
        if self.base is not None and inspect.isclass(thing):
            base = load(self.base)
            if not issubclass(thing, base):
                raise UserError(
                    f"A {self.kind} must be a subclass of {base.__name__}. Received: {thing!r}."
                )
        elif self.partial and not callable(thing):
            raise UserError(f"A {self.kind} must be a function. Received: {thing!r}.")
        self._things[name] = thing
        return thing

    def names(self):
        """All names, sorted."""
        if self.module is not None:
            importlib.import_module(f"keras_infogan.{self.module}")
        return sorted({*self._homes, *self._things})

    def check(self, text):
        """Checks a name, with or without arguments, without importing what it names.

        Returns:
            The `Part` that the text is.

        Raises:
            UserError: If there is none of that name.
        """
        part = parse(text)
        names = self.names()
        if part.name not in names:
            if not names:
                raise UserError(f"No {self.kind} is registered. Received: {part.name}.")
            hint = did_you_mean(part.name, names)
            raise UserError(
                f"The {self.kind} must be one of {', '.join(names)}.{hint} Received: {part.name}."
            )
        return part

    def lookup(self, name):
        """What is registered under a name.

        Raises:
            UserError: If there is none of that name.
        """
        self.check(name)
        if name not in self._things:
            self._things[name] = load(self._homes[name])
        return self._things[name]

    def name_of(self, thing):
        """The first name under which something is registered, or None."""
        for name in [*self._homes, *self._things]:
            if self.lookup(name) is thing:
                return name
        return None

    def get(self, identifier):
        """A part by its text; anything but a text is returned as it is.

        Raises:
            UserError: If the name is unknown, or the arguments do not fit its signature.
        """
        if not isinstance(identifier, str):
            return identifier
        part = self.check(identifier)
        thing = self.lookup(part.name)
        arguments = dict(part.kwargs)
        if self.partial:
            if part.args:
                raise UserError(
                    f"Arguments of {part.name} are given by name, as in {part.name}(units=128). "
                    f"Received: {identifier}."
                )
            _check_arguments(thing, identifier, (), arguments, partial=True)
            return functools.partial(thing, **arguments) if arguments else thing
        if not callable(thing):
            if part.args or arguments:
                raise UserError(f"{part.name} takes no arguments. Received: {identifier}.")
            return thing
        _check_arguments(thing, identifier, part.args, arguments)
        try:
            return thing(*part.args, **arguments)
        except (TypeError, ValueError) as error:
            raise UserError(f"{identifier}: {error}") from None


def load(home):
    """What `module:attribute` of the package names; imported now, and not before."""
    module, _, attribute = home.partition(":")
    return getattr(importlib.import_module(f"keras_infogan.{module}"), attribute)


def _check_arguments(thing, text, args, kwargs, partial=False):
    """Refuses arguments that a signature does not name, or that are of another plain type."""
    signature = _signature(thing)
    named = {
        name: parameter
        for name, parameter in signature.parameters.items()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }
    takes = [name for name, p in named.items() if not partial or p.default is not p.empty]
    try:
        bind = signature.bind_partial if partial else signature.bind
        bound = bind(*args, **kwargs).arguments
        if unknown := [name for name in kwargs if name not in takes]:
            raise TypeError(f"unknown argument {unknown[0]}")
    except TypeError as error:
        raise UserError(
            f"{text}: {error}. It takes {', '.join(takes) or 'no arguments'}."
        ) from None
    for name, value in bound.items():
        wanted = named[name].annotation if name in named else None
        flag = wanted is bool and value in (0, 1)  # as --network-option normalize=0 says it
        if wanted in _PLAIN_TYPES and not fits(value, wanted) and not flag:
            raise UserError(f"{text}: {name} must be of type {wanted.__name__}.")


def _signature(thing):
    """A signature with its annotations as types, which `from __future__ import annotations` hides.

    Where one means nothing when the program runs, all are what the signature has.
    """
    try:
        return inspect.signature(thing, eval_str=True)
    except Exception:  # of whatever kind the annotation raises
        return inspect.signature(thing)


def fits(value, wanted):
    """Whether a value is of a plain type; whole numbers are numbers, True is not."""
    if isinstance(value, bool):
        return wanted is bool
    return isinstance(value, (int, float) if wanted is float else wanted)


def _registry(kind, table="", **options):
    """A registry whose built-in parts stand in a table, a line each: name, module:attribute."""
    return Registry(kind, dict(line.split() for line in table.strip().splitlines()), **options)


OBJECTIVES = _registry(
    "objective",
    """
    hinge                 objectives:hinge
    least_squares         objectives:least_squares
    maximum_likelihood    objectives:maximum_likelihood
    minimax               objectives:minimax
    non_saturating        objectives:non_saturating
    relativistic_average  objectives:relativistic_average
    wasserstein           objectives:wasserstein
    """,
)
TERMS = _registry(
    "term",
    """
    feature_matching      terms.feature_matching:FeatureMatching
    historical_averaging  terms.historical_averaging:HistoricalAveraging
    label_classes         terms.label_classes:LabelClasses
    label_smoothing       terms.label_smoothing:LabelSmoothing
    picture_critic        terms.picture_critic:PictureCritic
    r1                    terms.gradient_penalty:R1
    two_looks             terms.two_looks:TwoLooks
    wgan_gp               terms.gradient_penalty:WassersteinPenalty
    """,
    base="terms.term:Term",
)
TRANSFORMS = _registry(
    "transform",
    """
    distortion            transforms.distortion:RandomDistortion
    instance_noise        transforms.instance_noise:InstanceNoise
    """,
    base="transforms.transform:Transform",
)
REWRITES = _registry(
    "rewrite",
    """
    minibatch_discrimination  networks.rewrites.minibatch_discrimination:MinibatchDiscrimination
    spectral_norm             networks.rewrites.spectral_norm:SpectralNorm
    virtual_batch_norm        networks.rewrites.virtual_batch_norm:VirtualBatchNorm
    """,
    base="networks.rewrites.rewrite:Rewrite",
)
NETWORKS = _registry(
    "network family",
    """
    conditional_dense     networks.conditional_dense:build
    conv28                networks.conv28:build
    conv32                networks.conv32:build
    dcgan                 networks.dcgan:build
    dcgan64               networks.dcgan64:build
    dense                 networks.dense:build
    mlp                   networks.mlp:build
    survey28              networks.conv28:build_survey28
    """,
    partial=True,
)
CODES = _registry(
    "code",
    """
    cat                   latents.codes:Categorical
    categorical           latents.codes:Categorical
    gaussian              latents.codes:Gaussian
    uniform               latents.codes:Uniform
    """,
    base="latents.codes:Code",
)
SOURCES = _registry(
    "data source",
    """
    drawn_faces           data.drawn_faces:SOURCE
    folder                data.folder:SOURCE
    mnist5k               data.mnist5k:SOURCE
    sprites               data.sprites:SOURCE
    """,
)
FIGURES = _registry(
    "figure",
    """
    codes                 figures.images:CODES
    curves                figures.curves:CURVES
    generator-costs       figures.theory:GENERATOR_COSTS
    interpolation         figures.images:INTERPOLATION
    optimal-discriminator figures.theory:OPTIMAL_DISCRIMINATOR
    steps                 figures.images:STEPS
    table                 figures.table:TABLE
    traversals            figures.images:TRAVERSALS
    xy-game               figures.theory:XY_GAME
    """,
)
CALLBACKS = _registry("callback")
PRESETS = _registry("preset", module="presets")

_ALL = (OBJECTIVES, TERMS, TRANSFORMS, REWRITES, NETWORKS, CODES, SOURCES, FIGURES, CALLBACKS)
REGISTRIES = {registry.kind.split()[0]: registry for registry in (*_ALL, PRESETS)}


def registry_of(kind):
    """The registry of a kind.

    Raises:
        UserError: If there is no such kind.
    """
    if kind not in REGISTRIES:
        raise UserError(f"The kind must be one of {', '.join(REGISTRIES)}. Received: {kind}.")
    return REGISTRIES[kind]


def register(kind, name, thing=None):
    """Adds a part of your own; a decorator without `thing`.

    Args:
        kind: One of `REGISTRIES`: `"objective"`, `"term"`, `"transform"`, `"rewrite"`,
            `"network"`, `"code"`, `"data"`, `"figure"`, `"callback"` or `"preset"`.
        name: Its name in the command line and in config files.
        thing: The class or function.

    Raises:
        UserError: If the kind is unknown, or the name cannot be used or is taken.
    """
    return registry_of(kind).register(name, thing)


def get(kind, identifier):
    """A part by its text, such as `get("term", "r1(5)")`.

    Raises:
        UserError: If the kind or the name is unknown, or the arguments do not fit.
    """
    return registry_of(kind).get(identifier)


def names(kind):
    """All names of a kind, sorted.

    Raises:
        UserError: If the kind is unknown.
    """
    return registry_of(kind).names()
