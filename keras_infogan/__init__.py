"""InfoGAN in Keras 3 and TensorFlow: the models, what they are made of, and how runs are described.

The public names are imported when they are first used, so that what needs no TensorFlow (the
presets, a run's files) does not wait for it.
"""

import importlib
from typing import TYPE_CHECKING

from keras_infogan.version import __version__ as __version__

if TYPE_CHECKING:  # for editors and type checkers, which do not follow `__getattr__`
    from keras_infogan import networks, objectives, terms, transforms
    from keras_infogan.config import RunConfig
    from keras_infogan.latents import Categorical, Code, Gaussian, LatentSpec, Noise, Uniform
    from keras_infogan.models.conditional_gan import ConditionalGAN
    from keras_infogan.models.gan import GAN
    from keras_infogan.models.infogan import InfoGAN
    from keras_infogan.networks.rewrites import Rewrite
    from keras_infogan.objectives import Objective
    from keras_infogan.registry import register
    from keras_infogan.saving import load_model
    from keras_infogan.terms import Term
    from keras_infogan.terms.two_looks import TwoLooks
    from keras_infogan.transforms import Transform
    from keras_infogan.transforms.distortion import RandomDistortion

__all__ = [
    "GAN",
    "Categorical",
    "Code",
    "ConditionalGAN",
    "Gaussian",
    "InfoGAN",
    "LatentSpec",
    "Noise",
    "Objective",
    "RandomDistortion",
    "Rewrite",
    "RunConfig",
    "Term",
    "Transform",
    "TwoLooks",
    "Uniform",
    "load_model",
    "networks",
    "objectives",
    "register",
    "terms",
    "transforms",
]

_HOMES = {
    "Categorical": "latents",
    "Code": "latents",
    "ConditionalGAN": "models.conditional_gan",
    "GAN": "models.gan",
    "Gaussian": "latents",
    "InfoGAN": "models.infogan",
    "LatentSpec": "latents",
    "Noise": "latents",
    "Objective": "objectives",
    "RandomDistortion": "transforms.distortion",
    "Rewrite": "networks.rewrites",
    "RunConfig": "config",
    "Term": "terms",
    "Transform": "transforms",
    "TwoLooks": "terms.two_looks",
    "Uniform": "latents",
    "load_model": "saving",
    "register": "registry",
}


def __getattr__(name):
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if _HOMES.get(name) not in ("config", "registry"):
        importlib.import_module("keras_infogan.quiet").check_backend()
    if name not in _HOMES:
        return importlib.import_module(f"keras_infogan.{name}")
    thing = getattr(importlib.import_module(f"keras_infogan.{_HOMES[name]}"), name)
    if _HOMES[name] not in ("config", "registry"):  # so that Keras knows all that a file may hold
        importlib.import_module("keras_infogan.saving").import_parts()
    globals()[name] = thing
    return thing


def __dir__():
    return sorted({*globals(), *__all__})
