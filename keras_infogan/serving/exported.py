"""An exported or pretrained model as Python functions of arrays, through its signatures alone."""

import numpy as np

from keras_infogan import quiet
from keras_infogan.errors import UserError
from keras_infogan.serving import loading
from keras_infogan.serving.wording import assertion, label_texts

SEEDS = 2**63  # seeds are int64
# Images of one call, however many are asked for: memory would not suffice for the layers of all.
# A multiple of 16, in which an image does not depend on the others, see `servable`.
ROWS = 64


class Exported:
    """A version of an exported model, or a pretrained model, loaded.

    Args:
        path: A run's directory, whose newest exported version is taken; a directory of versions,
            likewise; the directory of one version; or, where there is none of that path, the name
            of a pretrained model.

    Attributes:
        path: The version's directory, or the pretrained model's name.
        about: The content of its about.json, see `serving.about`.
        image_shape: `(height, width, channels)` of its images.
        reads: Whether it can read the codes of an image.
        codes: Number of values of the code that images are asked for by; 0 for a model without
            categorical codes.
        code_to_label: `{value: label}` of it, integers, without the values that mean no label.
        labels: The labels that images can be asked for by, in order; empty without any.
        label_names: `{label: name}` of these; empty where labels are numbers only.
        others: `{name: facts}` of the other codes in order: `num_values` of a categorical one;
            `low`, `middle` and `high` of a continuous one.

    Raises:
        UserError: If there is no exported model, or it cannot be used.
        MemoryError, OSError, tf.errors.ResourceExhaustedError: If memory or a disk fails.
    """

    def __init__(self, path):
        self.path = loading.find(path)
        quiet.import_tensorflow()
        with loading.damage_told(self.path):
            # The owner of the variables is kept: the signatures do not keep it alive.
            self.about, self._signatures, self._owner = loading.load(self.path)
            if "generate" not in self._signatures:
                raise UserError(f"{self.path} cannot be used: it lacks the signature generate.")
            image = self.about["signatures"]["generate"]["outputs"]["image"]
            self.image_shape = tuple(image["shape"][1:])
            codes = self.about["codes"]
            self.others = dict(codes["all"])
            asked = self.others.pop(codes["code"], {})
            self.codes = asked.get("num_values", 0)
            self.code_to_label = {int(v): int(label) for v, label in codes["code_to_label"].items()}
            self.label_names = {int(v): str(name) for v, name in codes["label_names"].items()}
        self.reads = "recognize" in self._signatures
        self.labels = sorted(set(self.code_to_label.values()))

    def sample(self, count, seed=0, label=None, code=None, values=None):
        """Images of a label or of a code; of neither, for a model without categorical codes.

        Image i has the noise of seed + i, so a larger count adds images and changes none.

        Args:
            count: Number of images.
            seed: Seed of the first image.
            label: One of `labels`, or its name; or one for each image.
            code: Instead of a label: a value of the code, or one for each image.
            values: `{name: value}` of other codes, or of values, one for each image: whole numbers
                for a categorical code. Those not named stand at their middle, or at value 0.

        Returns:
            float32 in [0, 1], `(count, height, width, channels)`.

        Raises:
            UserError: If the model cannot be asked for that.
        """
        values = values or {}
        if not self.codes and (label is not None or code is not None):
            raise UserError(f"Images of {self.path} have neither labels nor codes.")
        if self.codes and (label is None) == (code is None):
            raise UserError(
                f"Ask for images by a label or by a code. Received: label={label}, code={code}."
            )
        if count < 1:
            raise UserError(f"count must be at least 1. Received: {count}.")
        if not isinstance(seed, (int, np.integer)) or not -SEEDS <= seed <= SEEDS - count:
            raise UserError(
                f"seed must be a whole number from -2**63 to 2**63 - {count}, for {count} images. "
                f"Received: {seed}."
            )
        if unknown := sorted(set(values) - set(self.others)):
            raise UserError(
                f"The codes that can be set are {', '.join(self.others) or 'none'}. "
                f"Received: {', '.join(unknown)}."
            )
        inputs = {"seed": np.int64(seed) + np.arange(count)}
        for name, facts in self.others.items():
            value = values.get(name, facts.get("middle", 0))
            inputs[name] = _each(count, name, value, "num_values" in facts)
        if code is not None:
            inputs["code"] = _each(count, "code", code, whole=True)
            return self._images("sample_code", inputs)
        if label is not None:
            inputs["label"] = _each(count, "label", self._numbers(label), whole=True)
        return self._images("sample", inputs)

    def recognize(self, images):
        """What the recognizer reads from images.

        Args:
            images: Floats in [0, 1], `(n, height, width, channels)`, like the training images.

        Returns:
            Dict of the signature's outputs, each an array with n rows, see `Servable.recognize`.

        Raises:
            UserError: If these are no images for this model.
        """
        images = np.asarray(images, np.float32)
        if images.shape[1:] != self.image_shape:
            expected = ", ".join(map(str, ("n", *self.image_shape)))
            raise UserError(f"images must be ({expected}). Received: {images.shape}.")
        return self._call("recognize", {"image": images})

    def _numbers(self, label):
        """A label, or one for each image, as integers."""
        if not isinstance(label, str):
            return [self._numbers(one) for one in label] if isinstance(label, list) else label
        texts = label_texts(self.labels, self.label_names)
        if self.labels and label not in texts:
            raise UserError(f"label must be one of {', '.join(texts)}. Received: {label}.")
        return texts.get(label, 0)  # without labels, the lack of the signature is told

    def _images(self, name, inputs):
        """The images of a signature, `ROWS` at a time."""
        parts = [
            self._call(name, {key: rows[start : start + ROWS] for key, rows in inputs.items()})
            for start in range(0, len(inputs["seed"]), ROWS)
        ]
        return np.concatenate([part["image"] for part in parts])

    def _call(self, name, inputs):
        import tensorflow as tf

        if name not in self._signatures:
            raise UserError(
                f"{self.path} has no signature {name}. It has: "
                f"{', '.join(sorted(self._signatures))}."
            )
        tensors = {key: tf.constant(value) for key, value in inputs.items()}
        try:
            outputs = self._signatures[name](**tensors)
        except tf.errors.InvalidArgumentError as error:
            raise UserError(assertion(str(error)) or str(error).splitlines()[0]) from None
        return {key: value.numpy() for key, value in outputs.items()}


def _each(count, name, values, whole):
    """A number, or one for each image, as an array `(count,)`: int64 if whole, else float32."""
    received = np.asarray(values)
    if received.dtype.kind not in ("iu" if whole else "iuf"):
        kind = "a whole number" if whole else "a number"
        raise UserError(f"{name} must be {kind}, or one for each image. Received: {values}.")
    if received.shape not in ((), (count,)):
        raise UserError(
            f"{name} must be a number, or one for each of {count} images. "
            f"Received: {received.size} numbers."
        )
    with np.errstate(over="ignore"):  # the signatures refuse infinity
        return np.broadcast_to(received.astype(np.int64 if whole else np.float32), (count,))
