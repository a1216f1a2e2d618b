"""What `fit` and `evaluate` are given, as a step can use it; what it cannot use, in a sentence.

A step converts, by type and shape, whatever Keras hands to it. Ranges are looked at before: of
arrays at once, of all else batch by batch on the way to the step, so that they hold in every mode:
what XLA compiles leaves assertions out.
"""

import collections.abc
import contextlib
import re

import keras
import numpy as np
import tensorflow as tf

NO_WEIGHTS = (
    "A GAN learns from all images alike: class_weight and sample_weight must be None. "
    "Repeat images, or leave some out, instead."
)
SLACK = 1e-3  # beyond [-1, 1]: rounding


def unpack(data, image_shape, num_labels):
    """Images, labels and neighbors of a batch, in a step.

    Args:
        data: What Keras hands to `train_step`.
        image_shape: `(height, width, channels)` of the model's images.
        num_labels: Number of labels, or None where nothing looks at them.

    Returns:
        float32 images `(batch_size, height, width, channels)` in [-1, 1]; labels, integers
        `(batch_size,)`, or what came if nothing looks at them; neighbors, like the images, or None.

    Raises:
        ValueError: If types or shapes are others.
    """
    images, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
    if weights is not None:
        raise ValueError(NO_WEIGHTS)
    found = []
    for one, own, count in _parts(images, labels, num_labels):
        one = tf.convert_to_tensor(one)
        check_types(one, own, image_shape, count)
        found.append(_in_model_range(one, image_shape))
    images, neighbors = found if len(found) == 2 else (*found, None)
    if num_labels is not None:
        rows = tf.reshape(labels, (tf.shape(labels)[0], -1))
        labels = tf.cond(
            tf.shape(rows)[1] == num_labels,
            lambda: tf.argmax(rows, axis=1, output_type=tf.int32),
            lambda: tf.cast(rows[:, 0], tf.int32),
        )
    return images, labels, neighbors


def _parts(images, labels, num_labels):
    """The images of a batch, and their neighbors if they come in a dict of both.

    Returns:
        List of `(images, labels, num_labels)`; neighbors have no labels.

    Raises:
        ValueError: If a dict holds something else.
    """
    if not isinstance(images, dict):
        return [(images, labels, num_labels)]
    if set(images) != {"images", "neighbors"}:
        raise ValueError(
            f"A dict of images must have the keys images and neighbors. Received: {sorted(images)}."
        )
    return [(images["images"], labels, num_labels), (images["neighbors"], None, None)]


def _in_model_range(images, image_shape):
    """Images that `check_types` lets pass as float32 in [-1, 1], with all axes."""
    whole = images.dtype.is_integer
    if images.shape.rank != 4:  # without an axis; unknown, if a step has met both
        images = tf.reshape(images, (tf.shape(images)[0], *image_shape))
    images = tf.cast(images, tf.float32)
    return images / 127.5 - 1.0 if whole else images


def check_types(images, labels, image_shape, num_labels):
    """Refuses images and labels by type and shape; of arrays, tensors or their specs.

    Raises:
        ValueError: Says what is expected and what came.
    """
    dtype, shape = tf.as_dtype(images.dtype), tf.TensorShape(images.shape)
    shapes = [(None, *image_shape)] + ([(None, *image_shape[:2])] if image_shape[-1] == 1 else [])
    numbers = dtype.is_floating or dtype.is_integer
    if not numbers or not any(shape.is_compatible_with(one) for one in shapes):
        wanted = ", ".join(map(str, ("n", *image_shape)))
        raise ValueError(
            f"Images must be ({wanted}), floats in [-1, 1] or whole numbers from 0 to 255. "
            f"Received: {dtype.name} {shape}."
        )
    if num_labels is None:
        return
    if labels is None:
        raise ValueError("The model learns from pairs of images and labels. Received: labels=None.")
    dtype, shape = tf.as_dtype(labels.dtype), tf.TensorShape(labels.shape)
    shapes = [(None,), (None, 1), (None, num_labels)]
    numbers = dtype.is_floating or dtype.is_integer
    if not numbers or not any(shape.is_compatible_with(one) for one in shapes):
        raise ValueError(
            f"Labels must be whole numbers (n,), or one-hot (n, {num_labels}). "
            f"Received: {dtype.name} {shape}."
        )


def checked(x, y, image_shape, num_labels):
    """`x` of `fit`, or what takes its place and has every batch looked at.

    Args:
        x: An array of images, a dict of those and their neighbors, or what yields batches: a
            `tf.data.Dataset`, a generator or a `keras.utils.PyDataset`. Anything else is returned
            as it is.
        y: Labels beside an array.
        image_shape: As for `unpack`.
        num_labels: As for `unpack`.

    Raises:
        ValueError: Says what is expected and what came.
    """

    def check(*batch):
        images, labels, weights = keras.utils.unpack_x_y_sample_weight(
            batch[0] if len(batch) == 1 else batch
        )
        if weights is not None:
            raise ValueError(NO_WEIGHTS)
        return images, labels

    def look(batch):
        for images, labels, count in _parts(*check(batch), num_labels):
            images, labels = np.asarray(images), None if labels is None else np.asarray(labels)
            check_types(images, labels, image_shape, count)
            _check_ranges(images, labels, count)
        return batch

    if isinstance(x, tf.data.Dataset):
        parts = _parts(*check(x.element_spec), num_labels)
        if not all(isinstance(images, tf.TensorSpec) for images, _, _ in parts):
            return x
        for images, labels, count in parts:
            check_types(images, labels, image_shape, count)

        def assure(*batch):
            parts = _parts(*check(*batch), num_labels)
            with tf.control_dependencies([one for part in parts for one in _assertions(*part)]):
                return tf.nest.map_structure(tf.identity, batch if len(batch) > 1 else batch[0])

        return x.map(assure)
    if isinstance(x, keras.utils.PyDataset):
        return _Looked(x, look)
    if isinstance(x, collections.abc.Iterator):
        return (look(batch) for batch in x)
    if isinstance(x, dict) or hasattr(x, "shape") and hasattr(x, "dtype"):
        look((x,) if y is None else (x, y))
    return x


