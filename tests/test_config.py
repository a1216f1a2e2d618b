"""RunConfig: ranges, contradictions, JSON by groups, shorthands."""

import dataclasses
import json
import math

import pytest

from keras_infogan import registry
from keras_infogan.config import RunConfig, RunOptions
from keras_infogan.errors import UserError
from keras_infogan.shorthands import SHORTHANDS

CONFIG = RunConfig(preset="own", networks="mlp")
# Every option as something other than its default, so that none can be lost unnoticed.
OTHER = {
    "networks": "conv28(filters=8, units=32)",
    "rewrites": ("spectral_norm",),
    "image_size": 32,
    "latents": "noise(5, uniform) + cat(4) + uniform(-1, 1, std=None)",
    "dataset": "fashion_mnist",
    "channels": 3,
    "crop": 24,
    "validation_images": 9,
    "critic_weight": 0.5,
    "critic_from": 0.25,
    "critic_until": 0.75,
    "starts": 3,
    "choose_at": 0.2,
    "choose_brightness": 1.5,
    "critic_networks": "conv28(filters=4)",
    "critic_told_codes": True,
    "epochs": 3,
    "max_steps": 11,
    "batch_size": 7,
    "d_learning_rate": 1e-4,
    "g_learning_rate": 2e-3,
    "adam_beta_1": 0.4,
    "decay_from": 0.5,
    "q_update": "own",
    "q_learning_rate": 3e-3,
    "d_steps": 2,
    "d_pretraining": 9,
    "average_generator": 0.9,
    "steps_per_execution": 2,
    "devices": "all",
    "synchronized": True,
    "precision": "mixed_bfloat16",
    "deterministic": True,
    "on_divergence": "restart",
    "max_restarts": 5,
    "terms": ("r1(5)", "label_smoothing"),
    "transforms": ("instance_noise(0.1)",),
    "generator_loss": "minimax",
    "adversarial_weight": 10.0,
    "information_weight": 100.0,
    "continuous_weight": 0.5,
    "information_warmup": 0.25,
    "real_information_weight": 0.3,
    "trunk_learns_information": False,
    "shear": 0.1,
    "scale": 0.2,
    "shift": 3.0,
    "thickness": 0.5,
    "hole": 9.0,
    "brightness": 0.7,
    "neighbors": 5,
    "head_from": 0.5,
    "logit_std": 2.0,
    "seed": 2**31 - 1,
    "jit": False,
}


def through_json(config):
    return type(config).from_json(json.loads(json.dumps(config.to_json())))


def test_a_config_goes_through_json():
    config = RunConfig(preset="own", **OTHER)
    for name, one in RunConfig.options().items():
        # Another model goes without the options of the codes, and determinism without XLA.
        assert name in ("model", "measure_jit") or getattr(config, name) != one.default
    assert through_json(config) == config
    assert hash(through_json(config)) == hash(config)


@pytest.mark.parametrize("name", registry.names("preset"))
def test_every_preset_goes_through_json(name):
    config = registry.get("preset", name).config
    assert through_json(config) == config
    assert config.to_json()["preset"] == name


def test_run_options_go_through_json():
    options = RunOptions(
        data_dir="d", tick=7, sample_every=3, evaluate_every=2, imports=("a", "b.py"), data_note="x"
    )
    assert through_json(options) == options


def test_groups_that_a_model_does_not_use_are_absent_from_its_json():
    groups = {
        "data",
        "latents",
        "networks",
        "distortion",
        "objective",
        "optimization",
        "devices",
        "divergence",
        "length",
    }
    assert set(CONFIG.to_json()) == {
        *("preset", "model", "seed"),
        *groups,
        *("information", "two_looks", "picture_critic", "starts"),
    }
    gan = RunConfig(preset="own", model="gan", latents="normal(3)")
    assert set(gan.to_json()) == {"preset", "model", "seed", *groups}
    assert "cat" not in json.dumps(gan.to_json())
    assert through_json(gan) == gan


