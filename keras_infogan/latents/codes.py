"""Codes: how each is drawn, and the density Q(c | x) that the recognizer gives it.

A code of your own extends `Code`, as a frozen dataclass of plain fields, and is registered:

    @register("code", "bits")
    @dataclasses.dataclass(frozen=True)
    class Bits(Code): ...

Everything else (training, pictures, scores, the export) goes through this interface.

Source: Chen et al., "InfoGAN", 2016, sections 3 to 5, and its supplement for the factored Gaussian.
"""

import abc
import dataclasses
import math

import numpy as np

from keras_infogan import randomness
from keras_infogan.lazy import tf

LOG_2PI = math.log(2.0 * math.pi)


def require(rule_holds, rule, **received):
    """Raises a ValueError with the rule and what came, unless the rule holds."""
    if not rule_holds:
        shown = ", ".join(f"{name}={value!r}" for name, value in received.items())
        raise ValueError(f"{rule} Received: {shown}.")


class Code(abc.ABC):
    """A code c with its prior p(c) and its density Q(c | x).

    A value of a code is one number, as people give it: 3, or -0.5. In a latent vector it takes
    `latent_size` numbers, and the recognizer describes it by `parameter_size` numbers.

    Attributes:
        latent_size: Numbers that it takes in a latent vector.
        parameter_size: Numbers of the recognizer's output that describe it.
        num_values: Number of values of a categorical code, 0, 1, ...; None for a continuous one.
        std_floor: Smallest standard deviation that Q can give, where it is learned; else None.
    """

    latent_size = 1
    parameter_size = 1
    num_values = None
    std_floor = None

    @abc.abstractmethod
    def sample(self, batch_size, seed):
        """Draws codes.

        Args:
            batch_size: Number of rows.
            seed: Integer tensor of shape `(2,)`; equal seeds give equal rows.

        Returns:
            float32 tensor, `(batch_size, latent_size)`.
        """

    @abc.abstractmethod
    def log_prob(self, codes, parameters):
        """log Q(c | x) in nats.

        Args:
            codes: `(batch_size, latent_size)`, as `sample` returns them.
            parameters: The recognizer's output, `(batch_size, parameter_size)`.

        Returns:
            `(batch_size,)`.
        """

    @abc.abstractmethod
    def entropy(self):
        """H(c) in nats."""

    @abc.abstractmethod
    def middle(self):
        """The value at which it stands while something else is varied."""

    @abc.abstractmethod
    def values(self, steps):
        """Values in order, evenly over what is drawn in training.

        Args:
            steps: How many; a categorical code has all of its values, whatever the number.

        Returns:
            Array `(steps,)`.
        """

    def picture_values(self, steps):
        """Values for pictures, which may go beyond the training range; `values` by default."""
        return self.values(steps)

    def encode(self, values):
        """Values as they stand in a latent vector.

        Args:
            values: Array or tensor `(n,)`.

        Returns:
            float32 tensor, `(n, latent_size)`.
        """
        return tf.cast(values, tf.float32)[:, None]

    def read(self, parameters):
        """What the recognizer says of the code.

        Args:
            parameters: `(n, parameter_size)`.

        Returns:
            Dict of tensors with n rows: `probabilities` `(n, num_values)` and `value` of a
            categorical code, `mean` and `std`, `(n,)`, of a continuous one.
        """
        return {"mean": parameters[:, 0]}


@dataclasses.dataclass(frozen=True)
class Categorical(Code):
    """A code with `size` equally likely values, one-hot in the latent vector.

    Args:
        size: Number of values, at least 2.
    """

    size: int

    def __post_init__(self):
        require(self.size >= 2, "A categorical code needs size >= 2.", size=self.size)

    @property
    def latent_size(self):
        return self.size

    @property
    def parameter_size(self):
        return self.size

    @property
    def num_values(self):
        return self.size

    def sample(self, batch_size, seed):
        """Returns one-hot float32 values of shape `(batch_size, size)`."""
        values = randomness.whole((batch_size,), seed, self.size)
        return tf.one_hot(values, self.size)

    def log_prob(self, codes, parameters):
        """log softmax of the logits `parameters` at the one-hot `codes`, in nats."""
        return -tf.nn.softmax_cross_entropy_with_logits(labels=codes, logits=parameters)

    def entropy(self):
        """H(c) = ln(size), in nats."""
        return math.log(self.size)

    def middle(self):
        """Its first value: there is no middle."""
        return 0

    def values(self, steps=None):
        """All of them, `(size,)`."""
        return np.arange(self.size)

    def encode(self, values):
        """One-hot rows."""
        return tf.one_hot(tf.cast(values, tf.int32), self.size)

    def read(self, parameters):
        """`probabilities`, `(n, size)`, and the most likely `value`, int64 `(n,)`."""
        probabilities = tf.nn.softmax(parameters)
        return {"probabilities": probabilities, "value": tf.argmax(probabilities, axis=1)}


