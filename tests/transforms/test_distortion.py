import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import randomness
from keras_infogan.transforms.distortion import (
    RandomDistortion,
    _columns_at,
    _linear_weights,
    _thicken,
)

SEED = tf.constant([1, 2])
OTHER_SEED = tf.constant([1, 3])


def random_images(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, shape).astype(np.float32)


@pytest.fixture
def draws_at_their_limit(monkeypatch):
    """Every amount is drawn at its upper end, so that it can be worked out by hand."""

    def limit(shape, seed, low=0.0, high=1.0):
        assert low in (0.0, -high)
        return tf.fill(shape, tf.cast(high, tf.float32))

    monkeypatch.setattr(randomness, "uniform", limit)


def distort_one(image, **strengths):
    """The distorted image, `(height, width)`, of one grey image."""
    strengths = {"shear": 0.0, "scale": 0.0, "shift": 0.0, **strengths}
    images = tf.constant(image, tf.float32)[None, :, :, None]
    return RandomDistortion(**strengths)(images, SEED).numpy()[0, :, :, 0]


def test_linear_weights_by_hand():
    weights = _linear_weights(tf.constant([0.0, 1.25, 2.5, 4.0]), tf.constant([0.0, 1.0, 2.0]))
    np.testing.assert_allclose(
        weights, [[1, 0, 0], [0, 0.75, 0.25], [0, 0, 0.5], [0, 0, 0]], atol=1e-7
    )


def test_zero_strength_changes_nothing():
    images = random_images(3, 5, 6, 2)
    layer = RandomDistortion(shear=0.0, scale=0.0, shift=0.0)
    np.testing.assert_allclose(layer(images, SEED), images, atol=1e-6)


@pytest.mark.usefixtures("draws_at_their_limit")
def test_shift_moves_by_whole_pixels():
    # An output pixel looks one row down and one column right; outside there is background.
    image = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]
    np.testing.assert_allclose(
        distort_one(image, shift=1.0),
        [[0.5, 0.6, -1.0], [0.8, 0.9, -1.0], [-1.0, -1.0, -1.0]],
        atol=1e-6,
    )


@pytest.mark.usefixtures("draws_at_their_limit")
def test_shift_by_half_a_pixel_mixes_neighbors():
    # The rows become ((1, 0) + (0, 1)) / 2 and ((0, 1) + (−1, −1)) / 2; then the same by columns.
    np.testing.assert_allclose(
        distort_one([[1.0, 0.0], [0.0, 1.0]], shift=0.5), [[0.5, -0.25], [-0.25, -0.5]], atol=1e-6
    )


@pytest.mark.usefixtures("draws_at_their_limit")
def test_shear_moves_each_row_by_its_distance_from_the_middle():
    # The rows stand at −1, 0 and 1: they look one column left, nowhere, one column right.
    image = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]
    np.testing.assert_allclose(
        distort_one(image, shear=1.0),
        [[-1.0, 0.1, 0.2], [0.4, 0.5, 0.6], [0.8, 0.9, -1.0]],
        atol=1e-6,
    )


@pytest.mark.usefixtures("draws_at_their_limit")
def test_scale_stretches_about_the_middle():
    # exp(ln 2) = 2: pixels at −2 … 2 look at −4, −2, 0, 2, 4, so the content is half as large.
    image = np.arange(25, dtype=np.float32).reshape(5, 5) / 25
    expected = np.full((5, 5), -1.0)
    expected[1:4, 1:4] = image[::2, ::2]
    np.testing.assert_allclose(distort_one(image, scale=math.log(2.0)), expected, atol=1e-6)


@pytest.mark.usefixtures("draws_at_their_limit")
def test_thickness_goes_towards_the_dilation():
    # Ink is what lies above the background of -1: a dot of 2, dilated to all nine pixels.
    image = np.full((3, 5), -1.0)
    image[1, 1] = 1.0
    expected = [[0.6, 0.6, 0.6, -1, -1], [0.6, 1.0, 0.6, -1, -1], [0.6, 0.6, 0.6, -1, -1]]
    np.testing.assert_allclose(distort_one(image, thickness=0.8), expected, atol=1e-6)


def test_negative_thickness_goes_half_as_far_towards_the_erosion():
    ink = np.zeros((1, 5, 5, 1), np.float32)
    ink[0, 1:4, 1:4] = 2.0
    thinned = _thicken(tf.constant(ink), tf.constant(-0.8)).numpy()[0, :, :, 0]
    expected = np.zeros((5, 5))
    expected[1:4, 1:4] = 2.0 - 0.4 * 2.0
    expected[2, 2] = 2.0  # its neighbors are all ink
    np.testing.assert_allclose(thinned, expected, atol=1e-6)


