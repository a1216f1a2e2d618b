"""A RunConfig → a compiled model."""

import inspect

import keras

from keras_infogan import registry
from keras_infogan.errors import UserError
from keras_infogan.latents import Categorical, LatentSpec
from keras_infogan.models.conditional_gan import ConditionalGAN
from keras_infogan.models.gan import GAN
from keras_infogan.models.infogan import InfoGAN
from keras_infogan.networks.precision import set_precision
from keras_infogan.networks.rewrites import Rewrite, rewrite_all
from keras_infogan.optimizers import Adam, LossScaling
from keras_infogan.saving import use_keras_defaults
from keras_infogan.schedules import HoldThenDecay
from keras_infogan.terms.gradient_penalty import GradientPenalty
from keras_infogan.terms.picture_critic import PictureCritic
from keras_infogan.terms.two_looks import TwoLooks
from keras_infogan.transforms.distortion import RandomDistortion

MODELS = {"gan": GAN, "conditional": ConditionalGAN, "infogan": InfoGAN}


def check_parts(config):
    """Makes all named parts of a config once, so that wrong arguments are told early.

    Raises:
        UserError: If the arguments of one do not fit.
    """
    registry.OBJECTIVES.get(config.generator_loss)
    registry.NETWORKS.get(config.networks)
    latents = LatentSpec.from_text(config.latents)
    if config.starts > 1 and not latents.categorical:
        raise UserError(
            "--starts compares the starts by their categorical codes, such as cat(10), and there "
            f"are none. Received: {config.latents}."
        )
    if config.critic_weight and config.critic_told_codes and not latents.categorical:
        raise UserError(
            "--critic-told-codes tells the categorical codes, such as cat(10), and there are none. "
            f"Received: {config.latents}."
        )
    _terms(config, 1), _transforms(config), _rewrites(config)


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
        UserError: If the parts do not go together, or labels are needed and missing.
    """
    use_keras_defaults()
    keras.utils.set_random_seed(config.seed)
    terms = _terms(config, total_steps)
    told = config.model == "conditional"
    if (told or any(term.needs_labels for term in terms)) and num_labels < 2:
        raise UserError(
            f"{config.preset} learns from labels, and the data has {num_labels} of them."
        )
    latents = LatentSpec.from_text(config.latents)
    if told:
        latents = LatentSpec(latents.noise, [Categorical(num_labels)])
    options = {"trunk_learns_information": config.trunk_learns_information}
    try:
        model = MODELS[config.model](
            **_networks(config, latents, channels, num_labels, terms),
            latents=latents,
            transforms=_transforms(config),
            terms=terms,
            average_generator=config.average_generator,
            seed=config.seed,
            **(options if config.model == "infogan" else {}),
        )
        _compile(model, config, total_steps)
        _check_precision(model, config)
    except UserError:
        raise
    except ValueError as error:  # networks of another kind of model, or for other images
        raise UserError(str(error)) from None
    return model


def _networks(config, latents, channels, num_labels, terms):
    """The networks of the config's family that the model takes, after all rewrites."""
    build = registry.NETWORKS.get(config.networks)
    image_shape = (config.image_size, config.image_size, channels)
    outputs = {"gan": 0, "conditional": num_labels, "infogan": latents.parameter_size}
    networks = build(latents.size, outputs[config.model], image_shape)
    rewrites = _rewrites(config) + [term for term in terms if isinstance(term, Rewrite)]
    networks = rewrite_all(networks, rewrites, latents, num_labels, config.seed)
    if config.precision != "float32":
        set_precision(networks, config.precision)
    taken = [
        name
        # of `__init__`: a class's own signature is that of Keras's `__new__` in Python 3.11.2
        for name in inspect.signature(MODELS[config.model].__init__).parameters
        if name in ("generator", "trunk", "discriminator", "recognizer")
    ]
    if missing := [name for name in taken if name not in networks]:
        raise UserError(
            f"The networks {config.networks} have no {missing[0]}, which the model "
            f"{config.model} needs."
        )
    return {name: networks[name] for name in taken}


def _terms(config, total_steps):
    terms = [registry.TERMS.get(text) for text in config.terms]
    if config.real_information_weight:
        second = None
        if config.distorts_second_look:
            kinds = ("shear", "scale", "shift", "thickness", "hole", "brightness")
            second = RandomDistortion(**{kind: getattr(config, kind) for kind in kinds})
        begin = int(config.head_from * total_steps) if config.head_from < 1 else None
        term = TwoLooks(config.real_information_weight, second, begin, config.logit_std)
        terms.insert(0, term)
    if config.critic_weight:
        begin, end = (
            int(share * total_steps) for share in (config.critic_from, config.critic_until)
        )
        networks = config.critic_networks or config.networks
        told = config.critic_told_codes
        terms.append(PictureCritic(config.critic_weight, begin, end, networks, told))
    return terms


def _transforms(config):
    distortion = [RandomDistortion(config.shear, config.scale, config.shift)]
    return (distortion if config.distorts else []) + [
        registry.TRANSFORMS.get(text) for text in config.transforms
    ]


def _rewrites(config):
    return [registry.REWRITES.get(text) for text in config.rewrites]


def set_rates(model, config, total_steps):
    """Gives the optimizers of a compiled model the learning rates of a config."""
    for name, rate in _learning_rates(config, total_steps).items():
        getattr(model, name).learning_rate = rate


def _learning_rates(config, total_steps):
    """The rate of each optimizer, `{name: number or schedule}`."""

    def rate(value, updates_per_step=1, begins=0):
        """A rate that falls with the model's step, of an optimizer that counts its own updates."""
        begin = int(config.decay_from * total_steps)
        if begin >= total_steps:
            return value
        updates = [(step - begins) * updates_per_step for step in (begin, total_steps)]
        return HoldThenDecay(value, *updates)

    waits = config.d_pretraining
    rates = {
        "d_optimizer": rate(config.d_learning_rate, config.d_steps),
        "g_optimizer": rate(config.g_learning_rate, begins=waits),
    }
    if config.q_learning_rate is not None:
        rates["q_optimizer"] = rate(config.q_learning_rate, begins=waits)
    return rates


def _check_precision(model, config):
    """Refuses float16 where a loss is made of gradients, which nothing keeps from underflowing."""
    penalties = [term for term in model.all_terms() if isinstance(term, GradientPenalty)]
    if config.precision == "mixed_float16" and penalties:
        raise UserError(
            "--precision mixed_float16 cannot be combined with a gradient penalty, whose gradients "
            f"underflow; take mixed_bfloat16. Received: {type(penalties[0]).__name__}."
        )


def _compile(model, config, total_steps):
    optimizers = {
        name: Adam(rate, beta_1=config.adam_beta_1)
        for name, rate in _learning_rates(config, total_steps).items()
    }
    if config.precision == "mixed_float16":
        optimizers = {name: LossScaling(optimizer) for name, optimizer in optimizers.items()}
    settings = {
        "generator_loss": config.generator_loss,
        "adversarial_weight": config.adversarial_weight,
        "d_steps": config.d_steps,
        "d_pretraining": config.d_pretraining,
        "jit_compile": "auto" if config.jit is None else config.jit,
        "steps_per_execution": config.steps_at_once,
    }
    if model.reads_codes:
        settings |= {
            "q_update": config.q_update,
            "information_weight": config.information_weight,
            "continuous_weight": config.continuous_weight,
            "information_warmup": int(config.information_warmup * total_steps),
        }
    model.compile(**optimizers, **settings)
