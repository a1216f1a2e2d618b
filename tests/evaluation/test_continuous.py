import dataclasses
import json

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
from keras import ops

from keras_infogan.evaluation.continuous import NOISES, STEPS, code_meanings, rank_correlations
from keras_infogan.evaluation.moments import PROPERTIES, measure
from keras_infogan.latents import Categorical, Code, Gaussian, Uniform

SIZE = 16
ROWS = 10  # of a bar


def bars(ink, slant=0.0, shift=0.0):
    """Upright bars, 3 columns wide and 10 rows high, on 16×16 pixels.

    Args:
        ink: Darkness of a bar's pixels, `(n,)` in [0, 1].
        slant: `(n,)`.
        shift: Columns to the right, `(n,)`.

    Returns:
        Images `(n, 16, 16, 1)` in [-1, 1].
    """
    rows, columns = (np.arange(SIZE, dtype=np.float32) for _ in range(2))
    ink, slant, shift = (ops.reshape(part + 0.0 * ink, (-1, 1, 1)) for part in (ink, slant, shift))
    axis = 7.5 + shift + slant * (7.5 - rows[None, :, None])
    # Edges one column wide: each row's ink is the same wherever its middle lies.
    bar = ops.clip(2.0 - ops.abs(columns[None, None, :] - axis), 0.0, 1.0)
    bar *= np.abs(rows - 7.5)[None, :, None] < ROWS / 2
    return 2.0 * (ink * bar)[..., None] - 1.0


@pytest.fixture(scope="module")
def real_images():
    """Bars whose ink, slant and place differ."""
    generator = np.random.default_rng(0)
    ink, slant, shift = (generator.uniform(*ends, 100) for ends in ((0.3, 1), (-0.5, 0.5), (-1, 1)))
    return np.array(bars(np.float32(ink), np.float32(slant), np.float32(shift)))


@pytest.fixture
def meanings(hand_made_model, real_images):
    """A function: codes and how they are drawn → what `code_meanings` says of them."""

    def of(codes, draw, noise=1, real=real_images):
        return code_meanings(hand_made_model(codes, draw, noise=noise), real)

    return of


def ink_and_slant(z):
    """Noise: place; c1 of two values; c2: ink; c3: slant."""
    return bars(0.5 + 0.3 * z[:, 3], 0.5 * z[:, 4], ops.tanh(z[:, 0]))


TWO = [Categorical(2), Uniform(), Uniform()]


def test_codes_that_move_one_property_each(meanings):
    found = meanings(TWO, ink_and_slant)
    assert list(found) == ["c2", "c3"]
    for name, moves in (("c2", "ink"), ("c3", "slant")):
        assert found[name]["moves"] == moves
        assert found[name]["rank_correlation"] == 1.0
        assert found[name]["rank_correlations"][moves] == 1.0
        assert found[name]["digits_at_0.8"] == 1.0
        assert found[name]["per_digit"] == [1.0, 1.0]
        assert found[name]["independence"] > 0.99
        assert list(found[name]["effects"]) == list(PROPERTIES)
        for other in set(PROPERTIES) - {moves}:
            assert found[name]["effects"][other] == pytest.approx(0.0, abs=1e-3)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_effects_are_in_standard_deviations_among_real_images(meanings):
    # Real ink takes two values in equal parts, 9 and 15 pixels: a standard deviation of 3.
    real = np.array(bars(np.array([0.3, 0.5] * 10, np.float32)))
    assert np.std(measure(real)["ink"]) == pytest.approx(3.0)
    found = meanings(TWO, ink_and_slant, real=real)
    # The code goes from 0.2 to 0.8 of 30 pixels.
    assert found["c2"]["effects"]["ink"] == pytest.approx(18.0 / 3.0, abs=1e-3)


@pytest.mark.parametrize(
    "code, span", [(Uniform(), 2.0), (Uniform(0.0, 0.5), 0.5), (Gaussian(), 4.0)]
)
def test_a_code_goes_from_its_lowest_to_its_highest_value(meanings, real_images, code, span):
    found = meanings([Categorical(2), code], lambda z: bars(0.5 + 0.2 * z[:, 3]))
    spread = np.std(measure(real_images)["ink"])
    expected = 0.2 * span * 3 * ROWS / spread
    assert found["c2"]["effects"]["ink"] == pytest.approx(expected, abs=1e-3)


def test_a_direction_that_differs_between_digits_is_no_fault(meanings):
    # Value 0 of c1 turns the code round.
    found = meanings(TWO[:2], lambda z: bars(0.5 + 0.3 * z[:, 3] * (z[:, 2] - z[:, 1])))["c2"]
    assert found["per_digit"] == [-1.0, 1.0]
    assert (found["rank_correlation"], found["digits_at_0.8"]) == (1.0, 1.0)