class GaussianQ(Code):
    """What codes of one dimension with a Gaussian Q(c | x) share.

    A subclass has the fields `std`, Q's standard deviation or None for a learned one, and
    `min_std`, the floor of a learned one: without a floor the likelihood is unbounded.
    """

    def __post_init__(self):
        require(
            self.std is None or self.std > 0,
            "A fixed standard deviation needs std > 0 (None learns it).",
            std=self.std,
        )
        require(self.min_std > 0, "The floor needs min_std > 0.", min_std=self.min_std)

    @property
    def parameter_size(self):
        return 1 if self.std is not None else 2

    @property
    def std_floor(self):
        return self.min_std if self.std is None else None

    def mean_and_std(self, parameters):
        """Splits the recognizer's output for this code.

        Args:
            parameters: `(batch_size, parameter_size)`: the mean and, where the standard deviation
                is learned, its raw value r; then std = min_std + softplus(r).

        Returns:
            Mean and standard deviation, each `(batch_size, 1)`.
        """
        mean = parameters[:, :1]
        if self.std is not None:
            return mean, tf.fill(tf.shape(mean), tf.cast(self.std, mean.dtype))
        return mean, self.min_std + tf.nn.softplus(parameters[:, 1:])

    def log_prob(self, codes, parameters):
        """log N(c; mean, std²) = −(c − mean)² / (2 std²) − ln std − ln(2π) / 2, in nats."""
        mean, std = self.mean_and_std(parameters)
        log_density = -0.5 * tf.square((codes - mean) / std) - tf.math.log(std) - 0.5 * LOG_2PI
        return tf.squeeze(log_density, axis=1)

    def read(self, parameters):
        """`mean` and `std`, each `(n,)`."""
        mean, std = self.mean_and_std(parameters)
        return {"mean": mean[:, 0], "std": std[:, 0]}


@dataclasses.dataclass(frozen=True)
class Uniform(GaussianQ):
    """A continuous code c ~ U(low, high) with a Gaussian Q(c | x).

    Args:
        low: Lower end.
        high: Upper end, above `low`.
        std: Q's standard deviation; None learns one for each image.
        min_std: Floor of a learned standard deviation.
    """

    low: float = -1.0
    high: float = 1.0
    std: float | None = 1.0
    min_std: float = 0.05

    def __post_init__(self):
        rule = "A uniform code needs low < high."
        require(self.low < self.high, rule, low=self.low, high=self.high)
        super().__post_init__()

    def sample(self, batch_size, seed):
        """Returns float32 values of shape `(batch_size, 1)`."""
        return randomness.uniform((batch_size, 1), seed, self.low, self.high)

    def entropy(self):
        """Differential entropy ln(high − low), in nats."""
        return math.log(self.high - self.low)

    def middle(self):
        """The middle of its range."""
        return 0.5 * (self.low + self.high)

    def values(self, steps):
        """From `low` to `high`."""
        return np.linspace(self.low, self.high, steps)

    def picture_values(self, steps):
        """Over a range twice as wide: −2 to 2 for U(−1, 1), as the paper shows."""
        reach = self.high - self.low
        return np.linspace(self.middle() - reach, self.middle() + reach, steps)


@dataclasses.dataclass(frozen=True)
class Gaussian(GaussianQ):
    """A continuous code c ~ N(0, 1) with a Gaussian Q(c | x).

    Args:
        std: Q's standard deviation; None learns one for each image.
        min_std: Floor of a learned standard deviation.
    """

    std: float | None = 1.0
    min_std: float = 0.05

    def sample(self, batch_size, seed):
        """Returns float32 values of shape `(batch_size, 1)`."""
        return randomness.normal((batch_size, 1), seed)

    def entropy(self):
        """Differential entropy ln(2πe) / 2, in nats."""
        return 0.5 * (LOG_2PI + 1.0)

    def middle(self):
        """Its mean."""
        return 0.0

    def values(self, steps):
        """From −2 to 2: two standard deviations."""
        return np.linspace(-2.0, 2.0, steps)
