"""Techniques that make a GAN's training steadier: off unless asked for, and combinable."""

from keras_infogan.stabilizers.averaged_generator import AveragedGenerator
from keras_infogan.stabilizers.feature_matching import FeatureMatching
from keras_infogan.stabilizers.gradient_penalty import R1, WassersteinPenalty
from keras_infogan.stabilizers.historical_averaging import HistoricalAveraging
from keras_infogan.stabilizers.instance_noise import InstanceNoise
from keras_infogan.stabilizers.label_classes import LabelClasses
from keras_infogan.stabilizers.label_smoothing import LabelSmoothing
from keras_infogan.stabilizers.minibatch_discrimination import MinibatchDiscrimination
from keras_infogan.stabilizers.spectral_norm import SpectralNorm
from keras_infogan.stabilizers.stabilizer import Stabilizer
from keras_infogan.stabilizers.virtual_batch_norm import VirtualBatchNorm

STABILIZERS = {
    "averaged_generator": AveragedGenerator,
    "feature_matching": FeatureMatching,
    "historical_averaging": HistoricalAveraging,
    "instance_noise": InstanceNoise,
    "label_classes": LabelClasses,
    "label_smoothing": LabelSmoothing,
    "minibatch_discrimination": MinibatchDiscrimination,
    "r1": R1,
    "spectral_norm": SpectralNorm,
    "virtual_batch_norm": VirtualBatchNorm,
    "wgan_gp": WassersteinPenalty,
}


def register(name, stabilizer):
    """Adds a stabilizer, so that `get`, and with it a run's configuration, knows it by name.

    A process that loads such a configuration, or a model with it, must register the name first.

    Args:
        name: Its name.
        stabilizer: A subclass of `Stabilizer`, itself registered with Keras.

    Raises:
        ValueError: If the name is not text or is taken, or the class is another.
    """
    if not isinstance(name, str) or not name or name in STABILIZERS:
        raise ValueError(
            f"A stabilizer needs a name other than {sorted(STABILIZERS)}. Received: name={name!r}."
        )
    if not (isinstance(stabilizer, type) and issubclass(stabilizer, Stabilizer)):
        raise ValueError(
            f"Only a subclass of Stabilizer can be registered. Received: {stabilizer!r}."
        )
    STABILIZERS[name] = stabilizer


def get(identifier, strength=None):
    """A stabilizer by name, or the `Stabilizer` itself.

    Args:
        identifier: One of `STABILIZERS`, or a `Stabilizer`.
        strength: Its one number, or None for its default.

    Raises:
        ValueError: If the name is unknown or the strength out of range.
    """
    if isinstance(identifier, Stabilizer):
        return identifier
    if not isinstance(identifier, str) or identifier not in STABILIZERS:
        raise ValueError(
            f"A stabilizer must be one of {sorted(STABILIZERS)}. Received: {identifier!r}."
        )
    return STABILIZERS[identifier](strength)


def rebuild(networks, stabilizers, latents, num_labels=0, seed=0):
    """Lets each stabilizer change the networks before a model is made of them.

    Args:
        networks: Dict of networks by name.
        stabilizers: A list of `Stabilizer`s, in whatever order; see `Stabilizer.rebuild_order`.
        latents: The model's `LatentSpec`.
        num_labels: Number of labels of the data; 0 without any.
        seed: The model's seed.

    Returns:
        A dict of the same names.
    """
    for stabilizer in sorted(stabilizers, key=lambda one: one.rebuild_order):
        networks = stabilizer.rebuild(networks, latents, num_labels, seed)
    return networks
