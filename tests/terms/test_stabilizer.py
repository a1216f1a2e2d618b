"""The base class, the registry, and the order in which networks are rebuilt."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.training import assembly
from keras_infogan import terms as stabilizers
from keras_infogan.latents import LatentSpec
from keras_infogan.models.gan import GAN
from keras_infogan.terms import LabelClasses, LabelSmoothing, MinibatchDiscrimination, SpectralNorm, Stabilizer, VirtualBatchNorm
from keras_infogan.terms.label_classes import CLASS_LOGITS
from keras_infogan.networks.rewrites.minibatch_discrimination import Closeness
from keras_infogan.networks.rewrites.spectral_norm import SpectrallyNormalized

DEFAULTS = {
    "averaged_generator": 0.999,
    "feature_matching": 1.0,
    "historical_averaging": 0.01,
    "instance_noise": 0.1,
    "label_classes": 1.0,
    "label_smoothing": 0.9,
    "minibatch_discrimination": 32,
    "r1": 0.1,
    "spectral_norm": 1.0,
    "virtual_batch_norm": 64,
    "wgan_gp": 10.0,
}


@keras.saving.register_keras_serializable(package="tests")
class SmallImages(Stabilizer):
    """Adds strength · E|x| over all images to G's loss."""

    def g_loss(self, model, update):
        return self.strength * tf.reduce_mean(tf.abs(update.generated.images))


def test_names_and_default_strengths():
    assert {name: stabilizers.get(name).strength for name in stabilizers.STABILIZERS} == DEFAULTS


def test_get_takes_a_name_with_a_strength_or_a_stabilizer():
    smoothing = stabilizers.get("label_smoothing", 0.8)
    assert type(smoothing) is LabelSmoothing and smoothing.strength == 0.8
    assert stabilizers.get(smoothing) is smoothing


@pytest.mark.parametrize("identifier", ["r2", None, ["r1"]])
def test_get_refuses_an_unknown_name(identifier):
    with pytest.raises(ValueError, match=r"must be one of \['averaged_generator', .*Received: "):
        stabilizers.get(identifier)


@pytest.mark.parametrize(
    ("name", "strength", "rule"),
    [
        ("r1", -1.0, "R1 needs a finite strength from 0.0 to inf"),
        ("r1", float("inf"), "R1 needs a finite strength"),
        ("instance_noise", float("nan"), "InstanceNoise needs a finite strength"),
        ("averaged_generator", 1.0, "AveragedGenerator needs a finite strength from 0.0 to 0.9999"),
        ("label_smoothing", 1.5, "LabelSmoothing needs a finite strength from 0.0 to 1.0"),
        ("minibatch_discrimination", 0, "needs a whole strength from 1 to 1024"),
        ("minibatch_discrimination", 2.5, "needs a whole strength from 1 to 1024"),
        ("virtual_batch_norm", 1, "needs a whole strength from 2 to 4096"),
        ("spectral_norm", 0.0, "SpectralNorm needs a finite strength from 1e-06 to inf"),
    ],
)
def test_a_strength_out_of_range_is_refused(name, strength, rule):
    with pytest.raises(ValueError, match=rf"{rule}.* Received: strength={strength}\."):
        stabilizers.get(name, strength)


def test_the_base_class_does_nothing(tiny_gan, small_images, arrays):
    plain, idle = tiny_gan(), tiny_gan(Stabilizer())
    for model in (plain, idle):
        model.train_step(small_images(5))
    for one, other in zip(arrays(plain.variables), arrays(idle.variables), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_model_and_a_run_have_none_by_default(tiny_gan_networks, tiny_config):
    latents = LatentSpec(3, [])
    assert list(GAN(**tiny_gan_networks(latents), latents=latents).stabilizers) == []
    assert tiny_config.stabilizers == ()
    assert list(assembly.build_model(tiny_config, 1, 1).stabilizers) == []


def test_a_configuration_and_its_strength_come_back():
    for name in stabilizers.STABILIZERS:
        one = stabilizers.get(name, 3 if name.endswith(("norm", "nation")) else 0.5)
        twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(one))
        assert type(twin) is type(one)
        assert twin.get_config() == one.get_config()
        assert twin.strength == one.strength != DEFAULTS[name]


# From outside.


def test_a_stabilizer_from_outside_reaches_a_model_by_name(
    tiny_config, tiny_images, monkeypatch, tmp_path
):
    monkeypatch.setattr(stabilizers, "STABILIZERS", dict(stabilizers.STABILIZERS))
    stabilizers.register("small_images", SmallImages)
    config = dataclasses.replace(
        tiny_config,
        model="gan",
        continuous_codes=2,  # the default: a GAN has no codes
        adversarial_weight=0.0,
        stabilizers=(("small_images", 3.0),),
    )
    model = assembly.build_model(config, channels=1, total_steps=4)
    assert [type(part) for part in model.stabilizers] == [SmallImages]
    assert model.stabilizers[0].strength == 3.0
    images = tf.constant(tiny_images(4))
    z = model.latents.fixed(50)
    before = np.abs(model.generator(z, training=True)).mean()
    for _ in range(3):
        model.train_step(images)
    assert np.abs(model.generator(z, training=True)).mean() < before
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.stabilizers[0]) is SmallImages


@pytest.mark.parametrize("name", ["r1", "", 3])
def test_a_name_that_is_taken_or_none_is_refused(name):
    with pytest.raises(ValueError, match=f"a name other than .* Received: name={name!r}"):
        stabilizers.register(name, SmallImages)


@pytest.mark.parametrize("thing", [SmallImages(), keras.layers.Dense, len])
def test_only_subclasses_can_be_registered(thing):
    with pytest.raises(ValueError, match="subclass of Stabilizer.* Received: "):
        stabilizers.register("mine", thing)
    assert "mine" not in stabilizers.STABILIZERS


# Rebuilding.


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_the_order_of_the_list_does_not_matter_to_the_networks(tiny_gan_networks, order):
    parts = [MinibatchDiscrimination(4), LabelClasses(), SpectralNorm()]
    latents = LatentSpec(3, [])
    networks = tiny_gan_networks(latents)
    rebuilt = stabilizers.rebuild(networks, [parts[i] for i in order], latents, num_labels=3)
    head = rebuilt["discriminator"]
    classes = head.get_layer(CLASS_LOGITS)
    # Labels are told from the features and the closeness, and that layer is normalised too.
    assert isinstance(classes, SpectrallyNormalized)
    assert classes.layer.kernel.shape == (5 + 4, 3)
    assert sum(isinstance(layer, Closeness) for layer in head.layers) == 1
    assert head.output_shape == (None, 1)
    model = GAN(**rebuilt, latents=latents, stabilizers=[parts[i] for i in order])
    assert model(np.zeros((2, 4, 4, 1), np.float32))["discriminator_logits"].shape == (2, 1)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (MinibatchDiscrimination(), "a discriminator without Closeness"),
        (LabelClasses(), "a discriminator without LogSumExp"),
        (SpectralNorm(), "a discriminator without SpectrallyNormalized"),
        (VirtualBatchNorm(), "a generator without WithReferences"),
    ],
)
def test_networks_that_were_not_rebuilt_are_refused(tiny_gan_networks, part, message):
    latents = LatentSpec(3, [])
    with pytest.raises(ValueError, match=f"went through stabilizers.rebuild. Received: {message}"):
        GAN(**tiny_gan_networks(latents), latents=latents, stabilizers=[part])
