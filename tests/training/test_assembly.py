"""A RunConfig → a compiled model, or a refusal in one sentence."""

import dataclasses

import numpy as np
import pytest

from keras_infogan.errors import UserError
from keras_infogan.presets import PRESETS
from keras_infogan.training import assembly


@pytest.mark.parametrize(
    ("preset", "changes", "message"),
    [
        ("quick", {"networks": "dcgan"}, "64×64"),
        ("quick", {"networks": "conditional_dense"}, "no recognizer, which the model infogan"),
        ("cgan", {"networks": "conv28"}, "The trunk must take .* and 4 labels, one-hot"),
        ("gan", {"networks": "conditional_dense"}, "a one-hot label, so num_labels"),
        (
            "infogan-dense",
            {"shear": 0.4, "real_information_weight": 1.0},
            "this one has no weights",
        ),
        ("quick", {"critic_networks": "dcgan"}, "64×64"),
        ("quick", {"critic_networks": "conditional_dense"}, "num_labels"),
        ("gan", {"rewrites": ("virtual_batch_norm(100000)",)}, "from 2 to 4096"),
        ("gan", {"rewrites": ("minibatch_discrimination(100000)",)}, "from 1 to 1024"),
        ("gan", {"networks": "conv28(width=3)"}, "unexpected keyword argument 'width'"),
        ("gan", {"terms": ("label_classes",)}, "gan learns from labels, and the data has 0"),
        ("cgan", {}, "cgan learns from labels, and the data has 0"),
        ("gan", {"terms": ("label_smoothing",), "generator_loss": "hinge"}, "hinge"),
    ],
)
def test_what_does_not_fit_is_named(preset, changes, message):
    config = dataclasses.replace(PRESETS.get(preset).config, **changes)
    labels = 0 if "has 0" in message else 4
    with pytest.raises(UserError, match=message) as refused:
        assembly.build_model(config, channels=1, total_steps=10, num_labels=labels)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"networks": "conv28(filters=wide)"}, "filters must be of type int"),
        ({"latents": "normal(3) + cat(1)"}, "needs size >= 2"),
        ({"terms": ("r1(much)",)}, "weight must be of type float"),
        ({"terms": ("r1(-1)",)}, "weight must be a finite number"),
        ({"transforms": ("instance_noise(1, 2, 3)",)}, "too many positional arguments"),
        ({"rewrites": ("spectral_norm(color=1)",)}, "unexpected keyword argument"),
        ({"generator_loss": "hinge(3)"}, "hinge takes no arguments"),
        (
            {"latents": "uniform(-1, 1)", "critic_weight": 1.0, "critic_told_codes": True},
            "--critic-told-codes tells the categorical codes",
        ),
    ],
)
def test_arguments_that_a_part_does_not_take_are_refused_at_once(tiny_config, changes, message):
    config = dataclasses.replace(tiny_config, **changes)
    with pytest.raises(UserError, match=message):
        assembly.check_parts(config)


@pytest.mark.parametrize("settings", [dict(d_steps=3), dict(d_pretraining=4), {}])
def test_all_rates_fall_with_the_step_of_the_model(tiny_config, settings):
    config = dataclasses.replace(
        tiny_config,
        decay_from=0.5,
        d_learning_rate=1.0,
        g_learning_rate=1.0,
        q_update="own",
        q_learning_rate=1.0,
        **settings,
    )
    model = assembly.build_model(config, channels=1, total_steps=10)
    for step, rate in ((0, 1.0), (2, 1.0), (5, 1.0), (6, 0.8), (9, 0.2), (10, 0.02)):
        learned = max(step - config.d_pretraining, 0)
        model.d_optimizer.iterations.assign(step * config.d_steps)
        model.g_optimizer.iterations.assign(learned)
        model.q_optimizer.iterations.assign(learned)
        assert int(model.step) == step
        optimizers = model.d_optimizer, model.g_optimizer, model.q_optimizer
        rates = [float(one.learning_rate) for one in optimizers]
        assert rates == pytest.approx([rate] * 3), step


def test_model_follows_from_the_seed_alone(tiny_config):
    def weights(config):
        model = assembly.build_model(config, channels=1, total_steps=10)
        return [variable.numpy() for variable in model.trainable_variables]

    first, same = weights(tiny_config), weights(tiny_config)
    other = weights(dataclasses.replace(tiny_config, seed=4))
    for one, two in zip(first, same, strict=True):
        np.testing.assert_array_equal(one, two)
    assert (first[0] != other[0]).all()


