"""What the continuous codes mean: "c2 is slant" as a number.

Each continuous code is moved from its lowest to its highest value with all else fixed, and its
images are measured (`moments.measure`). A code moves a property if the property's rank rises, or
falls, with the code: Spearman, "The proof and measurement of association between two things", 1904.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import rankdata

from keras_infogan.data.image_data import evenly_chosen
from keras_infogan.evaluation.moments import PROPERTIES, measure

STEPS = 11
NOISES = 20
MOST_DIGITS = 20  # values of the first categorical code
# Standard deviations among real images; what a code moves by less is rounding.
ROUNDING = 1e-6


def rank_correlations(codes, values):
    """Spearman's rank correlation of each row of values with the codes.

    Args:
        codes: `(steps,)`.
        values: `(rows, steps)`.

    Returns:
        `(rows,)` in [-1, 1]; 0 for a row that does not vary or holds a NaN.
    """
    values = np.asarray(values, np.float64)
    usable = np.isfinite(values).all(axis=1)
    code_ranks = rankdata(codes) - (len(codes) + 1) / 2
    ranks = rankdata(np.where(usable[:, None], values, 0.0), axis=1) - (len(codes) + 1) / 2
    scale = np.sqrt((code_ranks**2).sum() * (ranks**2).sum(axis=1))
    return np.where(scale > 0, ranks @ code_ranks / np.where(scale > 0, scale, 1.0), 0.0)


def code_meanings(model, real_images, seed=0):
    """What each continuous code moves.

    For every value of the first categorical code (its "digit") and `NOISES` draws of the noise, the
    code is moved over its `values` in `STEPS` steps while the other codes stand at their middle.
    The codes of `LatentSpec.pictured` are measured, in `MOST_DIGITS` digits at most, evenly chosen.

    Args:
        model: A `GAN`, `ConditionalGAN` or `InfoGAN`.
        real_images: `(n, height, width, channels)` in [-1, 1]; their spread is the unit of
            `effect`.
        seed: Seed of what is fixed.

    Returns:
        Dict of a code's name to

        - `moves`: the property it moves most. Where there are several codes each is given
          another one, as far as there are properties.
        - `rank_correlation`: of that property with the code, all else fixed: the mean over draws
          within a digit, then the median over digits of its absolute value. Signs that differ
          between draws cancel.
        - `digits_at_0.8`: share of digits in which its absolute value is at least 0.8.
        - `rank_correlations`, `effects`: the first figure for every property, and how far the
          property goes from one end of the code to the other, in standard deviations among real
          images; 0 where real images do not differ.
        - `per_digit`: signed rank correlation of the property in each digit.
        - `independence`: 1 − its largest effect on a property that another code moves, as a share
          of what that other code does there, 0 at least; None if no other code moves anything.
    """
    positions = model.latents.pictured
    if not positions:
        return {}
    spread = {name: _spread(values) for name, values in measure(real_images).items()}
    signed, effects = [], []
    for position in positions:
        codes, values = _traverse(model, position, seed)
        rows = {name: table.reshape(-1, table.shape[-1]) for name, table in values.items()}
        shape = next(iter(values.values())).shape[:2]
        signed.append(
            np.stack(
                [rank_correlations(codes, rows[p]).reshape(shape).mean(axis=1) for p in PROPERTIES]
            )
        )
        effects.append([_effect(rows[p], spread[p]) for p in PROPERTIES])
    strength = np.median(np.abs(np.stack(signed)), axis=2)  # (codes, properties)
    effects = np.array(effects)
    chosen = _assign(strength * effects)
    names = [model.latents.names[position] for position in positions]
    result = {}
    for i, name in enumerate(names):
        p = chosen[i]
        others = [j for j in range(len(names)) if j != i and effects[j, chosen[j]] > ROUNDING]
        leak = [effects[i, chosen[j]] / effects[j, chosen[j]] for j in others]
        result[name] = {
            "moves": PROPERTIES[p],
            "rank_correlation": round(float(strength[i, p]), 4),
            "digits_at_0.8": round(float(np.mean(np.abs(signed[i][p]) >= 0.8)), 4),
            "rank_correlations": _named(strength[i]),
            "effects": _named(effects[i]),
            "per_digit": [round(float(value), 4) for value in signed[i][p]],
            "independence": round(max(0.0, float(1.0 - max(leak))), 4) if leak else None,
        }
    return result


def _traverse(model, position, seed):
    """Values `(STEPS,)` and measures `{property: (digits, NOISES, STEPS)}` along them."""
    latents = model.latents
    code = latents.codes[position]
    codes = np.asarray(code.values(STEPS))
    first = next(iter(latents.categorical), None)
    digits = evenly_chosen(1 if first is None else latents.codes[first].num_values, MOST_DIGITS)

    moved = [code.encode(np.full(NOISES, value)) for value in codes]

    def measured(digit):
        fixed = latents.fixed(NOISES, seed, {} if first is None else {first: digit})
        noise, parts = latents.split(fixed)  # the noises are the same whatever the values
        before, after = [noise, *parts[:position]], parts[position + 1 :]
        table = [np.concatenate([*before, value, *after], axis=1) for value in moved]
        images = model.generate(np.array(table))
        values = measure(images.reshape(-1, *images.shape[2:]))
        return {name: value.reshape(STEPS, NOISES).T for name, value in values.items()}

    found = [measured(digit) for digit in digits]  # one by one: images need memory
    return codes, {name: np.stack([one[name] for one in found]) for name in found[0]}


def _spread(values):
    """Standard deviation of what could be measured; 0 where nothing could."""
    values = values[np.isfinite(values)]
    return np.std(values) if len(values) else 0.0


def _effect(rows, spread):
    """Mean way from the first to the last of each row, in spreads; 0 without either."""
    ways = np.abs(rows[:, -1] - rows[:, 0])
    ways = ways[np.isfinite(ways)]
    return float(ways.mean() / spread) if len(ways) and spread > ROUNDING else 0.0


def _assign(scores):
    """For each code a property, another one for each as far as they go."""
    chosen = scores.argmax(axis=1)
    codes, properties = linear_sum_assignment(scores, maximize=True)
    chosen[codes] = properties
    return chosen


def _named(values):
    return {name: round(float(value), 4) for name, value in zip(PROPERTIES, values, strict=True)}
