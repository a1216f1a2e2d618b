"""The options of a `RunConfig`, each declared once, here, in groups."""

import dataclasses

from keras_infogan.options import PARTS, Group, option

_group = dataclasses.dataclass(frozen=True, kw_only=True)


@_group
class Data(Group):
    """Data."""

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
        None, "1 for gray, 3 for color; as the data is by default", choices=(1, 3)
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
    """Noise and codes."""

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
    """Networks."""

    networks: str = option(
        "conv28", "family of networks, with options: conv28(filters=32)", parts="network"
    )
    rewrites: PARTS = option(
        (), "change the networks first, such as spectral_norm", parts="rewrite", flag="rewrite"
    )


@_group
class Distortion(Group):
    """What D and Q see."""

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
    """Objective."""

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
    """Information."""

    models = ("infogan",)

    information_weight: float = option(
        1.0,
        "λ, the weight of the categorical codes; 0 trains a regular GAN with Q as a probe",
        0,
        common=True,
    )
    continuous_weight: float = option(0.1, "weight of the continuous codes", 0)
    information_warmup: float = option(0.0, "fraction of training in which λ rises from 0", 0, 1)
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
    """Information between two looks (augmented views) at a real image."""

    models = ("infogan",)
    switch = "real_information_weight"
    about = "two looks at a real image"

    real_information_weight: float = option(
        0.0, "weight of the information between the codes of two distortions of a real image", 0
    )
    thickness: float = option(
        0.0, "thicken or thin strokes in the second look, by this share of a dilation", 0, 1
    )
    hole: float = option(0.0, "hide a square of this many pixels a side in the second look", 0)
    brightness: float = option(
        0.0, "gamma correction of the second look, by a power from e^-B to e^B", 0, most=3
    )
    neighbors: int = option(
        0, "take the second look at one of this many nearest neighbors of a real image", 0
    )
    head_from: float = option(
        1.0, "fraction of training from which Q's head learns from this information too", 0, 1
    )
    logit_std: float = option(
        0.0, "scale Q's logits of both looks to this standard deviation; 0 for off", 0
    )

    @property
    def distorts_second_look(self):
        """Whether the second look at a real image has a distortion of its own."""
        return max(self.thickness, self.hole, self.brightness) > 0


@_group
class PictureCritic(Group):
    """A second discriminator, with its own trunk, for undistorted images."""

    models = ("infogan",)
    switch = "critic_weight"
    about = "a second discriminator"

    critic_weight: float = option(0.0, "weight of its objective in G's loss; 0 for none", 0)
    critic_from: float = option(
        0.0, "fraction of training at which that weight begins to rise", 0, 1
    )
    critic_until: float = option(0.0, "fraction of training at which it is reached", 0, 1)
    critic_networks: str | None = option(
        None, "its family of networks; that of --networks by default", parts="network"
    )
    critic_told_codes: bool = option(
        False, "tell it the categorical codes; of a real image, those that Q reads"
    )


@_group
class Optimization(Group):
    """Optimization."""

    batch_size: int = option(128, "images in a step", 1, common=True)
    d_learning_rate: float = option(
        2e-4, "Adam's learning rate of trunk and discriminator", above=0, common=True
    )
    g_learning_rate: float = option(
        1e-3, "Adam's learning rate of generator and recognizer", above=0, common=True
    )
    adam_beta_1: float = option(0.5, "decay of Adam's first moment", 0, below=1)
    decay_from: float = option(
        1.0, "fraction of training after which learning rates fall linearly to a fiftieth", 0, 1
    )
    d_steps: int = option(1, "updates of the discriminator in a step", 1)
    d_pretraining: int = option(0, "first steps in which only the discriminator learns", 0)
    average_generator: float | None = option(
        None, "take images from a mean of G's weights with this decay, such as 0.999", 0, below=1
    )
    jit: bool | None = option(None, "compile the step with XLA; by default on a GPU only")
    measure_jit: bool = option(
        False,
        "time the step with and without XLA before the run and use the faster; costs both "
        "compilations and some seconds, once for these networks on a machine",
    )
    steps_per_execution: int | None = option(
        None,
        "steps that TensorFlow runs at once; by default 10 of small images with --jit, else 1",
        1,
    )


@_group
class Devices(Group):
    """Devices."""

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
    """Divergence."""

    on_divergence: str = option(
        "stop",
        "where a loss, a gradient norm or a weight is not finite, stop, or restart from the last "
        "checkpoint with fresh noise and half the learning rates",
        choices=("stop", "restart"),
        resumable=True,
    )
    max_restarts: int = option(3, "restarts of a run before it fails", 1, resumable=True)


@_group
class Starts(Group):
    """Starts."""

    models = ("infogan",)
    switch = "starts"
    about = "several starts"

    starts: int = option(
        1,
        "begin this many times with other weights and noise, and go on with the start whose codes "
        "carry the most information about real images; no labels are used",
        1,
        most=100,
    )
    choose_at: float = option(
        1.0, "fraction of training after which one of the starts is chosen", above=0, most=1
    )
    choose_brightness: float = option(
        0.0,
        "compare the starts by looks with a gamma correction too, by a power from e^-B to e^B",
        0,
        most=3,
    )

    def start_steps(self, total_steps):
        """Steps of each start, in a run of so many; None without several starts."""
        return max(int(self.choose_at * total_steps), 1) if self.starts > 1 else None


@_group
class Length(Group):
    """Length."""

    epochs: int = option(50, "passes over the training images", 1, common=True)
    max_steps: int | None = option(
        None,
        "end after this many steps, if the epochs do not end before; --epochs alone lifts a "
        "preset's limit",
        1,
        common=True,
    )

    def total_steps(self, steps_per_epoch):
        """Length of the run in steps."""
        steps = self.epochs * steps_per_epoch
        return steps if self.max_steps is None else min(steps, self.max_steps)
