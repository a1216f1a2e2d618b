"""Trains on one logical CPU and on two, and prints how far apart they end, as JSON."""

import json
import sys

import keras
import numpy as np
import tensorflow as tf
import two_cpus  # noqa: F401

from keras_infogan import registry
from keras_infogan.latents import Categorical, LatentSpec, Uniform
from keras_infogan.models.infogan import InfoGAN
from keras_infogan.networks import conv28
from keras_infogan.training import devices

BATCH, STEPS = 64, 10
TRANSFORMS = ("distortion", "instance_noise(0.1)")
TERMS = ("two_looks(1, head_from=0, logit_std=2)", "r1(0.1)", "feature_matching(0.1)")


def make(strategy, objective):
    latents = LatentSpec(3, [Categorical(10), Uniform()])
    with strategy.scope():
        keras.utils.set_random_seed(1)
        networks = conv28.build(latents.size, latents.parameter_size, (8, 8, 1), filters=2, units=8)
        model = InfoGAN(
            **networks,
            latents=latents,
            transforms=[registry.TRANSFORMS.get(text) for text in TRANSFORMS],
            terms=[registry.TERMS.get(text) for text in TERMS],
            average_generator=0.9,
            seed=3,
        )
        model.compile(
            keras.optimizers.SGD(0.05, momentum=0.5),
            keras.optimizers.SGD(0.05, momentum=0.5),
            generator_loss=objective,
        )
    devices.synchronize(model, True)
    return model


def main(objective):
    images = np.random.default_rng(0).uniform(-1, 1, (BATCH * STEPS, 8, 8, 1)).astype("float32")
    batches = tf.data.Dataset.from_tensor_slices(images).batch(BATCH, drop_remainder=True)
    two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    models = [make(strategy, objective) for strategy in (tf.distribute.get_strategy(), two)]
    began = [weight.numpy() for weight in models[0].weights]
    histories = [model.fit(batches, shuffle=False, verbose=0).history for model in models]
    pairs = [[weight.numpy() for weight in model.weights] for model in models]
    optimizers = [
        [v.numpy() for one in model.optimizers for v in one.variables] for model in models
    ]

    def apart(first, second):
        return float(max(np.abs(a - b).max() for a, b in zip(first, second, strict=True)))

    found = {
        "steps": [int(model.step.numpy()) for model in models],
        "moved": apart(began, pairs[0]),
        "weights": apart(*pairs),
        "optimizers": apart(*optimizers),
        "metrics": max(abs(histories[0][n][0] - histories[1][n][0]) for n in histories[0]),
        "means": max(
            abs(value - models[1].means.measured()[name])
            for name, value in models[0].means.measured().items()
        ),
        "divergence": [model.divergence() for model in models],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
