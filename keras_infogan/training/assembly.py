"""A RunConfig → a compiled model."""

import inspect

import keras
import numpy as np

from keras_infogan import networks, objectives, terms as stabilizers
from keras_infogan.transforms.distortion import RandomDistortion
from keras_infogan.errors import UserError
from keras_infogan.latents import Categorical, LatentSpec, Noise, Uniform
from keras_infogan.models.conditional_gan import ConditionalGAN
from keras_infogan.models.gan import GAN
from keras_infogan.models.infogan import InfoGAN
from keras_infogan.schedules import HoldThenDecay


def num_labels(data):
    """Number of labels of an `ImageData`'s training images; 0 without any."""
    return 0 if data.train_labels is None else len(np.unique(data.train_labels))


def check_names(config):
    """Checks what only the registries know.

    Raises:
        UserError: If a name in the config is unknown, or a strength out of range.
    """
    try:
        objectives.get(config.generator_loss)
        networks.get(config.networks)
    except ValueError as error:
        raise UserError(str(error)) from None
    _stabilizers(config)


def check_labels(config, data):
    """Checks that data can be trained on.

    Raises:
        UserError: If labels are needed and the `ImageData` has none.
    """
    told = config.model == "conditional"
    needs = told or any(part.needs_labels for part in _stabilizers(config))
    if needs and num_labels(data) < 2:
        raise UserError(
            f"{config.preset} learns from labels, and {data.name} has {num_labels(data)} of them."
        )


def build_model(config, channels, total_steps, num_labels=0):
    """A compiled model.

    Args:
        config: A `RunConfig`.
        channels: Channels of the images.
        total_steps: Length of the run, for schedules that depend on it.
        num_labels: Number of labels of the data.

    Returns:
        A `GAN`, `ConditionalGAN` or `InfoGAN` whose initial weights follow from `config.seed`.

    Raises:
        UserError: If the networks, the stabilizers and the length do not go together.
    """
    if config.d_pretraining >= total_steps:
        raise UserError(
            f"--d-pretraining must leave G some of the run's {total_steps} steps. "
            f"Received: {config.d_pretraining}."
        )
    keras.utils.set_random_seed(config.seed)
    parts = _stabilizers(config)
    distortion = (config.shear, config.scale, config.shift)
    make = {"gan": _gan, "conditional": _conditional, "infogan": _infogan}[config.model]
    try:
        model = make(
            config,
            (config.image_size, config.image_size, channels),
            num_labels,
            stabilizers=parts,
            augmentation=RandomDistortion(*distortion) if config.distorts else None,
            seed=config.seed,
        )
    except ValueError as error:  # networks of another kind of model, or for other images
        raise UserError(str(error)) from None

    def adam(rate, updates_per_step=1, begins=0):
        """An optimizer whose rate falls with the model's step; it counts its own updates only."""
        begin = int(config.decay_from * total_steps)
        if begin < total_steps:
            updates = [(step - begins) * updates_per_step for step in (begin, total_steps)]
            rate = HoldThenDecay(rate, *updates)
        return keras.optimizers.Adam(rate, beta_1=config.adam_beta_1)

    def later(rate):
        return adam(rate, begins=config.d_pretraining)

    settings = {
        "generator_loss": config.generator_loss,
        "adversarial_weight": config.adversarial_weight,
        "d_steps": config.d_steps,
        "d_pretraining": config.d_pretraining,
        "jit_compile": "auto" if config.jit is None else config.jit,
    }
    if model.reads_codes:
        settings |= {
            "q_optimizer": config.q_learning_rate and later(config.q_learning_rate),
            "information_weight": config.information_weight,
            "continuous_weight": config.continuous_weight,
            "information_warmup": int(config.information_warmup * total_steps),
            "real_information_weight": config.real_information_weight,
        }
    try:
        model.compile(
            adam(config.d_learning_rate, config.d_steps),
            later(config.g_learning_rate),
            **settings,
        )
    except ValueError as error:
        raise UserError(str(error)) from None
    return model


def _stabilizers(config):
    try:
        return [stabilizers.get(name, strength) for name, strength in config.stabilizers]
    except ValueError as error:
        raise UserError(str(error)) from None


def _gan(config, image_shape, num_labels, **common):
    latents = LatentSpec(_noise(config), [])
    parts = _networks(config, latents, 0, image_shape, num_labels, common["stabilizers"])
    return GAN(**_chosen(parts, config), latents=latents, **common)


def _conditional(config, image_shape, num_labels, **common):
    latents = LatentSpec(_noise(config), [Categorical(num_labels)])
    parts = _networks(config, latents, num_labels, image_shape, num_labels, common["stabilizers"])
    return ConditionalGAN(**_chosen(parts, config), latents=latents, **common)


def _infogan(config, image_shape, num_labels, **common):
    continuous = Uniform(std=None if config.learned_std else 1.0)
    latents = LatentSpec(
        _noise(config), [Categorical(config.categories)] + [continuous] * config.continuous_codes
    )
    size = latents.parameter_size
    parts = _networks(config, latents, size, image_shape, num_labels, common["stabilizers"])
    distortion = (config.shear, config.scale, config.shift, config.thickness, config.hole)
    return InfoGAN(
        **_chosen(parts, config, "recognizer"),
        latents=latents,
        second_augmentation=RandomDistortion(*distortion) if config.distorts_second_look else None,
        trunk_learns_information=config.trunk_learns_information,
        **common,
    )


def _chosen(parts, config, *more):
    """The networks that a model takes, of those that a family has."""
    names = ("generator", "trunk", "discriminator", *more)
    if missing := [name for name in names if name not in parts]:
        raise UserError(
            f"The networks {config.networks} have no {missing[0]}, which {config.model} needs."
        )
    return {name: parts[name] for name in names}


def _noise(config):
    return Noise(config.noise, config.noise_distribution)


def _networks(config, latents, outputs, image_shape, num_labels, parts):
    """The networks of the config's family, after the stabilizers have changed them."""
    build = networks.get(config.networks)
    options = dict(config.network_options)
    try:
        inspect.signature(build).bind(latents.size, outputs, image_shape, **options)
    except TypeError as error:
        raise UserError(f"--network-option: {error} of {config.networks}.") from None
    built = build(latents.size, outputs, image_shape, **options)
    return stabilizers.rebuild(built, parts, latents, num_labels, config.seed)
