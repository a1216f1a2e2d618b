"""Every registered code, and one of a user's own, through the same checks."""

import dataclasses
import json
import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
import tensorflow as tf

from keras_infogan import registry
from keras_infogan.latents import Categorical, Code, Gaussian, LatentSpec, Uniform

SEED, OTHER_SEED = tf.constant([3, 7]), tf.constant([3, 8])
HALF_LOG_2PI = 0.9189385332  # ln(2π) / 2


@dataclasses.dataclass(frozen=True)
class Bits(Code):
    """A code of `size` fair bits: values 0 to 2^size − 1; Q gives each bit a probability."""

    size: int = 2

    @property
    def latent_size(self):
        return self.size

    @property
    def parameter_size(self):
        return self.size

    @property
    def num_values(self):
        return 2**self.size

    def sample(self, batch_size, seed):
        return tf.round(tf.random.stateless_uniform((batch_size, self.size), seed))

    def log_prob(self, codes, parameters):
        return -tf.reduce_sum(
            tf.nn.sigmoid_cross_entropy_with_logits(labels=codes, logits=parameters), axis=1
        )

    def entropy(self):
        return self.size * math.log(2.0)

    def middle(self):
        return 0

    def values(self, steps=None):
        return np.arange(2**self.size)

    def encode(self, values):
        shifted = tf.cast(values, tf.int32)[:, None] // 2 ** tf.range(self.size)[None]
        return tf.cast(shifted % 2, tf.float32)

    def read(self, parameters):
        rows = self.encode(self.values())
        ones = tf.matmul(tf.math.log_sigmoid(parameters), rows, transpose_b=True)
        zeros = tf.matmul(tf.math.log_sigmoid(-parameters), 1.0 - rows, transpose_b=True)
        probabilities = tf.exp(ones + zeros)
        return {"probabilities": probabilities, "value": tf.argmax(probabilities, axis=1)}


registry.register("code", "bits", Bits)


def normal_log_density(std):
    return lambda codes, parameters: scipy.stats.norm.logpdf(codes[:, 0], parameters[:, 0], std)


def learned_log_density(floor):
    def density(codes, parameters):
        std = floor + np.log1p(np.exp(parameters[:, 1]))
        return scipy.stats.norm.logpdf(codes[:, 0], parameters[:, 0], std)

    return density


def softmax_log_density(codes, parameters):
    return np.sum(codes * scipy.special.log_softmax(parameters, axis=1), axis=1)


def bits_log_density(codes, parameters):
    return scipy.stats.bernoulli.logpmf(codes, scipy.special.expit(parameters)).sum(axis=1)


# Each with log Q by SciPy and log p(c) of what it draws.
CODES = {
    "cat(10)": (softmax_log_density, lambda c: np.full(len(c), -math.log(10))),
    "categorical(2)": (softmax_log_density, lambda c: np.full(len(c), -math.log(2))),
    "uniform": (normal_log_density(1.0), lambda c: scipy.stats.uniform.logpdf(c[:, 0], -1, 2)),
    "uniform(2, 5, std=0.5)": (
        normal_log_density(0.5),
        lambda c: scipy.stats.uniform.logpdf(c[:, 0], 2, 3),
    ),
    "uniform(std=None)": (
        learned_log_density(0.05),
        lambda c: scipy.stats.uniform.logpdf(c[:, 0], -1, 2),
    ),
    "gaussian": (normal_log_density(1.0), lambda c: scipy.stats.norm.logpdf(c[:, 0])),
    "gaussian(None, 0.2)": (
        learned_log_density(0.2),
        lambda c: scipy.stats.norm.logpdf(c[:, 0]),
    ),
    "bits(3)": (bits_log_density, lambda c: np.full(len(c), -3 * math.log(2))),
}
every_code = pytest.mark.parametrize("text", CODES)


def parameters_for(code, rows):
    generator = np.random.default_rng(1)
    return generator.normal(0.0, 2.0, (rows, code.parameter_size)).astype(np.float32)


def test_every_registered_code_is_checked_here():
    assert {text.partition("(")[0] for text in CODES} >= {*registry.names("code")}


@every_code
def test_samples_follow_their_seed(text):
    code = registry.get("code", text)
    first = code.sample(50, SEED).numpy()
    assert first.shape == (50, code.latent_size) and first.dtype == np.float32
    np.testing.assert_array_equal(first, code.sample(50, SEED))
    assert np.any(first != code.sample(50, OTHER_SEED).numpy())


