import dataclasses
import json
import math

import pytest

from keras_infogan.config import RunConfig
from keras_infogan.errors import UserError

CONFIG = RunConfig(preset="own", networks="mlp")


def test_a_config_goes_through_json():
    config = RunConfig(
        preset="own",
        networks="conv28",
        network_options=(("filters", 8), ("units", 32)),
        image_size=32,
        noise=5,
        categories=4,
        continuous_codes=1,
        learned_std=True,
        dataset="fashion_mnist",
        channels=3,
        crop=24,
        epochs=3,
        max_steps=11,
        batch_size=7,
        d_learning_rate=1e-4,
        g_learning_rate=2e-3,
        adam_beta_1=0.4,
        decay_from=0.5,
        noise_distribution="uniform",
        q_learning_rate=3e-3,
        d_steps=2,
        d_pretraining=9,
        stabilizers=(("r1", 5.0), ("label_smoothing", None)),
        generator_loss="minimax",
        adversarial_weight=10.0,
        information_weight=100.0,
        continuous_weight=0.5,
        information_warmup=0.25,
        real_information_weight=0.3,
        trunk_learns_information=False,
        shear=0.1,
        scale=0.2,
        shift=3.0,
        thickness=0.5,
        hole=9.0,
        seed=2**31 - 1,
        jit=False,
    )
    # Every field is something other than its default, so that none can be lost unnoticed; but
    # another model goes without the fields of the codes.
    for field in dataclasses.fields(RunConfig):
        assert field.name == "model" or getattr(config, field.name) != field.default
    gan = dataclasses.replace(CONFIG, model="gan")
    assert RunConfig.from_json(json.loads(json.dumps(gan.to_json()))) == gan
    again = RunConfig.from_json(json.loads(json.dumps(config.to_json())))
    assert again == config
    assert hash(again) == hash(config)


def test_json_holds_every_field_under_its_name():
    content = CONFIG.to_json()
    assert set(content) == {field.name for field in dataclasses.fields(RunConfig)}
    assert content["network_options"] == content["stabilizers"] == {}
    assert content["dataset"] is None
    assert content["batch_size"] == 128


def test_from_json_leaves_the_content_as_it_is():
    content = CONFIG.to_json()
    RunConfig.from_json(content)
    assert content == CONFIG.to_json()


@pytest.mark.parametrize(
    "change",
    [
        {"wavelets": 3},
        {"network_options": None},
        {"epochs": "many"},
        {"seed": None},
    ],
)
def test_from_json_refuses_what_is_no_config(change):
    with pytest.raises(UserError, match="config.json does not describe a run of this version"):
        RunConfig.from_json({**CONFIG.to_json(), **change})


@pytest.mark.parametrize("content", [{}, [], {"network_options": {}}, None])
def test_from_json_refuses_what_lacks_fields(content):
    with pytest.raises(UserError, match="config.json does not describe a run of this version"):
        RunConfig.from_json(content)


def test_from_json_checks_values_too():
    with pytest.raises(UserError, match="--epochs must be at least 1. Received: 0"):
        RunConfig.from_json({**CONFIG.to_json(), "epochs": 0})


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("epochs", 0, "--epochs must be at least 1. Received: 0."),
        ("epochs", -3, "--epochs must be at least 1. Received: -3."),
        ("batch_size", 0, "--batch-size must be at least 1. Received: 0."),
        ("noise", -1, "--noise must be at least 0. Received: -1."),
        ("categories", 1, "--categories must be at least 2. Received: 1."),
        ("continuous_codes", -1, "--continuous-codes must be at least 0. Received: -1."),
        ("max_steps", 0, "--max-steps must be at least 1. Received: 0."),
        ("image_size", 0, "--image-size must be at least 1. Received: 0."),
        ("crop", 0, "--crop must be at least 1. Received: 0."),
        ("channels", 2, "--channels must be 1 for grey or 3 for colour. Received: 2."),
        ("d_learning_rate", 0.0, "--d-learning-rate must be finite and above 0. Received: 0.0."),
        ("d_learning_rate", math.inf, "--d-learning-rate must be finite and above 0."),
        ("q_learning_rate", 0.0, "--q-learning-rate must be finite and above 0. Received: 0.0."),
        ("d_steps", 0, "--d-steps must be at least 1. Received: 0."),
        ("d_pretraining", -1, "--d-pretraining must be at least 0. Received: -1."),
        ("model", "vae", "--model must be one of infogan, gan, conditional. Received: vae."),
        ("noise_distribution", "beta", "--noise-distribution must be normal or uniform."),
        ("g_learning_rate", -1e-3, "--g-learning-rate must be finite and above 0."),
        ("g_learning_rate", math.nan, "--g-learning-rate must be finite and above 0."),
        ("adversarial_weight", -1.0, "--adversarial-weight must be finite, 0 or more."),
        ("information_weight", math.nan, "--information-weight must be finite, 0 or more."),
        ("continuous_weight", math.inf, "--continuous-weight must be finite, 0 or more."),
        (
            "real_information_weight",
            1.0,
            "--real-information-weight compares two distortions, so it needs --shear, --scale, "
            "--shift, --thickness or --hole. Received: 1.0.",
        ),
        (
            "real_information_weight",
            -1.0,
            "--real-information-weight must be finite, 0 or more. Received: -1.0.",
        ),
        ("shear", -0.1, "--shear must be finite, 0 or more. Received: -0.1."),
        ("scale", math.inf, "--scale must be finite, 0 or more. Received: inf."),
        ("hole", 9.0, "--hole distorts the second look at a real image, so it needs"),
        ("hole", -1.0, "--hole must be finite, 0 or more. Received: -1.0."),
        ("thickness", 0.5, "--thickness distorts the second look at a real image, so it needs"),
        ("thickness", 1.5, "--thickness must be from 0 to 1. Received: 1.5."),
        ("shift", -2.0, "--shift must be finite, 0 or more. Received: -2.0."),
        ("information_warmup", 1.5, "--information-warmup must be from 0 to 1. Received: 1.5."),
        ("information_warmup", math.nan, "--information-warmup must be from 0 to 1."),
        ("decay_from", -0.5, "--decay-from must be from 0 to 1. Received: -0.5."),
        ("seed", -1, "--seed must be from 0 to 2147483647. Received: -1."),
        ("seed", 2**31, "--seed must be from 0 to 2147483647. Received: 2147483648."),
        # Documented as in [0, 1); Adam divides by 1 − β₁ᵗ.
        ("adam_beta_1", 1.0, "--adam-beta-1 .*Received: 1.0."),
        ("adam_beta_1", -0.1, "--adam-beta-1 .*Received: -0.1."),
    ],
)
def test_values_out_of_range_are_refused_by_their_flag(name, value, message):
    with pytest.raises(UserError, match=f"^{message}"):
        dataclasses.replace(CONFIG, **{name: value})