class _Looked(keras.utils.PyDataset):
    """A `PyDataset` whose batches are looked at."""

    def __init__(self, source, look):
        super().__init__(source.workers, source.use_multiprocessing, source.max_queue_size)
        self.source = source
        self.look = look

    @property
    def num_batches(self):
        """As of the source."""
        return self.source.num_batches

    def __getitem__(self, index):
        return self.look(self.source[index])

    def on_epoch_begin(self):
        """As of the source."""
        self.source.on_epoch_begin()

    def on_epoch_end(self):
        """As of the source."""
        self.source.on_epoch_end()


class RefusedBatch(ValueError, tf.errors.InvalidArgumentError):
    """A batch that cannot be used, found on its way to a step."""

    def __init__(self, error, sentence):
        tf.errors.InvalidArgumentError.__init__(self, error.node_def, error.op, sentence)

    def __str__(self):
        return self.message


@contextlib.contextmanager
def sentences():
    """Raises a failed assertion of a batch as the sentence that it is."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        found = re.search(r"assertion failed: \[((?:Images|[Ll]abels) .*)\]", str(error))
        if found is None:
            raise
        raise RefusedBatch(error, found[1]) from None


def _check_ranges(images, labels, num_labels):
    """Refuses arrays by what they hold."""
    if not images.size:
        return
    low, high = images.min(), images.max()
    if images.dtype.kind in "iu":
        # 1 at most: black and white, of which the range of bytes would make black alone.
        fits, rule = 0 <= low and high <= 255 and high != 1, _WHOLE
    else:
        fits, rule = -1 - SLACK <= low and high <= 1 + SLACK, _FLOATS
    if not fits:
        raise ValueError(f"{rule} {low} to {high}.")
    if num_labels is None:
        return
    if _is_one_hot(labels.shape, num_labels):
        one_hot = np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()
        if not one_hot:
            raise ValueError("Labels must be one-hot: a single 1 in each row, and 0 elsewhere.")
        return
    wrong = labels[~np.isin(labels, np.arange(num_labels))]
    if wrong.size:
        raise ValueError(f"{label_rule(num_labels)} {wrong.flat[0]}.")


def _assertions(images, labels, num_labels):
    """The same of a batch in a graph."""
    whole = images.dtype.is_integer
    low, high = (tf.cast(reduce(images), tf.float32) for reduce in (tf.reduce_min, tf.reduce_max))
    if whole:
        fits, rule = (low >= 0) & (high <= 255) & (high != 1), _WHOLE
    else:
        fits, rule = (low >= -1 - SLACK) & (high <= 1 + SLACK), _FLOATS
    found = [_assert(fits, rule, low, " to ", high)]
    if num_labels is None:
        return found
    if _is_one_hot(labels.shape, num_labels):
        rows = tf.reduce_sum(tf.cast(tf.equal(labels, 1), tf.int32), axis=1)
        zeros = tf.reduce_sum(tf.cast(tf.equal(labels, 0), tf.int32), axis=1)
        fits = tf.reduce_all(tf.equal(rows, 1) & tf.equal(zeros, num_labels - 1))
        return [*found, _assert(fits, "Labels must be one-hot: a single 1 in each row")]
    values = tf.reshape(tf.cast(labels, tf.float32), (-1,))
    wrong = (values < 0) | (values >= num_labels) | tf.not_equal(values, tf.floor(values))
    first = values[tf.argmax(tf.cast(wrong, tf.int32))]
    return [*found, _assert(~tf.reduce_any(wrong), label_rule(num_labels), first)]


_WHOLE = "Images of whole numbers must be from 0 to 255 (black and white: 0 and 255). Received:"
_FLOATS = "Images of floats must be in [-1, 1] (x / 127.5 - 1 for bytes). Received:"


def label_rule(num_labels):
    """What labels must be, for a message."""
    return f"labels must be from 0 to {num_labels - 1}. Received:"


def _assert(holds, rule, *values):
    texts = [
        one if isinstance(one, str) else tf.strings.as_string(one, shortest=True) for one in values
    ]
    space = [" "] if texts else []
    return tf.debugging.Assert(holds, [tf.strings.join([rule, *space, *texts, "."])])


def _is_one_hot(shape, num_labels):
    """Whether labels of a shape are one-hot: `(n, num_labels)`, of more than one label."""
    shape = tf.TensorShape(shape)
    return shape.rank == 2 and shape[1] == num_labels and num_labels > 1
