import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import networks
from keras_infogan.networks import conditional_dense, conv28, dcgan, dcgan64, dense, mlp

# Each family of four networks with a size of images and options that keep it small.
SMALL = {
    "dcgan64": ((64, 64, 1), {}),
    "dcgan": ((64, 64, 3), {"filters": 2}),
    "conv28": ((8, 8, 1), {"filters": 2, "units": 8}),
    "survey28": ((8, 8, 1), {"filters": 2, "units": 8}),
    "mlp": ((3, 5, 1), {"units": 8}),
    "dense": ((3, 5, 1), {"units": 8}),
}


@pytest.fixture(scope="module")
def built():
    """A function: name → the small networks of that family for 9 latents and 7 parameters."""

    @functools.cache
    def build(name):
        shape, options = SMALL[name]
        keras.utils.set_random_seed(3)
        return networks.get(name)(9, 7, shape, **options)

    return build


def test_get_takes_a_name_or_a_callable():
    assert networks.get("dcgan64") is dcgan64.build
    assert networks.get("conv28") is conv28.build
    assert networks.get("mlp") is mlp.build
    assert networks.get("dcgan") is dcgan.build
    assert networks.get("dense") is dense.build
    assert networks.get("conditional_dense") is conditional_dense.build

    def own(latent_size, parameter_size, image_shape):
        return {}

    assert networks.get(own) is own


@pytest.mark.parametrize("identifier", ["dcgan128", "", None, 28])
def test_get_refuses_an_unknown_name(identifier):
    names = "'conv28', 'dcgan', 'dcgan64', 'dense', 'mlp', 'survey28'"
    with pytest.raises(ValueError, match=f"{names}.*Received: {identifier!r}"):
        networks.get(identifier)


def test_every_family_of_four_networks_is_held_to_the_rules_below():
    assert set(SMALL) == set(networks.FAMILIES) - {"conditional_dense"}


@pytest.mark.parametrize("name", sorted(SMALL))
def test_no_parameters_no_recognizer(name):
    shape, options = SMALL[name]
    parts = networks.get(name)(9, 0, shape, **options)
    assert set(parts) == {"generator", "trunk", "discriminator"}


def test_a_family_can_be_added_from_outside(monkeypatch):
    monkeypatch.setattr(networks, "FAMILIES", dict(networks.FAMILIES))

    def own(latent_size, parameter_size, image_shape=(28, 28, 1), units=4):
        return mlp.build(latent_size, parameter_size, image_shape, units)

    networks.register("own", own)
    assert networks.get("own") is own
    assert networks.get("own")(3, 2)["trunk"].output_shape == (None, 4)
    with pytest.raises(ValueError, match="'mlp', 'own', 'survey28'.*Received: 'owl'"):
        networks.get("owl")


@pytest.mark.parametrize(
    "name, build, received",
    [
        ("mlp", mlp.build, "name='mlp'"),
        ("", mlp.build, "name=''"),
        (3, mlp.build, "name=3"),
        ("own", "mlp", "build='mlp'"),
    ],
)
def test_a_taken_name_or_what_is_no_function_is_refused(name, build, received):
    before = dict(networks.FAMILIES)
    with pytest.raises(ValueError, match=f"Received: {received}"):
        networks.register(name, build)
    assert before == networks.FAMILIES


@pytest.mark.parametrize("name", SMALL)
def test_families_build_the_same_four_networks(built, name):
    shape, _ = SMALL[name]
    family = built(name)
    assert set(family) == {"generator", "trunk", "discriminator", "recognizer"}
    assert {name: model.name for name, model in family.items()} == {name: name for name in family}
    assert family["generator"].input_shape == (None, 9)
    assert family["generator"].output_shape == family["trunk"].input_shape == (None, *shape)
    assert family["discriminator"].input_shape == family["trunk"].output_shape
    assert family["recognizer"].input_shape == family["trunk"].output_shape
    assert family["discriminator"].output_shape == (None, 1)
    assert family["recognizer"].output_shape == (None, 7)


@pytest.mark.parametrize("name", SMALL)
def test_images_fill_the_range_and_do_not_leave_it(built, name):
    images = built(name)["generator"](1e7 * tf.random.stateless_normal((4, 9), [0, 1]))
    assert images.dtype == tf.float32
    assert -1.0 <= np.min(images) < -0.5
    assert 0.5 < np.max(images) <= 1.0


@pytest.mark.parametrize("name", SMALL)
def test_gradients_reach_all_weights(built, name):
    """Of the sum of D's logits and of Q's outputs, from latents through all four networks."""
    family = built(name)
    weights = [weight for model in family.values() for weight in model.trainable_weights]
    latents = tf.random.stateless_normal((8, 9), [0, 2])
    with tf.GradientTape() as tape:
        images = family["generator"](latents, training=True)
        features = family["trunk"](images, training=True)
        outputs = [
            family[head](features, training=True) for head in ("discriminator", "recognizer")
        ]
        # Cubed: BatchNorm makes the plain sum over a batch a constant.
        total = sum(tf.reduce_sum(output**3) for output in outputs)
    gradients = tape.gradient(total, weights)
    for weight, gradient in zip(weights, gradients, strict=True):
        assert gradient is not None, weight.path
        assert np.isfinite(gradient).all(), weight.path
        if weight.name == "kernel":  # BatchNorm takes the bias before it away again
            assert np.abs(gradient).max() > 0, weight.path


@pytest.mark.parametrize("name", SMALL)
def test_saved_and_loaded_generators_draw_the_same(built, name, tmp_path):
    generator = built(name)["generator"]
    generator.save(tmp_path / "generator.keras")
    latents = tf.random.stateless_normal((2, 9), [0, 3])
    loaded = keras.models.load_model(tmp_path / "generator.keras")
    np.testing.assert_array_equal(loaded(latents), generator(latents))


@pytest.mark.parametrize("name", ["conv28", "survey28", "mlp", "dense"])
@pytest.mark.parametrize("shape", [(28, 28, 3), (32, 32, 3), (64, 64, 1), (4, 4, 1), (12, 20, 3)])
def test_families_without_a_fixed_size_take_grey_and_colour_of_any_that_fits(name, shape):
    options = {"filters": 2} if name.endswith("28") else {}
    family = networks.get(name)(5, 3, shape, units=4, **options)
    images = family["generator"](tf.zeros((2, 5)))
    assert images.shape == (2, *shape)
    features = family["trunk"](images)
    assert family["discriminator"](features).shape == (2, 1)
    assert family["recognizer"](features).shape == (2, 3)


@pytest.mark.parametrize("name", networks.FAMILIES)
@pytest.mark.parametrize("shape", [(28, 28), (0, 28, 1), (28, 28, -1), (28.0, 28, 1), 28, None])
def test_what_is_no_image_shape_is_refused_by_every_family(name, shape):
    with pytest.raises(ValueError, match="whole numbers above 0.*Received: image_shape=") as caught:
        networks.get(name)(20, 10, shape)
    assert str(caught.value).endswith(f"image_shape={shape}.")
