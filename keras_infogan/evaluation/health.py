"""What can go wrong with a GAN, and how it shows.

Each check looks at the `Vitals` of one moment and returns a `Problem` or None. Thresholds are
wide, to avoid false alarms.
"""

import dataclasses
import math

import numpy as np

NATS_OF_A_DEAD_CODE = 0.05  # as a share of H(c)
BLIND_DIFFERENCE = 0.02
STRONG_D_LOSS = 0.1
ROUGH = 1.8
COLLAPSED = 0.25
AT_FLOOR = 1.05
NOISE_STEPS = 500  # of G's steps: every generator draws noise, the same for all codes, before that


@dataclasses.dataclass(frozen=True)
class Vitals:
    """What the checks look at.

    Args:
        step: Step of the run.
        g_steps: Steps in which G has learned; 0 or less while D learns alone.
        is_probability: Whether sigmoid of D's logit is a probability.
        metrics: Means of the model's metrics over the last steps.
        entropy: H(c) of all categorical codes together, in nats; 0 if nothing reads any.
        warmed_up: Whether the information loss has had its full weight for a while.
        kind: What G is told: `"code"`, `"label"`, or None for noise alone.
        generated: Generated images by what G is told: a categorical code's name to
            `(values, noises, height, width, channels)` in [-1, 1], the continuous codes drawn with
            the noise and the other categorical ones at their middle; one image of each value if
            the model has no noise. Where there is no categorical code, None to images of one
            value.
        real: Real images, `(n, height, width, channels)` in [-1, 1].
        code_labels: The commonest label of the real images of each value that Q uses, as
            `{name: {value: label or its name}}`; empty for data without labels.
        num_labels: Number of labels; 0 for data without.
        unused_codes: Values that Q gives to almost no real image, `{name: values}`.
        stds: Mean learned standard deviation and floor of continuous codes, `{name: (std, floor)}`.
    """

    step: int
    g_steps: int
    is_probability: bool
    metrics: dict
    entropy: float
    warmed_up: bool
    kind: str | None
    generated: dict
    real: np.ndarray
    code_labels: dict
    num_labels: int
    unused_codes: dict
    stds: dict

    def listed(self, values):
        """Values of codes in words, from `{name: values}`: their code is named if there are more.

        "2, 7" of the only code; "2, 7 of c1 and 3 of c4" of several.
        """
        parts = [
            _listed(found) + (f" of {name}" if len(self.generated) > 1 else "")
            for name, found in values.items()
            if len(found)
        ]
        return " and ".join(parts)


@dataclasses.dataclass(frozen=True)
class Problem:
    """Something that goes wrong.

    Args:
        name: One of the names in `CHECKS`.
        seen: What was measured, in words.
        remedy: What usually helps.
    """

    name: str
    seen: str
    remedy: str

    def __str__(self):
        return f"{self.name}: {self.seen}. {self.remedy}."


def not_finite(vitals):
    """A metric or an image is NaN or infinite."""
    names = [name for name, value in vitals.metrics.items() if not math.isfinite(value)]
    if not all(np.isfinite(images).all() for images in vitals.generated.values()):
        names.append("generated images")
    if names:
        return Problem(
            "not finite",
            f"{', '.join(names)} not finite",
            "Lower both learning rates, and restart: this run cannot recover",
        )


def dead_code(vitals):
    """Q reads nothing from the images."""
    information = vitals.metrics.get("information", 0.0)
    if vitals.warmed_up and vitals.entropy and information < NATS_OF_A_DEAD_CODE * vitals.entropy:
        return Problem(
            "dead code",
            f"Q reads {information:.2f} of {vitals.entropy:.2f} nats",
            "Raise --information-weight, and let the trunk learn from the information",
        )


def unused_codes(vitals):
    """Values of a code that stand for nothing real."""
    if vitals.warmed_up and any(vitals.unused_codes.values()):
        return Problem(
            "unused codes",
            f"Q gives almost no real image the code {vitals.listed(vitals.unused_codes)}",
            "Raise --real-information-weight, which needs distortion (--shear, --scale, --shift)",
        )


def shared_label(vitals):
    """Several values of a code stand for one label, and no other code tells the labels apart."""
    seen = []
    for name, labels in vitals.code_labels.items():
        if len(vitals.generated[name]) > vitals.num_labels:
            continue  # values enough for every label to have several
        shared = _shared(labels)
        if not shared:
            return None
        of = f" of {name}" if len(vitals.generated) > 1 else ""
        seen += [f"codes {_listed(codes)}{of} all mean {label}" for label, codes in shared.items()]
    if vitals.warmed_up and seen:
        return Problem(
            "several codes on one label",
            "; ".join(seen),
            "Raise --real-information-weight, which needs distortion (--shear, --scale, --shift)",
        )


