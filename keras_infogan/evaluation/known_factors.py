"""What Q reads from real images, scored against the factors of variation that made them."""

import numpy as np

from keras_infogan.data.pipeline import evaluation_batches
from keras_infogan.evaluation import disentanglement

SAMPLES = 10_000, 5_000  # training images to learn from, and test images to score on


def evaluate_factors(model, data, seed=0):
    """Disentanglement scores of all codes.

    A code is what Q reads of it: the mean of a continuous one, the most likely value of a
    categorical one, as a number.

    Args:
        model: A `GAN`, `ConditionalGAN` or `InfoGAN`.
        data: An `ImageData`.
        seed: Seed of the choice of images and of batches.

    Returns:
        Empty for data without known factors, for a model that reads no codes, and where Q's output
        is not finite. Else a dict with `factor_vae`, `dci_disentanglement`, `dci_completeness`,
        `dci_informativeness`, `sap`, `mig` and `modularity` (see `disentanglement`), and
        `factors`: a factor's name to I(code; factor) / H(factor) of each code by its name. A
        factor that is the same in all images is left out.
    """
    if data.factor_names is None or not model.reads_codes:
        return {}
    size = model.generator.output_shape[1]
    draws = np.random.default_rng([seed, 3])
    found = []
    for images, known, limit in zip(
        (data.train_images, data.test_images),
        (data.train_factors, data.test_factors),
        SAMPLES,
        strict=True,
    ):
        rows = np.sort(draws.permutation(len(images))[:limit])
        found += [_read(model, images[rows], size), known[rows]]
    codes, factors, test_codes, test_factors = found
    varies = (factors != factors[0]).any(axis=0)
    factors, test_factors = factors[:, varies], test_factors[:, varies]
    if not (varies.any() and np.isfinite(codes).all() and np.isfinite(test_codes).all()):
        return {}
    both = codes, factors, test_codes, test_factors
    shares = disentanglement.mutual_information(codes, factors) / disentanglement.entropies(factors)
    return {
        "factor_vae": disentanglement.factor_vae(*both, seed=seed),
        **disentanglement.dci(*both),
        "sap": disentanglement.sap(*both),
        "mig": disentanglement.mig(codes, factors),
        "modularity": disentanglement.modularity(codes, factors),
        "factors": {
            str(name): dict(zip(model.latents.names, column.tolist(), strict=True))
            for name, column in zip(np.array(data.factor_names)[varies], shares.T, strict=True)
        },
    }


def _read(model, images, size):
    """Q's reading of every code, `(n, codes)`."""
    parameters = model.predict(evaluation_batches(images, size), verbose=0)["code_parameters"]
    read = model.latents.read(parameters)
    return np.stack([np.array(one.get("value", one.get("mean"))) for one in read], axis=1)
