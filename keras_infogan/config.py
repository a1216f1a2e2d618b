"""RunConfig: every choice that decides what a run computes, declared and checked once, here."""

import dataclasses

from keras_infogan import earlier, notation
from keras_infogan.errors import UserError
from keras_infogan.options import PARTS, Group, option
from keras_infogan.shorthands import NOISE, SHORTHANDS

MODELS = ("infogan", "gan", "conditional")
_group = dataclasses.dataclass(frozen=True, kw_only=True)


@_group
class Data(Group):
    """The images."""

    title = "Data"

    dataset: str | None = option(
        None,
        "mnist5k, drawn_faces, sprites, folder:PATH (images, in a folder for each class or without "
        "any) or any image set of tensorflow-datasets; by default MNIST if it is prepared or can "
        "be downloaded, else mnist5k",
        metavar="NAME",
        common=True,
    )
    image_size: int = option(28, "height and width of the images, in pixels", 1)
    channels: int | None = option(
        None, "1 for grey, 3 for color; as the data is by default", choices=(1, 3)
    )
    crop: int | None = option(
        None, "side in pixels of the central square taken of each image; the largest by default", 1
    )
    validation_images: int = option(
        0,
        "score on this many of the training images, which are then not trained on, in place of "
        "the test images: for tuning",
        0,
    )


@_group
class Latents(Group):
    """The generator's input."""

    title = "Noise and codes"

    latents: str = option(
        "normal(62) + cat(10) + 2*uniform(-1, 1)",
        "noise and codes: normal(N) or noise(N, uniform), then codes such as cat(10), "
        "uniform(-1, 1), gaussian or 2*cat(5)",
        latents=True,
        metavar="SPEC",
        common=True,
    )


@_group
class Networks(Group):
    """The networks."""

    title = "Networks"

    networks: str = option(
        "conv28", "family of networks, with options: conv28(filters=32)", parts="network"
    )
    rewrites: PARTS = option(
        (), "change the networks first, such as spectral_norm", parts="rewrite", flag="rewrite"
    )


@_group
class Distortion(Group):
    """What D and Q see of the images in training."""

    title = "What D and Q see"

    shear: float = option(0.0, "shear images by up to this, in columns per row", 0)
    scale: float = option(0.0, "scale images by up to this share of their size", 0)
    shift: float = option(0.0, "shift images by up to this, in pixels", 0)
    transforms: PARTS = option(
        (), "a transform, such as instance_noise(0.1)", parts="transform", flag="transform"
    )

    @property
    def distorts(self):
        """Whether all images are distorted before D and Q."""
        return max(self.shear, self.scale, self.shift) > 0


@_group
class Objective(Group):
    """The adversarial losses, and what is added to them."""

    title = "Objective"

    generator_loss: str = option(
        "non_saturating",
        "adversarial objective",
        parts="objective",
        common=True,
    )
    adversarial_weight: float = option(1.0, "weight of the adversarial loss in G's loss", 0)
    terms: PARTS = option(
        (), "add a term to the losses, such as r1(0.1)", parts="term", flag="term"
    )


@_group
class Information(Group):
    """The information between codes and images, of an InfoGAN."""

    title = "Information"
    models = ("infogan",)

    information_weight: float = option(
        1.0,
        "λ, the weight of the categorical codes; 0 trains a regular GAN with Q as a probe",
        0,
        common=True,
    )
    continuous_weight: float = option(0.1, "weight of the continuous codes", 0)
    information_warmup: float = option(0.0, "share of the run in which λ rises from 0", 0, 1)
    trunk_learns_information: bool = option(
        True, "let the shared trunk learn from the information loss, in D's update"
    )
    q_update: str = option(
        "generator",
        "whose optimizer updates Q's head (the authors' program: the discriminator's)",
        choices=("generator", "discriminator", "own"),
    )
    q_learning_rate: float | None = option(None, "learning rate of Q's own update", above=0)


@_group
class TwoLooks(Group):
    """The information between two distortions of a real image, of an InfoGAN."""

    title = "Information between two looks at a real image"
    models = ("infogan",)

    real_information_weight: float = option(
        0.0, "weight of the information between the codes of two distortions of a real image", 0
    )
    thickness: float = option(
        0.0, "thicken or thin strokes in the second look, by this share of a dilation", 0, 1
    )
    hole: float = option(0.0, "hide a square of this many pixels a side in the second look", 0)

    @property
    def distorts_second_look(self):
        """Whether the second look at a real image has a distortion of its own."""
        return max(self.thickness, self.hole) > 0


@_group
class PictureCritic(Group):
    """A second discriminator, of the images as they are."""

    title = "A second discriminator, with a trunk of its own, of undistorted images"
    models = ("infogan",)

    critic_weight: float = option(0.0, "weight of its objective in G's loss; 0 for none", 0)
    critic_from: float = option(0.0, "share of the run at which that weight begins to rise", 0, 1)
    critic_until: float = option(0.0, "share of the run at which it has risen", 0, 1)


