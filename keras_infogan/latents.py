"""The generator's input: noise and codes, and the densities that the recognizer gives the codes.

A latent vector is `[noise, code 1, code 2, ...]`. Categorical codes stand in it one-hot. For each
code the recognizer outputs the parameters of Q(c | x): logits for a categorical code, a mean (and,
where it is learned, a raw standard deviation) for a continuous one.

Source: Chen et al., "InfoGAN", 2016, sections 3 to 5, and its supplement for the factored Gaussian.
"""

import dataclasses
import math

import numpy as np
import tensorflow as tf

LOG_2PI = math.log(2.0 * math.pi)


def _check(rule_holds, rule, **received):
    if not rule_holds:
        shown = ", ".join(f"{name}={value!r}" for name, value in received.items())
        raise ValueError(f"{rule} Received: {shown}.")


@dataclasses.dataclass(frozen=True)
class Noise:
    """Incompressible noise z.

    Args:
        size: Number of noise variables, at least 0.
        distribution: `"normal"` for N(0, 1) or `"uniform"` for U(-1, 1).
    """

    size: int
    distribution: str = "normal"

    def __post_init__(self):
        _check(self.size >= 0, "Noise needs size >= 0.", size=self.size)
        _check(
            self.distribution in ("normal", "uniform"),
            "Noise needs a distribution of 'normal' or 'uniform'.",
            distribution=self.distribution,
        )

    def sample(self, batch_size, seed):
        """Returns float32 noise of shape `(batch_size, size)`."""
        if self.distribution == "normal":
            return tf.random.stateless_normal((batch_size, self.size), seed)
        return tf.random.stateless_uniform((batch_size, self.size), seed, minval=-1.0, maxval=1.0)


@dataclasses.dataclass(frozen=True)
class Categorical:
    """A code with `size` equally likely values, one-hot in the latent vector.

    Args:
        size: Number of values, at least 2.
    """

    size: int

    def __post_init__(self):
        _check(self.size >= 2, "A categorical code needs size >= 2.", size=self.size)

    @property
    def latent_size(self):
        return self.size

    @property
    def parameter_size(self):
        return self.size

    def sample(self, batch_size, seed):
        """Returns one-hot float32 values of shape `(batch_size, size)`."""
        values = tf.random.stateless_uniform((batch_size,), seed, maxval=self.size, dtype=tf.int32)
        return tf.one_hot(values, self.size)

    def log_prob(self, values, parameters):
        """log Q(c | x) in nats.

        Args:
            values: One-hot codes, `(batch_size, size)`.
            parameters: The recognizer's logits, `(batch_size, size)`.

        Returns:
            `(batch_size,)`.
        """
        return -tf.nn.softmax_cross_entropy_with_logits(labels=values, logits=parameters)

    def entropy(self):
        """H(c) = ln(size), in nats."""
        return math.log(self.size)


class _Continuous:
    """What uniform and Gaussian codes share: one dimension and a Gaussian Q(c | x)."""

    latent_size = 1

    def _check_std(self):
        _check(
            self.std is None or self.std > 0,
            "A fixed standard deviation needs std > 0 (None learns it).",
            std=self.std,
        )
        _check(self.min_std > 0, "The floor needs min_std > 0.", min_std=self.min_std)

    @property
    def parameter_size(self):
        return 1 if self.std is not None else 2

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

    def log_prob(self, values, parameters):
        """log N(c; mean, std²) = −(c − mean)² / (2 std²) − ln std − ln(2π) / 2, in nats.

        Args:
            values: Codes, `(batch_size, 1)`.
            parameters: The recognizer's output, `(batch_size, parameter_size)`.

        Returns:
            `(batch_size,)`.
        """
        mean, std = self.mean_and_std(parameters)
        log_density = -0.5 * tf.square((values - mean) / std) - tf.math.log(std) - 0.5 * LOG_2PI
        return tf.squeeze(log_density, axis=1)


@dataclasses.dataclass(frozen=True)
class Uniform(_Continuous):
    """A continuous code c ~ U(low, high) with a Gaussian Q(c | x).

    Args:
        low: Lower end.
        high: Upper end, above `low`.
        std: Q's standard deviation; `None` learns one for each image.
        min_std: Floor of a learned standard deviation. Without one the likelihood is unbounded.
    """

    low: float = -1.0
    high: float = 1.0
    std: float | None = 1.0
    min_std: float = 0.05

    def __post_init__(self):
        _check(
            self.low < self.high, "A uniform code needs low < high.", low=self.low, high=self.high
        )
        self._check_std()

    def sample(self, batch_size, seed):
        """Returns float32 values of shape `(batch_size, 1)`."""
        return tf.random.stateless_uniform((batch_size, 1), seed, minval=self.low, maxval=self.high)

    def entropy(self):
        """Differential entropy ln(high − low), in nats."""
        return math.log(self.high - self.low)