@every_code
def test_the_density_is_that_of_scipy(text):
    code = registry.get("code", text)
    codes, parameters = code.sample(20, SEED), parameters_for(code, 20)
    log_probs = code.log_prob(codes, tf.constant(parameters))
    assert log_probs.shape == (20,)
    expected = CODES[text][0](codes.numpy(), parameters)
    np.testing.assert_allclose(log_probs, expected, rtol=1e-4, atol=1e-4)


@every_code
def test_the_entropy_is_that_of_what_is_drawn(text):
    """−E log p(c) over 20,000 draws, whose standard error is at most 0.005."""
    code = registry.get("code", text)
    drawn = code.sample(20_000, SEED).numpy()
    assert code.entropy() == pytest.approx(-CODES[text][1](drawn).mean(), abs=0.03)


@every_code
def test_values_are_encoded_as_they_are_drawn_and_read_again(text):
    code = registry.get("code", text)
    values = code.values(5)
    assert list(values) == sorted(values)
    assert len(values) == (code.num_values or 5)
    rows = code.encode(values)
    assert rows.shape == (len(values), code.latent_size) and rows.dtype == tf.float32
    assert np.min(values) <= code.middle() <= np.max(values)
    pictured = code.picture_values(5)
    assert pictured[0] <= values[0] and pictured[-1] >= values[-1]
    if code.num_values is None:
        np.testing.assert_allclose(rows[:, 0], values)
        parameters = np.zeros((len(values), code.parameter_size), np.float32)
        parameters[:, 0] = values
        np.testing.assert_allclose(code.read(tf.constant(parameters))["mean"], values)
        return
    # Every value is drawn, and nothing else; Q reads the value whose code it is sure of.
    drawn = {tuple(row) for row in code.sample(500, SEED).numpy()}
    assert drawn == {tuple(row) for row in rows.numpy()}
    read = code.read(20.0 * rows - 10.0)
    np.testing.assert_array_equal(read["value"], values)
    np.testing.assert_allclose(read["probabilities"], np.eye(code.num_values), atol=1e-3)


@every_code
def test_a_spec_goes_through_json_and_text(text):
    latents = LatentSpec.from_text(f"normal(2) + 2*{text}")
    code = registry.get("code", text)
    assert latents.codes == (code, code)
    assert latents.size == 2 + 2 * code.latent_size
    assert latents.parameter_size == 2 * code.parameter_size
    config = json.loads(json.dumps(latents.get_config()))
    assert LatentSpec.from_config(config) == latents
    kind = latents.categorical if code.num_values else latents.continuous
    assert kind == [0, 1]
    table = latents.code_table(3) if code.num_values else latents.traversal(0, 3, 3)
    assert table.shape[1:] == (3, latents.size)


@every_code
def test_a_model_of_it_trains_a_step(text, tiny_gan, small_images):
    model = tiny_gan(codes=LatentSpec.from_text(f"normal(3) + {text}").codes)
    values = model.train_step(small_images(6))
    assert all(np.isfinite(float(value)) for value in values.values())
    categorical = model.latents.codes[0].num_values is not None
    assert (float(values["categorical_loss"]) > 0) == categorical
    assert (float(values["continuous_loss"]) != 0) != categorical


# Numbers by hand.


def test_categorical_values_are_equally_likely():
    values = Categorical(4).sample(20_000, SEED).numpy()
    np.testing.assert_array_equal(values.sum(axis=1), 1.0)
    np.testing.assert_allclose(values.mean(axis=0), 0.25, atol=0.015)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (2.0, 5.0)])
def test_uniform_values_fill_their_range(low, high):
    values = Uniform(low, high).sample(20_000, SEED).numpy()
    assert low <= values.min() < low + 0.01 * (high - low)
    assert high - 0.01 * (high - low) < values.max() < high
    np.testing.assert_allclose(values.mean(), 0.5 * (low + high), atol=0.02 * (high - low))
    np.testing.assert_allclose(values.var(), (high - low) ** 2 / 12, rtol=0.05)


def test_gaussian_values_have_mean_0_and_variance_1():
    values = Gaussian().sample(20_000, SEED).numpy()
    assert abs(values.mean()) < 0.035 and abs(values.var() - 1.0) < 0.05


def test_categorical_log_prob_by_hand_and_at_large_logits():
    # Softmax of logits (0, ln 2, ln 5) is (1/8, 2/8, 5/8).
    logits = tf.constant([[0.0, math.log(2.0), math.log(5.0)]] * 3)
    log_probs = Categorical(3).log_prob(tf.eye(3), logits)
    np.testing.assert_allclose(log_probs, np.log([1 / 8, 2 / 8, 5 / 8]), rtol=1e-6)
    logits = tf.constant([[100.0, -100.0], [100.0, -100.0]])
    np.testing.assert_allclose(Categorical(2).log_prob(tf.eye(2), logits), [0.0, -200.0])