@pytest.mark.usefixtures("draws_at_their_limit")
def test_a_hole_hides_a_square_about_its_middle():
    # The middle is drawn at the last row and column, so a square of 3 shows a quarter of itself.
    image = np.full((4, 5), 1.0)
    expected = image.copy()
    expected[2:, 3:] = 0.25
    found = distort_one(image, hole=3.0, background=0.25)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.usefixtures("draws_at_their_limit")
def test_brightness_is_a_gamma_correction():
    # Gray values 0, 1/4, 1/2 and 1, to the power e^0.7 = 2.01.
    found = distort_one(np.array([[-1.0, -0.5, 0.0, 1.0]]), brightness=0.7)
    expected = 2.0 * np.array([[0.0, 0.25, 0.5, 1.0]]) ** math.exp(0.7) - 1.0
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_brightness_changes_nothing_else_that_a_seed_draws():
    # Black and white have no other gray values to go to.
    images = np.sign(random_images(4, 8, 8, 1))
    moves = {"shear": 0.0, "scale": 0.0, "shift": 3.0}
    plain, bright = (
        RandomDistortion(**moves, brightness=amount)(images, SEED) for amount in (0.0, 0.7)
    )
    np.testing.assert_allclose(bright, plain, atol=0.01)


def test_brightness_keeps_what_noise_made_darker_than_black():
    images = tf.constant(np.full((3, 4, 4, 1), -1.3, np.float32))
    found = RandomDistortion(brightness=1.0)(images, SEED)
    np.testing.assert_allclose(found, -1.0, atol=0.01)


def test_gradient_through_brightness_is_finite_where_an_image_is_black():
    images = tf.fill((64, 4, 4, 1), -1.0)
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(RandomDistortion(brightness=1.0)(images, SEED))
    assert np.abs(tape.gradient(total, images)).max() < 100.0


def test_holes_lie_anywhere():
    ink = RandomDistortion(0.0, 0.0, 0.0, hole=3.0)(np.ones((400, 6, 6, 1), np.float32), SEED)
    hidden = (ink.numpy() < 0).mean(axis=0)[:, :, 0]
    assert hidden.min() > 0.05 and hidden.max() < 0.5
    # Nine pixels at most, and some in each image; its own in each.
    counts = (ink.numpy() < 0).sum(axis=(1, 2, 3))
    assert counts.min() >= 1 and counts.max() == 9 and len(set(counts)) > 2


@pytest.mark.usefixtures("draws_at_their_limit")
def test_outside_is_background():
    image = [[0.1, 0.2, 0.3]] * 3
    np.testing.assert_allclose(
        distort_one(image, shift=3.0, background=0.25), np.full((3, 3), 0.25), atol=1e-6
    )


def test_equal_seeds_distort_equally_and_others_differ():
    images = random_images(4, 8, 8, 1)
    layer = RandomDistortion()
    first = layer(images, SEED).numpy()
    np.testing.assert_array_equal(first, layer(images, SEED).numpy())
    other = layer(images, OTHER_SEED).numpy()
    assert all(np.abs(first[i] - other[i]).max() > 0.01 for i in range(4))


def test_each_image_of_a_batch_is_distorted_by_itself():
    images = np.repeat(random_images(1, 8, 8, 1), 4, axis=0)
    distorted = RandomDistortion()(images, SEED).numpy()
    for other in range(1, 4):
        assert np.abs(distorted[0] - distorted[other]).max() > 0.01


def test_no_two_amounts_are_drawn_from_one_seed(monkeypatch):
    draw, seeds = randomness.uniform, []

    def spy(shape, seed, *limits):
        seeds.append(tuple(seed.numpy()))
        return draw(shape, seed, *limits)

    monkeypatch.setattr(randomness, "uniform", spy)
    every = RandomDistortion(thickness=0.5, hole=2.0, brightness=0.5)
    every(random_images(2, 4, 4, 1), SEED)
    assert len(set(seeds)) == len(seeds) == 9


@pytest.mark.parametrize(
    "strengths",
    [
        {"shear": 0.4, "scale": 0.0, "shift": 0.0},
        {"shear": 0.0, "scale": 0.2, "shift": 0.0},
        {"shear": 0.0, "scale": 0.0, "shift": 2.0},
        {"shear": 0.0, "scale": 0.0, "shift": 0.0, "thickness": 0.5},
        {"shear": 0.0, "scale": 0.0, "shift": 0.0, "hole": 3.0},
        {"shear": 0.0, "scale": 0.0, "shift": 0.0, "brightness": 0.7},
    ],
)
def test_each_strength_distorts(strengths):
    images = random_images(2, 8, 8, 1)
    assert np.abs(RandomDistortion(**strengths)(images, SEED) - images).max() > 0.01


