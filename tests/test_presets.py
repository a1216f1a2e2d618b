"""Presets: the numbers of their sources, and models that can be built of them."""

import re

import pytest

from keras_infogan import objectives, registry
from keras_infogan.config import RunConfig
from keras_infogan.latents import LatentSpec
from keras_infogan.training.assembly import build_model

NAMES = registry.names("preset")
every_preset = pytest.mark.parametrize("name", NAMES)


def config_of(name):
    return registry.get("preset", name).config


def test_presets_of_the_sources_are_there():
    sources = {"lab-plain", "lab-report", "paper", "mlp", "slides", "authors", "svhn", "celeba"}
    assert sources | {"lab", "quick", "mnist", "gan", "dcgan", "cgan", "faces"} <= set(NAMES)


@every_preset
def test_a_preset_says_where_it_comes_from_and_what_to_expect(name):
    preset = registry.get("preset", name)
    assert isinstance(preset.config, RunConfig) and preset.config.preset == name
    assert len(preset.source.split()) >= 3
    # Hardware and a time, as on 2 CPU cores.
    assert re.search(r"CPU cores|GPU", preset.expect)
    assert re.search(r"minutes|hour|not run", preset.expect)


@every_preset
def test_a_preset_builds_a_model_whose_networks_take_its_latents(name):
    config = config_of(name)
    model = build_model(config, channels=1, total_steps=10_000, num_labels=7)
    latents = LatentSpec.from_text(config.latents)
    told = config.model == "conditional"
    assert model.latents.noise == latents.noise
    assert model.latents.size == latents.size + 7 * told
    assert model.generator.input_shape == (None, model.latents.size)
    shape = (None, config.image_size, config.image_size, 1)
    assert model.generator.output_shape == shape
    assert model.trunk.input_shape == ([shape, (None, 7)] if told else shape)
    assert model.objective.name == objectives.get(config.generator_loss).name
    assert (config.model == "infogan") == model.reads_codes
    if model.reads_codes:
        assert model.latents == latents
        assert model.trunk_learns_information == config.trunk_learns_information
        assert model.q_update == config.q_update
    assert float(model.d_optimizer.learning_rate) == pytest.approx(config.d_learning_rate)
    assert float(model.g_optimizer.learning_rate) == pytest.approx(config.g_learning_rate)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        (
            "lab-plain",
            {
                "networks": "dcgan64",
                "image_size": 64,
                "latents": "normal(54) + cat(10)",
                "epochs": 80,
                "batch_size": 64,
                "d_learning_rate": 2e-4,
                "g_learning_rate": 1e-3,
                "information_weight": 10.0,
                "trunk_learns_information": False,  # D first, by itself; then G and Q together
            },
        ),
        (
            "paper",
            {
                "networks": "conv28",
                "image_size": 28,
                "latents": "normal(62) + cat(10) + 2*uniform(-1, 1)",
                "epochs": 50,
                "batch_size": 128,
                "d_learning_rate": 2e-4,
                "g_learning_rate": 1e-3,
                "information_weight": 1.0,
                "trunk_learns_information": True,
                "information_warmup": 0.5,
            },
        ),
        ("svhn", {"latents": "normal(124) + 4*cat(10) + 4*uniform(-1, 1)", "image_size": 32}),
        ("celeba", {"latents": "normal(128) + 10*cat(10)", "image_size": 32, "channels": 3}),
        (
            "authors",
            {
                "q_update": "discriminator",
                "latents": "noise(62, uniform) + cat(10) + 2*uniform(-1, 1)",
                "networks": "survey28",
                "continuous_weight": 1.0,
                "max_steps": 5000,
                "batch_size": 128,
            },
        ),
        ("dcgan", {"latents": "normal(100)", "image_size": 64}),
        ("gan", {"model": "gan", "generator_loss": "non_saturating", "decay_from": 0.5}),
        (
            "cgan",
            {
                "model": "conditional",
                "networks": "conditional_dense",
                "latents": "noise(100, uniform)",
                "d_learning_rate": 1e-3,  # Adam's defaults
                "g_learning_rate": 1e-3,
                "adam_beta_1": 0.9,
            },
        ),
        (
            "infogan-dense",
            {"networks": "dense", "latents": "noise(16, uniform) + cat(10)", "q_update": "own"},
        ),
        ("infogan-survey", {"networks": "survey28", "image_size": 28}),
        ("slides", {"continuous_weight": 1.0, "information_warmup": 0.0, "shear": 0.0}),
        ("sprites", {"dataset": "sprites", "latents": "normal(4) + 5*uniform(-1, 1, std=None)"}),
        ("faces", {"image_size": 64, "channels": 3, "latents": "normal(54) + cat(5)"}),
    ],
)
def test_a_preset_has_the_numbers_of_its_source(name, facts):
    assert {option: getattr(config_of(name), option) for option in facts} == facts


@pytest.mark.parametrize(
    ("name", "base", "options"),
    [
        (
            "lab",
            "lab-plain",
            {
                *("shear", "scale", "shift", "thickness", "average_generator"),
                *("information_weight", "real_information_weight", "neighbors", "head_from"),
                "logit_std",
                *("critic_weight", "critic_from", "critic_until", "critic_networks"),
            },
        ),
        (
            "lab-report",
            "lab-plain",
            {"d_learning_rate", "adversarial_weight", "information_weight"},
        ),
        ("mlp", "paper", {"networks"}),
    ],
)
def test_a_preset_differs_from_its_base_in_what_it_says(name, base, options):
    assert set(config_of(name).differences(config_of(base))) == options
