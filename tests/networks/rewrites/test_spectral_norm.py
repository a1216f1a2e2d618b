import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.latents import LatentSpec
from keras_infogan.models.update import step_seeds
from keras_infogan.networks.rewrites.spectral_norm import SpectrallyNormalized, SpectralNorm

W = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.3]], np.float32)


def largest_singular_value(kernel):
    matrix = np.reshape(kernel, (-1, kernel.shape[-1]))
    return np.linalg.svd(matrix, compute_uv=False)[0]


def settled(layer, input_shape, strength=1.0, kernel=None):
    """The layer, normalized, after enough passes for the power iteration to settle."""
    wrapped = SpectrallyNormalized(layer, strength)
    wrapped.build(input_shape)
    if kernel is not None:
        layer.kernel.assign(kernel)
    for _ in range(60):
        wrapped.normalized_kernel(training=True)
    return wrapped


@pytest.mark.parametrize("strength", [1.0, 2.5])
@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (lambda: keras.layers.Dense(4, kernel_initializer="ones"), (None, 6)),
        (lambda: keras.layers.Conv2D(5, 3, kernel_initializer="ones"), (None, 8, 8, 2)),
    ],
    ids=["dense", "conv"],
)
def test_the_largest_singular_value_is_the_strength(layer, shape, strength):
    wrapped = settled(layer(), shape, strength)
    assert largest_singular_value(wrapped.layer.kernel.numpy()) > 4  # √(inputs · outputs)
    normalized = wrapped.normalized_kernel().numpy()
    assert largest_singular_value(normalized) == pytest.approx(strength, rel=1e-3)


def test_one_step_of_power_iteration_by_hand():
    layer = keras.layers.Dense(2)
    wrapped = SpectrallyNormalized(layer)
    wrapped.build((None, 2))
    layer.kernel.assign([[3.0, 0.0], [0.0, 1.0]])
    wrapped.u.assign([[1.0, 1.0]])
    # v = (3, 1)/√10, vW = (9, 1)/√10, u = (9, 1)/√82, σ = vWuᵀ = 82/√820 = √8.2.
    kernel = wrapped.normalized_kernel(training=False)
    np.testing.assert_allclose(kernel, np.diag([3.0, 1.0]) / np.sqrt(8.2), rtol=1e-6)
    np.testing.assert_array_equal(wrapped.u, [[1.0, 1.0]])
    wrapped.normalized_kernel(training=True)
    np.testing.assert_allclose(wrapped.u, [[9.0, 1.0]] / np.sqrt(82.0), rtol=1e-6)
    np.testing.assert_array_equal(layer.kernel, np.diag([3.0, 1.0]))


def test_the_gradient_goes_through_sigma():
    wrapped = settled(keras.layers.Dense(2), (None, 3), kernel=W)
    weights = np.array([[1.0, -2.0], [0.3, 0.7], [-1.0, 0.4]])
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(weights.astype(np.float32) * wrapped.normalized_kernel(True))
    gradient = tape.gradient(value, wrapped.layer.kernel).numpy()

    def of(kernel):
        return np.sum(weights * kernel) / np.linalg.svd(kernel, compute_uv=False)[0]

    numeric, small = np.zeros_like(weights), 1e-5
    for place in np.ndindex(weights.shape):
        bump = np.zeros_like(weights)
        bump[place] = small
        numeric[place] = (of(W + bump) - of(W - bump)) / (2 * small)
    np.testing.assert_allclose(gradient, numeric, atol=1e-4)
    # A gradient that took σ for a constant would be another.
    assert np.abs(numeric - weights / largest_singular_value(W)).max() > 0.1


def test_a_layer_computes_with_the_normalized_kernel():
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 2)).astype(np.float32)
    conv = keras.layers.Conv2D(5, 3, 2, "same", activation="tanh", bias_initializer="ones")
    wrapped = settled(conv, x.shape)
    y = wrapped(x)
    assert wrapped.compute_output_shape(x.shape) == tuple(y.shape) == (2, 4, 4, 5)
    kernel = conv.kernel.numpy()
    conv.kernel.assign(kernel / largest_singular_value(kernel))
    np.testing.assert_allclose(y, conv(x), atol=1e-4)
    dense = keras.layers.Dense(2, "relu", bias_initializer="ones")
    wrapped = settled(dense, (None, 3), kernel=W)
    expected = np.maximum(
        x[0, 0, :2, :1] * [[1.0, 2.0, 3.0]] @ W / largest_singular_value(W) + 1, 0
    )
    row = (x[0, 0, :2, :1] * [[1.0, 2.0, 3.0]]).astype(np.float32)
    np.testing.assert_allclose(wrapped(row), expected, atol=1e-4)


def test_every_layer_of_d_is_normalized_and_keeps_its_weights(tiny_gan_networks):
    latents = LatentSpec(3, [])
    networks = tiny_gan_networks(latents)
    rebuilt = SpectralNorm(1.5).rewrite(networks, latents, 0, 0)
    assert rebuilt["generator"] is networks["generator"]
    count = 0
    for name in ("trunk", "discriminator"):
        for old, new in zip(networks[name].layers, rebuilt[name].layers, strict=True):
            if isinstance(old, keras.layers.Dense | keras.layers.Conv2D):
                assert isinstance(new, SpectrallyNormalized) and new.strength == 1.5
                np.testing.assert_array_equal(old.kernel, new.layer.kernel)
                count += 1
    assert count == 3


def test_g_update_leaves_the_kernels_of_d_alone(tiny_gan, small_images, arrays):
    model = tiny_gan([SpectralNorm()])
    before, g_before = arrays(model.d_variables), arrays(model.g_variables)
    model.update_generator(small_images(5), None, tf.constant(0), step_seeds(model.seed, 0))
    for old, new in zip(before, arrays(model.d_variables), strict=True):
        np.testing.assert_array_equal(old, new)
    assert np.abs(g_before[0] - model.g_variables[0].numpy()).max() > 0


def test_d_trains_under_it_and_judging_changes_nothing(tiny_gan, small_images, arrays):
    model = tiny_gan([SpectralNorm()])
    images = small_images(5)
    before = arrays(model.d_variables)
    model.train_step(images)
    assert np.abs(before[0] - model.d_variables[0].numpy()).max() > 0
    weights = arrays(model.weights)
    model(images)
    for old, new in zip(weights, arrays(model.weights), strict=True):
        np.testing.assert_array_equal(old, new)


def test_d_has_slopes_of_at_most_the_strength(tiny_gan, small_images):
    images = tf.constant(small_images(20, seed=3))

    def largest_slope(model):
        for variable in model.d_variables:
            variable.assign(20.0 * variable)
        for _ in range(60):
            model.judge(small_images(2), training=True)
        with tf.GradientTape() as tape:
            tape.watch(images)
            logits, _ = model.judge(images)
        slopes = np.reshape(tape.gradient(logits, images), (20, -1))
        return np.linalg.norm(slopes, axis=1).max()

    # Two dense layers, and a convolution whose kernel overlaps itself: at most 3 · 3 times.
    assert largest_slope(tiny_gan([SpectralNorm()])) <= 3.0
    assert largest_slope(tiny_gan()) > 100.0
