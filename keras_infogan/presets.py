"""Named RunConfigs, each with its hardware, time and the score to expect.

Times are for 2 CPU cores; scores are one-to-one accuracy on held-out digits.
"""

import dataclasses

from keras_infogan.config import RunConfig


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


_LAB = RunConfig(
    preset="lab",
    networks="dcgan64",
    image_size=64,
    noise=54,
    continuous_codes=0,
    epochs=80,
    batch_size=64,
    # The handout names no weight; this is the ratio of the lab report. At 1 the generator takes
    # longer to show its codes than the recognizer's ReLUs live.
    information_weight=10.0,
    trunk_learns_information=False,
)
# Distortion and warm-up are not in the paper: 3 epochs reach 0.41 without them (seed 0).
_PAPER = RunConfig(
    preset="paper", networks="conv28", information_warmup=0.5, shear=0.4, scale=0.2, shift=2.0
)

_QUICK = RunConfig(
    preset="quick",
    networks="conv28",
    network_options=(("filters", 16), ("units", 128)),
    epochs=100,
    max_steps=4000,
    batch_size=64,
    d_learning_rate=8e-4,
    g_learning_rate=2e-3,
    decay_from=0.5,
    information_warmup=0.67,
    real_information_weight=1.0,
    shear=_PAPER.shear,
    scale=_PAPER.scale,
    shift=_PAPER.shift,
)

_GAN = RunConfig(
    preset="gan",
    model="gan",
    networks="conv28",
    network_options=_QUICK.network_options,
    noise=100,
    epochs=200,
    max_steps=10_000,
    batch_size=64,
    d_learning_rate=4e-4,
    g_learning_rate=1e-3,
    decay_from=0.5,
)

PRESETS = {
    preset.config.preset: preset
    for preset in (
        Preset(
            _LAB,
            "the lab handout, 64×64",
            "80 epochs of MNIST: about 20 hours on 2 CPU cores; not run to the end yet",
        ),
        Preset(
            dataclasses.replace(
                _LAB,
                preset="lab-report",
                d_learning_rate=1e-4,
                adversarial_weight=10.0,
                information_weight=100.0,
            ),
            "the lab report: as lab, with D rate 1e-4 and loss 10·adversarial + 100·information",
            "80 epochs of MNIST: about 20 hours on 2 CPU cores; not run to the end yet",
        ),
        Preset(
            _PAPER,
            "the InfoGAN paper's MNIST experiment, 28×28, with distortion before D and Q",
            "3 epochs of MNIST: about 6 minutes on 2 CPU cores, .88 (seed 0); all 50 not run yet",
        ),
        Preset(
            dataclasses.replace(_PAPER, preset="mlp", networks="mlp"),
            "the paper's set-up with multi-layer perceptrons",
            "50 epochs of MNIST: about 14 minutes on 2 CPU cores, .775 (seed 0)",
        ),
        Preset(
            dataclasses.replace(
                _PAPER,
                preset="slides",
                continuous_weight=1.0,
                information_warmup=0.0,
                shear=0.0,
                scale=0.0,
                shift=0.0,
            ),
            "the slide deck's InfoGAN: the paper's set-up without any addition",
            "50 epochs of MNIST: about 100 minutes on 2 CPU cores; not run to the end yet",
        ),
        Preset(
            _GAN,
            "the slide deck's GAN, 28×28, quick's networks, rates falling from the half on",
            "10,000 steps: about 5 minutes on 2 CPU cores; Fréchet distance 5.9 on mnist5k",
        ),
        Preset(
            RunConfig(
                preset="dcgan",
                model="gan",
                networks="dcgan",
                image_size=64,
                noise=100,
                epochs=20,
                batch_size=64,
                g_learning_rate=2e-4,
            ),
            "the survey article's DCGAN, 64×64",
            "20 epochs of MNIST: about 10 hours on 2 CPU cores; not run to the end yet",
        ),
        Preset(
            RunConfig(
                preset="cgan",
                model="conditional",
                networks="conditional_dense",
                noise=100,
                noise_distribution="uniform",
                epochs=400,
                max_steps=20_000,
                batch_size=64,
                d_learning_rate=1e-3,
                g_learning_rate=1e-3,
                adam_beta_1=0.9,
            ),
            "the survey article's conditional GAN, dense; it learns from labels",
            "20,000 steps: about 3 minutes on 2 CPU cores; 86 % of images show their label",
        ),
        Preset(
            RunConfig(
                preset="infogan-dense",
                networks="dense",
                noise=16,
                noise_distribution="uniform",
                continuous_codes=0,
                batch_size=64,
                epochs=400,
                max_steps=20_000,
                d_learning_rate=1e-3,
                g_learning_rate=1e-3,
                q_learning_rate=1e-3,
                adam_beta_1=0.9,
            ),
            "the survey article's dense InfoGAN: a Q of its own, three optimizers",
            "20,000 steps: about 4 minutes on 2 CPU cores, .369 on mnist5k (seed 0)",
        ),
        Preset(
            RunConfig(preset="infogan-survey", networks="survey28", batch_size=64, epochs=20),
            "the survey article's convolutional InfoGAN, 28×28",
            "20 epochs of MNIST: about 40 minutes on 2 CPU cores; not run to the end yet",
        ),
        Preset(
            dataclasses.replace(
                _LAB, preset="faces", dataset="drawn_faces", categories=5, channels=3
            ),
            "the lab handout's bonus: faces of five people, 64×64; --dataset folder:PATH for yours",
            "80 epochs of the 540 drawn faces: about 10 minutes on 2 CPU cores; 20 give .750",
        ),
        Preset(
            dataclasses.replace(
                _QUICK,
                preset="mnist",
                dataset="mnist",
                max_steps=10_000,
                continuous_weight=0.2,
                real_information_weight=2.0,
                thickness=0.8,
            ),
            "the recipe of results/recipe.md: quick on all of MNIST, strokes thickened too",
            "about 10 minutes on 2 CPU cores; .971 to .987, median .985 (seeds 0 to 11)",
        ),
        Preset(
            _QUICK,
            "the paper's networks, a quarter as wide, with distortion before D and Q",
            "about 4 minutes on 2 CPU cores, .974 to .980 on mnist5k (seeds 0 to 4)",
        ),
    )
}
