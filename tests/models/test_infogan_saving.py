"""An InfoGAN in a file, and its configuration."""

import copy
import inspect

import keras
import numpy as np
import pytest
from comparing import assert_equal, largest_change, state
from infogans import BATCH

from keras_infogan.latents import Categorical, LatentSpec, Uniform
from keras_infogan.models.gan import GAN
from keras_infogan.models.infogan import InfoGAN
from keras_infogan.schedules import HoldThenDecay
from keras_infogan.terms.two_looks import TwoLooks
from keras_infogan.transforms.distortion import RandomDistortion


def build_rich_model(tiny_model):
    return tiny_model(
        codes=[Categorical(10), Uniform(std=None)],
        d_optimizer=keras.optimizers.Adam(HoldThenDecay(2e-3, 2, 8), beta_1=0.5),
        g_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        transforms=[RandomDistortion(shear=0.1, shift=1.0)],
        terms=[TwoLooks(0.4, RandomDistortion(thickness=0.4))],
        trunk_learns_information=False,
        seed=21,
        generator_loss="minimax",
        adversarial_weight=2.0,
        information_weight=3.0,
        continuous_weight=0.2,
        information_warmup=5,
        jit_compile=False,
    )


@pytest.fixture(scope="module")
def saved(tiny_model, tiny_images, tmp_path_factory):
    """A model after three steps, its state then, its file, and itself after three steps more."""
    model = build_rich_model(tiny_model)
    model.fit(tiny_images(3 * BATCH), batch_size=BATCH, shuffle=False, verbose=0)
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    model.save(path)
    at_saving = state(model)
    loaded = keras.models.load_model(path)
    more = dict(batch_size=BATCH, shuffle=False, verbose=0)
    at_loading = state(loaded)
    settings = loaded.get_compile_config()
    steps = int(loaded.step.numpy())
    histories = [one.fit(tiny_images(3 * BATCH, seed=9), **more).history for one in (model, loaded)]
    return {
        "model": model,
        "loaded": loaded,
        "at_saving": at_saving,
        "at_loading": at_loading,
        "settings": settings,
        "steps": steps,
        "histories": histories,
    }


def test_a_file_brings_back_weights_optimizers_sums_and_the_step(saved):
    assert_equal(saved["at_saving"], saved["at_loading"])
    assert saved["steps"] == 3
    assert int(saved["loaded"].step.numpy()) == 6


def test_a_file_brings_back_settings(saved):
    loaded, model = saved["loaded"], saved["model"]
    assert saved["settings"] == model.get_compile_config()
    assert loaded.seed == 21
    assert loaded.latents == LatentSpec(3, [Categorical(10), Uniform(std=None)])
    assert loaded.trunk_learns_information is False
    assert (loaded.transforms[0].shear, loaded.transforms[0].shift) == (0.1, 1.0)
    assert loaded.terms[0].weight == 0.4
    assert loaded.terms[0].transform.thickness == 0.4
    assert loaded.generator_loss == "minimax"
    assert loaded.adversarial_weight == 2.0
    assert loaded.information_weight == 3.0
    assert loaded.continuous_weight == 0.2
    assert loaded.information_warmup == 5
    assert loaded.jit_compile is False
    assert type(loaded.d_optimizer) is keras.optimizers.Adam
    assert loaded.d_optimizer._learning_rate.get_config() == HoldThenDecay(2e-3, 2, 8).get_config()
    assert loaded.g_optimizer.beta_1 == 0.5


def test_training_on_from_a_file_equals_training_on(saved):
    assert_equal(state(saved["model"]), state(saved["loaded"]))
    assert saved["histories"][0] == saved["histories"][1]
    assert largest_change(state(saved["model"]), saved["at_saving"]) > 1e-4


def test_constructor_arguments_are_attributes_and_config_keys(tiny_model):
    model = build_rich_model(tiny_model)
    arguments = {
        name for cls in (GAN, InfoGAN) for name in inspect.signature(cls.__init__).parameters
    } - {"self", "kwargs"}
    config = model.get_config()
    kept = copy.deepcopy(config)  # Keras takes a config apart while it builds from it
    assert arguments <= set(config)
    assert set(config) - arguments <= {"name", "trainable", "dtype"}
    assert all(hasattr(model, name) for name in arguments)
    twin = InfoGAN.from_config(config)
    assert twin.get_config() == kept
    assert twin.latents == model.latents


def test_compile_arguments_are_attributes_and_config_keys(tiny_model):
    model = build_rich_model(tiny_model)
    arguments = {
        name for cls in (GAN, InfoGAN) for name in inspect.signature(cls.compile).parameters
    } - {"self", "kwargs"}
    config = model.get_compile_config()
    assert arguments <= set(config)
    assert all(hasattr(model, name) for name in config)


def test_a_model_that_was_not_compiled_can_be_saved(tiny_networks, tmp_path):
    latents = LatentSpec(3, [Categorical(10), Uniform()])
    model = InfoGAN(**tiny_networks(latents), latents=latents)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    rows = latents.fixed(2)
    np.testing.assert_array_equal(loaded.generate(rows), model.generate(rows))
