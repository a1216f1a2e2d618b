import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import randomness, steps

SEED = tf.constant([5, 0], tf.int32)
ROWS = 6
DRAWS = {
    "fold_in": lambda seed: randomness.fold_in(seed, 77),
    "split": lambda seed: randomness.split(seed, 6),
    "whole": lambda seed: randomness.whole((ROWS,), seed, 10),
    "uniform": lambda seed: randomness.uniform((ROWS, 3), seed, -2.0, 3.0),
    "uniforms": lambda seed: randomness.uniforms((ROWS,), randomness.split(seed, 3)),
    "normal": lambda seed: randomness.normal((ROWS + 1, 3), seed),
}


@pytest.mark.parametrize("name", DRAWS)
def test_xla_draws_what_the_graph_draws(name):
    def compiled(seed):
        with steps.traced_for(True):
            return DRAWS[name](seed)

    plain = tf.function(DRAWS[name])(SEED).numpy()
    compiled = tf.function(compiled, jit_compile=True)(SEED).numpy()
    # XLA rounds otherwise: sums of products, logarithms, sines and cosines.
    rounding = 4e-6 if plain.dtype == np.float32 else 0
    np.testing.assert_allclose(compiled, plain, rtol=0, atol=rounding)


@pytest.mark.parametrize("name", DRAWS)
def test_equal_seeds_draw_equally_and_others_do_not(name):
    draw = DRAWS[name]
    first, again, other = (draw(seed).numpy() for seed in (SEED, SEED, SEED + 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_numbers_are_those_of_tensorflows_draws_on_a_cpu():
    """What runs drew before the algorithm was named."""
    np.testing.assert_array_equal(
        randomness.normal((ROWS, 3), SEED), tf.random.stateless_normal((ROWS, 3), SEED)
    )
    np.testing.assert_array_equal(
        randomness.uniform((ROWS,), SEED, -2.0, 5.0),
        tf.random.stateless_uniform((ROWS,), SEED, -2.0, 5.0),
    )
    np.testing.assert_array_equal(
        randomness.whole((ROWS,), SEED, 9),
        tf.random.stateless_uniform((ROWS,), SEED, maxval=9, dtype=tf.int32),
    )
    np.testing.assert_array_equal(randomness.split(SEED, 3), tf.random.split(SEED, 3))
    np.testing.assert_array_equal(randomness.fold_in(SEED, 3), tf.random.fold_in(SEED, 3))


@pytest.mark.parametrize("xla", [False, True])
def test_several_seeds_draw_what_each_of_them_draws(xla):
    def draw(seeds):
        with steps.traced_for(xla):
            return randomness.uniforms((ROWS, 3), seeds)

    seeds = randomness.split(SEED, 4)
    drawn = tf.function(draw, jit_compile=xla)(seeds)
    np.testing.assert_array_equal(drawn, [randomness.uniform((ROWS, 3), seed) for seed in seeds])


def test_all_values_are_shuffled():
    shuffled = randomness.shuffle(tf.range(50), SEED).numpy()
    assert sorted(shuffled) == list(range(50)) and (shuffled != np.arange(50)).any()


def test_only_this_module_draws(root):
    """A draw that does not name its algorithm differs between graph and XLA."""
    found = [
        path.name
        for path in (root / "keras_infogan").rglob("*.py")
        if "tf.random." in path.read_text() or "keras.random." in path.read_text()
    ]
    assert found == ["randomness.py"]