def test_json_has_every_option_once_and_lists_for_parts():
    content = RunConfig(preset="own", **OTHER).to_json()
    flat = {}
    for key, value in content.items():
        for name, inner in value.items() if isinstance(value, dict) else [(key, value)]:
            assert name not in flat
            flat[name] = inner
    assert set(flat) == {"preset", *RunConfig.options()}
    assert flat["terms"] == ["r1(5)", "label_smoothing"]


def test_options_that_json_lacks_have_their_defaults():
    assert RunConfig.from_json({"preset": "own", "networks": {"networks": "mlp"}}) == CONFIG
    content = CONFIG.to_json()
    RunConfig.from_json(content)
    assert content == CONFIG.to_json()


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        None,
        {"preset": "own", "data": 3},
        {"preset": "own", "data": {"wavelets": 3}},
        {"preset": "own", "wavelets": {}},
        {"preset": "own", "objective": {"terms": None}},
        {"preset": "own", "networks": "mlp", "stabilizers": {"r1": "x"}},
        {"preset": "own", "networks": "mlp", "stabilizers": {"r1": 10**400}},
    ],
)
def test_what_is_no_config_is_refused(content):
    with pytest.raises(UserError, match="config.json does not describe a run of this version"):
        RunConfig.from_json(content)


def test_from_json_checks_values_too():
    for length, message in (
        ({"epochs": 0}, "--epochs must be at least 1. Received: 0"),
        ({"epochs": "many"}, "--epochs must be of type int. Received: many"),
        ({"epochs": None}, "--epochs must be of type int. Received: None"),
    ):
        with pytest.raises(UserError, match=message):
            RunConfig.from_json({"preset": "own", "length": length})


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("epochs", 0, "--epochs must be at least 1. Received: 0."),
        ("epochs", 2.0, "--epochs must be of type int. Received: 2.0."),
        ("epochs", True, "--epochs must be of type int. Received: True."),
        ("batch_size", 0, "--batch-size must be at least 1. Received: 0."),
        ("max_steps", 0, "--max-steps must be at least 1. Received: 0."),
        ("image_size", 0, "--image-size must be at least 1. Received: 0."),
        ("crop", 0, "--crop must be at least 1. Received: 0."),
        ("channels", 2, "--channels must be one of 1, 3. Received: 2."),
        ("d_learning_rate", 0.0, "--d-learning-rate must be above 0. Received: 0.0."),
        ("shear", 1e39, r"--shear must be from -1e\+30 to 1e\+30. Received: 1e\+39."),
        ("d_learning_rate", math.inf, "--d-learning-rate must be finite. Received: inf."),
        ("g_learning_rate", math.nan, "--g-learning-rate must be finite. Received: nan."),
        ("q_learning_rate", 0.0, "--q-learning-rate must be above 0. Received: 0.0."),
        ("q_learning_rate", 0.1, "--q-learning-rate belongs to --q-update own, and is needed"),
        ("q_update", "own", "--q-learning-rate belongs to --q-update own, and is needed there"),
        ("q_update", "nobody", "--q-update must be one of generator, discriminator, own."),
        ("d_steps", 0, "--d-steps must be at least 1. Received: 0."),
        ("d_pretraining", -1, "--d-pretraining must be at least 0. Received: -1."),
        ("model", "vae", "--model must be one of infogan, gan, conditional. Received: vae."),
        ("adversarial_weight", -1.0, "--adversarial-weight must be at least 0."),
        ("information_weight", math.nan, "--information-weight must be finite."),
        ("real_information_weight", 1.0, "--real-information-weight compares two distortions, so"),
        ("hole", 9.0, "--hole is about two looks at a real image, so it needs"),
        ("brightness", 0.7, "--brightness is about two looks at a real image, so it needs"),
        ("thickness", 0.5, "--thickness is about two looks at a real image, so it needs"),
        ("neighbors", 5, "--neighbors is about two looks at a real image, so it needs"),
        ("logit_std", 2.0, "--logit-std is about two looks at a real image, so it needs"),
        ("head_from", 0.5, "--head-from is about two looks at a real image, so it needs"),
        ("thickness", 1.5, "--thickness must be at least 0 and at most 1. Received: 1.5."),
        ("shear", -0.1, "--shear must be at least 0. Received: -0.1."),
        ("information_warmup", 1.5, "--information-warmup must be at least 0 and at most 1."),
        ("decay_from", -0.5, "--decay-from must be at least 0 and at most 1. Received: -0.5."),
        ("seed", -1, "--seed must be at least 0 and at most 2147483647. Received: -1."),
        ("seed", 2**31, "--seed must be at least 0 and at most 2147483647. Received: 2147483648."),
        # Adam divides by 1 − β₁ᵗ.
        ("adam_beta_1", 1.0, "--adam-beta-1 must be at least 0 and below 1. Received: 1.0."),
        ("average_generator", 1.0, "--average-generator must be at least 0 and below 1."),
        ("terms", ("r3(5)", "hinge"), "--term: The term must be one of .* Received: r3."),
        ("terms", "r1", "--term takes names such as r1.5.. Received: r1."),
        ("rewrites", ("norm",), "--rewrite: The rewrite must be one of .* Received: norm."),
        ("transforms", ("blur",), "--transform: The transform must be one of .* Received: blur."),
        ("networks", "mpl", "--networks: The network family .* mean mlp. Received: mpl."),
        ("generator_loss", "hing", "--generator-loss: The objective .* mean hinge."),
        ("latents", "normal(3) + kat(3)", "--latents: The code must be .* mean cat."),
        ("latents", "normal(62)", "--latents needs at least one code, such as cat.10.."),
    ],
)
def test_values_out_of_range_are_refused_by_their_flag(name, value, message):
    with pytest.raises(UserError, match=f"^{message}"):
        dataclasses.replace(CONFIG, **{name: value})


