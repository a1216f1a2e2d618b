"""A latent vector: the order of noise and codes, and all that depends on it."""

import json
import math

import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.errors import UserError
from keras_infogan.latents import Categorical, Gaussian, LatentSpec, Noise, Uniform

SEED = tf.constant([3, 7])
OTHER_SEED = tf.constant([3, 8])
HALF_LOG_2PI = 0.9189385332  # ln(2π) / 2


def paper_latents():
    return LatentSpec(62, [Categorical(10), Uniform(), Uniform()])


def mixed_latents():
    return LatentSpec(2, [Uniform(std=None), Categorical(3), Gaussian()])


# Sampling


@pytest.mark.parametrize("part", [Noise(3), Noise(3, "uniform")], ids=repr)
def test_equal_seeds_draw_equal_noise_and_others_differ(part):
    first = part.sample(50, SEED).numpy()
    np.testing.assert_array_equal(first, part.sample(50, SEED).numpy())
    assert np.any(first != part.sample(50, OTHER_SEED).numpy())


def test_normal_noise_has_mean_0_and_variance_1():
    values = Noise(3).sample(20_000, SEED).numpy()
    assert values.shape == (20_000, 3)
    assert values.dtype == np.float32
    # The standard error of a mean of 20,000 is 0.007.
    np.testing.assert_allclose(values.mean(axis=0), 0.0, atol=0.035)
    np.testing.assert_allclose(values.var(axis=0), 1.0, atol=0.05)
    np.testing.assert_allclose(np.corrcoef(values.T), np.eye(3), atol=0.035)


def test_uniform_noise_fills_its_range():
    values = Noise(2, "uniform").sample(20_000, SEED).numpy()
    assert values.shape == (20_000, 2) and values.dtype == np.float32
    assert -1.0 <= values.min() < -0.99 and 0.99 < values.max() < 1.0
    np.testing.assert_allclose(values.var(), 4 / 12, rtol=0.05)


def test_spec_samples_noise_and_codes_in_order():
    latents = LatentSpec(Noise(5, "uniform"), [Categorical(3), Uniform(low=10.0, high=11.0)])
    sample = latents.sample(200, SEED).numpy()
    assert sample.shape == (200, 9)
    assert np.abs(sample[:, :5]).max() < 1.0
    np.testing.assert_array_equal(np.sort(sample[:, 5:8], axis=1), [[0.0, 0.0, 1.0]] * 200)
    assert sample[:, 8].min() >= 10.0
    np.testing.assert_array_equal(sample, latents.sample(200, SEED).numpy())
    assert np.all(np.any(sample != latents.sample(200, OTHER_SEED).numpy(), axis=1))


def test_codes_of_one_kind_are_drawn_independently():
    sample = LatentSpec(1, [Uniform(), Uniform(), Gaussian()]).sample(10_000, SEED).numpy()
    np.testing.assert_allclose(np.corrcoef(sample.T), np.eye(4), atol=0.05)


def test_sampling_works_in_a_graph_with_a_batch_size_of_its_own():
    latents = mixed_latents()
    in_graph = tf.function(latents.sample)
    np.testing.assert_allclose(
        in_graph(tf.constant(6), SEED).numpy(), latents.sample(6, SEED).numpy(), rtol=1e-6
    )


# Densities and entropies


def test_entropy_of_a_spec_sums_over_positions():
    latents = LatentSpec(2, [Categorical(10), Uniform(), Gaussian(), Categorical(2)])
    assert latents.entropy() == pytest.approx(2.302585 + 0.693147 + 1.418939 + 0.693147, abs=1e-5)
    assert latents.entropy([0, 3]) == pytest.approx(2.302585 + 0.693147, abs=1e-5)
    assert latents.entropy([]) == 0


def test_log_prob_of_a_spec_is_taken_code_by_code():
    latents = mixed_latents()  # noise 2, c1 with a learned std, c2 of 3 values, c3 normal
    vector = tf.constant([[9.0, 9.0, 0.5, 0.0, 1.0, 0.0, -1.0]])
    raw = math.log(math.exp(0.95) - 1.0)  # standard deviation 0.05 + 0.95 = 1
    parameters = tf.constant([[1.5, raw, 0.0, math.log(2.0), math.log(5.0), -3.0]])
    c1, c2, c3 = latents.log_probs(vector, parameters)
    np.testing.assert_allclose(c1, [-0.5 - HALF_LOG_2PI], rtol=1e-5)
    np.testing.assert_allclose(c2, [math.log(2 / 8)], rtol=1e-5)
    np.testing.assert_allclose(c3, [-2.0 - HALF_LOG_2PI], rtol=1e-5)


