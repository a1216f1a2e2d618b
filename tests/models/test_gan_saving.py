"""The GAN model in a file, and its configuration."""

import copy
import inspect

import keras
import pytest
import tensorflow as tf
from comparing import assert_equal, state

from keras_infogan import objectives, registry, saving
from keras_infogan.models.gan import GAN
from keras_infogan.objectives import Objective
from keras_infogan.transforms.instance_noise import InstanceNoise

BATCH = 6


def rich(tiny_gan):
    return tiny_gan(
        transforms=[InstanceNoise(0.3)],
        terms=[registry.get("term", "r1(0.2)")],
        average_generator=0.9,
        d_optimizer=keras.optimizers.Adam(2e-3),
        g_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        seed=21,
        generator_loss="minimax",
        adversarial_weight=2.0,
        d_steps=2,
        d_pretraining=1,
        jit_compile=False,
    )


def test_training_on_from_a_file_equals_training_on(tiny_gan, small_images, arrays, tmp_path):
    batches = [tf.constant(small_images(BATCH, seed)) for seed in range(4)]
    model = rich(tiny_gan)
    for images in batches[:2]:
        model.train_step(images)
    model.save(tmp_path / "model.keras")
    loaded = saving.load_model(tmp_path / "model.keras")
    assert type(loaded) is GAN
    assert loaded.get_compile_config() == model.get_compile_config()
    assert (loaded.d_steps, loaded.d_pretraining, loaded.seed) == (2, 1, 21)
    assert int(loaded.step.numpy()) == 2
    for images in batches[2:]:
        values = [one.train_step(images) for one in (model, loaded)]
    assert {k: float(v) for k, v in values[0].items()} == {
        k: float(v) for k, v in values[1].items()
    }
    assert_equal(state(model), state(loaded))


def test_constructor_arguments_are_attributes_and_config_keys(tiny_gan):
    model = rich(tiny_gan)
    arguments = set(inspect.signature(GAN.__init__).parameters) - {"self", "kwargs"}
    config = model.get_config()
    kept = copy.deepcopy(config)
    assert arguments <= set(config)
    assert set(config) - arguments <= {"name", "trainable", "dtype"}
    assert all(hasattr(model, name) for name in arguments)
    twin = GAN.from_config(config)
    assert twin.get_config() == kept
    assert [type(one) for one in twin.transforms] == [InstanceNoise]
    assert (twin.transforms[0].std, twin.terms[0].weight, twin.average.decay) == (0.3, 0.2, 0.9)


def test_compile_arguments_are_attributes_and_config_keys(tiny_gan):
    model = rich(tiny_gan)
    arguments = set(inspect.signature(GAN.compile).parameters) - {"self", "kwargs"}
    config = model.get_compile_config()
    assert arguments <= set(config)
    assert all(hasattr(model, name) for name in config)


def test_an_objective_is_not_saved_as_another(tiny_gan, tmp_path):
    ten = objectives.get("wasserstein")
    one = objectives.get("wasserstein(gradient_penalty=1.0)")
    with pytest.raises(ValueError, match="A file keeps an objective by its text: compile with a"):
        tiny_gan(generator_loss=one).save(tmp_path / "model.keras")
    for given, kept in ((ten, ten), ("wasserstein(gradient_penalty=1.0)", one)):
        tiny_gan(generator_loss=given).save(tmp_path / "model.keras")
        assert saving.load_model(tmp_path / "model.keras").objective == kept


def test_an_objective_that_is_made_anew_is_the_same_if_its_arguments_are(tiny_gan, tmp_path):
    def lifted(name, by):
        d_loss = objectives.cross_entropy_d
        return Objective(name, d_loss, lambda _, logits: by - tf.reduce_mean(logits))

    registry.register("objective", "raised", lambda by=1.0: lifted("raised", by))
    registry.register("objective", "lifted", lambda by: lifted("lifted", by))
    tiny_gan(generator_loss=registry.get("objective", "raised")).save(tmp_path / "model.keras")
    assert saving.load_model(tmp_path / "model.keras").generator_loss == "raised"
    for text in ("raised(by=2.0)", "lifted(by=1.0)"):  # another, and one that needs its argument
        with pytest.raises(ValueError, match="A file keeps an objective by its text"):
            tiny_gan(generator_loss=registry.get("objective", text)).save(tmp_path / "model.keras")