@pytest.mark.parametrize("model", ["gan", "conditional"])
@pytest.mark.parametrize(
    "name, value",
    [
        ("q_learning_rate", 1e-3),
        ("information_weight", 2.0),
        ("continuous_weight", 0.2),
        ("information_warmup", 0.5),
        ("real_information_weight", 1.0),
        ("trunk_learns_information", False),
        ("q_update", "discriminator"),
        ("thickness", 0.5),
        ("hole", 9.0),
        ("brightness", 0.7),
    ],
)
def test_what_only_an_infogan_has_is_refused_of_another_model(model, name, value):
    plain = RunConfig(preset="own", model=model, latents="normal(3)")
    flag = "--" + name.replace("_", "-")
    message = f"^{flag} is for infogan only, and this is model={model}. Received: {value}.$"
    with pytest.raises(UserError, match=message):
        dataclasses.replace(plain, **{name: value})
    with pytest.raises(UserError, match=f"--latents has no codes where model={model}"):
        dataclasses.replace(plain, latents="normal(3) + cat(2)")


@pytest.mark.parametrize(
    "name, value",
    [
        ("epochs", 1),
        ("batch_size", 1),
        ("max_steps", 1),
        ("channels", 3),
        ("information_weight", 0.0),
        ("information_weight", 1),  # a whole number is a number
        ("adversarial_weight", 0.0),
        ("information_warmup", 1.0),
        ("decay_from", 0.0),
        ("adam_beta_1", 0.0),
        ("average_generator", 0.0),
        ("seed", 2**31 - 1),
    ],
)
def test_ends_of_the_ranges_are_allowed(name, value):
    assert getattr(dataclasses.replace(CONFIG, **{name: value}), name) == value


# Changes.


