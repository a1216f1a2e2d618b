"""Every family of networks through the same checks; their own numbers are in files beside this."""

import functools
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import networks

# Each family of four networks with a size of images and options that keep it small.
SMALL = {
    "conv32": ((32, 32, 3), {"filters": 2}),
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


def test_every_family_of_four_networks_is_held_to_the_rules_below():
    assert set(SMALL) == set(networks.names()) - {"conditional_dense"}


@pytest.mark.parametrize("name", sorted(SMALL))
def test_no_parameters_no_recognizer(name):
    shape, options = SMALL[name]
    parts = networks.get(name)(9, 0, shape, **options)
    assert set(parts) == {"generator", "trunk", "discriminator"}


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


def test_saved_networks_compute_the_same_in_a_fresh_process(built, root, tmp_path):
    for name in SMALL:
        for part, model in built(name).items():
            model.save(tmp_path / f"{name}-{part}.keras")
            inputs = tf.random.stateless_normal((2, *model.input_shape[1:]), [0, 3])
            np.savez(tmp_path / f"{name}-{part}.npz", inputs=inputs, outputs=model(inputs))
    program = f"""
import pathlib, keras, numpy as np
from keras_infogan import InfoGAN
paths = sorted(pathlib.Path({str(tmp_path)!r}).glob("*.keras"))
for path in paths:
    with np.load(path.with_suffix(".npz")) as kept:
        outputs = keras.models.load_model(path)(kept["inputs"])
        np.testing.assert_allclose(outputs, kept["outputs"], rtol=1e-5, atol=1e-6)
print(len(paths))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) == 4 * len(SMALL)


@pytest.mark.parametrize("name", ["conv28", "survey28", "mlp", "dense"])
@pytest.mark.parametrize("shape", [(28, 28, 3), (32, 32, 3), (64, 64, 1), (4, 4, 1), (12, 20, 3)])
def test_families_without_a_fixed_size_take_grey_and_color_of_any_that_fits(name, shape):
    options = {"filters": 2} if name.endswith("28") else {}
    family = networks.get(name)(5, 3, shape, units=4, **options)
    images = family["generator"](tf.zeros((2, 5)))
    assert images.shape == (2, *shape)
    features = family["trunk"](images)
    assert family["discriminator"](features).shape == (2, 1)
    assert family["recognizer"](features).shape == (2, 3)


@pytest.mark.parametrize("name", networks.names())
@pytest.mark.parametrize("shape", [(28, 28), (0, 28, 1), (28, 28, -1), (28.0, 28, 1), 28, None])
def test_what_is_no_image_shape_is_refused_by_every_family(name, shape):
    with pytest.raises(ValueError, match="whole numbers above 0.*Received: image_shape=") as caught:
        networks.get(name)(20, 10, shape)
    assert str(caught.value).endswith(f"image_shape={shape}.")