def test_a_direction_that_differs_between_draws_cancels(meanings, hand_made_model):
    def draw(z):
        return bars(0.5 + 0.3 * z[:, 3] * ops.sign(z[:, 0]))

    found = meanings(TWO[:2], draw)["c2"]
    noises = hand_made_model(TWO[:2], draw).latents.fixed(NOISES, seed=0)[:, 0]
    expected = abs(np.sign(noises).mean())
    assert expected < 0.8
    assert found["rank_correlations"]["ink"] == pytest.approx(expected)
    assert found["digits_at_0.8"] == 0.0
    assert found["effects"]["ink"] > 1.0


def test_digits_in_which_a_code_does_nothing_are_counted(meanings):
    # In value 1 of c1 the bar stays as it is.
    codes = [Categorical(4), Uniform()]
    found = meanings(codes, lambda z: bars(0.5 + 0.3 * z[:, 5] * (1.0 - z[:, 2])))["c2"]
    assert found["per_digit"] == [1.0, 0.0, 1.0, 1.0]
    assert (found["rank_correlation"], found["digits_at_0.8"]) == (1.0, 0.75)


def test_a_code_that_does_nothing_gets_nothing(meanings):
    found = meanings(TWO, lambda z: bars(0.5 + 0.3 * z[:, 3], 0.0, ops.tanh(z[:, 0])))
    assert found["c3"]["rank_correlation"] == 0.0
    assert found["c3"]["digits_at_0.8"] == 0.0
    assert set(found["c3"]["rank_correlations"].values()) == {0.0}
    assert set(found["c3"]["effects"].values()) == {0.0}
    # The one that works has nothing to be independent of.
    assert found["c2"]["moves"] == "ink"
    assert found["c2"]["independence"] is None


def test_two_codes_for_one_property_are_not_independent(meanings):
    # c2 and c3 add up in the ink, c3 moves the slant too: it is given the slant.
    found = meanings(
        TWO, lambda z: bars(0.5 + 0.2 * z[:, 3] + 0.1 * z[:, 4], 0.5 * z[:, 4], ops.tanh(z[:, 0]))
    )
    assert (found["c2"]["moves"], found["c3"]["moves"]) == ("ink", "slant")
    assert found["c2"]["independence"] > 0.99
    assert found["c3"]["independence"] == pytest.approx(0.5, abs=1e-3)  # 0.1 of 0.2


def test_independence_has_a_floor_of_zero(meanings):
    def draw(z):
        # c3 does more to the ink than c2, which has nothing else.
        return bars(0.5 + 0.05 * z[:, 3] + 0.2 * z[:, 4], 0.5 * z[:, 4])

    found = meanings(TWO, draw)
    assert found["c2"]["moves"] == "ink"
    assert found["c3"]["independence"] == 0.0


def test_a_single_code_has_no_independence(meanings):
    found = meanings([Categorical(2), Uniform()], lambda z: bars(0.5 + 0.3 * z[:, 3]))
    assert found["c2"]["independence"] is None


def test_without_a_categorical_code_there_is_one_digit(meanings):
    found = meanings([Uniform(), Uniform()], lambda z: bars(0.5 + 0.3 * z[:, 1], 0.5 * z[:, 2]))
    assert found["c1"]["per_digit"] == [1.0]
    assert found["c2"]["moves"] == "slant"


def test_without_a_continuous_code_there_is_nothing(meanings):
    assert meanings([Categorical(2)], lambda z: bars(0.5 + 0.0 * z[:, 0])) == {}


def test_several_categorical_codes_and_a_gaussian_one(meanings):
    # c1 of two values and c2 of three change nothing; c3, N(0, 1), is the ink.
    codes = [Categorical(2), Categorical(3), Gaussian()]
    found = meanings(codes, lambda z: bars(0.5 + 0.2 * z[:, 6]))
    assert list(found) == ["c3"]
    assert found["c3"]["moves"] == "ink"
    assert found["c3"]["per_digit"] == [1.0, 1.0]  # for the values of the first


@dataclasses.dataclass(frozen=True)
class Circle(Code):
    """An angle, as a point of the circle; Q says nothing of its spread."""

    latent_size = parameter_size = 2

    def sample(self, batch_size, seed):
        return self.encode(tf.random.stateless_uniform((batch_size,), seed, -1.0, 1.0))

    def log_prob(self, codes, parameters):
        return tf.reduce_sum(codes * parameters, axis=1)

    def entropy(self):
        return 0.0

    def middle(self):
        return 0.0

    def values(self, steps):
        return np.linspace(-1.0, 1.0, steps)

    def encode(self, values):
        values = tf.cast(values, tf.float32)
        return tf.stack([tf.cos(values), tf.sin(values)], axis=1)

    def read(self, parameters):
        return {"mean": tf.atan2(parameters[:, 1], parameters[:, 0])}


def test_a_code_of_two_numbers_is_moved_by_its_values(meanings, real_images):
    found = meanings([Circle()], lambda z: bars(0.5 + 0.3 * z[:, 2]))["c1"]
    assert (found["moves"], found["rank_correlation"]) == ("ink", 1.0)
    # The sine goes from -sin 1 to sin 1.
    expected = 0.3 * 2 * np.sin(1.0) * 3 * ROWS / np.std(measure(real_images)["ink"])
    assert found["effects"]["ink"] == pytest.approx(expected, abs=1e-3)