def test_config_decides_model_and_losses(tiny_config):
    config = dataclasses.replace(
        tiny_config,
        generator_loss="minimax",
        adversarial_weight=2.0,
        information_weight=3.0,
        continuous_weight=4.0,
        information_warmup=0.25,
        real_information_weight=0.3,
        d_learning_rate=0.1,
        g_learning_rate=0.2,
        adam_beta_1=0.3,
        decay_from=0.5,
        trunk_learns_information=False,
        shear=0.1,
        shift=1.5,
        thickness=0.6,
        latents="normal(3) + cat(10) + uniform(-1, 1, std=None)",
        jit=False,
    )
    model = assembly.build_model(config, channels=3, total_steps=20)
    assert model.trunk.input_shape == (None, 8, 8, 3)
    assert (model.latents.size, model.latents.parameter_size) == (14, 12)
    assert model.generator_loss == "minimax"
    weights = (model.adversarial_weight, model.information_weight, model.continuous_weight)
    assert weights == (2.0, 3.0, 4.0)
    assert model.information_warmup == 5
    assert [(type(term).__name__, term.weight) for term in model.terms] == [("TwoLooks", 0.3)]
    assert (model.seed, model.trunk_learns_information, model.jit_compile) == (3, False, False)
    (distortion,), second = model.transforms, model.terms[0].transform
    assert (distortion.shear, distortion.shift, distortion.thickness) == (0.1, 1.5, 0.0)
    assert (second.shear, second.scale, second.shift, second.thickness) == (0.1, 0.0, 1.5, 0.6)
    for optimizer, rate in ((model.d_optimizer, 0.1), (model.g_optimizer, 0.2)):
        assert optimizer.beta_1 == 0.3
        schedule = optimizer._learning_rate
        # Held to step 10, then linear to a fiftieth at step 20: half-way at 15.
        assert float(schedule(10)) == pytest.approx(rate)
        assert float(schedule(15)) == pytest.approx(rate / 2)
        assert float(schedule(20)) == pytest.approx(rate / 50)


@pytest.mark.parametrize(("networks", "units"), [(None, 8), ("conv28(filters=2, units=4)", 4)])
def test_second_discriminator_has_networks_of_its_own_or_those_of_the_first(
    tiny_config, networks, units
):
    config = dataclasses.replace(tiny_config, critic_weight=1.0, critic_networks=networks)
    model = assembly.build_model(config, channels=1, total_steps=20)
    (critic,) = model.terms
    assert (model.trunk.output_shape, critic.trunk.output_shape) == ((None, 8), (None, units))


@pytest.mark.parametrize("told", [False, True])
def test_second_discriminator_is_told_the_codes_where_the_config_says_so(tiny_config, told):
    config = dataclasses.replace(
        tiny_config, latents="normal(3) + 2*cat(3)", critic_weight=1.0, critic_told_codes=told
    )
    (critic,) = assembly.build_model(config, channels=1, total_steps=20).terms
    assert critic.told_codes == told
    assert [v.path for v in critic.trainable_variables if v.shape == (6, 8)] == (
        [critic.projection.kernel.path] if told else []
    )


def test_constant_rates_and_no_distortion_are_the_default(tiny_config):
    model = assembly.build_model(tiny_config, channels=1, total_steps=20)
    assert model.transforms == model.terms == []
    assert float(model.d_optimizer.learning_rate) == pytest.approx(2e-4)
    assert float(model.g_optimizer.learning_rate) == pytest.approx(1e-3)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "settings",
    [
        dict(
            rewrites=("spectral_norm", "minibatch_discrimination", "virtual_batch_norm"),
            latents="noise(3, uniform) + cat(3) + gaussian + uniform(-1, 1, std=None)",
            q_update="discriminator",
            d_steps=2,
        ),
        dict(q_update="own", q_learning_rate=1e-3, d_pretraining=1, average_generator=0.9),
    ],
    ids=["rewrites", "an update of Q's own"],
)
def test_xla_compiles_what_no_preset_gives_it_on_a_cpu(tiny_config, settings):
    """It is the default on a GPU."""
    config = dataclasses.replace(tiny_config, jit=True, shear=0.3, **settings)
    model = assembly.build_model(config, 1, 10)
    images = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 1)).astype(np.float32)
    before = [variable.numpy() for variable in model.trainable_variables]
    history = model.fit(images, batch_size=4, verbose=0).history
    assert model.jit_compile is True and int(model.step.numpy()) == 2
    assert all(np.isfinite(values).all() for values in history.values())
    after = [variable.numpy() for variable in model.trainable_variables]
    assert np.mean([(old != new).any() for old, new in zip(before, after, strict=True)]) > 0.8
