"""Mixed precision: what stays float32, how losses are scaled, and what is refused."""

import dataclasses

import keras
import numpy as np
import pytest

from keras_infogan.errors import UserError
from keras_infogan.optimizers import LossScaling
from keras_infogan.saving import load_model
from keras_infogan.training.assembly import build_model

BATCH = 8


def make(config, **changes):
    return build_model(dataclasses.replace(config, **changes), 1, 10)


def policies(network):
    return {layer.dtype_policy.name for layer in network.layers}


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_networks_compute_in_16_bits_and_losses_in_32(
    tiny_config, tiny_images, precision, tmp_path, arrays
):
    model = make(tiny_config, precision=precision)
    reference = make(tiny_config)
    for name in ("generator", "trunk"):
        assert precision in policies(getattr(model, name)), name
    for name in ("discriminator", "recognizer"):
        assert policies(getattr(model, name)) == {"float32"}
    assert {str(weight.dtype) for weight in model.weights} <= {"float32", "int32", "int64"}
    latents = model.latents.fixed(3)
    images = model.generator(latents)
    logits, features = model.judge(images)
    assert images.dtype == logits.dtype == features.dtype == "float32"
    np.testing.assert_allclose(images, reference.generator(latents), atol=0.02)

    for _ in range(3):
        values = model.train_step(tiny_images(BATCH))
        expected = reference.train_step(tiny_images(BATCH))
    assert model.divergence() is None
    for name, value in values.items():
        assert float(value) == pytest.approx(float(expected[name]), abs=0.15), name

    model.save(tmp_path / "model.keras")
    back = load_model(tmp_path / "model.keras")
    assert int(back.step.numpy()) == 3
    assert [policies(back.trunk), policies(back.discriminator)] == [
        policies(model.trunk),
        {"float32"},
    ]
    for one in (model, back):
        one.train_step(tiny_images(BATCH))
    for first, second in zip(arrays(model.weights), arrays(back.weights), strict=True):
        np.testing.assert_array_equal(first, second)


def test_both_losses_are_scaled_and_a_step_that_overflows_is_counted(
    tiny_config, tiny_images, arrays
):
    model = make(tiny_config, precision="mixed_float16")
    scales = [optimizer.dynamic_scale for optimizer in model.optimizers]
    assert all(isinstance(one, LossScaling) for one in model.optimizers) and len(scales) == 2
    scales[0].assign(np.float32(1e38))
    scales[1].assign(8.0)
    d_before, g_before = (
        arrays(network.trainable_variables) for network in (model.trunk, model.generator)
    )
    model.train_step(tiny_images(BATCH))
    assert int(model.step.numpy()) == 1 and model.divergence() is None
    assert float(scales[0]) == pytest.approx(0.5e38) and float(scales[1]) == 8.0
    for old, new in zip(d_before, arrays(model.trunk.trainable_variables), strict=True):
        np.testing.assert_array_equal(old, new)  # passed over
    moved = zip(g_before, arrays(model.generator.trainable_variables), strict=True)
    assert any((old != new).any() for old, new in moved)


def test_scaling_changes_no_gradient(tiny_gan, small_images, arrays):
    """A power of two, so that nothing is rounded otherwise."""
    plain = tiny_gan()
    scaled = tiny_gan(
        d_optimizer=LossScaling(keras.optimizers.SGD(0.5)),
        g_optimizer=LossScaling(keras.optimizers.SGD(0.25), initial_scale=8.0),
    )
    for model in (plain, scaled):
        for _ in range(2):
            model.train_step(small_images(BATCH))
    assert int(scaled.step.numpy()) == 2
    for first, second in zip(arrays(plain.weights), arrays(scaled.weights), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("changes", [{"terms": ("r1(0.1)",)}, {"generator_loss": "wasserstein"}])
def test_gradient_penalties_in_float16_are_refused(tiny_config, changes):
    with pytest.raises(UserError, match="mixed_float16 cannot be combined with a gradient penalty"):
        make(tiny_config, precision="mixed_float16", **changes)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_networks_that_end_in_another_precision_are_refused(tiny_model, policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        with pytest.raises(ValueError, match="last layer of each network must compute in float32"):
            tiny_model()
    finally:
        keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("player", ["d_optimizer", "g_optimizer"])
def test_optimizers_that_do_not_step_with_the_model_are_refused(tiny_gan, player):
    with pytest.raises(ValueError, match="cannot accumulate gradients.*steps=2"):
        tiny_gan(**{player: keras.optimizers.Adam(gradient_accumulation_steps=2)})
    with pytest.raises(ValueError, match="LossScaling. Received: LossScaleOptimizer"):
        tiny_gan(**{player: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1))})
