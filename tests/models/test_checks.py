"""Networks that do not fit together, or do not fit the latents."""

import keras
import pytest

from keras_infogan.latents import Categorical, LatentSpec, Uniform
from keras_infogan.models.gan import GAN
from keras_infogan.models.infogan import InfoGAN


def model_of(height, width, name):
    return keras.Sequential([keras.Input((height,)), keras.layers.Dense(width)], name=name)


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("generator", lambda: model_of(9, 4, "g"), r"must take 3 latents. Received: .*\(None, 9\)"),
        ("trunk", lambda: model_of(5, 8, "t"), r"trunk must take the images.*\(None, 5\)"),
        ("discriminator", lambda: model_of(12, 2, "d"), r"trunk's features \(12,\) to 1 .*, 2\)"),
        ("discriminator", lambda: model_of(7, 1, "d"), r"trunk's features \(12,\) .*\(None, 7\)"),
    ],
)
def test_networks_of_a_gan_that_do_not_fit_are_refused(tiny_gan_networks, name, wrong, message):
    latents = LatentSpec(3, [])
    networks = {**tiny_gan_networks(latents), name: wrong()}
    with pytest.raises(ValueError, match=message):
        GAN(**networks, latents=latents)


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("generator", lambda: model_of(9, 4, "g"), r"must take 14 latents.*\(None, 9\)"),
        ("trunk", lambda: model_of(5, 8, "t"), r"trunk must take the images.*\(None, 5\)"),
        ("discriminator", lambda: model_of(8, 2, "d"), r"discriminator must go from .* to 1 num"),
        ("discriminator", lambda: model_of(7, 1, "d"), r"discriminator must go from .*\(8,\)"),
        ("recognizer", lambda: model_of(8, 10, "q"), r"recognizer must go from .* to 11 numbers"),
        ("recognizer", lambda: model_of(7, 11, "q"), r"recognizer must go from .*\(None, 7\)"),
    ],
)
def test_networks_of_an_infogan_that_do_not_fit_are_refused(tiny_networks, name, wrong, message):
    latents = LatentSpec(3, [Categorical(10), Uniform()])
    networks = {**tiny_networks(latents), name: wrong()}
    with pytest.raises(ValueError, match=message):
        InfoGAN(**networks, latents=latents)
