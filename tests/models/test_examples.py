"""The examples in the docstrings of the models, run as they stand but for the length."""

import doctest

import keras
import numpy as np
import pytest

from keras_infogan import networks
from keras_infogan.latents import Categorical, LatentSpec, Noise, Uniform
from keras_infogan.models.conditional_gan import ConditionalGAN
from keras_infogan.models.gan import GAN
from keras_infogan.models.infogan import InfoGAN


@pytest.mark.parametrize("model, size", [(GAN, 64), (ConditionalGAN, 28), (InfoGAN, 28)])
def test_the_example_trains_a_step(model, size):
    rng = np.random.default_rng(0)
    channels = 3 if size == 64 else 1
    names = {
        "keras": keras,
        "networks": networks,
        "images": rng.uniform(-1, 1, (2, size, size, channels)).astype("float32"),
        "labels": np.array([3, 7]),
    }
    for used in (LatentSpec, Categorical, Noise, Uniform, GAN, ConditionalGAN, InfoGAN):
        names[used.__name__] = used
    [example] = [
        found for found in doctest.DocTestFinder(recurse=False).find(model) if found.examples
    ]
    assert "epochs=" in example.examples[-1].source
    for line in example.examples:
        source = line.source
        for long in ("epochs=20", "epochs=50"):
            source = source.replace(long, "epochs=1, verbose=0")
        exec(source, names)
    assert int(names["model"].step.numpy()) == 1
