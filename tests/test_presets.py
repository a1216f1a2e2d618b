import re

import pytest

from keras_infogan import networks, objectives
from keras_infogan.config import RunConfig
from keras_infogan.presets import PRESETS
from keras_infogan.training.assembly import build_model

every_preset = pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)


def test_presets_of_the_sources_are_there():
    assert {"lab", "lab-report", "paper", "mlp"} <= set(PRESETS)


@every_preset
def test_a_preset_says_where_it_comes_from_and_what_to_expect(preset):
    assert PRESETS[preset.config.preset] is preset
    assert isinstance(preset.config, RunConfig)
    assert len(preset.source.split()) >= 3
    # Hardware and a time, as on 2 CPU cores.
    assert re.search(r"CPU cores|GPU", preset.expect)
    assert re.search(r"minutes|hour", preset.expect)


@every_preset
def test_networks_and_losses_of_a_preset_exist(preset):
    assert callable(networks.get(preset.config.networks))
    assert objectives.get(preset.config.generator_loss).name == preset.config.generator_loss


@every_preset
def test_a_preset_builds_a_model_whose_networks_take_its_latents(preset):
    config = preset.config
    model = build_model(config, channels=1, total_steps=1000, num_labels=7)
    codes = {"gan": 0, "conditional": 7, "infogan": config.categories + config.continuous_codes}
    size = config.noise + codes[config.model]
    assert model.latents.size == size
    assert model.latents.noise.distribution == config.noise_distribution
    assert model.generator.input_shape == (None, size)
    shape = (None, config.image_size, config.image_size, 1)
    assert model.generator.output_shape == shape
    assert model.trunk.input_shape == (
        [shape, (None, 7)] if config.model == "conditional" else shape
    )
    assert (model.augmentation is not None) == config.distorts
    assert (config.model == "infogan") == model.reads_codes
    if model.reads_codes:
        assert model.recognizer.output_shape == (None, model.latents.parameter_size)
        assert (model.second_augmentation is not None) == config.distorts_second_look
        assert model.trunk_learns_information == config.trunk_learns_information
        assert (model.q_optimizer is not None) == (config.q_learning_rate is not None)
    assert float(model.d_optimizer.learning_rate) == pytest.approx(config.d_learning_rate)
    assert float(model.g_optimizer.learning_rate) == pytest.approx(config.g_learning_rate)


def test_lab_is_the_handout():
    config = PRESETS["lab"].config
    assert config.networks == "dcgan64"
    assert config.network_options == ()
    assert config.image_size == 64
    assert (config.noise, config.categories, config.continuous_codes) == (54, 10, 0)
    assert (config.epochs, config.batch_size) == (80, 64)
    assert (config.d_learning_rate, config.g_learning_rate) == (2e-4, 1e-3)
    assert (config.adversarial_weight, config.information_weight) == (1.0, 10.0)
    # D first, by itself; then G and Q together.
    assert config.trunk_learns_information is False
    assert not config.depends_on_length
    assert not config.distorts


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("dcgan", {"noise": 100, "noise_distribution": "normal", "image_size": 64}),
        (
            "gan",
            {
                "model": "gan",
                "image_size": 28,
                "generator_loss": "non_saturating",
                "decay_from": 0.5,
            },
        ),
        (
            "cgan",
            {
                "model": "conditional",
                "networks": "conditional_dense",
                "noise": 100,
                "noise_distribution": "uniform",
                "d_learning_rate": 1e-3,  # Adam's defaults
                "g_learning_rate": 1e-3,
                "adam_beta_1": 0.9,
            },
        ),
        (
            "infogan-dense",
            {
                "networks": "dense",
                "noise": 16,
                "noise_distribution": "uniform",
                "categories": 10,
                "continuous_codes": 0,
                "q_learning_rate": 1e-3,
            },
        ),
        ("infogan-survey", {"networks": "survey28", "image_size": 28, "categories": 10}),
        (
            "slides",
            {
                "image_size": 28,
                "categories": 10,
                "continuous_codes": 2,
                "information_weight": 1.0,
                "continuous_weight": 1.0,
                "information_warmup": 0.0,
                "shear": 0.0,
            },
        ),
        ("faces", {"image_size": 64, "channels": 3, "categories": 5, "continuous_codes": 0}),
    ],
)
def test_a_preset_has_the_numbers_of_its_source(name, facts):
    config = PRESETS[name].config
    assert {field: getattr(config, field) for field in facts} == facts


def test_lab_report_differs_from_lab_in_d_rate_and_weights():
    lab, report = (PRESETS[name].config.to_json() for name in ("lab", "lab-report"))
    assert {name: value for name, value in report.items() if value != lab[name]} == {
        "preset": "lab-report",
        "d_learning_rate": 1e-4,
        "adversarial_weight": 10.0,
        "information_weight": 100.0,
    }


def test_paper_is_the_poster_talks_set_up():
    config = PRESETS["paper"].config
    assert config.networks == "conv28"
    assert config.network_options == ()
    assert config.image_size == 28
    assert (config.noise, config.categories, config.continuous_codes) == (62, 10, 2)
    assert (config.epochs, config.batch_size) == (50, 128)
    assert (config.d_learning_rate, config.g_learning_rate) == (2e-4, 1e-3)
    assert config.information_weight == 1.0
    # The information term is subtracted from D's loss too.
    assert config.trunk_learns_information is True
    # Not in the talk, which has 50 epochs to learn in.
    assert config.distorts and config.information_warmup == 0.5


def test_mlp_differs_from_paper_in_its_networks():
    paper, mlp = (PRESETS[name].config.to_json() for name in ("paper", "mlp"))
    assert {name: value for name, value in mlp.items() if value != paper[name]} == {
        "preset": "mlp",
        "networks": "mlp",
    }