# The layout of a vector


def test_sizes_and_names():
    latents = paper_latents()
    assert (latents.size, latents.parameter_size) == (74, 12)
    assert latents.names == ("c1", "c2", "c3")
    assert latents.categorical == [0]
    assert latents.continuous == [1, 2]
    # A learned standard deviation is one more output, and no more latents.
    latents = mixed_latents()
    assert (latents.size, latents.parameter_size) == (2 + 1 + 3 + 1, 2 + 3 + 1)
    assert latents.categorical == [1]
    assert latents.continuous == [0, 2]


def test_split_is_undone_by_concatenation():
    vectors = mixed_latents().sample(4, SEED)
    noise, codes = mixed_latents().split(vectors)
    assert noise.shape == (4, 2)
    assert [code.shape for code in codes] == [(4, 1), (4, 3), (4, 1)]
    np.testing.assert_array_equal(tf.concat([noise, *codes], axis=1), vectors)


def test_split_parameters_is_undone_by_concatenation():
    parameters = tf.reshape(tf.range(12.0), (2, 6))
    split = mixed_latents().split_parameters(parameters)
    assert [part.shape for part in split] == [(2, 2), (2, 3), (2, 1)]
    np.testing.assert_array_equal(split[1], [[2.0, 3.0, 4.0], [8.0, 9.0, 10.0]])
    np.testing.assert_array_equal(tf.concat(split, axis=1), parameters)


def test_spec_without_noise():
    latents = LatentSpec(0, [Categorical(3), Uniform()])
    assert latents.size == 4
    assert latents.sample(5, SEED).shape == (5, 4)
    noise, _ = latents.split(latents.sample(5, SEED))
    assert noise.shape == (5, 0)
    assert latents.traversal(1).shape == (10, 9, 4)


# Latents for pictures


def test_fixed_puts_every_code_at_its_middle():
    latents = LatentSpec(2, [Categorical(3), Uniform(low=1.0, high=4.0), Gaussian()])
    rows = latents.fixed(3)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows[:, 2:], [[1.0, 0.0, 0.0, 2.5, 0.0]] * 3)
    assert len(np.unique(rows[:, 0])) == 3
    np.testing.assert_array_equal(rows, latents.fixed(3))
    assert np.all(rows[:, :2] != latents.fixed(3, seed=1)[:, :2])


def test_fixed_takes_code_values_for_all_rows_or_each():
    latents = LatentSpec(1, [Categorical(3), Uniform()])
    rows = latents.fixed(2, code_values={0: np.array([2, 1]), 1: 0.5})
    np.testing.assert_array_equal(rows[:, 1:], [[0.0, 0.0, 1.0, 0.5], [0.0, 1.0, 0.0, 0.5]])


def test_code_table_shares_noise_between_codes():
    table = paper_latents().code_table(4, seed=5)
    assert table.shape == (10, 4, 74)
    assert table.dtype == np.float32
    np.testing.assert_array_equal(table[:, :, :62], np.repeat(table[:1, :, :62], 10, axis=0))
    assert np.all(table[0, 0, :62] != table[0, 1, :62])
    for code in range(10):
        np.testing.assert_array_equal(table[code, :, 62:72], [np.eye(10)[code]] * 4)
    np.testing.assert_array_equal(table[:, :, 72:], 0.0)


def test_code_table_of_a_second_categorical_code():
    table = LatentSpec(1, [Categorical(3), Categorical(2)]).code_table(2, 1)
    assert table.shape == (2, 2, 6)
    np.testing.assert_array_equal(table[:, :, 1:4], np.broadcast_to([1.0, 0.0, 0.0], (2, 2, 3)))
    np.testing.assert_array_equal(table[0, :, 4:], [[1.0, 0.0]] * 2)
    np.testing.assert_array_equal(table[1, :, 4:], [[0.0, 1.0]] * 2)


def test_code_table_refuses_a_continuous_code():
    with pytest.raises(ValueError, match="needs a categorical code. Received: code=1"):
        paper_latents().code_table(4, "c2")


