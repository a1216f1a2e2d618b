"""An exported model as Python functions of arrays, through its signatures and nothing else."""

import json
import pathlib

import numpy as np

from keras_infogan.serving.versions import versions
from keras_infogan.serving.wording import assertion, continuous_codes, label_texts
from keras_infogan import quiet
from keras_infogan.errors import UserError
from keras_infogan.run_dir import RunDir

SEEDS = 2**63  # seeds are int64


class Exported:
    """A version of an exported model, loaded.

    Args:
        path: A run's directory, whose newest exported version is taken; a directory of versions,
            likewise; or the directory of one version.

    Attributes:
        path: The version's directory.
        image_shape: `(height, width, channels)` of its images.
        codes: Number of values of the categorical code; 0 if images cannot be asked for by code,
            as of a model with no categorical code or with several.
        code_to_label: `{code: label}`, integers, without the codes that mean no label.
        labels: The labels that images can be asked for by, in order; empty without any.
        label_names: `{label: name}` of these; empty where labels are numbers only.
        values: Names of the continuous codes, in order.
        codeless: Whether its images follow from noise alone.
        reads: Whether it can tell the codes of an image.
        card: The text of the model card; empty if it is not there.

    Raises:
        UserError: If there is no exported model, or it cannot be used.
    """

    def __init__(self, path):
        self.path = find_version(path)
        quiet.import_tensorflow()
        import tensorflow as tf

        try:
            # Kept, since the signatures do not keep the variables alive.
            self._module = tf.saved_model.load(str(self.path))
            table = json.loads((self.path / "assets" / "code_to_label.json").read_text())
            self.code_to_label = {int(code): int(label) for code, label in table.items()}
            table = self.path / "assets" / "label_names.json"
            # Not in versions that were exported before labels had names.
            names = json.loads(table.read_text()) if table.exists() else {}
            self.label_names = {int(label): str(name) for label, name in names.items()}
        # A damaged file fails in whatever way the reader of its format does.
        except Exception:
            raise UserError(
                f"{self.path} cannot be read: it is damaged, or was exported by an older version "
                "of this project."
            ) from None
        self._signatures = dict(self._module.signatures)
        if "generate" not in self._signatures:
            raise UserError(f"{self.path} cannot be used: it lacks the signature generate.")
        self.image_shape = tuple(self._outputs("generate")["image"].shape[1:])
        self.reads = "recognize" in self._signatures
        self.codes = 0
        self.values = []
        if self.reads:
            outputs = self._outputs("recognize")
            self.values = continuous_codes(outputs)
        if "sample_code" in self._signatures:
            # A model that reads no codes was told them: there is one for each label.
            told = len(self.code_to_label)
            self.codes = outputs["code_probabilities"].shape[1] if self.reads else told
        self.codeless = "sample" in self._signatures and "sample_code" not in self._signatures
        has_labels = "label" in self._inputs("sample")
        self.labels = sorted(set(self.code_to_label.values())) if has_labels else []
        card = self.path / "README.md"
        self.card = card.read_text(errors="replace") if card.is_file() else ""

    def sample(self, count, seed=0, label=None, code=None, values=None):
        """Images of a label or of a code; of neither, for a model without codes.

        Image i has the noise of seed + i, so a larger count adds images and changes none.

        Args:
            count: Number of images.
            seed: Seed of the first image.
            label: One of `labels`, or its name; or one for each image.
            code: Instead of a label: a value of the categorical code, or one for each image.
            values: `{name: number}` of continuous codes, or of numbers, one for each image; those
                not named are 0.

        Returns:
            float32 in [0, 1], `(count, height, width, channels)`.

        Raises:
            UserError: If the model cannot be asked for that.
        """
        values = values or {}
        if (label is None) == (code is None) and not (self.codeless and label is None):
            raise UserError(
                f"Images are of a label or of a code. Received: label={label}, code={code}."
            )
        if count < 1:
            raise UserError(f"count must be at least 1. Received: {count}.")
        if not isinstance(seed, (int, np.integer)) or not -SEEDS <= seed <= SEEDS - count:
            raise UserError(
                f"seed must be a whole number from -2**63 to 2**63 - {count}, for {count} images. "
                f"Received: {seed}."
            )
        if unknown := sorted(set(values) - set(self.values)):
            raise UserError(
                f"The continuous codes of this model are {', '.join(self.values) or 'none'}. "
                f"Received: {', '.join(unknown)}."
            )
        inputs = {"seed": np.int64(seed) + np.arange(count)}
        if self.codeless:
            if label is not None or code is not None:
                raise UserError(f"Images of {self.path} have neither labels nor codes.")
            return self._call("sample", inputs)["image"]
        if code is None:
            name = "sample"
            inputs["label"] = _each(count, "label", self._numbers(label), np.int64)
        else:
            name = "sample_code"
            inputs["code"] = _each(count, "code", code, np.int64)
        inputs |= {key: _each(count, key, values.get(key, 0.0), np.float32) for key in self.values}
        return self._call(name, inputs)["image"]

    def recognize(self, images):
        """What the recognizer reads from images.

        Args:
            images: Floats in [0, 1], `(n, height, width, channels)`, like the training images.

        Returns:
            Dict of the signature's outputs, each an array with n rows: `code_probabilities`, `code`
            (the most likely), `label` and `label_probability` if there are labels, and
            `<name>_mean` and `<name>_std` of each continuous code.

        Raises:
            UserError: If these are no images for this model.
        """
        images = np.asarray(images, np.float32)
        if images.shape[1:] != self.image_shape:
            expected = ", ".join(map(str, ("n", *self.image_shape)))
            raise UserError(f"images must be ({expected}). Received: {images.shape}.")
        return self._call("recognize", {"image": images})

    def _inputs(self, name):
        found = self._signatures.get(name)
        return {} if found is None else found.structured_input_signature[1]

    def _outputs(self, name):
        return self._signatures[name].structured_outputs

    def _numbers(self, label):
        """A label, or one for each image, as integers."""
        if not isinstance(label, str):
            return [self._numbers(one) for one in label] if isinstance(label, list) else label
        texts = label_texts(self.labels, self.label_names)
        if self.labels and label not in texts:
            raise UserError(f"label must be one of {', '.join(texts)}. Received: {label}.")
        return texts.get(label, 0)  # without labels, the lack of the signature is told

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


def find_version(path):
    """Directory of the version that a path means, see `Exported`.

    Raises:
        UserError: If there is none.
    """
    path = pathlib.Path(path)
    try:
        return _find_version(path)
    except OSError as error:  # a name that is too long, a folder that must not be looked into
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None


def _find_version(path):
    if (path / "saved_model.pb").is_file():
        return path
    is_run = RunDir(path).config.is_file()
    base = RunDir(path).export if is_run else path
    found = versions(base) if base.is_dir() else []
    if found:
        newest = base / str(found[-1])
        if not (newest / "saved_model.pb").is_file():
            raise UserError(f"{newest} is damaged: it has no saved_model.pb.")
        return newest
    if is_run:
        raise UserError(f"{path} has no export yet: make one by python -m export {path}.")
    if not path.is_dir():
        raise UserError(f"{path} is not a directory.")
    raise UserError(f"{path} is neither a run nor an exported model.")


def _each(count, name, values, dtype):
    """A number, or one for each image, as an array `(count,)`."""
    whole = np.issubdtype(dtype, np.integer)
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
        return np.broadcast_to(received.astype(dtype), (count,))