@pytest.mark.parametrize(
    ("given", "name", "text"),
    [
        ({"noise": 5}, "latents", "normal(5) + cat(10) + 2*uniform(-1, 1)"),
        ({"noise": 0}, "latents", "cat(10) + 2*uniform(-1, 1)"),
        ({"categories": 20}, "latents", "normal(62) + cat(20) + 2*uniform(-1, 1)"),
        ({"continuous_codes": 0}, "latents", "normal(62) + cat(10)"),
        ({"continuous_codes": 1}, "latents", "normal(62) + cat(10) + uniform(-1, 1)"),
        (
            {"learned_std": True},
            "latents",
            "normal(62) + cat(10) + 2*uniform(-1, 1, std=None)",
        ),
        ({"learned_std": False}, "latents", "normal(62) + cat(10) + 2*uniform(-1, 1)"),
        (
            {"latents": "gaussian(0.5) + uniform(-1, 1, 0.5, 0.1)", "learned_std": True},
            "latents",
            "gaussian(None) + uniform(-1, 1, None, 0.1)",
        ),
        (
            {"latents": "gaussian(None) + uniform(-1, 1, std=None)", "learned_std": False},
            "latents",
            "gaussian(1.0) + uniform(-1, 1)",
        ),
        (
            {"latents": "cat(2) + uniform(-1, 1, std=0.5)", "learned_std": False},
            "latents",
            "cat(2) + uniform(-1, 1, std=0.5)",
        ),
        (
            {"latents": "noise(9, uniform) + cat(2) + gaussian + cat(3)", "noise": 4},
            "latents",
            "noise(4, 'uniform') + cat(2) + gaussian + cat(3)",
        ),
        ({"latents": "uniform(-1, 1)", "noise": 2}, "latents", "normal(2) + uniform(-1, 1)"),
        ({"latents": "normal(2) + gaussian", "categories": 3}, "latents", None),
        ({"latents": "cat(2) + 3*gaussian", "continuous_codes": 1}, "latents", "cat(2) + gaussian"),
        ({"network_option": ["units=8"]}, "networks", "mlp(units=8)"),
        (
            {"networks": "conv28(filters=2)", "network_option": ["units=8", "filters=4"]},
            "networks",
            "conv28(filters=4, units=8)",
        ),
    ],
)
def test_a_shorthand_edits_the_text_of_an_option(given, name, text):
    changed = CONFIG.with_options(**given)
    assert getattr(changed, name) == (text or "normal(2) + gaussian + cat(3)")
    assert through_json(changed) == changed


def test_every_shorthand_edits_an_option_that_there_is():
    assert {one.target for one in SHORTHANDS.values()} <= set(RunConfig.options())
    assert not set(SHORTHANDS) & set(RunConfig.options())


@pytest.mark.parametrize(
    "given",
    [{"noise": -1}, {"categories": 1}, {"continuous_codes": -1}, {"network_option": ["units"]}],
)
def test_a_shorthand_out_of_range_is_refused(given):
    with pytest.raises(UserError, match="Received: "):
        CONFIG.with_options(**given)


def test_parts_are_added_and_those_of_the_same_name_replaced():
    config = CONFIG.with_options(terms=("r1(5)", "label_smoothing"))
    assert config.with_options(terms=("r1(0.1)",)).terms == ("r1(0.1)", "label_smoothing")
    added = config.with_options(terms=("feature_matching",)).terms
    assert added == ("r1(5)", "label_smoothing", "feature_matching")
    assert config.with_options(batch_size=2).terms == config.terms


def test_epochs_alone_lift_the_limit_of_a_preset():
    config = CONFIG.with_options(max_steps=10)
    assert config.with_options(epochs=3).max_steps is None
    assert config.with_options(epochs=3, max_steps=5).max_steps == 5
    assert config.with_options(batch_size=3).max_steps == 10


def test_unknown_options_are_refused():
    with pytest.raises(UserError, match="The options are .*noise.* Received: wavelets."):
        CONFIG.with_options(wavelets=3)


