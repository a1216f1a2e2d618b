"""RunConfig: every choice that decides what a run computes, checked once, here."""

import dataclasses
import math

from keras_infogan.errors import UserError

MODELS = ("infogan", "gan", "conditional")

# Fields that do nothing in the other models, and keep their defaults there.
OF_INFOGAN = (
    "categories",
    "continuous_codes",
    "learned_std",
    "q_learning_rate",
    "information_weight",
    "continuous_weight",
    "information_warmup",
    "real_information_weight",
    "trunk_learns_information",
    "thickness",
    "hole",
)


@dataclasses.dataclass(frozen=True)
class RunConfig:
    """The choices behind a run. A preset is a RunConfig with a name.

    Args:
        preset: Name of the preset it began from.
        networks: Family of networks, see `keras_infogan.networks`.
        model: What is trained: one of `MODELS`.
        network_options: Further arguments of that family, as `(name, value)` pairs.
        image_size: Height and width of the images, in pixels.
        noise: Number of noise variables.
        noise_distribution: `"normal"` for N(0, 1) or `"uniform"` for U(-1, 1).
        categories: Values of the categorical code c1; only an InfoGAN has codes.
        continuous_codes: Number of codes U(-1, 1): c2, c3, ...
        learned_std: Whether Q gives a standard deviation with each continuous code; else it is 1.
        dataset: Name of the data, or None to take the best MNIST that can be had.
        channels: 1 for grey images, 3 for colour, None for what the data is.
        crop: Side in pixels of the central square that is taken of each image before it is brought
            to `image_size`; None for the largest.
        epochs: Passes over the training images.
        max_steps: Steps after which the run ends even if `epochs` would go on; None for no limit.
        batch_size: Images in a step.
        d_learning_rate: Adam's rate for trunk and discriminator.
        g_learning_rate: Adam's rate for generator and recognizer.
        adam_beta_1: Decay of Adam's first moment, in [0, 1).
        decay_from: Share of the run after which both rates fall linearly to a fiftieth; 1 never.
        q_learning_rate: Adam's rate where the information loss has an update of its own; None
            leaves it to the generator's.
        d_steps: Updates of D in a step.
        d_pretraining: Steps in which D learns alone at first.
        generator_loss: Name of the adversarial objective, see `keras_infogan.objectives`.
        adversarial_weight: Weight of the generator's part in it.
        information_weight: Weight of the categorical information loss.
        continuous_weight: Weight of the continuous one.
        information_warmup: Share of the run in which the categorical weight rises from 0.
        real_information_weight: Weight of the information between the codes of two distortions of a
            real image.
        trunk_learns_information: Whether the trunk learns from the information loss.
        shear: Distortion of what D and Q see, see `RandomDistortion`; 0 for none.
        scale: The same, change of size.
        shift: The same, in pixels.
        thickness: Distortion of the second look at a real image only, as a share of the way to a
            dilation over 3×3 pixels. In generated images a continuous code can then mean the pen.
        hole: Side in pixels of a square hidden in that second look; 0 for none.
        stabilizers: `(name, strength)` pairs, see `keras_infogan.stabilizers`; a strength of None
            is the default.
        seed: Integer from which the weights, the order of the data and the noise follow.
        jit: Whether XLA compiles the train step; None leaves it to Keras (on for a GPU).
    """

    preset: str
    networks: str
    model: str = "infogan"
    network_options: tuple = ()
    image_size: int = 28
    noise: int = 62
    noise_distribution: str = "normal"
    categories: int = 10
    continuous_codes: int = 2
    learned_std: bool = False
    dataset: str | None = None
    channels: int | None = None
    crop: int | None = None
    epochs: int = 50
    max_steps: int | None = None
    batch_size: int = 128
    d_learning_rate: float = 2e-4
    g_learning_rate: float = 1e-3
    adam_beta_1: float = 0.5
    decay_from: float = 1.0
    q_learning_rate: float | None = None
    d_steps: int = 1
    d_pretraining: int = 0
    generator_loss: str = "non_saturating"
    adversarial_weight: float = 1.0
    information_weight: float = 1.0
    continuous_weight: float = 0.1
    information_warmup: float = 0.0
    real_information_weight: float = 0.0
    trunk_learns_information: bool = True
    shear: float = 0.0
    scale: float = 0.0
    shift: float = 0.0
    thickness: float = 0.0
    hole: float = 0.0
    stabilizers: tuple = ()
    seed: int = 0
    jit: bool | None = None

    def __post_init__(self):
        for name, least in (
            ("epochs", 1),
            ("batch_size", 1),
            ("noise", 0),
            ("categories", 2),
            ("continuous_codes", 0),
            ("d_steps", 1),
            ("d_pretraining", 0),
            ("image_size", 1),
        ):
            self._require(getattr(self, name) >= least, name, f"must be at least {least}")
        for name in ("max_steps", "crop"):
            value = getattr(self, name)
            self._require(value is None or value >= 1, name, "must be at least 1")
        self._require(
            self.channels in (None, 1, 3), "channels", "must be 1 for grey or 3 for colour"
        )
        self._require(self.model in MODELS, "model", f"must be one of {', '.join(MODELS)}")
        self._require(
            self.noise_distribution in ("normal", "uniform"),
            "noise_distribution",
            "must be normal or uniform",
        )
        for name in ("d_learning_rate", "g_learning_rate", "q_learning_rate"):
            value = getattr(self, name)
            if value is None and name == "q_learning_rate":
                continue
            self._require(math.isfinite(value) and value > 0, name, "must be finite and above 0")
        for name in (
            "adversarial_weight",
            "information_weight",
            "continuous_weight",
            "real_information_weight",
            "shear",
            "scale",
            "shift",
            "thickness",
            "hole",
        ):
            value = getattr(self, name)
            self._require(math.isfinite(value) and value >= 0, name, "must be finite, 0 or more")
        for name in ("information_warmup", "decay_from"):
            self._require(0 <= getattr(self, name) <= 1, name, "must be from 0 to 1")
        if self.model != "infogan":
            rule = f"is for InfoGANs only, and this is model={self.model}"
            for field in dataclasses.fields(self):
                if field.name in OF_INFOGAN:
                    self._require(getattr(self, field.name) == field.default, field.name, rule)
        self._require(
            self.distorts or self.distorts_second_look or not self.real_information_weight,
            "real_information_weight",
            "compares two distortions, so it needs --shear, --scale, --shift, --thickness or "
            "--hole",
        )
        self._require(self.thickness <= 1, "thickness", "must be from 0 to 1")
        for name in ("thickness", "hole"):
            self._require(
                self.real_information_weight or not getattr(self, name),
                name,
                "distorts the second look at a real image, so it needs --real-information-weight",
            )
        self._require(0 <= self.adam_beta_1 < 1, "adam_beta_1", "must be from 0 to under 1")
        self._require(0 <= self.seed < 2**31, "seed", "must be from 0 to 2147483647")

    def _require(self, holds, name, rule):
        if not holds:
            flag = "--" + name.replace("_", "-")
            raise UserError(f"{flag} {rule}. Received: {getattr(self, name)}.")

    def total_steps(self, steps_per_epoch):
        """Length of the run in steps."""
        steps = self.epochs * steps_per_epoch
        return steps if self.max_steps is None else min(steps, self.max_steps)

    @property
    def depends_on_length(self):
        """Whether a step computes something else in a run of another length."""
        return self.information_warmup > 0 or self.decay_from < 1

    @property
    def distorts(self):
        """Whether all images are distorted before D and Q."""
        return max(self.shear, self.scale, self.shift) > 0

    @property
    def distorts_second_look(self):
        """Whether the second look at a real image has a distortion of its own."""
        return max(self.thickness, self.hole) > 0

    def to_json(self):
        """A JSON-ready dict that `from_json` turns back into an equal config."""
        pairs = {name: dict(getattr(self, name)) for name in ("network_options", "stabilizers")}
        return {**dataclasses.asdict(self), **pairs}

    @classmethod
    def from_json(cls, content):
        """Inverse of `to_json`.

        Raises:
            UserError: If the content is not of a RunConfig.
        """
        try:
            options = tuple(content["network_options"].items())
            stabilizers = tuple(content.get("stabilizers", {}).items())
            return cls(**{**content, "network_options": options, "stabilizers": stabilizers})
        except (TypeError, KeyError, AttributeError) as error:
            raise UserError(f"config.json does not describe a run of this version: {error}.") from (
                None
            )