@dataclasses.dataclass(frozen=True)
class Gaussian(_Continuous):
    """A continuous code c ~ N(0, 1) with a Gaussian Q(c | x).

    Args:
        std: Q's standard deviation; `None` learns one for each image.
        min_std: Floor of a learned standard deviation.
    """

    std: float | None = 1.0
    min_std: float = 0.05

    def __post_init__(self):
        self._check_std()

    def sample(self, batch_size, seed):
        """Returns float32 values of shape `(batch_size, 1)`."""
        return tf.random.stateless_normal((batch_size, 1), seed)

    def entropy(self):
        """Differential entropy ln(2πe) / 2, in nats."""
        return 0.5 * (LOG_2PI + 1.0)


CODE_KINDS = {"categorical": Categorical, "uniform": Uniform, "gaussian": Gaussian}


class LatentSpec:
    """Noise and any number of codes, and everything that depends on their order.

    The codes are named `c1`, `c2`, ... in the order given, as in the paper.

    Args:
        noise: A `Noise`, or its size (normal).
        codes: `Categorical`, `Uniform` and `Gaussian` codes; none for a plain GAN.

    Raises:
        ValueError: If there is neither noise nor a code.

    Example:

    >>> latents = LatentSpec(62, [Categorical(10), Uniform(), Uniform()])
    >>> latents.size, latents.parameter_size
    (74, 12)
    """

    def __init__(self, noise, codes):
        self.noise = noise if isinstance(noise, Noise) else Noise(noise)
        self.codes = tuple(codes)
        _check(
            self.noise.size > 0 or len(self.codes) > 0,
            "A LatentSpec needs noise or a code.",
            noise=self.noise,
            codes=codes,
        )
        for code in self.codes:
            _check(
                isinstance(code, tuple(CODE_KINDS.values())),
                "A code must be Categorical, Uniform or Gaussian.",
                code=code,
            )

    @property
    def names(self):
        """`("c1", "c2", ...)`."""
        return tuple(f"c{number}" for number in range(1, len(self.codes) + 1))

    @property
    def size(self):
        """Length of a latent vector."""
        return self.noise.size + sum(code.latent_size for code in self.codes)

    @property
    def parameter_size(self):
        """Number of outputs that the recognizer needs."""
        return sum(code.parameter_size for code in self.codes)

    def of_kind(self, *kinds):
        """Positions in `codes` of the codes of these classes."""
        return [index for index, code in enumerate(self.codes) if isinstance(code, kinds)]

    @property
    def categorical(self):
        """Positions in `codes` of the categorical ones."""
        return self.of_kind(Categorical)

    @property
    def continuous(self):
        """Positions in `codes` of the continuous ones."""
        return self.of_kind(Uniform, Gaussian)

    def sample(self, batch_size, seed):
        """Draws latent vectors.

        Args:
            batch_size: Number of rows.
            seed: Integer tensor of shape `(2,)`; equal seeds give equal rows.

        Returns:
            float32 tensor, `(batch_size, size)`.
        """
        seeds = tf.random.split(seed, len(self.codes) + 1)
        parts = [self.noise.sample(batch_size, seeds[0])]
        parts += [
            code.sample(batch_size, seeds[index]) for index, code in enumerate(self.codes, start=1)
        ]
        return tf.concat(parts, axis=1)

    def split(self, latents):
        """Splits `(batch_size, size)` into noise and a list with one tensor for each code."""
        noise, *codes = tf.split(
            latents, [self.noise.size] + [code.latent_size for code in self.codes], axis=1
        )
        return noise, codes

    def split_parameters(self, parameters):
        """Splits the recognizer's output, `(batch_size, parameter_size)`, by code."""
        return tf.split(parameters, [code.parameter_size for code in self.codes], axis=1)

    def log_probs(self, latents, parameters):
        """log Q(c | x) of the codes in `latents`, in nats.

        Args:
            latents: `(batch_size, size)`, as `sample` returns them.
            parameters: The recognizer's output for the generated images,
                `(batch_size, parameter_size)`.

        Returns:
            A list with one tensor of shape `(batch_size,)` for each code.
        """
        _, values = self.split(latents)
        return [
            code.log_prob(value, code_parameters)
            for code, value, code_parameters in zip(
                self.codes, values, self.split_parameters(parameters), strict=True
            )
        ]

    def entropy(self, positions=None):
        """Sum of H(c) in nats over the codes at `positions` (all of them by default)."""
        positions = range(len(self.codes)) if positions is None else positions
        return sum(self.codes[position].entropy() for position in positions)

    def fixed(self, rows, seed=0, code_values=None):
        """Latents for pictures, as a NumPy array.

        Each row has noise of its own; every code stands at its middle (a categorical one at its
        first value) unless `code_values` says otherwise.

        Args:
            rows: Number of rows.
            seed: Seed of the noise.
            code_values: `{position: values}`; integers `(rows,)` for a categorical code, floats
                `(rows,)` for a continuous one. A scalar serves all rows.

        Returns:
            float32 array, `(rows, size)`.
        """
        parts = [self.noise.sample(rows, tf.constant([seed, 0], tf.int32)).numpy()]
        for position, code in enumerate(self.codes):
            value = np.broadcast_to((code_values or {}).get(position, self._middle(code)), (rows,))
            if isinstance(code, Categorical):
                parts.append(np.eye(code.size, dtype=np.float32)[value])
            else:
                parts.append(value[:, None].astype(np.float32))
        return np.concatenate(parts, axis=1)

    @staticmethod
    def _middle(code):
        if isinstance(code, Categorical):
            return 0
        return 0.5 * (code.low + code.high) if isinstance(code, Uniform) else 0.0

    def one_hot_table(self, num_noises, position=None, seed=0):
        """Every value of a categorical code with the same `num_noises` noises.

        Args:
            num_noises: Noises for each value.
            position: Position of the code; the first categorical one by default.
            seed: Seed of the noise.

        Returns:
            float32 array, `(code size, num_noises, size)`; noise `[:, j]` is equal for all codes.
        """
        if position is None:
            position = next(iter(self.categorical), None)
        _check(
            position in self.categorical,
            "A one-hot table needs the position of a categorical code.",
            position=position,
        )
        size = self.codes[position].size
        return np.stack([self.fixed(num_noises, seed, {position: value}) for value in range(size)])

    def traversal(self, position, steps=9, low=-2.0, high=2.0, rows=10, seed=0):
        """One continuous code from `low` to `high`, all else fixed along a row.

        Where there is a categorical code, row r holds its value r (modulo its size), and all rows
        share one noise; without one, each row has a noise of its own.

        Args:
            position: Position of the continuous code.
            steps: Number of columns.
            low: First value (the paper shows −2, beyond the training range).
            high: Last value.
            rows: Number of rows.
            seed: Seed of the noise.

        Returns:
            float32 array, `(rows, steps, size)`.
        """
        _check(
            position in self.continuous,
            "A traversal needs the position of a continuous code.",
            position=position,
        )
        if self.categorical:
            first = self.categorical[0]
            values = np.arange(rows) % self.codes[first].size
            base = self.fixed(rows, seed, {first: values})
            base[:, : self.noise.size] = base[:1, : self.noise.size]
        else:
            base = self.fixed(rows, seed)
        column = self.noise.size + sum(code.latent_size for code in self.codes[:position])
        grid = np.repeat(base[:, None], steps, axis=1)
        grid[:, :, column] = np.linspace(low, high, steps, dtype=np.float32)
        return grid

    def get_config(self):
        """A JSON-ready description that `from_config` turns back into an equal spec."""
        kind_of = {cls: kind for kind, cls in CODE_KINDS.items()}
        return {
            "noise": dataclasses.asdict(self.noise),
            "codes": [
                {"kind": kind_of[type(code)], **dataclasses.asdict(code)} for code in self.codes
            ],
        }

    @classmethod
    def from_config(cls, config):
        """Inverse of `get_config`."""
        codes = []
        for entry in config["codes"]:
            arguments = dict(entry)
            codes.append(CODE_KINDS[arguments.pop("kind")](**arguments))
        return cls(Noise(**config["noise"]), codes)

    def __eq__(self, other):
        return isinstance(other, LatentSpec) and self.get_config() == other.get_config()

    def __hash__(self):
        return hash((self.noise, self.codes))

    def __repr__(self):
        return f"LatentSpec({self.noise}, {list(self.codes)})"
