"""The features of a small digit classifier, in which pictures of digits are compared.

The classifier ships with the package (`digit_features.npz`, half precision) and was trained by
`python -m keras_infogan.evaluation.digit_features`, with labels, on MNIST's training images. It
only ever measures: nothing of it enters a training. Figures in its features do not compare with
figures in those of another network, and mean little for images other than digits.
"""

import argparse
import functools
import pathlib

import keras
import numpy as np
import tensorflow as tf
from keras import layers

WEIGHTS = pathlib.Path(__file__).with_name("digit_features.npz")
SIZE = 28
FEATURES = 32


def build():
    """The classifier: gray images `(28, 28, 1)` in [-1, 1] to features and ten logits."""
    images = x = keras.Input((SIZE, SIZE, 1))
    last = {"data_format": "channels_last"}  # whatever keras.json says
    for filters, size in ((16, 5), (32, 3), (64, 3)):
        x = layers.Conv2D(filters, size, 2, "same", activation="relu", **last)(x)
    x = layers.Flatten(**last)(x)
    features = layers.Dense(FEATURES, activation="relu", name="features")(x)
    return keras.Model(images, {"features": features, "logits": layers.Dense(10)(features)})


@functools.cache
def _shipped():
    model = build()
    with np.load(WEIGHTS) as stored:
        model.set_weights([stored[name].astype(np.float32) for name in sorted(stored.files)])
    return model


def digit_features(images):
    """Features of images.

    Args:
        images: Floats in [-1, 1], `(n, height, width, channels)`; channels are averaged, and
            sizes other than 28 resized.

    Returns:
        float32 array, `(n, 32)`.
    """
    gray = np.asarray(images, np.float32).mean(axis=-1, keepdims=True)
    if gray.shape[1:3] != (SIZE, SIZE):
        gray = tf.image.resize(gray, (SIZE, SIZE), antialias=True).numpy()
    return _shipped().predict(gray, batch_size=500, verbose=0)["features"]


def train(images, labels, test_images, test_labels, epochs=6, seed=0):
    """Trains the classifier on uint8 images; returns it and its accuracy on the test images."""
    keras.utils.set_random_seed(seed)
    model = build()
    images, test_images = (np.float32(part) / 127.5 - 1.0 for part in (images, test_images))
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, epochs * 470)),
        {"logits": keras.losses.SparseCategoricalCrossentropy(from_logits=True)},
    )
    model.fit(images, {"logits": labels}, batch_size=128, epochs=epochs, verbose=2)
    logits = model.predict(test_images, batch_size=500, verbose=0)["logits"]
    return model, float(np.mean(logits.argmax(axis=1) == test_labels))


def main(arguments=None):
    """Trains the classifier anew and writes its weights."""
    from keras_infogan.data import sources

    parser = argparse.ArgumentParser(description="Trains the digit classifier that is shipped.")
    parser.add_argument("--data-dir", help="where tensorflow-datasets keeps MNIST")
    parser.add_argument("--out", default=WEIGHTS, help="file to write (default: the shipped one)")
    options = parser.parse_args(arguments)
    data = sources.load("mnist", options.data_dir)
    model, accuracy = train(
        data.train_images, data.train_labels, data.test_images, data.test_labels
    )
    weights = {f"{i:02d}": np.float16(value) for i, value in enumerate(model.get_weights())}
    np.savez_compressed(options.out, **weights)
    print(f"Accuracy on {len(data.test_images)} test images: {accuracy:.4f}.")


if __name__ == "__main__":
    main()
