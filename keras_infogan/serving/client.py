"""What to ask a served model for, whatever the transport: images, and what pictures show.

from keras_infogan.serving import client
from keras_infogan.serving.served_by_rest import RestModel

with RestModel("http://localhost:8501") as model:
    images = client.sample(model, "label", 7, count=16, values={"c2": 1.5})
"""

import numpy as np

from keras_infogan.errors import UserError
from keras_infogan.serving.wording import other_codes

# Rows of one request: a server that batches refuses more than its max_batch_size, which is this in
# serving/batching.config. And so the time-out holds for a part, however many images are asked for.
ROWS = 64
SIGNATURES = {
    None: "sample",
    "label": "sample",
    "label_name": "sample_name",
    "code": "sample_code",
}


def sample(model, kind, value, count, seed=0, values=None):
    """Asks for images of one label or code.

    Args:
        model: A `ServedModel`.
        kind: "label", "code", or None for a model whose images have neither.
        value: Which one; a label's name or number as text too; None for neither.
        count: How many images.
        seed: Integer; image i is the one of seed + i, whatever the count.
        values: Dict of another code's name to its value, whole for a categorical code; those left
            out stand at their middle.

    Returns:
        float32 in [0, 1], `(count, height, width, channels)`.

    Raises:
        UserError: If an argument cannot be used, or as `ServedModel.predict`.
    """
    if count < 1:
        raise UserError(f"count must be at least 1. Received: {count}.")
    if isinstance(value, str):
        if "sample_name" in model.signatures():
            kind, value = "label_name", _utf_8(value)
        else:
            value = _whole_number(kind, value)
    numbers = {"seed": seed, "seed + count - 1": seed + count - 1}
    if kind in ("label", "code"):
        numbers[kind] = value
    for name, number in numbers.items():
        if not is_int64(number):
            raise UserError(f"{name} must be a 64-bit integer. Received: {number}.")
    signature, values = SIGNATURES[kind], values or {}
    taken = model.inputs(signature)
    if kind is not None and kind not in taken:
        raise UserError(f"The model's images cannot be asked for by {kind}.")
    if kind is None and "label" in taken:
        raise UserError("The model's images are asked for by label.")
    middle = {}
    if "middle" in model.signatures():  # or all of them are 0
        middle = {name: row[0] for name, row in model.predict("middle", {"seed": [0]}).items()}
    row = {
        name: values.get(name, middle.get(name, 0)) for name in taken if name not in ("seed", kind)
    }
    for name, setting in values.items():
        if name not in row:
            raise UserError(
                f"The codes that can be set are {', '.join(sorted(row)) or 'none'}. "
                f"Received: {name}."
            )
        if taken[name] is np.int64 and not is_int64(setting):
            raise UserError(f"{name} must be a whole number. Received: {setting}.")
    if kind is not None:
        row[kind] = value
    parts = []
    for start in range(0, count, ROWS):
        number = min(ROWS, count - start)
        inputs = {name: [content] * number for name, content in row.items()}
        inputs["seed"] = [seed + start + i for i in range(number)]
        images = model.predict(signature, inputs).get("image")
        if images is None or images.ndim != 4 or images.shape[-1] not in (1, 3):
            raise UserError(
                f"{model.model} at {model.address} is another kind of model: no images."
            )
        parts.append(images)
    return np.concatenate(parts)


def recognize(model, png):
    """Asks what a picture shows.

    Args:
        model: A `ServedModel`.
        png: Content of a PNG file.

    Returns:
        Dict of what the signature `recognize_png` gives, each a number or an array `(values of
        the code,)`.

    Raises:
        UserError: As `ServedModel.predict`.
    """
    found = model.predict("recognize_png", {"png_bytes": [png]})
    return {name: rows[0] for name, rows in found.items()}


def is_int64(value):
    """Whether a value is a whole number of 64 bits."""
    return isinstance(value, int | np.integer) and -(2**63) <= value < 2**63


def described(found):
    """One line of what `recognize` returns: label, probability, code, and the other codes."""
    parts = []
    if "label" in found:
        label = found["label_name"].decode() if "label_name" in found else found["label"]
        parts += [f"label {label}", f"probability {found['label_probability']:.3f}"]
    if "code" in found:
        parts.append(f"code {found['code']}")
        if "label" not in found:
            parts.append(f"probability {found['code_probabilities'].max():.3f}")
    for name in other_codes(found):
        value = found[name] if name in found else f"{found[f'{name}_mean']:.2f}"
        parts.append(f"{name} {value}")
    return ", ".join(parts)


def _utf_8(name):
    try:
        return name.encode()
    except UnicodeEncodeError:
        raise UserError(f"label must be text in UTF-8. Received: {name}.") from None


def _whole_number(kind, text):
    try:
        return int(text)
    except ValueError:
        raise UserError(
            f"The model's {kind}s have no names, only whole numbers. Received: {text}."
        ) from None
