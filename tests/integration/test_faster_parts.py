"""A model of the fast parts learns what one of Keras's own parts does."""

import functools

import keras
import numpy as np

from keras_infogan import optimizers
from keras_infogan.networks import layers
from keras_infogan.registry import PRESETS
from keras_infogan.training import assembly

OPTIONS = {"networks": "conv28(filters=4, units=16)", "batch_size": 8, "jit": False}
# Adam divides a gradient by its own size. Some are 0 but for rounding, such as those of a bias
# before BatchNormalization: this holds them at 0.
EPSILON = 1e-3


def after_ten_updates():
    """The kinds of layers of a small `quick`, and its weights after ten updates."""
    config = PRESETS.get("quick").config.with_options(**OPTIONS, seed=3)
    model = assembly.build_model(config, 1, 100)
    before = [weight.numpy() for weight in model.trainable_weights]
    images = np.random.default_rng(0).uniform(-1, 1, (80, 28, 28, 1)).astype(np.float32)
    model.fit(images, batch_size=8, shuffle=False, verbose=0)
    after = [weight.numpy() for weight in model.trainable_weights]
    assert max(np.abs(b - a).max() for b, a in zip(before, after, strict=True)) > 1e-3
    kinds = {type(layer) for layer in (*model.generator.layers, *model.trunk.layers)}
    return kinds, [weight.numpy() for weight in model.weights]


def test_ten_updates_are_those_of_keras_own_parts(monkeypatch):
    use = monkeypatch.setattr
    use(assembly, "Adam", functools.partial(optimizers.Adam, epsilon=EPSILON))
    fast, found = after_ten_updates()
    use(assembly, "Adam", functools.partial(keras.optimizers.Adam, epsilon=EPSILON))
    use(layers, "BatchNormalization", keras.layers.BatchNormalization)
    plain, expected = after_ten_updates()
    assert fast != plain
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
