"""How much of each code Q reads back from generated images, in nats."""

import math

import numpy as np


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
    parameters = model.predict(model.generate(latents), batch_size=500, verbose=0)
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