def _shared(labels):
    """The labels that several values stand for, `{label: values}`."""
    by_label = {}
    for value, label in labels.items():
        by_label.setdefault(label, []).append(value)
    return {label: values for label, values in by_label.items() if len(values) > 1}


def discriminator_too_strong(vitals):
    """D's loss is near 0, and G gets no gradient to speak of."""
    d_loss = vitals.metrics["d_loss"]
    if vitals.is_probability and d_loss < STRONG_D_LOSS:
        return Problem(
            "D too strong",
            f"its loss is {d_loss:.3f}",
            "Lower --d-learning-rate, or add distortion (--shear, --scale, --shift)",
        )


def discriminator_blind(vitals):
    """D cannot tell real images from what is plainly noise."""
    metrics = vitals.metrics
    if not vitals.is_probability:
        return None
    difference = abs(metrics["real_probability"] - metrics["generated_probability_before"])
    generated = np.concatenate([_flat(images) for images in vitals.generated.values()])
    rougher = _roughness(generated) / max(_roughness(vitals.real), 1e-12)
    late = vitals.g_steps >= NOISE_STEPS
    if late and difference < BLIND_DIFFERENCE and rougher > ROUGH:
        return Problem(
            "D blind",
            f"it gives real and generated images the same probability "
            f"({metrics['real_probability']:.2f}), yet generated ones are {rougher:.1f} times as "
            "rough",
            "Look for a BatchNorm after the trunk's last activation, or raise --d-learning-rate",
        )


def collapse(vitals):
    """G draws nearly the same image of what it is told, whatever the noise and all else."""
    if vitals.g_steps < NOISE_STEPS:
        return None
    real = _spread(vitals.real)
    alike, spreads = {}, []
    for name, images in vitals.generated.items():
        within = np.array([_spread(of_value) for of_value in images])
        alike[name] = np.flatnonzero(within < COLLAPSED * real) if images.shape[1] > 1 else ()
        spreads += within[alike[name]].tolist() if len(alike[name]) else []
    if spreads:
        which = f" of {vitals.kind} {vitals.listed(alike)}" if vitals.kind else ""
        return Problem(
            "collapse",
            f"images{which} differ by {np.mean(spreads) / real:.0%} of what real images differ by",
            "Lower --information-weight or --g-learning-rate"
            if vitals.kind == "code"
            else "Lower --g-learning-rate, or add --rewrite minibatch_discrimination",
        )


def std_at_floor(vitals):
    """Q is as certain of a continuous code as it may be."""
    low = [name for name, (std, floor) in vitals.stds.items() if std < AT_FLOOR * floor]
    if low:
        return Problem(
            "standard deviation at its floor",
            f"Q's for {_listed(low)}",
            "Lower --continuous-weight or raise the floor: the code may be written into few pixels",
        )


CHECKS = (
    not_finite,
    dead_code,
    unused_codes,
    shared_label,
    discriminator_too_strong,
    discriminator_blind,
    collapse,
    std_at_floor,
)


def diagnose(vitals):
    """The problems that the checks find.

    Only the first where numbers are not finite, and no other before G has begun to learn.
    """
    problem = not_finite(vitals)
    if problem or vitals.g_steps < 1:
        return [problem] if problem else []
    return [problem for check in CHECKS if (problem := check(vitals))]


def summarize(rows):
    """The problems that a run's checks found, each once.

    Args:
        rows: Lines of health.jsonl.

    Returns:
        List of dicts `problem`, `seen` and `remedy` as last noted, `first_step` and `last_step`.
    """
    found = {}
    for row in rows:
        row = dict(row)
        texts = [row.get(name) for name in ("problem", "seen", "remedy")]
        if type(row.get("step")) is not int or not all(isinstance(text, str) for text in texts):
            continue  # altered since it was written
        step = row.pop("step")
        first = found.get(row["problem"], {"first_step": step})["first_step"]
        found[row["problem"]] = {**row, "first_step": first, "last_step": step}
    return list(found.values())


def _listed(items):
    return ", ".join(str(item) for item in items)


def _flat(images):
    return images.reshape(-1, *images.shape[2:])


def _roughness(images):
    """Mean difference of neighboring pixels, as a share of the standard deviation of pixels."""
    differences = [np.abs(np.diff(images, axis=axis)).mean() for axis in (1, 2)]
    return sum(differences) / max(images.std(), 1e-6)


def _spread(images):
    """Root mean squared difference between two of the images."""
    return float(np.sqrt(2.0 * images.reshape(len(images), -1).var(axis=0).mean()))