def test_drawn_shifts_stay_within_their_limit():
    # A dot in the middle of an 11×11 image; its center of ink shows by how much it moved.
    dot = np.full((500, 11, 11, 1), -1.0, np.float32)
    dot[:, 5, 5] = 1.0
    ink = RandomDistortion(shear=0.0, scale=0.0, shift=2.0)(dot, SEED).numpy()[..., 0] + 1.0
    np.testing.assert_allclose(ink.sum(axis=(1, 2)), 2.0, rtol=1e-5)
    places = np.arange(11) - 5.0
    down, right = ink.sum(axis=2) @ places / 2.0, ink.sum(axis=1) @ places / 2.0
    assert abs(np.corrcoef(down, right)[0, 1]) < 0.2
    for moved in (down, right):
        assert np.abs(moved).max() <= 2.0 + 1e-5
        assert moved.min() < -1.9
        assert moved.max() > 1.9
        assert abs(moved.mean()) < 0.2


def test_values_stay_in_range():
    images = np.sign(random_images(8, 9, 9, 1))
    distorted = RandomDistortion(shear=1.0, scale=1.0, shift=5.0)(images, SEED).numpy()
    assert distorted.min() >= -1.0 - 1e-5
    assert distorted.max() <= 1.0 + 1e-5


def test_channels_move_together():
    grey = random_images(3, 7, 7, 1)
    layer = RandomDistortion()
    color = layer(np.concatenate([grey, 0.5 * (grey - 1.0)], axis=-1), SEED).numpy()
    assert color.shape == (3, 7, 7, 2)
    np.testing.assert_allclose(color[..., :1], layer(grey, SEED), atol=1e-6)
    # Distortion is affine in the values and keeps the background −1.
    np.testing.assert_allclose(color[..., 1], 0.5 * (color[..., 0] - 1.0), atol=1e-6)


@pytest.mark.usefixtures("draws_at_their_limit")
def test_images_need_not_be_square():
    # Three rows of two: the middle of the rows is row 1, that of the columns lies between both.
    image = [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]
    np.testing.assert_allclose(
        distort_one(image, shift=1.0), [[0.4, -1.0], [0.6, -1.0], [-1.0, -1.0]], atol=1e-6
    )
    np.testing.assert_allclose(
        distort_one(image, shear=1.0), [[-1.0, 0.1], [0.3, 0.4], [0.6, -1.0]], atol=1e-6
    )


