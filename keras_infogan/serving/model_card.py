"""README.md of a version: what the model is, how good it is, and how to call it.

It is rendered from the facts of about.json. The headings follow Mitchell et al., "Model Cards for
Model Reporting", 2019.
"""

import json

from keras_infogan import markdown

FILE = "README.md"  # for people, who may change it
INFOGAN = """\
An InfoGAN's generator and recognizer, exported by keras_infogan for TensorFlow Serving. The \
generator draws an image from noise and codes; the recognizer reads the codes from an image. The \
codes were learned {labels} (Chen et al., 2016)."""
CONDITIONAL = """\
A conditional GAN's generator, exported by keras_infogan for TensorFlow Serving. It draws an image \
from noise and a label, which training gave to it (Mirza and Osindero, 2014)."""
GAN = """\
A GAN's generator, exported by keras_infogan for TensorFlow Serving. It draws an image from noise \
(Goodfellow et al., 2014)."""
DRAWING = """\
For drawing images like the training data, in teaching and as a baseline. Do not base decisions \
about people on it."""
READING = """\
For drawing images of a kind, varying their style, and sorting images like the training data, in \
teaching and as a baseline. Do not base decisions about people on it. The recognizer gives every \
image a code, even one that is unlike all training images."""
SCORES = {
    "code_accuracy": "one-to-one accuracy",
    "code_purity": "purity",
    "code_nmi": "NMI",
    "code_ari": "ARI",
}


def model_card(about):
    """The text of the card.

    Args:
        about: The content of about.json, see `serving.about`.
    """
    config, summary = about["config"], about["summary"]
    packages = about["environment"].get("packages", {})
    reads = "recognize" in about["signatures"]
    parts = [
        f"# {summary.get('preset', config.get('preset'))} on {summary.get('dataset')}",
        _kind(about["codes"], reads),
        "## Training",
        f"Data: {summary.get('dataset')}, {summary.get('train_images')} training images, "
        f"{summary.get('test_images')} held out. Preset `{config.get('preset')}`, seed "
        f"{config.get('seed')}, {summary.get('steps')} steps; TensorFlow "
        f"{packages.get('tensorflow', '?')}, Keras {packages.get('keras', '?')}.",
        "## Scores",
        scores(about),
        "## Health",
        health(about),
        "## Codes and labels",
        codes_and_labels(about),
        "## Use",
        READING if reads else DRAWING,
        "## Signatures",
        "One row is one sample, and all inputs of a request have the same number of rows. Equal "
        "rows of `sample` and `sample_code` give equal images, alone or in a batch, on any day on "
        "the same kind of machine. `about.json` has this table and all other facts as JSON.",
        _signatures(about["signatures"]),
        "## Example",
        _example(about["codes"]),
    ]
    return "\n\n".join(parts) + "\n"


def scores(about):
    """Markdown of how well codes match labels, and of what they mean."""
    summary, found = about["summary"], []
    codes = summary.get("codes") or {}
    if codes.get("code_accuracy") is not None:
        rows = codes.get("each") or {codes.get("code") or about["codes"]["code"]: codes}
        rows = rows | ({"all together": codes["together"]} if codes.get("together") else {})
        cells = [[name, *(f"{row[key]:.4f}" for key in SCORES)] for name, row in rows.items()]
        found.append(markdown.table(["code", *SCORES.values()], cells))
    lines = [
        [f"information of {name}", f"{value['nats']:.3f} nats"]
        for name, value in summary.get("information", {}).items()
        if value.get("share") is not None
    ]
    lines += [
        [f"{name} moves {meaning['moves']}", f"rank correlation {meaning['rank_correlation']:.2f}"]
        for name, meaning in summary.get("continuous", {}).items()
    ]
    if lines:
        found.append(markdown.table(["code", "score"], lines))
    return "\n\n".join(found) or "No code was scored."


def health(about):
    """Markdown of what the checks found while the model was trained."""
    problems = about["summary"].get("health")
    if problems is None:
        return "Not recorded."
    rows = [
        [one["problem"], f"{one['first_step']} to {one['last_step']}", _cell(one["seen"])]
        for one in problems
    ]
    if not rows:
        return "The checks in training found no problem."
    return markdown.table(["problem", "steps", "seen last"], rows)


def codes_and_labels(about):
    """Markdown of what the codes are, and which labels their values mean."""
    codes, reads = about["codes"], "recognize" in about["signatures"]
    if not codes["all"]:
        return "The model has no codes: an image follows from noise alone."
    parts = [
        markdown.table(["code", "values"], [[name, _range(f)] for name, f in codes["all"].items()])
    ]
    if codes["code"] and not codes["code_to_label"]:
        parts.append(
            f"The data has no labels, so images are asked for by the value of {codes['code']} "
            "(`sample_code`); there is no signature `sample`."
        )
    if codes["code_to_label"]:
        rows = [
            [value, f"{label}{_name(codes['label_names'].get(str(label)))}"]
            for value, label in codes["code_to_label"].items()
        ]
        alone = "D learned too" if codes["learns_labels"] else "were used for nothing else"
        source = f"Fitted on training labels, which {alone}" if reads else "Given in training"
        parts += [f"{source}:", markdown.table([codes["code"], "label"], rows)]
    return "\n\n".join(parts)


def _kind(codes, reads):
    if reads:
        taught = "beside labels, which D was taught"
        return INFOGAN.format(labels=taught if codes["learns_labels"] else "without labels")
    return CONDITIONAL if codes["code"] else GAN


def _range(facts):
    if "num_values" in facts:
        return f"0 to {facts['num_values'] - 1}"
    return f"continuous, shown from {facts['low']:g} to {facts['high']:g}"


def _name(name):
    """A label's name behind its number, in a cell of a table."""
    return "" if name is None else f": {_cell(name)}"


def _cell(text):
    """A text in one line, as a cell of a table is."""
    return " ".join(text.split())


def _signatures(signatures):
    def written(tensors):
        texts = []
        for name, info in tensors.items():
            shape = ", ".join("n" if length < 0 else str(length) for length in info["shape"])
            texts.append(f"`{name}` {info['dtype']} ({shape})")
        return ", ".join(texts)

    rows = [
        [f"`{name}`", written(signature["inputs"]), written(signature["outputs"])]
        for name, signature in signatures.items()
    ]
    return markdown.table(["signature", "inputs", "outputs"], rows)


def _example(codes):
    """A request that the model answers, for curl and in Python."""
    labels = sorted(set(codes["code_to_label"].values()))
    if codes["code"] is None:
        name, what = "sample", {}
    elif codes["label_names"]:
        name, what = "sample_name", {"label_name": codes["label_names"][str(labels[0])]}
    elif labels:
        name, what = "sample", {"label": labels[0]}
    else:
        name, what = "sample_code", {"code": 0}
    others = {n: f.get("middle", 0) for n, f in codes["all"].items() if n != codes["code"]}
    inputs = {"seed": 1, **what, **others}
    instance = json.dumps(inputs).replace("'", "\\u0027")  # a ' would end the shell's text
    arguments = ", ".join(
        f"{key}=tf.constant([{value!r}]{', tf.int64' if isinstance(value, int) else ''})"
        for key, value in inputs.items()
    )
    return f"""\
```bash
curl -d '{{"signature_name": "{name}", "instances": [{instance}]}}' \\
  http://localhost:8501/v1/models/generator:predict
```

```python
import tensorflow as tf

signatures = tf.saved_model.load("VERSION_DIRECTORY").signatures
images = signatures["{name}"]({arguments})["image"]
```"""
