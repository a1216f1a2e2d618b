"""Scores of a run → what its report shows of them."""

import math

from keras_infogan import image_files
from keras_infogan.evaluation.moments import PROPERTIES
from keras_infogan.evaluation.scores import confusion_table, label_name
from keras_infogan.reports import embedding
from keras_infogan.serving.model_card import SCORES

QUALITY = {"frechet": "Fréchet distance", "recall": "recall", "precision": "precision"}


def codes(facts):
    """Of each categorical code that was scored: scores, table, confusion and real images."""
    scores, found = facts.scores, []
    names = scores.get("label_names")
    confusions = scores.get("confusion") or {}
    several = len(facts.latents.categorical) > 1
    for name, own in facts.scored_codes.items():
        ambiguous = own.get("ambiguous_codes") or {}
        table = [
            (
                value,
                label_name(label, names),
                ", ".join(
                    f"{label_name(v, names)} {share:.0%}"
                    for v, share in ambiguous.get(value, {}).items()
                ),
            )
            for value, label in own["code_to_label"].items()
        ]
        picture = f"images-by-code-{name}.png" if several else "images-by-code.png"
        path = facts.run.evaluation_pictures / picture
        found.append(
            {
                "name": name,
                "scores": [
                    *((title, f"{own[key]:.3f}") for key, title in SCORES.items()),
                    ("information about the label", f"{own['label_information']:.3f} nats"),
                ],
                "table": table,
                "confusion": _confusion(confusions.get(name), own["code_to_label"], names),
                "images": embedding.embed(image_files.load(path)) if path.exists() else None,
            }
        )
    return found


def _confusion(counts, code_to_label, names):
    """Head and rows of a confusion matrix, each cell `(count, share of its row)`; or None."""
    if counts is None:
        return None
    labels, head, counts = confusion_table(counts, code_to_label, names)
    rows = [
        (label, [(count, count / max(sum(row), 1)) for count in row])
        for label, row in zip(labels, counts, strict=True)
    ]
    return {"head": head, "rows": rows}


def information(facts):
    """Rows of what Q reads of each code: its name, nats, the limit and the share of it."""
    rows = []
    for name, value in facts.scores.get("information", {}).items():
        limited = value.get("share") is not None
        limit = finite(value.get("entropy")) if limited else "–"
        share = f"{value['share']:.1%}" if limited else "–"
        rows.append((name, finite(value["nats"]), limit, share))
    return rows


def continuous(facts):
    """What each continuous code moves, and its correlations with all properties, if kept."""
    found = facts.scores.get("continuous", {})
    return {
        "properties": [name.replace("_", " ") for name in PROPERTIES],
        "rows": [
            (
                name,
                own["moves"].replace("_", " "),
                f"{own['rank_correlation']:.2f}",
                f"{own['digits_at_0.8']:.0%}",
            )
            for name, own in found.items()
        ],
        "correlations": [
            (name, *(f"{own['rank_correlations'][p]:.2f}" for p in PROPERTIES))
            for name, own in found.items()
            if "rank_correlations" in own
        ],
    }


def quality(facts):
    """Rows of the scores of generated images and of training images, and what they rest on."""
    generated = (facts.evaluation or {}).get("generated")
    if not generated:
        return None
    rows = [
        ("Fréchet distance", f"{generated['frechet']:.1f}", f"{generated['frechet_floor']:.1f}")
    ]
    rows += [
        (name, f"{generated[name]:.2f}", f"{generated['floor'][name]:.2f}")
        for name in ("precision", "recall", "density", "coverage")
    ]
    return {"rows": rows, "extractor": generated["extractor"]}


def finite(value):
    """A number with three digits, or a dash."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.3f}"
