"""Information of codes, in nats: between code and generated image, and between two looks."""

import math

import numpy as np
import tensorflow as tf

from keras_infogan import randomness
from keras_infogan.information import paired_information
from keras_infogan.transforms.distortion import RandomDistortion

BATCH = 500


def information(model, images=5000, seed=0):
    """The bound L_I = E[log Q(c | G(z, c))] + H(c) ≤ I(c; G(z, c)), code by code.

    Chen et al., "InfoGAN", 2016, equation 5; without distortion and in inference mode.

    Args:
        model: A `GAN`, `ConditionalGAN` or `InfoGAN`.
        images: Number of generated images.
        seed: Seed of their latents.

    Returns:
        Dict of a code's name to `nats`, `entropy` (H(c), in nats) and `share`, their quotient,
        which is None for a continuous code, whose entropy is no upper bound. Where Q's output is
        not finite, `nats` is None too. Empty for a model that reads no codes.
    """
    if not model.reads_codes:
        return {}
    latents = np.array(model.latents.sample(images, (seed, 1)))
    parameters = model.predict(model.generate(latents), batch_size=BATCH, verbose=0)
    log_probs = model.latents.log_probs(latents, parameters["code_parameters"])
    result = {}
    for position, (name, log_prob) in enumerate(zip(model.latents.names, log_probs, strict=True)):
        entropy = model.latents.codes[position].entropy()
        nats = float(np.mean(log_prob)) + entropy
        finite = math.isfinite(nats)
        bounded = position in model.latents.categorical
        result[name] = {
            "nats": nats if finite else None,
            "entropy": entropy,
            "share": nats / entropy if finite and bounded else None,
        }
    return result


def between_looks(model, images, seed=0, brightness=0.0):
    """I(c; c′) of the categorical codes that Q reads from two distortions of the same real images.

    It takes no labels, and is high where Q is certain, gives an image the same code in both looks,
    and uses all codes: codes that share what real images have in common. `paired_information` has
    the formula and its source; here over all images at once and in inference mode.

    Args:
        model: A `GAN`, `ConditionalGAN` or `InfoGAN`.
        images: Real images in [-1, 1], `(n, height, width, channels)`.
        seed: Seed of the distortions.
        brightness: Largest |log γ| of a gamma correction in both looks, before the model's own
            distortion; see `RandomDistortion`.

    Returns:
        Dict of a code's name to its nats, 0 to H(c); None where Q's output is not finite. Empty for
        a model that reads no categorical code, and for looks without a distortion.
    """
    if not model.reads_codes or not model.latents.categorical:
        return {}
    if not (model.transforms or brightness):
        return {}
    looks = [_look(model, images, (seed, look), brightness) for look in (3, 4)]
    found = {}
    for position in model.latents.categorical:
        nats = float(paired_information(*(look[position]["probabilities"] for look in looks)))
        found[model.latents.names[position]] = nats if math.isfinite(nats) else None
    return found


def _look(model, images, seed, brightness):
    """What Q reads of each code in distorted images, in another light if need be."""
    light = RandomDistortion(shear=0.0, scale=0.0, shift=0.0, brightness=brightness)
    parameters = []
    for number, start in enumerate(range(0, len(images), BATCH)):
        batch = tf.constant(images[start : start + BATCH])
        its_seed = randomness.fold_in(tf.constant(seed, tf.int32), number)
        batch = light(batch, its_seed) if brightness else batch
        seen = model.transformed(batch, its_seed)
        parameters.append(model(seen)["code_parameters"])
    return model.latents.read(tf.concat(parameters, axis=0))
