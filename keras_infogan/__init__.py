"""InfoGAN in Keras 3 and TensorFlow: `InfoGAN`, `GAN`, `ConditionalGAN` and what they are made of.

The public names are imported when they are first used, so that what needs no TensorFlow (the
presets, a run's files) does not wait for it.
"""

import importlib

__version__ = "0.1.0"

_HOMES = {
    "Categorical": "keras_infogan.latents",
    "ConditionalGAN": "keras_infogan.models.conditional_gan",
    "GAN": "keras_infogan.models.gan",
    "Gaussian": "keras_infogan.latents",
    "InfoGAN": "keras_infogan.models.infogan",
    "LatentSpec": "keras_infogan.latents",
    "Noise": "keras_infogan.latents",
    "RandomDistortion": "keras_infogan.transforms.distortion",
    "Uniform": "keras_infogan.latents",
    "load_model": "keras_infogan.saving",
}

_MODULES = ("networks", "objectives", "terms")

__all__ = [*_HOMES, *_MODULES]


def __getattr__(name):
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"keras_infogan.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])
