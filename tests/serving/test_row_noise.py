"""Numbers of a row's own seed: their values, their distribution, and that no row sees another."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_infogan.serving import row_noise

SEEDS = tf.constant([0, 1, 2, -1, 7, 2**63 - 1, -(2**63)], tf.int64)


def mixed(word):
    """SplitMix64's output function, as its authors give it."""
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    word = (word ^ word >> 27) * 0x94D049BB133111EB % 2**64
    return word ^ word >> 31


def test_words_are_splitmix64():
    # The generator's first output from 1234567, https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64
    assert mixed(1234567 + row_noise.GOLDEN) == 6457827717110365317
    expected = [
        [mixed((mixed(seed % 2**64) + (1 + i) * row_noise.GOLDEN) % 2**64) for i in range(5)]
        for seed in SEEDS.numpy().tolist()
    ]
    compiled = tf.function(lambda seed: row_noise.words(seed, 5))
    for found in (row_noise.words(SEEDS, 5), compiled(SEEDS)):
        np.testing.assert_array_equal(found.numpy().view(np.uint64), np.array(expected, np.uint64))


def test_a_row_depends_on_its_own_seed_alone():
    for draw in (row_noise.normal, lambda seed, count: row_noise.uniform(seed, count, 0.0, 1.0)):
        together = draw(SEEDS, 7).numpy()
        assert together.shape == (7, 7) and together.dtype == np.float32
        assert len(np.unique(together, axis=0)) == 7
        for i, seed in enumerate(SEEDS):
            np.testing.assert_allclose(draw(seed[None], 7)[0], together[i], rtol=1e-6)
            np.testing.assert_allclose(draw(seed[None], 4)[0], together[i, :4], rtol=1e-6)


def test_normal_numbers_of_neighboring_seeds_are_independent():
    found = row_noise.normal(tf.range(20_000, dtype=tf.int64), 6).numpy()
    assert stats.kstest(found.ravel(), "norm").pvalue > 1e-3
    assert np.abs(found).max() > 4.0
    by_seed = np.concatenate([found[:-1], found[1:]], axis=1)
    correlations = np.corrcoef(by_seed, rowvar=False) - np.eye(12)
    assert np.abs(correlations).max() < 4.5 / math.sqrt(len(by_seed))


def test_uniform_numbers_fill_their_range():
    found = row_noise.uniform(tf.range(20_000, dtype=tf.int64), 5, -1.0, 1.0).numpy()
    assert -1.0 <= found.min() < -0.9999 and 0.9999 < found.max() < 1.0
    assert stats.kstest(found.ravel(), "uniform", (-1.0, 2.0)).pvalue > 1e-3


@pytest.mark.parametrize("below", [1, 2, 3, 10])
def test_whole_numbers_are_even(below):
    seed = tf.range(30_000, dtype=tf.int64)
    found = row_noise.whole(seed, tf.fill((30_000,), tf.constant(below, tf.int64)), stream=1)
    counts = np.bincount(found.numpy(), minlength=below)
    assert len(counts) == below
    if below > 1:
        assert stats.chisquare(counts).pvalue > 1e-3
    other = row_noise.whole(seed, tf.fill((30_000,), tf.constant(below, tf.int64)), stream=2)
    assert np.mean(other.numpy() == found.numpy()) == pytest.approx(1 / below, abs=0.02)


def test_no_numbers_at_all():
    assert row_noise.normal(SEEDS, 0).shape == (7, 0)
    assert row_noise.uniform(SEEDS, 0, 0.0, 1.0).shape == (7, 0)


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_a_graph_knows_how_many_numbers_there_are(count):
    """A generator may split its latents."""
    drawn = tf.function(
        lambda seed: row_noise.normal(seed, count),
        input_signature=[tf.TensorSpec([None], tf.int64)],
    )
    assert drawn.get_concrete_function().output_shapes.as_list() == [None, count]