@pytest.mark.parametrize("kind", [Uniform, Gaussian])
def test_gaussian_log_prob_by_hand(kind):
    # −(c − mean)² / (2 std²) − ln std − ln(2π) / 2.
    log_probs = kind().log_prob(tf.constant([[0.5], [-1.0]]), tf.constant([[1.5], [1.0]]))
    np.testing.assert_allclose(log_probs, [-0.5 - HALF_LOG_2PI, -2.0 - HALF_LOG_2PI], rtol=1e-6)
    log_prob = kind(std=0.5).log_prob(tf.constant([[1.0]]), tf.constant([[0.0]]))
    np.testing.assert_allclose(log_prob, [-2.0 + math.log(2.0) - HALF_LOG_2PI], rtol=1e-6)
    # softplus(ln(e^0.75 − 1)) = 0.75, so the standard deviation is 0.25 + 0.75 = 1.
    code, raw = kind(std=None, min_std=0.25), math.log(math.exp(0.75) - 1.0)
    log_probs = code.log_prob(tf.constant([[0.0], [3.0]]), tf.constant([[0.0, raw], [1.0, raw]]))
    np.testing.assert_allclose(log_probs, [-HALF_LOG_2PI, -2.0 - HALF_LOG_2PI], rtol=1e-6)


def test_a_learned_std_is_its_floor_plus_softplus():
    code = Uniform(std=None, min_std=0.1)
    read = code.read(tf.constant([[0.3, 0.0], [-4.0, 50.0], [0.2, -100.0]]))
    np.testing.assert_allclose(read["mean"], [0.3, -4.0, 0.2], rtol=1e-6)
    np.testing.assert_allclose(read["std"], [0.1 + math.log(2.0), 50.1, 0.1], rtol=1e-6)
    assert (code.std_floor, Uniform().std_floor) == (0.1, None)
    # At the mean, −ln 0.1 − ln(2π) / 2 is the greatest likelihood there can be.
    log_prob = code.log_prob(tf.constant([[0.2]]), tf.constant([[0.2, -100.0]]))
    np.testing.assert_allclose(log_prob, [math.log(10.0) - HALF_LOG_2PI], rtol=1e-6)
    np.testing.assert_allclose(Gaussian(0.5).read(tf.constant([[3.0]]))["std"], [0.5])


def test_entropies_in_nats():
    assert Categorical(10).entropy() == pytest.approx(2.302585, abs=1e-6)  # ln 10
    assert Uniform().entropy() == pytest.approx(0.693147, abs=1e-6)  # ln 2
    assert Uniform(low=0.0, high=0.5).entropy() == pytest.approx(-0.693147, abs=1e-6)
    assert Gaussian().entropy() == pytest.approx(1.418939, abs=1e-6)  # ln(2πe) / 2


def test_pictures_of_a_uniform_code_go_twice_as_far_as_training():
    np.testing.assert_allclose(Uniform().picture_values(5), [-2, -1, 0, 1, 2])
    np.testing.assert_allclose(Uniform(2.0, 5.0).picture_values(3), [0.5, 3.5, 6.5])
    np.testing.assert_allclose(Uniform(2.0, 5.0).values(4), [2, 3, 4, 5])


@pytest.mark.parametrize(
    "make, received",
    [
        (lambda: Categorical(1), "size=1"),
        (lambda: Uniform(low=1.0, high=1.0), "low=1.0, high=1.0"),
        (lambda: Uniform(low=2.0, high=-2.0), "low=2.0, high=-2.0"),
        (lambda: Uniform(std=0.0), "std=0.0"),
        (lambda: Uniform(std=-1.0), "std=-1.0"),
        (lambda: Uniform(std=None, min_std=0.0), "min_std=0.0"),
        (lambda: Gaussian(std=0.0), "std=0.0"),
        (lambda: Gaussian(min_std=-0.1), "min_std=-0.1"),
    ],
)
def test_refusals_name_what_came(make, received):
    with pytest.raises(ValueError, match=f"Received: {received}"):
        make()


def test_a_code_that_is_not_registered_is_refused_before_it_is_written():
    class Unregistered(Bits):
        pass

    latents = LatentSpec(2, [Unregistered(3)])
    with pytest.raises(ValueError, match=r'register\("code", "my_code", Unregistered\). Received'):
        latents.get_config()
    registry.register("code", "registered_now", Unregistered)
    assert LatentSpec.from_config(latents.get_config()) == latents