def test_gradient_is_the_adjoint():
    """With background 0 the layer is linear, so <A x, y> = <x, Aᵀ y>, and Aᵀ is the gradient."""
    x, y = tf.constant(random_images(3, 6, 5, 2)), tf.constant(random_images(3, 6, 5, 2, seed=1))
    layer = RandomDistortion(background=0.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        product = tf.reduce_sum(layer(x, SEED) * y)
    adjoint = tape.gradient(product, x)
    assert np.abs(adjoint - y).max() > 0.01
    np.testing.assert_allclose(product, tf.reduce_sum(x * adjoint), rtol=1e-5)
    # The same with another x: the gradient depends on the seed alone.
    other = tf.constant(random_images(3, 6, 5, 2, seed=2))
    np.testing.assert_allclose(
        tf.reduce_sum(layer(other, SEED) * y), tf.reduce_sum(other * adjoint), rtol=1e-4, atol=1e-5
    )


def test_gradient_is_the_difference_quotient():
    images = random_images(1, 4, 4, 1)
    layer = RandomDistortion()
    x = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = tf.reduce_sum(tf.square(layer(x, SEED)))
    gradient = tape.gradient(value, x).numpy()
    step = 1e-2
    for row, column in ((0, 0), (1, 2), (3, 3)):
        sides = []
        for sign in (1, -1):
            moved = images.copy()
            moved[0, row, column, 0] += sign * step
            sides.append(float(tf.reduce_sum(tf.square(layer(moved, SEED)))))
        quotient = (sides[0] - sides[1]) / (2 * step)
        assert gradient[0, row, column, 0] == pytest.approx(quotient, abs=2e-3)


def dense_columns(ink, source):
    """Interpolation of columns by whole matrices, and the gradient of half its squares."""
    grid = np.arange(ink.shape[2]) - 0.5 * (ink.shape[2] - 1)
    weights = np.maximum(0.0, 1.0 - np.abs(source[..., None] - grid))
    moved = weights @ ink
    return moved, np.swapaxes(weights, 2, 3) @ moved


@pytest.mark.parametrize("size", [5, 28, 64])
def test_two_neighbors_are_all_of_the_interpolation_matrix(size):
    ink = random_images(3, size, size, 2) + 1.0
    # From far outside on one side to far outside on the other, whole numbers among them.
    source = np.random.default_rng(1).uniform(-size, size, (3, size, size)).astype(np.float32)
    source[0] = np.round(source[0]) - 0.5 * (size - 1) % 1
    images = tf.constant(ink)
    with tf.GradientTape() as tape:
        tape.watch(images)
        moved = _columns_at(images, tf.constant(source))
        loss = 0.5 * tf.reduce_sum(tf.square(moved))
    expected, gradient = dense_columns(ink.astype(np.float64), source.astype(np.float64))
    np.testing.assert_allclose(moved, expected, atol=1e-5)
    np.testing.assert_allclose(tape.gradient(loss, images), gradient, atol=1e-4)


def test_memory_grows_with_the_images_only():
    images = tf.TensorSpec((2, 48, 48, 1))
    traced = tf.function(RandomDistortion()).get_concrete_function(images, SEED)
    sizes = [
        tensor.shape.num_elements()
        for operation in traced.graph.get_operations()
        for tensor in operation.outputs
        if tensor.shape.is_fully_defined()
    ]
    assert max(sizes) == 2 * 48 * (48 + 2)  # a frame of zeros


@pytest.mark.usefixtures("draws_at_their_limit")  # XLA draws other numbers from a seed
def test_xla_computes_the_same():
    images = tf.constant(random_images(2, 6, 6, 1))
    layer = RandomDistortion()

    def value_and_gradient(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            distorted = layer(images, SEED)
        return distorted, tape.gradient(distorted, images)

    compiled = tf.function(value_and_gradient, autograph=False, jit_compile=True)
    for got, expected in zip(compiled(images), value_and_gradient(images), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-5)


def test_xla_compiles_the_draws():
    images = tf.constant(random_images(2, 6, 6, 1))
    compiled = tf.function(RandomDistortion(), autograph=False, jit_compile=True)
    first = compiled(images, SEED).numpy()
    np.testing.assert_array_equal(first, compiled(images, SEED).numpy())
    for other in (images, compiled(images, OTHER_SEED)):
        assert np.abs(first - other).max() > 0.01


def test_shape_is_kept_for_an_unknown_batch_size():
    layer = RandomDistortion()
    shape = tf.function(layer).get_concrete_function(
        tf.TensorSpec((None, 6, 4, 3)), tf.TensorSpec((2,), tf.int32)
    )
    assert shape.output_shapes.as_list() == [None, 6, 4, 3]


def test_config_round_trip():
    layer = RandomDistortion(
        0.1, 0.3, 1.5, 0.7, hole=3.0, brightness=0.2, background=0.5, name="distortion"
    )
    config = layer.get_config()
    names = ("shear", "scale", "shift", "thickness", "hole", "brightness", "background")
    assert {name: config[name] for name in names} == {
        "shear": 0.1,
        "scale": 0.3,
        "shift": 1.5,
        "thickness": 0.7,
        "hole": 3.0,
        "brightness": 0.2,
        "background": 0.5,
    }
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert isinstance(again, RandomDistortion)
    assert again.get_config() == config


@pytest.mark.parametrize(
    "strengths, received",
    [
        ({"shear": -0.1}, "shear=-0.1, scale=0.2, shift=2.0"),
        ({"scale": -1.0}, "shear=0.4, scale=-1.0, shift=2.0"),
        ({"shift": -2.0}, "shear=0.4, scale=0.2, shift=-2.0"),
        ({"thickness": -0.1}, "shear=0.4, scale=0.2, shift=2.0, thickness=-0.1"),
        ({"thickness": 1.1}, "shear=0.4, scale=0.2, shift=2.0, thickness=1.1"),
        ({"hole": -1.0}, "shear=0.4, scale=0.2, shift=2.0, thickness=0.0, hole=-1.0"),
        ({"brightness": -0.7}, ".*hole=0.0, brightness=-0.7"),
    ],
)
def test_strengths_out_of_range_are_refused(strengths, received):
    with pytest.raises(ValueError, match=f"Received: {received}"):
        RandomDistortion(**strengths)
