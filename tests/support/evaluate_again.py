"""Scores a model and draws its pictures again and again; prints the memory after each time.

evaluate_again.py TIMES FOLDER
"""

import pathlib
import sys

import numpy as np
from resident import megabytes

from keras_infogan import quiet


def main(times, folder):
    quiet.import_tensorflow()
    import keras

    from keras_infogan.data.image_data import ImageData
    from keras_infogan.evaluation.complete import evaluate_model
    from keras_infogan.evaluation.illustrations import save_illustrations
    from keras_infogan.latents import Categorical, LatentSpec, Uniform
    from keras_infogan.models.infogan import InfoGAN
    from keras_infogan.networks import conv28

    keras.utils.set_random_seed(0)
    draws = np.random.default_rng(0)
    images = draws.integers(0, 256, (200, 8, 8, 1), dtype=np.uint8)
    labels = np.arange(200) % 10
    data = ImageData("made up", images[:100], labels[:100], images[100:], labels[100:])
    latents = LatentSpec(3, [Categorical(10), Uniform()])
    networks = conv28.build(latents.size, latents.parameter_size, (8, 8, 1), filters=2, units=8)
    model = InfoGAN(**networks, latents=latents)
    for _ in range(times):
        scores = evaluate_model(model, data)
        save_illustrations(folder, model, data, scores)
        print(megabytes(), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), pathlib.Path(sys.argv[2]))