@_group
class Optimization(Group):
    """The updates."""

    title = "Optimization"

    batch_size: int = option(128, "images in a step", 1, common=True)
    d_learning_rate: float = option(
        2e-4, "Adam's learning rate of trunk and discriminator", above=0, common=True
    )
    g_learning_rate: float = option(
        1e-3, "Adam's learning rate of generator and recognizer", above=0, common=True
    )
    adam_beta_1: float = option(0.5, "decay of Adam's first moment", 0, below=1)
    decay_from: float = option(
        1.0, "share of the run after which learning rates fall linearly to a fiftieth", 0, 1
    )
    d_steps: int = option(1, "updates of the discriminator in a step", 1)
    d_pretraining: int = option(0, "first steps in which only the discriminator learns", 0)
    average_generator: float | None = option(
        None, "take images from a mean of G's weights with this decay, such as 0.999", 0, below=1
    )
    jit: bool | None = option(None, "compile the step with XLA; by default on a GPU only")
    steps_per_execution: int = option(1, "steps that TensorFlow runs at once", 1)


@_group
class Devices(Group):
    """What a run computes on."""

    title = "Devices"

    devices: str | None = option(
        None,
        "share each batch between this many GPUs, or CPUs where there is none, or between all; one "
        "by default",
        metavar="N",
        resumable=True,
    )
    synchronized: bool = option(
        False, "let BatchNormalization see the batch of all devices, not each device's part alone"
    )
    precision: str = option(
        "float32",
        "what networks compute in, for a GPU's tensor cores; weights, heads and losses: float32",
        choices=("float32", "mixed_float16", "mixed_bfloat16"),
    )
    deterministic: bool = option(
        False, "deterministic operations only, on a GPU too: slower, and without XLA"
    )


@_group
class Divergence(Group):
    """What follows where a loss, a gradient or a weight is not finite."""

    title = "Divergence"

    on_divergence: str = option(
        "stop",
        "where a loss, a gradient norm or a weight is not finite, stop, or restart from the last "
        "checkpoint with fresh noise and half the learning rates",
        choices=("stop", "restart"),
        resumable=True,
    )
    max_restarts: int = option(3, "restarts of a run before it fails", 1, resumable=True)


@_group
class Length(Group):
    """How long the run is."""

    title = "Length"

    epochs: int = option(50, "passes over the training images", 1, common=True)
    max_steps: int | None = option(
        None,
        "end after this many steps, whatever the epochs; --epochs alone lifts a preset's limit",
        1,
        common=True,
    )

    def total_steps(self, steps_per_epoch):
        """Length of the run in steps."""
        steps = self.epochs * steps_per_epoch
        return steps if self.max_steps is None else min(steps, self.max_steps)


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunConfig(
    Data,
    Latents,
    Networks,
    Distortion,
    Objective,
    Information,
    TwoLooks,
    PictureCritic,
    Optimization,
    Devices,
    Divergence,
    Length,
):
    """The choices behind a run. A preset is a RunConfig with a name.

    Args:
        preset: Name of the preset it began from.
        **options: The options below and those of the groups that it inherits from.

    Raises:
        UserError: If a value is out of range, or options contradict each other.
    """

    title = "What to train"
    models = None

    preset: str
    model: str = option("infogan", "kind of model", choices=MODELS)
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
            self.distorts or self.distorts_second_look or not self.real_information_weight,
            "real_information_weight",
            "compares two distortions, so it needs --shear, --scale, --shift, --thickness or "
            "--hole",
        )
        for name in ("thickness", "hole"):
            self._require(
                self.real_information_weight or not getattr(self, name),
                name,
                "distorts the second look at a real image, so it needs --real-information-weight",
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
            not (self.deterministic and self.jit),
            "deterministic",
            "turns XLA off, so it does not go with --jit",
        )
        parts = [part.name for count, part in notation.parse_sum(self.latents) if count]
        codes = [name for name in parts if name not in NOISE]
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
    def depends_on_length(self):
        """Whether a step computes something else in a run of another length."""
        return self.information_warmup > 0 or self.decay_from < 1

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
        if "epochs" in given and "max_steps" not in given:
            given["max_steps"] = None
        changed = dataclasses.replace(self, **given) if given else self
        for name, value in shorthands.items():
            target = SHORTHANDS[name].target
            text = SHORTHANDS[name].apply(getattr(changed, target), value)
            changed = dataclasses.replace(changed, **{target: text})
        return changed

    def differences(self, other):
        """Names of the options in which two configurations differ."""
        return [n for n in type(self).options() if getattr(self, n) != getattr(other, n)]

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
        if earlier.is_earlier_config(content):
            try:
                return cls(preset=content["preset"], **earlier.options_of(content))
            except (TypeError, KeyError, AttributeError) as error:
                raise UserError(f"config.json is damaged: {error!r}.") from None
        try:
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
            return cls(**values)
        except (TypeError, KeyError, AttributeError) as error:
            raise UserError(
                f"config.json does not describe a run of this version: {error!r}."
            ) from None


@_group
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
    tick: int = option(100, "steps between two looks at the model", 1)
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