def test_differences_are_named():
    assert CONFIG.differences(CONFIG) == []
    assert CONFIG.differences(CONFIG.with_options(seed=1, noise=3)) == ["seed", "latents"]


def test_what_depends_on_the_length_of_a_run():
    assert not CONFIG.depends_on_length
    assert dataclasses.replace(CONFIG, information_warmup=0.1).depends_on_length
    assert dataclasses.replace(CONFIG, decay_from=0.9).depends_on_length
    assert dataclasses.replace(CONFIG, starts=2, shear=0.1).depends_on_length
    for share, depends in ((0.2, True), (1.0, False), (0.0, False)):
        looks = {"real_information_weight": 1.0, "shear": 0.1, "head_from": share}
        assert dataclasses.replace(CONFIG, **looks).depends_on_length == depends
    for share, depends in ((0.5, True), (0.0, False)):
        critic = {"critic_weight": 1.0, "critic_until": share}
        assert dataclasses.replace(CONFIG, **critic).depends_on_length == depends
    assert not dataclasses.replace(CONFIG, epochs=3).depends_on_length


def test_the_length_of_a_run_is_its_epochs_or_its_limit():
    config = dataclasses.replace(CONFIG, epochs=3)
    assert config.total_steps(steps_per_epoch=5) == 15
    for limit, steps in ((7, 7), (15, 15), (16, 15)):
        assert dataclasses.replace(config, max_steps=limit).total_steps(5) == steps


def test_what_distorts():
    assert not CONFIG.distorts
    for name in ("shear", "scale", "shift"):
        assert dataclasses.replace(CONFIG, **{name: 0.1}).distorts


def test_a_config_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        CONFIG.epochs = 3


def test_a_user_error_is_a_value_error():
    assert issubclass(UserError, ValueError)


@pytest.mark.parametrize(
    "given, steps",
    [
        ({}, 10),
        ({"jit": False}, 1),
        ({"jit": None}, 1),
        ({"image_size": 32}, 10),
        ({"image_size": 33}, 1),
        ({"steps_per_execution": 1}, 1),
        ({"steps_per_execution": 25, "jit": False}, 25),
    ],
)
def test_short_steps_are_taken_ten_at_once(given, steps):
    assert registry.get("preset", "quick").config.with_options(**given).steps_at_once == steps


@pytest.mark.parametrize(
    ("switch", "others"),
    [
        ({"starts": 3}, {"choose_at": 0.2, "choose_brightness": 1.5}),
        ({"critic_weight": 1.0}, {"critic_until": 0.5, "critic_networks": "mlp"}),
        ({"real_information_weight": 1.0}, {"thickness": 0.5, "logit_std": 2.0}),
    ],
)
def test_what_is_turned_off_takes_its_options_with_it(switch, others):
    """Of a preset, say; those that are given with it are told of."""
    (name,) = switch
    off = {name: getattr(CONFIG, name)}
    config = CONFIG.with_options(shear=0.1, **switch, **others)
    assert config.with_options(**off, batch_size=2) == CONFIG.with_options(shear=0.1, batch_size=2)
    flag = "--" + name.replace("_", "-")
    with pytest.raises(UserError, match=f"is about .*, so it needs {flag} above [01]. Received"):
        config.with_options(**off, **others)
    assert set(config.changes_from(CONFIG)) == {"shear", *switch, *others}
    assert config.with_options(**off).changes_from(config) == [name]


@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("picture_critic", {"critic_until": 0.5, "critic_networks": "mlp"}),
        ("two_looks", {"thickness": 0.5}),
        ("starts", {"choose_at": 0.2}),
    ],
)
def test_an_old_file_may_hold_options_of_a_part_that_is_off(key, options):
    content = CONFIG.to_json()
    content[key] |= options
    assert RunConfig.from_json(content) == CONFIG
    content[key] = options
    assert RunConfig.from_json(content) == CONFIG