def test_code_table_refuses_a_spec_without_categorical_codes():
    with pytest.raises(ValueError, match="categorical code"):
        LatentSpec(2, [Uniform()]).code_table(4)


def test_traversal_changes_one_column_along_a_row():
    latents = paper_latents()
    grid = latents.traversal(2, steps=5, rows=12)
    assert grid.shape == (12, 5, 74)
    assert grid.dtype == np.float32
    np.testing.assert_array_equal(grid[:, :, 73], [[-2.0, -1.0, 0.0, 1.0, 2.0]] * 12)
    others = grid[:, :, :73]
    np.testing.assert_array_equal(others, np.repeat(others[:, :1], 5, axis=1))


def test_traversal_gives_row_r_categorical_value_r_and_one_noise():
    grid = paper_latents().traversal(1, rows=12)
    for row in range(12):
        np.testing.assert_array_equal(grid[row, 0, 62:72], np.eye(10)[row % 10])
        np.testing.assert_array_equal(grid[row, 0, :62], grid[0, 0, :62])
    np.testing.assert_array_equal(grid[:, 0, 72], -2.0)
    np.testing.assert_array_equal(grid[:, -1, 72], 2.0)
    np.testing.assert_array_equal(grid[:, :, 73], 0.0)


def test_traversal_without_a_categorical_code_gives_each_row_its_noise():
    grid = LatentSpec(3, [Gaussian(), Uniform()]).traversal(0, steps=3, rows=4)
    assert grid.shape == (4, 3, 5)
    np.testing.assert_array_equal(grid[:, :, 3], [[-2.0, 0.0, 2.0]] * 4)
    np.testing.assert_array_equal(grid[:, :, 4], 0.0)
    assert len(np.unique(grid[:, 0, 0])) == 4
    np.testing.assert_array_equal(grid[:, :, :3], np.repeat(grid[:, :1, :3], 3, axis=1))


def test_traversal_follows_its_seed():
    latents = paper_latents()
    np.testing.assert_array_equal(latents.traversal(1, seed=4), latents.traversal(1, seed=4))
    other = latents.traversal(1, seed=5)
    assert np.all(latents.traversal(1, seed=4)[..., :62] != other[..., :62])


@pytest.mark.parametrize("code", [0, "c1"])
def test_traversal_refuses_a_categorical_code(code):
    with pytest.raises(ValueError, match="A traversal needs a continuous code. Received: code=0"):
        paper_latents().traversal(code)


@pytest.mark.parametrize("code", [3, -1, "c4", "digit"])
def test_a_code_that_is_not_there_is_refused(code):
    with pytest.raises(ValueError, match=f"The codes are c1, c2, c3. Received: code={code!r}"):
        paper_latents().traversal(code)


def test_codes_are_known_by_name_and_position():
    latents = paper_latents()
    assert [latents.position(name) for name in ("c1", "c3", 1)] == [0, 2, 1]
    np.testing.assert_array_equal(latents.traversal("c2"), latents.traversal(1))
    np.testing.assert_array_equal(
        latents.fixed(2, code_values={"c1": 4}), latents.fixed(2, code_values={0: [4, 4]})
    )


def test_a_value_that_a_categorical_code_does_not_have_is_refused():
    with pytest.raises(ValueError, match="c1 takes whole numbers from 0 to 9. Received: .*10"):
        paper_latents().fixed(1, code_values={"c1": 10})


# Text


