"""Named RunConfigs, each with its source, hardware, time and the score to expect.

Times are for 2 CPU cores; scores are one-to-one accuracy on held-out images.
"""

import dataclasses

from keras_infogan.config import RunConfig
from keras_infogan.registry import PRESETS


@dataclasses.dataclass(frozen=True)
class Preset:
    """A RunConfig and what to expect of it.

    Args:
        config: The RunConfig.
        source: Where its networks and numbers come from.
        expect: Hardware, time and score, as measured.
    """

    config: RunConfig
    source: str
    expect: str


def _preset(source, expect, base=None, **options):
    config = dataclasses.replace(base, **options) if base else RunConfig(**options)
    PRESETS.register(config.preset, Preset(config, source, expect))
    return config


_LAB_PLAIN = _preset(
    "the lab handout, 64×64, without any addition",
    "80 epochs of MNIST: 9 to 32 hours on 2 CPU cores; 2 epochs give .500",
    preset="lab-plain",
    networks="dcgan64",
    image_size=64,
    latents="normal(54) + cat(10)",
    epochs=80,
    batch_size=64,
    # The handout names no weight; this is the ratio of the lab report. At 1, most of Q's ReLUs die
    # before the generator uses the codes (results/recipe.md).
    information_weight=10.0,
    trunk_learns_information=False,
)
# What is added to the handout is mnist's: two looks at real images, and a second discriminator.
# With an information_weight of 1, the trunk begins to sort before the generator shows codes.
_preset(
    "the lab handout's networks, rates, batch and code; ours: two looks, a second discriminator",
    "3 epochs: 75 to 101 minutes on one of 2 CPU cores, .986 to .987 (seeds 15 to 17)",
    _LAB_PLAIN,
    preset="lab",
    information_weight=1.0,
    shear=0.4,
    scale=0.2,
    shift=4.0,
    thickness=0.8,
    real_information_weight=5.0,
    neighbors=20,
    head_from=0.2,
    logit_std=2.0,
    critic_weight=1.0,
    critic_from=0.3,
    critic_until=0.5,
    critic_networks="dcgan64(filters=16)",
    average_generator=0.999,
)
_preset(
    "the lab report: as lab-plain, with D rate 1e-4 and loss 10·adversarial + 100·information",
    "80 epochs of MNIST: 9 to 32 hours on 2 CPU cores; not run to the end yet",
    _LAB_PLAIN,
    preset="lab-report",
    d_learning_rate=1e-4,
    adversarial_weight=10.0,
    information_weight=100.0,
)
# Distortion and warm-up are not in the paper: 3 epochs reach 0.41 without them (seed 0).
_PAPER = _preset(
    "the InfoGAN paper's MNIST experiment, 28×28, with distortion before D and Q",
    "50 epochs of MNIST: 2.7 hours on 2 CPU cores, .973 (seed 10)",
    preset="paper",
    information_warmup=0.5,
    shear=0.4,
    scale=0.2,
    shift=2.0,
)
_preset(
    "the paper's setup with multi-layer perceptrons",
    "50 epochs of MNIST: 21 minutes on 2 CPU cores, .775 (seed 0)",
    _PAPER,
    preset="mlp",
    networks="mlp",
)
_SLIDES = _preset(
    "the slide deck's InfoGAN: the paper's setup, weight 1 on all codes, no additions",
    "50 epochs of MNIST: 1.3 hours in 16 bits on 2 CPU cores, .961 (seed 10)",
    preset="slides",
    continuous_weight=1.0,
)
_preset(
    "the InfoGAN authors' program: Q's head in D's optimizer, uniform noise, a sigmoid",
    "5,000 steps of MNIST: 48 minutes on one of 2 CPU cores, .893 (seed 10)",
    _SLIDES,
    preset="authors",
    latents="noise(62, uniform) + cat(10) + 2*uniform(-1, 1)",
    networks="survey28",
    q_update="discriminator",
    max_steps=5000,
)
_SVHN = _preset(
    "the InfoGAN paper's SVHN experiment, 32×32 in color: four codes of ten, four continuous ones",
    "50 epochs of SVHN: needs a GPU; not run to the end yet",
    preset="svhn",
    latents="normal(124) + 4*cat(10) + 4*uniform(-1, 1)",
    networks="conv32",
    dataset="svhn_cropped",
    image_size=32,
    channels=3,
    continuous_weight=1.0,
)
_preset(
    "the InfoGAN paper's CelebA experiment, 32×32 in color: ten codes of ten",
    "50 epochs of CelebA: needs a GPU; not run to the end yet",
    _SVHN,
    preset="celeba",
    latents="normal(128) + 10*cat(10)",
    dataset="celeb_a",
    crop=108,
)
# Sort first, then draw: what the codes mean is settled before the second discriminator asks for
# variety.
_MNIST = _preset(
    "the recipe of results/recipe.md: the paper's networks, narrower, for all of MNIST",
    "7 to 14 minutes on one of 2 CPU cores; .987 to .989, median .987 (seeds 10 to 19)",
    _PAPER,
    preset="mnist",
    networks="conv28(filters=16, units=128)",
    dataset="mnist",
    epochs=100,
    max_steps=10_000,
    batch_size=64,
    d_learning_rate=8e-4,
    g_learning_rate=2e-3,
    decay_from=0.5,
    information_weight=0.4,
    information_warmup=0.27,
    continuous_weight=0.5,
    trunk_learns_information=False,
    real_information_weight=2.0,
    thickness=0.8,
    neighbors=20,
    head_from=0.2,
    critic_weight=1.0,
    critic_from=0.3,
    critic_until=0.5,
    average_generator=0.999,
    jit=True,  # for networks this small, XLA is 1.0 to 1.4 times as fast on a CPU too
)
_QUICK = _preset(
    "mnist's networks and second discriminator, for the 5,000 digits of mnist5k",
    "about 4 minutes on 2 CPU cores, .973 to .980 on mnist5k, median .979 (seeds 20 to 24)",
    _MNIST,
    preset="quick",
    dataset="mnist5k",
    max_steps=2000,
    batch_size=128,
    continuous_weight=0.25,
    real_information_weight=1.0,
    logit_std=2.0,
    thickness=0.0,
    neighbors=0,
    head_from=1.0,
    critic_from=0.4,
    critic_until=0.6,
)
# Clothes of one kind are light and dark, so the second look has another brightness. They vary more
# than digits, so the generator and the second discriminator are wider, and the latter is told the
# codes. The best of three starts goes on: light that training does not show changes the codes that
# stand for light and dark.
_preset(
    "mnist's recipe for Fashion-MNIST: a wider generator, a second discriminator told the codes",
    "31 to 37 minutes on one of 2 CPU cores; .547 to .707, median .645 (seeds 25 to 29)",
    _MNIST,
    preset="fashion",
    networks="conv28(filters=32, units=128, d_filters=16)",
    dataset="fashion_mnist",
    max_steps=7000,
    batch_size=128,
    continuous_weight=0.2,
    trunk_learns_information=True,
    real_information_weight=4.0,
    logit_std=2.0,
    brightness=0.7,
    neighbors=0,
    head_from=1.0,
    critic_weight=10.0,
    critic_networks="conv28(filters=32, units=256)",
    critic_told_codes=True,
    starts=3,
    choose_at=0.15,
    choose_brightness=1.5,
)
_preset(
    "the survey article's convolutional InfoGAN, 28×28",
    "20 epochs of MNIST: 2 hours on one of 2 CPU cores; .968 (seed 10)",
    preset="infogan-survey",
    networks="survey28",
    batch_size=64,
    epochs=20,
)
_preset(
    "the survey article's dense InfoGAN: a Q of its own, three optimizers",
    "20,000 steps: about 4 minutes on 2 CPU cores, .369 on mnist5k (seed 0)",
    preset="infogan-dense",
    networks="dense",
    latents="noise(16, uniform) + cat(10)",
    batch_size=64,
    epochs=400,
    max_steps=20_000,
    d_learning_rate=1e-3,
    g_learning_rate=1e-3,
    q_update="own",
    q_learning_rate=1e-3,
    adam_beta_1=0.9,
)
_preset(
    "the lab handout's bonus: faces of five people, 64×64; --dataset folder:PATH for yours",
    "80 epochs of the 540 drawn faces: 19 minutes on one of 2 CPU cores, .883 (seed 10)",
    _LAB_PLAIN,
    preset="faces",
    latents="normal(54) + cat(5)",
    dataset="drawn_faces",
    channels=3,
)
_preset(
    "ours: five uniform codes for the five factors of sprites, quick's networks",
    "15,000 steps: 6 to 21 minutes on one of 2 CPU cores; FactorVAE .48 to .77 (seeds 10 to 14)",
    preset="sprites",
    dataset="sprites",
    networks=_QUICK.networks,
    latents="normal(4) + 5*uniform(-1, 1, std=None)",
    epochs=20,
    max_steps=15_000,
    batch_size=64,
    d_learning_rate=4e-4,
    decay_from=0.5,
    continuous_weight=0.2,
    jit=True,
)
_preset(
    "the slide deck's GAN, 28×28, quick's networks, rates falling from the half on",
    "10,000 steps: about 6 minutes on 2 CPU cores; Fréchet distance 5.9 on mnist5k",
    preset="gan",
    model="gan",
    networks=_QUICK.networks,
    latents="normal(100)",
    epochs=200,
    max_steps=10_000,
    batch_size=64,
    d_learning_rate=4e-4,
    g_learning_rate=1e-3,
    decay_from=0.5,
    jit=True,
)
_preset(
    "the survey article's DCGAN, 64×64",
    "20 epochs of MNIST: 2 to 8 hours on 2 CPU cores; not run to the end yet",
    preset="dcgan",
    model="gan",
    networks="dcgan",
    latents="normal(100)",
    image_size=64,
    epochs=20,
    batch_size=64,
    g_learning_rate=2e-4,
)
_preset(
    "the survey article's conditional GAN, dense; it learns from labels",
    "20,000 steps: about 3 minutes on 2 CPU cores; 86 % of images show their label",
    preset="cgan",
    model="conditional",
    networks="conditional_dense",
    latents="noise(100, uniform)",
    epochs=400,
    max_steps=20_000,
    batch_size=64,
    d_learning_rate=1e-3,
    g_learning_rate=1e-3,
    adam_beta_1=0.9,
)
