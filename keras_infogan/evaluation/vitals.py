"""What the health checks look at, read off a model."""

import dataclasses

import numpy as np

from keras_infogan.data.image_data import evenly_chosen
from keras_infogan.data.pipeline import sample_images
from keras_infogan.evaluation.codes import read_codes
from keras_infogan.evaluation.health import Vitals
from keras_infogan.evaluation.scores import USE_SHARE, contingency, majority_table

NOISES = 16
REAL_IMAGES = 1000
# Steps of G before the codes are looked at.
SETTLING_STEPS = 1000


@dataclasses.dataclass(frozen=True)
class Reference:
    """Real images that a model is compared with.

    Args:
        images: uint8, `(n, height, width, channels)`.
        labels: Integers `(n,)`, or None.
        label_names: Names of the labels, or None.
        num_labels: Number of labels; 0 without any.
    """

    images: np.ndarray
    labels: np.ndarray | None
    label_names: tuple | None
    num_labels: int

    @classmethod
    def of(cls, data):
        """Some training images of an `ImageData`, evenly chosen."""
        chosen = evenly_chosen(len(data.train_images), REAL_IMAGES)
        labels = data.train_labels
        return cls(
            data.train_images[chosen],
            None if labels is None else labels[chosen],
            data.label_names,
            0 if labels is None else int(np.max(labels)) + 1,
        )


def vitals_of(model, reference, step, metrics, seed=0):
    """The `Vitals` of a model as it stands.

    Args:
        model: A compiled `GAN`, `ConditionalGAN` or `InfoGAN`.
        reference: A `Reference`. Its labels only name what a code stands for.
        step: Step of the run.
        metrics: Means of the model's metrics over the last steps, `{name: float}`.
        seed: Seed of the noise.
    """
    latents = model.latents
    g_steps = step - model.d_pretraining
    generated = _generated(model, seed)
    unused, code_labels = _reading(model, reference)
    told = "code" if model.reads_codes else "label"
    return Vitals(
        step=step,
        g_steps=g_steps,
        is_probability=model.objective.is_probability,
        metrics={m.name: metrics[m.name] for m in model.metrics if m.name in metrics},
        entropy=latents.entropy(latents.categorical) if model.reads_codes else 0.0,
        warmed_up=g_steps >= max(getattr(model, "information_warmup", 0), SETTLING_STEPS),
        kind=told if latents.categorical else None,
        generated=generated,
        real=sample_images(reference.images, REAL_IMAGES, model.generator.output_shape[1]),
        code_labels=code_labels,
        num_labels=reference.num_labels,
        unused_codes=unused,
        stds=_stds(model, generated),
    )


def _generated(model, seed):
    """Images of each value of each categorical code, or of noise alone, see `Vitals`."""
    latents = model.latents
    noises = NOISES if latents.noise.size else 1
    drawn = {i: latents.codes[i].sample(noises, [seed, i]) for i in latents.continuous}

    def rows(values):
        # Images of a value may owe their variety to the continuous codes, so these vary too.
        noise, codes = latents.split(latents.fixed(noises, seed, values))
        codes = [drawn.get(position, code) for position, code in enumerate(codes)]
        return np.concatenate([noise, *codes], axis=1)

    tables = {None: [{}]}  # what the codes stand at
    if latents.categorical:
        tables = {
            latents.names[i]: [{i: value} for value in latents.codes[i].values(None)]
            for i in latents.categorical
        }
    return {
        name: model.generate(np.stack([rows(values) for values in table]))
        for name, table in tables.items()
    }


def _reading(model, reference):
    """What Q hardly gives to real images, and what the rest stands for: both by code's name."""
    unused, code_labels = {}, {}
    for name, codes in read_codes(model, reference.images).items():
        num_values = model.latents.codes[model.latents.position(name)].num_values
        counts = np.bincount(codes, minlength=num_values)
        rare = counts < USE_SHARE * len(codes) / num_values
        unused[name] = tuple(np.flatnonzero(rare).tolist())
        if reference.labels is not None:
            counts = contingency(codes, reference.labels, num_values, reference.num_labels)
            table = majority_table(counts)
            names = reference.label_names or range(reference.num_labels)
            code_labels[name] = {v: names[table[v]] for v in np.flatnonzero(~rare).tolist()}
    return unused, code_labels


def _stds(model, generated):
    """Q's mean standard deviation of the generated images, and its floor, where it is learned."""
    latents = model.latents
    learned = [i for i in latents.continuous if latents.codes[i].std_floor is not None]
    images = np.concatenate([part.reshape(-1, *part.shape[2:]) for part in generated.values()])
    if not (model.reads_codes and learned and np.isfinite(images).all()):
        return {}
    read = latents.read(model.predict(images, batch_size=500, verbose=0)["code_parameters"])
    return {
        latents.names[i]: (float(np.mean(read[i]["std"])), latents.codes[i].std_floor)
        for i in learned
        if "std" in read[i]
    }