@pytest.mark.parametrize(
    ("text", "latents"),
    [
        ("normal(62) + cat(10) + 2*uniform(-1, 1)", paper_latents()),
        ("noise(16, uniform) + cat(10)", LatentSpec(Noise(16, "uniform"), [Categorical(10)])),
        ("normal(100)", LatentSpec(100, [])),
        ("cat(3)", LatentSpec(0, [Categorical(3)])),
        (
            "normal(124) + 4*cat(10) + 4*uniform(-1, 1)",
            LatentSpec(124, [Categorical(10)] * 4 + [Uniform()] * 4),
        ),
        (
            "normal(2) + uniform(std=None) + categorical(3) + gaussian",
            LatentSpec(2, [Uniform(std=None), Categorical(3), Gaussian()]),
        ),
    ],
)
def test_a_spec_is_read_from_text(text, latents):
    assert LatentSpec.from_text(text) == latents


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("normal(3) + normal(4)", "Latents have one noise. Received: "),
        ("2*normal(3)", "Latents have one noise. Received: "),
        ("normal(-1)", "Noise needs size >= 0. Received: size=-1"),
        ("noise(3, cauchy)", "'normal' or 'uniform'. Received: distribution='cauchy'"),
        ("normal(3) + kat(10)", "code must be one of .* mean cat. Received: kat"),
        ("normal(3) + cat(1)", "needs size >= 2. Received: size=1"),
        ("normal(3) + cat", "missing a required argument: 'size'. It takes size"),
        ("normal(3) + cat(2.5)", "size must be of type int"),
        ("normal(3) + uniform(1, -1)", "needs low < high. Received: low=1, high=-1"),
        ("normal(0)", "needs noise or a code"),
    ],
)
def test_text_that_is_no_spec_is_refused(text, message):
    with pytest.raises(UserError, match=message):
        LatentSpec.from_text(text)


# Configuration


@pytest.mark.parametrize(
    "latents",
    [
        paper_latents(),
        mixed_latents(),
        LatentSpec(Noise(4, "uniform"), [Uniform(low=0.0, high=3.0, std=0.5), Gaussian(None, 0.2)]),
    ],
    ids=repr,
)
def test_config_goes_through_json(latents):
    config = json.loads(json.dumps(latents.get_config()))
    assert LatentSpec.from_config(config) == latents
    assert LatentSpec.from_config(config).get_config() == latents.get_config()
    # It leaves the config as it was, so that it can be used twice.
    assert config == json.loads(json.dumps(latents.get_config()))


def test_config_keys_are_the_constructor_arguments():
    assert paper_latents().get_config() == {
        "noise": {"size": 62, "distribution": "normal"},
        "codes": [
            {"kind": "cat", "size": 10},
            {"kind": "uniform", "low": -1.0, "high": 1.0, "std": 1.0, "min_std": 0.05},
            {"kind": "uniform", "low": -1.0, "high": 1.0, "std": 1.0, "min_std": 0.05},
        ],
    }


def test_equality_and_hash():
    assert paper_latents() == paper_latents()
    assert hash(paper_latents()) == hash(paper_latents())
    assert paper_latents() != mixed_latents()
    assert paper_latents() != LatentSpec(61, [Categorical(10), Uniform(), Uniform()])
    # The same fields, another kind.
    assert LatentSpec(1, [Uniform()]) != LatentSpec(1, [Gaussian()])
    assert paper_latents() != "paper"


# Refusals


@pytest.mark.parametrize(
    "make, received",
    [
        (lambda: Noise(-1), "size=-1"),
        (lambda: Noise(3, "cauchy"), "distribution='cauchy'"),
        (lambda: LatentSpec(0, []), r"noise=Noise\(size=0, .*codes=\[\]"),
        (lambda: LatentSpec(3, ["digit"]), "code='digit'"),
        (lambda: LatentSpec(-2, [Uniform()]), "size=-2"),
    ],
)
def test_refusals_name_what_came(make, received):
    with pytest.raises(ValueError, match=f"Received: {received}"):
        make()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"c2": float("nan")}, r"^c2 takes a finite number, or one for each of 4 rows\."),
        ({"c2": "high"}, r"^c2 takes a finite number, .* Received: value='high'"),
        ({"c2": True}, "^c2 takes a finite number"),
        ({"c2": [0.5, 1.0]}, r"^c2 takes .* Received: value=\[0\.5, 1\.0\]"),
        ({"c1": 3}, "^c1 takes whole numbers from 0 to 2. Received: value="),
        ({"c1": 1.5}, "^c1 takes whole numbers"),
        ({"c1": -1}, "^c1 takes whole numbers"),
        ({"c1": 1, 0: 2}, "^A code must be given once."),
        ({"c3": 1}, "^The codes are c1, c2. Received: code='c3'"),
        ({5: 1}, "^The codes are c1, c2. Received: code=5"),
    ],
)
def test_values_that_a_code_does_not_have_are_refused(values, message):
    latents = LatentSpec(2, [Categorical(3), Uniform()])
    with pytest.raises(ValueError, match=message):
        latents.fixed(4, code_values=values)
