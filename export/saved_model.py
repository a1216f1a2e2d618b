"""A generator → a versioned SavedModel directory."""

import pathlib

import tensorflow as tf
from keras.export import ExportArchive

from keras_infogan.run_dir import replace_with


def export_generator(generator, base, version):
    """Writes `<base>/<version>`: signature `serving_default`, `latents` → `images`.

    The directory appears whole or not at all: a server that watches `base` loads what it sees.

    Args:
        generator: Keras model from float32 latents `(n, latent_size)` to images in [-1, 1],
            `(n, height, width, channels)`.
        base: Directory of the versions.
        version: Positive integer.

    Returns:
        Path of the version's directory. One that is there already is replaced.
    """
    base = pathlib.Path(base)
    base.mkdir(parents=True, exist_ok=True)
    target = base / str(version)

    def write(part):
        archive = ExportArchive()
        archive.track(generator)
        archive.add_endpoint(
            "serving_default",
            lambda latents: {"images": generator(latents, training=False)},
            [tf.TensorSpec((None, generator.input_shape[1]), tf.float32, name="latents")],
        )
        archive.write_out(str(part), verbose=False)

    replace_with(target, write)
    return target
