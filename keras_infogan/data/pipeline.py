"""uint8 images → the batches of a run, in an order that follows from seed and step alone."""

import numpy as np
import tensorflow as tf

from keras_infogan import randomness
from keras_infogan.data.image_data import evenly_chosen
from keras_infogan.errors import UserError

PART = 1000  # images that are converted at once


def steps_per_epoch(num_images, batch_size):
    """Whole batches in a pass over the images; the rest of each pass is left out.

    Raises:
        UserError: If there is not one whole batch.
    """
    if batch_size > num_images:
        raise UserError(
            f"--batch-size must not exceed the {num_images} training images. "
            f"Received: {batch_size}."
        )
    return num_images // batch_size


def to_model_range(images, image_size):
    """uint8 images `(n, h, w, c)` → float32 in [-1, 1], resized to `image_size` if they differ."""
    images = tf.cast(images, tf.float32)
    if images.shape[1:3] != (image_size, image_size):
        images = tf.image.resize(images, (image_size, image_size), antialias=True)
    return images / 127.5 - 1.0


def training_batches(
    images,
    image_size,
    batch_size,
    seed,
    first_step=0,
    labels=None,
    part=None,
    neighbors=None,
):
    """An endless dataset of batches, shuffled anew in each epoch.

    Args:
        images: uint8 array, `(n, height, width, channels)`. An `np.memmap` stays on disk.
        image_size: Height and width of the result.
        batch_size: Images in a batch.
        seed: Integer; with the epoch's number it decides the order.
        first_step: Number of batches to begin after. A run that is resumed at a step sees what
            it would have seen.
        labels: Integers `(n,)` for a model that learns from them, or None.
        part: `(first, own, total)` where `total` replicas share each batch: that of each of the
            `own` replicas from number `first` on is an element, one after another.
        neighbors: Integers `(n, k)`, the images near each, see `neighbors.nearest`; or None.

    Returns:
        `tf.data.Dataset` of float32 batches in [-1, 1],
        `(batch_size, image_size, image_size, channels)`; with neighbors, of dicts of `images` and
        `neighbors`, one of those near each image; with labels, of pairs of these and the labels
        `(batch_size,)`.
    """
    num_images = len(images)
    per_epoch = steps_per_epoch(num_images, batch_size)
    first_epoch, offset = divmod(first_step, per_epoch)
    read = _rows_of(images)
    near = None if neighbors is None else tf.constant(neighbors)

    def batch(rows):
        order = rows[:, 0]
        chosen = to_model_range(read(order), image_size)
        if near is not None:
            chosen = {"images": chosen, "neighbors": to_model_range(read(rows[:, 1]), image_size)}
        return chosen if labels is None else (chosen, tf.gather(labels, order))

    def epoch_batches(epoch):
        epoch_seed = tf.stack([tf.constant(seed, tf.int64), epoch])
        order = randomness.shuffle(tf.range(num_images), epoch_seed)
        rows = order[:, None]
        if near is not None:
            seed_of_choice = randomness.fold_in(epoch_seed, 1)
            chosen = randomness.whole((num_images,), seed_of_choice, near.shape[1])
            rows = tf.stack([order, tf.gather_nd(near, tf.stack([order, chosen], 1))], axis=1)
        skip = tf.where(epoch == first_epoch, tf.constant(offset, tf.int64), 0)
        batches = tf.data.Dataset.from_tensor_slices(rows).batch(batch_size, drop_remainder=True)
        batches = batches.skip(skip)
        return batches if part is None else batches.map(own_rows).unbatch()

    def own_rows(rows):
        first, own, total = part
        return tf.reshape(rows, (total, batch_size // total, -1))[first : first + own]

    epochs = tf.data.Dataset.range(first_epoch, tf.int64.max)
    return (
        epochs.flat_map(epoch_batches)
        .map(batch, num_parallel_calls=2, deterministic=True)
        .prefetch(2)
    )


def evaluation_batches(images, image_size, batch_size=500):
    """The images once, in order, as float32 batches in [-1, 1]."""
    read = _rows_of(images)
    dataset = tf.data.Dataset.range(len(images)).batch(batch_size)
    return dataset.map(lambda rows: to_model_range(read(rows), image_size)).prefetch(1)


def _rows_of(images):
    """A function: indices `(n,)` → those images; such as lie on disk are read when asked for."""
    if not isinstance(images, np.memmap):
        images = tf.constant(images)
        return lambda rows: tf.gather(images, rows)

    def read(rows):
        found = tf.numpy_function(lambda rows: images[rows], [rows], tf.uint8, stateful=False)
        found.set_shape((*rows.shape, *images.shape[1:]))
        return found

    return read


def sample_images(images, limit, image_size):
    """At most `limit` of the uint8 images, evenly chosen, as a float32 array in [-1, 1]."""
    chosen = evenly_chosen(len(images), limit)
    parts = [chosen[start : start + PART] for start in range(0, len(chosen), PART)]
    made = [to_model_range(tf.constant(images[part]), image_size).numpy() for part in parts]
    return np.concatenate(made)
