"""That learning learns: 200 steps on pictures of four kinds."""

import keras
import numpy as np

from keras_infogan.latents import Categorical, LatentSpec
from keras_infogan.models.infogan import InfoGAN

KINDS, SIZE, STEPS = 4, 8, 200


def pictures(n, seed):
    """Each has a bar of two rows at one of four places, and noise."""
    generator = np.random.default_rng(seed)
    images = generator.normal(-0.7, 0.1, (n, SIZE, SIZE, 1))
    for row, kind in enumerate(generator.integers(0, KINDS, n)):
        images[row, 2 * kind : 2 * kind + 2] += 1.4
    return np.clip(images, -1.0, 1.0).astype(np.float32)


def networks(latents):
    layers = keras.layers
    z = keras.Input((latents.size,))
    x = layers.Dense(SIZE * SIZE, "tanh")(layers.Dense(32, "relu")(z))
    images = keras.Input((SIZE, SIZE, 1))
    features = keras.Input((32,))
    trunk = layers.LeakyReLU(0.1)(layers.Dense(32)(layers.Flatten()(images)))
    return {
        "generator": keras.Model(z, layers.Reshape((SIZE, SIZE, 1))(x)),
        "trunk": keras.Model(images, trunk),
        "discriminator": keras.Model(features, layers.Dense(1)(features)),
        "recognizer": keras.Model(features, layers.Dense(latents.parameter_size)(features)),
    }


def information_after(seed, weight):
    """The bound L_I in nats, of ln 4 = 1.386 at most, over the last 20 of 200 steps."""
    keras.utils.set_random_seed(seed)
    latents = LatentSpec(8, [Categorical(KINDS)])
    model = InfoGAN(**networks(latents), latents=latents, seed=seed)
    optimizers = [keras.optimizers.Adam(rate, beta_1=0.5) for rate in (1e-3, 3e-3)]
    model.compile(*optimizers, information_weight=weight, steps_per_execution=20)
    images = pictures(STEPS * 32, seed)
    model.fit(images[:-640], batch_size=32, shuffle=False, verbose=0)
    history = model.fit(images[-640:], batch_size=32, shuffle=False, verbose=0).history
    assert int(model.step.numpy()) == STEPS
    return history["information"][-1]


def test_information_rises_above_a_nat_and_not_in_a_regular_gan():
    # Seeds 0 to 3 end at 1.33 to 1.37 with it, and at 0.04 at most without.
    assert information_after(seed=0, weight=1.0) > 1.0
    assert information_after(seed=0, weight=0.0) < 0.5
