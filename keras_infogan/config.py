"""RunConfig: every choice that decides what a run computes, checked here; and RunOptions."""

import dataclasses

from keras_infogan import earlier, notation
from keras_infogan import option_groups as groups
from keras_infogan.errors import UserError
from keras_infogan.options import PARTS, Group, option
from keras_infogan.shorthands import SHORTHANDS

STEPS_AT_ONCE = 10  # of images up to SMALL pixels
SMALL = 32


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunConfig(
    groups.Data,
    groups.Latents,
    groups.Networks,
    groups.Distortion,
    groups.Objective,
    groups.Information,
    groups.TwoLooks,
    groups.PictureCritic,
    groups.Optimization,
    groups.Devices,
    groups.Divergence,
    groups.Starts,
    groups.Length,
):
    """The choices behind a run. A preset is a RunConfig with a name.

    Its other arguments are the options below and those of the groups that it inherits from.

    Args:
        preset: Name of the preset it began from.

    Raises:
        UserError: If a value is out of range, or options contradict each other.
    """

    title = "What to train"
    models = None

    preset: str
    model: str = option("infogan", "kind of model", choices=("infogan", "gan", "conditional"))
    seed: int = option(
        0,
        "decides initial weights, the order of the data, and noise",
        least=0,
        most=2**31 - 1,
        common=True,
    )

    def __post_init__(self):
        super().__post_init__()
        if not isinstance(self.preset, str):
            raise UserError(f"preset must be a name. Received: {self.preset!r}.")
        for group in self.groups():
            if not self.uses(group):
                for name, one in group.own_options().items():
                    self._require(
                        getattr(self, name) == one.default,
                        name,
                        f"is for {', '.join(group.models)} only, and this is model={self.model}",
                    )
        self._require(
            self.distorts
            or self.distorts_second_look
            or self.transforms
            or not self.real_information_weight,
            "real_information_weight",
            "compares two distortions, so it needs --shear, --scale, --shift, --thickness, "
            "--hole, --brightness or --transform",
        )
        for group in self.groups():
            for name, default in group.turned_off(vars(self)).items():
                switch = self.options()[group.switch]
                self._require(
                    getattr(self, name) == default,
                    name,
                    f"is about {group.about}, so it needs {switch.flag} above {switch.default:g}",
                )
        self._require(
            self.starts == 1 or self.distorts or self.transforms or self.choose_brightness,
            "starts",
            "compares the starts by two looks at real images, so it needs --shear, --scale, "
            "--shift, --transform or --choose-brightness",
        )
        self._require(
            self.critic_from <= self.critic_until,
            "critic_until",
            "is where the weight that rises from --critic-from has risen, and not before it",
        )
        self._require(
            self.devices in (None, "all") or self.devices.isdecimal() and int(self.devices) > 0,
            "devices",
            "must be all, or a whole number above 0",
        )
        self._require(
            not (self.deterministic and (self.jit or self.measure_jit)),
            "deterministic",
            "turns XLA off, so it cannot be combined with --jit or --measure-jit",
        )
        parts = [part.name for count, part in notation.parse_sum(self.latents) if count]
        codes = [name for name in parts if name not in notation.NOISE]
        if self.model == "infogan":
            self._require(codes, "latents", "needs at least one code, such as cat(10)")
        else:
            self._require(not codes, "latents", f"has no codes where model={self.model}")
        self._require(
            (self.q_update == "own") == (self.q_learning_rate is not None),
            "q_learning_rate",
            "belongs to --q-update own, and is needed there",
        )

    def _require(self, holds, name, rule):
        if not holds:
            flag = self.options()[name].flag
            raise UserError(f"{flag} {rule}. Received: {getattr(self, name)}.")

    def uses(self, group):
        """Whether the model uses the options of a group."""
        return group.models is None or self.model in group.models

    @property
    def steps_at_once(self):
        """Steps that TensorFlow runs in one call, by default more than one where they are short.

        A call costs a few milliseconds, which count where XLA compiles the step for small images. A
        run can be stopped between two calls only, so steps that take long are taken one by one.
        """
        if self.steps_per_execution is not None:
            return self.steps_per_execution
        return STEPS_AT_ONCE if self.jit and self.image_size <= SMALL else 1

    @property
    def depends_on_length(self):
        """Whether a step computes something else in a run of another length."""
        return (
            self.information_warmup > 0
            or self.decay_from < 1
            or self.starts > 1
            or (self.real_information_weight > 0 and 0 < self.head_from < 1)
            or (self.critic_weight > 0 and self.critic_until > 0)
        )

    def with_options(self, **given):
        """The same with other options, shorthands among them.

        Args:
            **given: Options by their names. Parts that may be repeated are added to those there.
                `SHORTHANDS` change what the others leave.

        Raises:
            UserError: If an option is unknown, out of range or at odds with another.
        """
        shorthands = {name: given.pop(name) for name in SHORTHANDS if name in given}
        known = type(self).options()
        if unknown := sorted(set(given) - set(known)):
            raise UserError(
                f"The options are {', '.join([*known, *SHORTHANDS])}. Received: {unknown[0]}."
            )
        for name, value in given.items():
            if known[name].type == PARTS:
                given[name] = _merged(getattr(self, name), value)
        if given.get("measure_jit") and given.get("jit") is not None:
            flag = "--jit" if given["jit"] else "--no-jit"
            raise UserError(
                f"--measure-jit chooses --jit or --no-jit: give one only. Received: {flag}."
            )
        if "epochs" in given and "max_steps" not in given:
            given["max_steps"] = None
        given = self.turned_off(given) | given
        changed = dataclasses.replace(self, **given) if given else self
        for name, value in shorthands.items():
            target = SHORTHANDS[name].target
            text = SHORTHANDS[name].apply(getattr(changed, target), value)
            changed = dataclasses.replace(changed, **{target: text})
        return changed

    def differences(self, other):
        """Names of the options in which two configurations differ."""
        return [n for n in type(self).options() if getattr(self, n) != getattr(other, n)]

    def changes_from(self, other):
        """Names of the options that make another configuration this one.

        Those that follow from others, such as the options of a part that is turned off, are absent.
        """
        changes = self.differences(other)
        given = {name: getattr(self, name) for name in changes}
        switches = {group.switch for group in self.groups()}
        return [n for n in changes if n in switches or n not in self.turned_off(given)]

    def to_json(self):
        """A JSON-ready dict of groups; those that the model does not use are absent."""

        def written(group):
            values = {name: getattr(self, name) for name in group.own_options()}
            return {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}

        content = {"preset": self.preset, **written(type(self))}
        return content | {
            group.key(): written(group) for group in self.groups() if self.uses(group)
        }

    @classmethod
    def from_json(cls, content):
        """Inverse of `to_json`; options that are not there have their defaults.

        Raises:
            UserError: If the content is not of a RunConfig.
        """
        try:
            if earlier.is_earlier_config(content):
                return cls(preset=content["preset"], **earlier.options_of(content, cls.options()))
            values = {"preset": content["preset"]}
            beside = {"preset", *(group.key() for group in cls.groups())}
            for group in (cls, *cls.groups()):
                known = group.own_options()
                found = content if group is cls else content.get(group.key(), {})
                if unknown := set(found) - set(known) - (beside if group is cls else set()):
                    raise KeyError(*sorted(unknown))
                for name in known:
                    if name in found:
                        value = found[name]
                        values[name] = tuple(value) if known[name].type == PARTS else value
            # Files of earlier versions may hold options of a part that is turned off.
            defaults = {name: one.default for name, one in cls.options().items()}
            return cls(**values | cls.turned_off(defaults | values))
        except UserError:
            raise
        except (TypeError, KeyError, AttributeError, ValueError, OverflowError) as error:
            raise UserError(
                f"config.json does not describe a run of this version: {error!r}."
            ) from None


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunOptions(Group):
    """How a run is kept and watched; nothing that it computes follows from these."""

    title = "The run"

    data_dir: str | None = option(
        None,
        "where tensorflow-datasets keeps its data sets; $TFDS_DATA_DIR, else "
        "~/tensorflow_datasets, by default",
        metavar="DIR",
        common=True,
    )
    tick: int = option(100, "steps between lines of metrics", 1)
    sample_every: int = option(500, "steps between pictures", 1)
    checkpoint_every: float = option(60.0, "seconds between checkpoints", 1)
    evaluate_every: int | None = option(None, "epochs between evaluations on the way", 1)
    tensorboard: bool = option(False, "write events for TensorBoard")
    callbacks: PARTS = option(
        (), "a Keras callback that a module registered", parts="callback", flag="callback"
    )
    imports: PARTS = option(
        (), "a module or .py file with parts of your own, imported first", flag="import"
    )
    data_note: str | None = option(None, "how the data set was chosen", hidden=True)

    def to_json(self):
        """A JSON-ready dict."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, content):
        """Inverse of `to_json`; options that are not there have their defaults."""
        known = cls.options()
        values = {name: content[name] for name in known if name in content}
        return cls(**{n: tuple(v) if isinstance(v, list) else v for n, v in values.items()})


def _merged(there, added):
    """Parts with others added, which replace those of the same name."""
    parts = {notation.parse(text).name: text for text in there}
    return tuple((parts | {notation.parse(text).name: text for text in added}).values())