@pytest.mark.parametrize("model", ["gan", "conditional"])
@pytest.mark.parametrize(
    "name, value",
    [
        ("categories", 5),
        ("continuous_codes", 0),
        ("learned_std", True),
        ("q_learning_rate", 1e-3),
        ("information_weight", 2.0),
        ("continuous_weight", 0.2),
        ("information_warmup", 0.5),
        ("real_information_weight", 1.0),
        ("trunk_learns_information", False),
        ("thickness", 0.5),
        ("hole", 9.0),
    ],
)
def test_what_only_an_infogan_has_is_refused_of_another_model(model, name, value):
    flag = "--" + name.replace("_", "-")
    message = f"^{flag} is for InfoGANs only, and this is model={model}. Received: {value}.$"
    with pytest.raises(UserError, match=message):
        dataclasses.replace(CONFIG, model=model, **{name: value})
    assert dataclasses.replace(CONFIG, model=model).model == model


@pytest.mark.parametrize(
    "name, value",
    [
        ("epochs", 1),
        ("batch_size", 1),
        ("noise", 0),
        ("categories", 2),
        ("continuous_codes", 0),
        ("max_steps", 1),
        ("image_size", 1),
        ("crop", 1),
        ("channels", 1),
        ("channels", 3),
        ("information_weight", 0.0),
        ("continuous_weight", 0.0),
        ("adversarial_weight", 0.0),
        ("information_warmup", 0.0),
        ("information_warmup", 1.0),
        ("decay_from", 0.0),
        ("decay_from", 1.0),
        ("adam_beta_1", 0.0),
        ("seed", 0),
        ("seed", 2**31 - 1),
    ],
)
def test_ends_of_the_ranges_are_allowed(name, value):
    assert getattr(dataclasses.replace(CONFIG, **{name: value}), name) == value


def test_what_depends_on_the_length_of_a_run():
    assert not CONFIG.depends_on_length
    assert dataclasses.replace(CONFIG, information_warmup=0.1).depends_on_length
    assert dataclasses.replace(CONFIG, decay_from=0.9).depends_on_length
    assert not dataclasses.replace(CONFIG, epochs=3).depends_on_length


def test_the_length_of_a_run_is_its_epochs_or_its_limit():
    config = dataclasses.replace(CONFIG, epochs=3)
    assert config.total_steps(steps_per_epoch=5) == 15
    assert dataclasses.replace(config, max_steps=7).total_steps(steps_per_epoch=5) == 7
    assert dataclasses.replace(config, max_steps=15).total_steps(steps_per_epoch=5) == 15
    assert dataclasses.replace(config, max_steps=16).total_steps(steps_per_epoch=5) == 15


def test_what_distorts():
    assert not CONFIG.distorts
    for name in ("shear", "scale", "shift"):
        assert dataclasses.replace(CONFIG, **{name: 0.1}).distorts


def test_a_config_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        CONFIG.epochs = 3


def test_a_user_error_is_a_value_error():
    assert issubclass(UserError, ValueError)
