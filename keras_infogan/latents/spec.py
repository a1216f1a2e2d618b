"""A latent vector `[noise, code 1, code 2, ...]`, and all that depends on the order of codes.

For each code the recognizer outputs the parameters of Q(c | x), in the same order.
"""

import dataclasses
import functools

import numpy as np

from keras_infogan import notation, randomness, registry
from keras_infogan.errors import UserError
from keras_infogan.latents.codes import Code, require
from keras_infogan.lazy import tf

PICTURED = 20  # continuous codes, so that pictures and scores of any latents come to an end


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
        require(self.size >= 0, "Noise needs size >= 0.", size=self.size)
        require(
            self.distribution in ("normal", "uniform"),
            "Noise needs a distribution of 'normal' or 'uniform'.",
            distribution=self.distribution,
        )

    def sample(self, batch_size, seed):
        """Returns float32 noise of shape `(batch_size, size)`."""
        if self.distribution == "normal":
            return randomness.normal((batch_size, self.size), seed)
        return randomness.uniform((batch_size, self.size), seed, -1.0, 1.0)


class LatentSpec:
    """Noise and any number of codes.

    The codes are named `c1`, `c2`, ... in the order given, as in the paper.

    Args:
        noise: A `Noise`, or its size (normal).
        codes: Any `Code`s; none for a plain GAN.

    Raises:
        ValueError: If there is neither noise nor a code.

    Example:

    >>> latents = LatentSpec(62, [Categorical(10), Uniform(), Uniform()])
    >>> latents.size, latents.parameter_size
    (74, 12)
    >>> latents == LatentSpec.from_text("normal(62) + cat(10) + 2*uniform(-1, 1)")
    True
    """

    def __init__(self, noise, codes):
        self.noise = noise if isinstance(noise, Noise) else Noise(noise)
        self.codes = tuple(codes)
        require(
            self.noise.size > 0 or len(self.codes) > 0,
            "A LatentSpec needs noise or a code.",
            noise=self.noise,
            codes=codes,
        )
        for code in self.codes:
            require(isinstance(code, Code), "A code must extend Code.", code=code)

    @classmethod
    def from_text(cls, text):
        """A spec from text such as `"normal(62) + cat(10) + 2*uniform(-1, 1)"`.

        Noise is written `normal(SIZE)` or `noise(SIZE, uniform)`; all else are registered codes.

        Raises:
            UserError: If the text is something else.
        """
        noise, codes = None, []
        for count, part in notation.parse_sum(text):
            if part.name in notation.NOISE:
                if noise is not None or count != 1:
                    raise UserError(f"Latents have one noise. Received: {text}.")
                try:
                    noise = Noise(*part.args, **dict(part.kwargs))
                except (TypeError, ValueError) as error:
                    raise UserError(f"{part}: {error}") from None
            else:
                codes += [registry.CODES.get(str(part))] * count
        try:
            return cls(Noise(0) if noise is None else noise, codes)
        except ValueError as error:
            raise UserError(str(error)) from None

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

    @property
    def categorical(self):
        """Positions in `codes` of those with a number of values."""
        return [i for i, code in enumerate(self.codes) if code.num_values is not None]

    @property
    def continuous(self):
        """Positions in `codes` of the others."""
        return [i for i, code in enumerate(self.codes) if code.num_values is None]

    @property
    def pictured(self):
        """Positions of the continuous codes that pictures and scores show: `PICTURED` at most."""
        return self.continuous[:PICTURED]

    def position(self, code):
        """Position of a code by its name or its position.

        Raises:
            ValueError: If there is none.
        """
        known = code in self.names or code in range(len(self.codes))
        require(known, f"The codes are {', '.join(self.names) or 'none'}.", code=code)
        return self.names.index(code) if isinstance(code, str) else int(code)

    def sample(self, batch_size, seed):
        """Draws latent vectors.

        Args:
            batch_size: Number of rows.
            seed: Integer tensor of shape `(2,)`; equal seeds give equal rows.

        Returns:
            float32 tensor, `(batch_size, size)`.
        """
        seeds = randomness.split(seed, len(self.codes) + 1)
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

    def read(self, parameters):
        """What the recognizer says of each code: a list of `Code.read`."""
        return [
            code.read(part)
            for code, part in zip(self.codes, self.split_parameters(parameters), strict=True)
        ]

    def entropy(self, positions=None):
        """Sum of H(c) in nats over the codes at `positions` (all of them by default)."""
        positions = range(len(self.codes)) if positions is None else positions
        return sum(self.codes[position].entropy() for position in positions)

    def fixed(self, rows, seed=0, code_values=None):
        """Latents for pictures.

        Each row has noise of its own; every code stands at its middle (a categorical one at its
        first value) unless `code_values` says otherwise.

        Args:
            rows: Number of rows.
            seed: Seed of the noise.
            code_values: `{code: values}`, a code by its name or position; values `(rows,)`, or one
                that serves all rows.

        Returns:
            float32 array, `(rows, size)`.

        Raises:
            ValueError: If a code is unknown or given twice, or a value is none of it.
        """
        given = code_values or {}
        values = {self.position(code): np.asarray(value) for code, value in given.items()}
        require(len(values) == len(given), "A code must be given once.", code_values=list(given))
        for position, value in values.items():
            require(
                value.dtype.kind in "iuf"
                and value.shape in ((), (rows,))
                and np.isfinite(value).all(),
                f"{self.names[position]} takes a finite number, or one for each of {rows} rows.",
                value=value.tolist(),
            )
        parts = [_noise_of_pictures(self.noise, rows, seed)]
        for position, code in enumerate(self.codes):
            value = np.broadcast_to(values.get(position, code.middle()), (rows,))
            if code.num_values is not None:
                require(
                    np.isin(value, np.arange(code.num_values)).all(),
                    f"{self.names[position]} takes whole numbers from 0 to {code.num_values - 1}.",
                    value=value.tolist(),
                )
            parts.append(code.encode(value))
        return np.concatenate(parts, axis=1)

    def code_table(self, num_noises, code=None, seed=0):
        """Every value of a categorical code with the same noises.

        Args:
            num_noises: Noises for each value.
            code: Name or position of the code; the first categorical one by default.
            seed: Seed of the noise.

        Returns:
            float32 array, `(number of values, num_noises, size)`; noise `[:, j]` is equal for all.
        """
        position = next(iter(self.categorical), None) if code is None else self.position(code)
        require(
            position in self.categorical,
            "A table of values needs a categorical code.",
            code=position,
        )
        values = self.codes[position].values(None)
        return np.stack([self.fixed(num_noises, seed, {position: value}) for value in values])

    def traversal(self, code, steps=9, rows=10, seed=0):
        """One continuous code over its `picture_values`, all else fixed along a row.

        Where there is a categorical code, row r holds its value r (modulo their number), and all
        rows share one noise; without one, each row has a noise of its own.

        Args:
            code: Name or position of the continuous code.
            steps: Number of columns.
            rows: Number of rows.
            seed: Seed of the noise.

        Returns:
            float32 array, `(rows, steps, size)`.
        """
        position = self.position(code)
        require(position in self.continuous, "A traversal needs a continuous code.", code=position)
        fixed = {}
        if self.categorical:
            first = self.categorical[0]
            fixed[first] = np.arange(rows) % self.codes[first].num_values
        values = self.codes[position].picture_values(steps)
        grid = np.stack(
            [self.fixed(rows, seed, {**fixed, position: value}) for value in values], axis=1
        )
        if self.categorical:
            grid[..., : self.noise.size] = grid[:1, :, : self.noise.size]
        return grid

    def get_config(self):
        """A JSON-ready description that `from_config` turns back into an equal spec.

        Raises:
            ValueError: If a code is of a class that is not registered.
        """
        return {
            "noise": dataclasses.asdict(self.noise),
            "codes": [
                {"kind": _kind(type(code)), **dataclasses.asdict(code)} for code in self.codes
            ],
        }

    @classmethod
    def from_config(cls, config):
        """Inverse of `get_config`."""
        codes = []
        for entry in config["codes"]:
            arguments = dict(entry)
            codes.append(registry.CODES.lookup(arguments.pop("kind"))(**arguments))
        return cls(Noise(**config["noise"]), codes)

    def __eq__(self, other):
        return isinstance(other, LatentSpec) and (self.noise, self.codes) == (
            other.noise,
            other.codes,
        )

    def __hash__(self):
        return hash((self.noise, self.codes))

    def __repr__(self):
        return f"LatentSpec({self.noise}, {list(self.codes)})"


def _kind(code_class):
    """The name under which a class of codes is registered."""
    name = registry.CODES.name_of(code_class)
    if name is None:
        raise ValueError(
            "A file keeps a code by its registered name: add one by keras_infogan.register("
            f'"code", "my_code", {code_class.__name__}). Received: {code_class!r}.'
        )
    return name


@functools.lru_cache
def _noise_of_pictures(noise, rows, seed):
    """Noise of a seed, which pictures of a run show again and again; not to be written into."""
    drawn = np.asarray(noise.sample(rows, tf.constant([seed, 0], tf.int32)))
    drawn.setflags(write=False)
    return drawn
