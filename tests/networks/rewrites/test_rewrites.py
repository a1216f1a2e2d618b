"""Every registered rewrite through the same checks."""

import numpy as np
import pytest
import tensorflow as tf
from comparing import assert_equal, state

from keras_infogan import registry, saving
from keras_infogan.errors import UserError
from keras_infogan.latents import LatentSpec
from keras_infogan.models.gan import GAN
from keras_infogan.networks.rewrites import rewrite_all
from keras_infogan.networks.rewrites.minibatch_discrimination import Closeness
from keras_infogan.networks.rewrites.spectral_norm import SpectrallyNormalized
from keras_infogan.terms.label_classes import CLASS_LOGITS

REWRITES = {
    "minibatch_discrimination": ("kernels", 32, 3),
    "spectral_norm": ("strength", 1.0, 1.5),
    "virtual_batch_norm": ("references", 64, 4),
}
every_rewrite = pytest.mark.parametrize("name", REWRITES)


def test_every_registered_rewrite_is_checked_here():
    assert sorted(REWRITES) == registry.names("rewrite")


@every_rewrite
def test_its_only_argument_and_its_default(name):
    argument, default, other = REWRITES[name]
    assert getattr(registry.get("rewrite", name), argument) == default
    assert getattr(registry.get("rewrite", f"{name}({other})"), argument) == other


@every_rewrite
def test_shapes_stay_and_training_on_from_a_file_equals_training_on(
    name, tiny_gan, small_images, tmp_path
):
    plain = tiny_gan()
    model = tiny_gan([registry.get("rewrite", f"{name}({REWRITES[name][2]})")])
    for network in ("generator", "trunk", "discriminator"):
        old, new = getattr(plain, network), getattr(model, network)
        assert (new.input_shape, new.output_shape) == (old.input_shape, old.output_shape)
    values = model.train_step(small_images(5))
    assert all(np.isfinite(float(value)) for value in values.values())
    changed = model(small_images(2))["discriminator_logits"], model.generate(np.ones((2, 3)))
    same = plain(small_images(2))["discriminator_logits"], plain.generate(np.ones((2, 3)))
    assert any(np.abs(x - y).max() > 1e-5 for x, y in zip(changed, same, strict=True))
    model.save(tmp_path / "model.keras")
    loaded = saving.load_model(tmp_path / "model.keras")
    assert_equal(state(model), state(loaded))
    for one in (model, loaded):
        one.train_step(small_images(5, 1))
    assert_equal(state(model), state(loaded))


@every_rewrite
def test_a_step_in_a_graph_equals_one_without(name, tiny_gan, small_images):
    models = [tiny_gan([registry.get("rewrite", f"{name}({REWRITES[name][2]})")]) for _ in "12"]
    models[0].train_step(tf.constant(small_images(5)))
    tf.function(models[1].train_step, autograph=False)(tf.constant(small_images(5)))
    for one, other in zip(state(models[0]), state(models[1]), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_the_order_in_which_they_are_named_does_not_matter(tiny_gan_networks, order):
    parts = [
        registry.get("rewrite", "minibatch_discrimination(4)"),
        registry.get("term", "label_classes"),
        registry.get("rewrite", "spectral_norm"),
    ]
    latents = LatentSpec(3, [])
    changed = rewrite_all(tiny_gan_networks(latents), [parts[i] for i in order], latents, 3)
    head = changed["discriminator"]
    classes = head.get_layer(CLASS_LOGITS)
    # Labels are told from the features and the closeness, and that layer is normalized too.
    assert isinstance(classes, SpectrallyNormalized)
    assert classes.layer.kernel.shape == (5 + 4, 3)
    assert sum(isinstance(layer, Closeness) for layer in head.layers) == 1
    model = GAN(**changed, latents=latents, terms=[parts[1]])
    assert model(np.zeros((2, 4, 4, 1), np.float32))["discriminator_logits"].shape == (2, 1)


def test_a_term_whose_networks_were_not_rewritten_is_refused(tiny_gan_networks):
    latents = LatentSpec(3, [])
    term = registry.get("term", "label_classes")
    with pytest.raises(ValueError, match="this term has rewritten. Received: a discriminator with"):
        GAN(**tiny_gan_networks(latents), latents=latents, terms=[term])


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            "minibatch_discrimination(0)",
            "kernels must be a whole number from 1 to 1024.* kernels=0",
        ),
        ("minibatch_discrimination(2.5)", "kernels must be of type int"),
        ("virtual_batch_norm(1)", "references must be a whole number from 2 to 4096"),
        ("spectral_norm(0.0)", "value must be above 0. Received: strength=0.0"),
    ],
)
def test_arguments_out_of_range_are_refused(text, rule):
    with pytest.raises(UserError, match=rule):
        registry.get("rewrite", text)
