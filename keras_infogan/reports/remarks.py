"""What the figures of a run say, in sentences: the discussion of its report."""

import math

from keras_infogan import objectives
from keras_infogan.evaluation.moments import PROPERTIES
from keras_infogan.evaluation.scores import label_name
from keras_infogan.reports.facts import FAILED, RUNNING

READ = 0.9  # share of H(c) from which a code counts as read
MOVES = 0.8  # rank correlation from which a continuous code counts as moving a property


def discussion(facts):
    """Sentences about a run's outcome, each from figures that the run measured."""
    found = []
    if facts.status == FAILED:
        found.append(f"The run failed by step {facts.step:,}; what follows is what it had reached.")
    elif facts.status == RUNNING:
        found.append(f"The run has not finished; the figures are those of step {facts.step:,}.")
    if facts.scored_step is not None and facts.scored_step < facts.step:
        found.append(f"Its scores are those of step {facts.scored_step:,}.")
    found += _information(facts)
    for name, codes in facts.scored_codes.items():
        found += _categorical(facts, name, codes)
    for name, meaning in facts.scores.get("continuous", {}).items():
        strong = meaning["rank_correlation"] >= MOVES
        verb = "moves" if strong else "is not tied to one property; it moves"
        found.append(
            f"{name} {verb} {meaning['moves'].replace('_', ' ')} most (rank correlation "
            f"{meaning['rank_correlation']:.2f}; the best of {len(PROPERTIES)} properties)."
        )
    return found + _players(facts) + _images(facts)


def _information(facts):
    scored = {n: v for n, v in facts.scores.get("information", {}).items() if v.get("share")}
    return [
        f"Q reads {value['nats']:.2f} of {value['entropy']:.2f} nats of {name}"
        + (
            ": generator and recognizer agree on it."
            if value["share"] >= READ
            else ": the code is not fully visible in the images."
        )
        for name, value in scored.items()
        if "entropy" in value
    ]


def _categorical(facts, name, codes):
    accuracy, names = codes["code_accuracy"], facts.scores.get("label_names")
    labels = {label for label in codes["code_to_label"].values() if label is not None}
    found = [
        f"The value of {name} stands for the label of {accuracy:.1%} of the held-out images; "
        f"guessing gives about {1 / max(len(labels), 1):.0%}."
    ]
    ambiguous = codes.get("ambiguous_codes") or {}
    if ambiguous:
        mixed = "; ".join(
            f"{value} ("
            + ", ".join(f"{label_name(v, names)} in {share:.0%}" for v, share in shares.items())
            + ")"
            for value, shares in ambiguous.items()
        )
        found.append(f"Values of {name} that mix labels: {mixed}.")
    own = facts.last_metrics.get("code_accuracy", 0)
    if own - accuracy > 0.15:
        found.append(
            f"Q reads its own codes from generated images with an accuracy of {own:.2f}, much "
            f"above {accuracy:.2f}: the code is readable, but is not the label."
        )
    return found


def _players(facts):
    last = facts.last_metrics
    names = ("real_probability", "generated_probability_before")
    if not objectives.get(facts.config.generator_loss).is_probability:
        return []
    real, generated = (last.get(name, math.nan) for name in names)
    if math.isnan(real) or math.isnan(generated):
        return []
    apart = real - generated
    state = (
        "D tells them apart easily"
        if apart > 0.5
        else "neither player has won"
        if apart > 0.02
        else "D hardly tells them apart"
    )
    return [
        f"At the end D gives real images a probability of {real:.2f} and generated ones "
        f"{generated:.2f}: {state}."
    ]


def _images(facts):
    generated = (facts.evaluation or {}).get("generated")
    if not generated:
        return []
    return [
        f"The Fréchet distance is {generated['frechet']:.1f} (training images: "
        f"{generated['frechet_floor']:.1f}), precision {generated['precision']:.2f}, recall "
        f"{generated['recall']:.2f}."
    ]