def test_more_codes_than_properties(meanings):
    codes = [Categorical(2)] + [Uniform()] * 6
    found = meanings(codes, lambda z: bars(0.5 + 0.3 * z[:, 3], 0.4 * z[:, 8]))
    assert (found["c2"]["moves"], found["c7"]["moves"]) == ("ink", "slant")
    assert {value["moves"] for value in found.values()} == set(PROPERTIES)


@pytest.mark.parametrize("value", [-1.0, 0.4])
def test_a_generator_that_draws_one_plain_image_gets_nothing(meanings, value):
    def plain(z):
        return 0.0 * z[:, :1, None, None] + np.full((1, SIZE, SIZE, 1), value, np.float32)

    found = meanings(TWO, plain)
    for code in ("c2", "c3"):
        assert found[code]["rank_correlation"] == 0.0
        assert set(found[code]["effects"].values()) == {0.0}
    json.dumps(found, allow_nan=False)


def test_a_generator_that_draws_no_numbers_gets_nothing(meanings):
    found = meanings(TWO, lambda z: ops.sqrt(bars(0.5 + 0.3 * z[:, 3]) - 2.0))
    assert found["c2"]["rank_correlation"] == 0.0
    json.dumps(found, allow_nan=False)


def test_images_that_are_empty_at_one_end_have_no_slant_there(meanings):
    # Ink goes from 0 up: slant, width and the rest cannot be told at the first step.
    found = meanings(TWO, lambda z: bars(0.5 + 0.5 * z[:, 3], 0.5 * z[:, 4]))
    assert found["c2"]["moves"] == "ink"
    assert found["c2"]["rank_correlation"] == 1.0
    assert found["c2"]["rank_correlations"]["slant"] == 0.0
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("value", [-1.0, 1.0])
def test_real_images_that_do_not_differ_give_no_unit(meanings, value):
    real = np.full((4, SIZE, SIZE, 1), value, np.float32)
    found = meanings(TWO, ink_and_slant, real=real)
    assert set(found["c2"]["effects"].values()) == {0.0}
    assert found["c2"]["rank_correlations"]["ink"] == 1.0
    json.dumps(found, allow_nan=False)


def test_meanings_follow_from_the_seed(hand_made_model, real_images):
    model = hand_made_model(
        TWO[:2], lambda z: bars(0.5 + 0.3 * z[:, 3] * ops.tanh(z[:, 0])), noise=1
    )
    first, same, other = (code_meanings(model, real_images, seed) for seed in (0, 0, 1))
    assert first == same
    assert first["c2"]["effects"] != other["c2"]["effects"]


# Rank correlations


def test_rank_correlations_agree_with_scipy():
    generator = np.random.default_rng(0)
    codes = np.linspace(-1.0, 1.0, STEPS)
    ties = generator.integers(0, 4, (20, STEPS))
    values = np.concatenate([generator.normal(size=(20, STEPS)), ties])
    expected = [scipy.stats.spearmanr(codes, row).statistic for row in values]
    np.testing.assert_allclose(rank_correlations(codes, values), expected, atol=1e-12)


def test_rank_correlations_do_not_ask_for_a_straight_line():
    codes = np.array([-2.0, -1.0, 0.0, 3.0])
    values = [np.exp(codes), -(codes**3), codes**2]
    # Ranks of the squares 4, 1, 0, 9: 3, 2, 1, 4, so 1 − 6 (4 + 0 + 4 + 0) / (4 · 15).
    np.testing.assert_allclose(rank_correlations(codes, values), [1.0, -1.0, 0.2])


def test_rows_that_cannot_be_ranked_get_nothing_and_leave_the_others_alone():
    values = [[1, 2, 3], [5, 5, 5], [1, np.nan, 3], [3, 2, np.inf], [np.nan] * 3, [3, 2, 1]]
    np.testing.assert_array_equal(rank_correlations([0, 1, 2], values), [1, 0, 0, 0, 0, -1])


def test_many_codes_and_values_are_measured_in_bounded_time_and_memory(
    hand_made_model, real_images, monkeypatch
):
    codes = [Categorical(50), *[Uniform()] * 300]
    model = hand_made_model(codes, lambda z: tf.zeros((tf.shape(z)[0], 8, 8, 1)))
    asked = []
    monkeypatch.setattr(
        model,
        "generate",
        lambda table: asked.append(table) or np.zeros((*table.shape[:2], 8, 8, 1)),
    )
    found = code_meanings(model, real_images)
    assert list(found) == [f"c{number}" for number in range(2, 22)]
    assert len(asked) == 20 * 20
    assert {table.shape[:2] for table in asked} == {(STEPS, NOISES)}
    assert np.argmax(asked[-1][0, 0, 1:51]) == 49
