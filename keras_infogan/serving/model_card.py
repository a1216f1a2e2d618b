"""README.md of a version: what the model is, how good, and how to call it.

The headings follow Mitchell et al., "Model Cards for Model Reporting", 2019.
"""

import json
import pathlib
import re


def model_card(servable, about, signatures):
    """The text of the card.

    Args:
        servable: A `Servable`.
        about: `config`, `summary` and `environment` of the run.
        signatures: As `describe` gives them.
    """
    config, summary = about["config"], about["summary"]
    packages = about.get("environment", {}).get("packages", {})
    data = _data_name(summary.get("dataset"))
    parts = [
        f"# {summary.get('preset', config.get('preset'))} on {data}",
        _kind(servable.model),
        "## Training",
        f"Data: {data}, {summary.get('train_images')} images, "
        f"{summary.get('test_images')} held out. Preset `{config.get('preset')}`, seed "
        f"{config.get('seed')}, {summary.get('steps')} steps; TensorFlow "
        f"{packages.get('tensorflow', '?')}, Keras {packages.get('keras', '?')}.",
        "## Scores",
        _scores(summary),
        "## Codes and labels",
        _table(servable),
        "## Use",
        _use(servable.model),
        "## Signatures",
        "One row is one sample; all inputs of a request have as many rows. Equal rows of `sample` "
        "and `sample_code` give equal images, alone or in a batch, on any day on the same kind of "
        "machine. `signatures.json` has the same in JSON.",
        _signatures(signatures),
        "## Calling it",
        _calls(servable),
    ]
    return "\n\n".join(parts) + "\n"


def _data_name(name):
    """A set's name, of a folder's path the last part alone."""
    source, _, path = str(name).partition(":")
    return f"folder:{pathlib.Path(path).name}" if source == "folder" else name


def _kind(model):
    served = "exported by keras_infogan for TensorFlow Serving. The generator draws an image from"
    if model.reads_codes:
        return (
            f"An InfoGAN's generator and recognizer, {served} noise and codes; the recognizer "
            f"reads codes from an image. The codes were learned {_evidence(model)} "
            "(Chen et al., 2016)."
        )
    if model.told_labels:
        return (
            f"A conditional GAN's generator, {served} noise and a label, which training was told "
            "(Mirza and Osindero, 2014)."
        )
    return f"A GAN's generator, {served} noise (Goodfellow et al., 2014)."


def _evidence(model):
    return "beside labels, which D was taught" if model.learns_labels else "without labels"


def _use(model):
    if not model.reads_codes:
        return (
            "To draw images like the training data, for teaching and as a baseline. Not to decide "
            "anything about anybody."
        )
    return (
        "To draw images of a kind, to vary their style, and to sort images of the same kind as the "
        "training data, for teaching and as a baseline. Not to decide anything about anybody. The "
        "recognizer gives a code to every image, also to one unlike all it was trained on."
    )


def _scores(summary):
    if summary.get("code_accuracy") is None:
        return "There is no code that was learned and could be scored by labels."
    lines = [
        "| score | held-out images |",
        "|---|---|",
        f"| one-to-one accuracy of the code | {summary['code_accuracy']:.4f} |",
        f"| purity | {summary['code_purity']:.4f} |",
        f"| NMI | {summary['code_nmi']:.4f} |",
        f"| ARI | {summary['code_ari']:.4f} |",
    ]
    lines += [
        f"| information of {name} | {value['nats']:.3f} nats |"
        for name, value in summary.get("information", {}).items()
        if value.get("share") is not None
    ]
    lines += [
        f"| {name} moves {meaning['moves']} | rank correlation {meaning['rank_correlation']:.2f} |"
        for name, meaning in summary.get("continuous_codes", {}).items()
    ]
    return "\n".join(lines)


def _table(servable):
    if not servable.latents.codes:
        return "None: an image follows from noise alone."
    if not servable.labels:
        return (
            "The data has no labels, so codes are asked for by number (`sample_code`); there is no "
            "signature `sample`."
        )
    rows = [
        f"| {code} | {label}{_name(servable.label_names.get(label))} |"
        for code, label in servable.code_to_label.items()
    ]
    text = "\n".join(["| code | label |", "|---|---|", *rows])
    if servable.model.told_labels:
        return f"Told in training:\n\n{text}"
    alone = "D learned too" if servable.model.learns_labels else "served for nothing else"
    return f"Fitted on training labels, which {alone}:\n\n{text}"


def _name(name):
    """A label's name behind its number, in a cell of a table."""
    return "" if name is None else ": " + " ".join(name.split()).replace("|", "\\|")


def _signatures(signatures):

    def written(tensors):
        texts = []
        for name, info in tensors.items():
            shape = ", ".join("n" if length < 0 else str(length) for length in info["shape"])
            texts.append(f"`{name}` {info['dtype']} ({shape})")
        return ", ".join(texts)

    lines = ["| signature | inputs | outputs |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {written(signature['inputs'])} | {written(signature['outputs'])} |"
        for name, signature in signatures.items()
    ]
    return "\n".join(lines)


def _calls(servable):
    if not servable.latents.codes:
        name, what = "sample", {}
    elif servable.label_names:
        name, what = "sample_name", {"label_name": servable.label_names[servable.labels[0]]}
    elif servable.labels:
        name, what = "sample", {"label": servable.labels[0]}
    else:
        name, what = "sample_code", {"code": 0}
    inputs = {"seed": 1, **what, **dict.fromkeys(servable.values, 0.0)}
    # JSON's escapes are Python's too; a quote would end the shell's.
    written = {key: json.dumps(value).replace("'", "\\u0027") for key, value in inputs.items()}
    instance = ", ".join(f'"{key}": {value}' for key, value in written.items())
    arguments = ", ".join(
        f"{key}=tf.constant([{value}]{', tf.int64' if isinstance(inputs[key], int) else ''})"
        for key, value in written.items()
    )
    return f"""\
```bash
curl -d '{{"signature_name": "{name}", "instances": [{{{instance}}}]}}' \\
  http://localhost:8501/v1/models/generator:predict
```

```python
import tensorflow as tf

signatures = tf.saved_model.load("VERSION_DIRECTORY").signatures
images = signatures["{name}"]({arguments})["image"]
```"""


def read_dataset(card):
    """The data's name that a card tells, or ""."""
    title = card.partition("\n")[0]
    return title.partition(" on ")[2]  # no preset's name holds it, a folder's may


def read_section(card, heading):
    """The text below a card's heading, or ""."""
    _, _, rest = card.partition(f"\n## {heading}\n")
    return rest.partition("\n## ")[0].strip()


def read_meanings(card):
    """`{name: property}` of the continuous codes whose meaning a card tells."""
    return dict(re.findall(r"^\| (\w+) moves (.+?) \|", card, re.MULTILINE))
