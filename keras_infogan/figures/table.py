"""Scores of finished runs in one Markdown table."""

import json

from keras_infogan.errors import UserError
from keras_infogan.files import replace_with

ALIKE = (3, 5, 8)  # the digits that are taken for each other most
DIGITS = ("mnist", "mnist5k")


def write(out, runs):
    """Writes the table.

    Args:
        out: The .md file.
        runs: List of `RunDir`.

    Raises:
        UserError: If a run has not finished.
    """
    text = table(runs)
    replace_with(out, lambda part: part.write_text(text))


def table(runs):
    """A row for each figure and a column for each run; "–" for what a run does not have."""
    columns = [_column(run) for run in runs]
    names = list(dict.fromkeys(name for column in columns for name in column))
    lines = ["| | " + " | ".join(run.path.name for run in runs) + " |"]
    lines.append("|---" * (len(runs) + 1) + "|")
    for name in names:
        lines.append(f"| {name} | " + " | ".join(c.get(name, "–") for c in columns) + " |")
    return "\n".join(lines) + "\n"


def _column(run):
    summary = run.read_summary()
    if summary is None:
        raise UserError(f"{run.path} has not finished: there is no summary.json.")
    try:
        column = _trained(summary)
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{run.summary} is damaged or of another version: {error!r}.") from None
    return column | _evaluated(run, summary)


def _trained(summary):
    column = {
        "steps": f"{summary['steps']:,}",
        "seconds an epoch": f"{summary['seconds'] / max(summary['epochs'], 1e-9):.0f}",
    }
    if summary.get("code_accuracy") is not None:
        column["one-to-one accuracy"] = f"{summary['code_accuracy']:.3f}"
    for name, value in summary.get("information", {}).items():
        if value["share"] is not None:
            column[f"nats of {name}"] = f"{value['nats']:.2f}"
    for name, value in summary.get("continuous_codes", {}).items():
        column[f"{name} moves"] = f"{value['moves']} {value['rank_correlation']:.2f}"
    column["health"] = ", ".join(problem["problem"] for problem in summary["health"]) or "good"
    return column


def _evaluated(run, summary):
    """What `python -m keras_infogan.commands.evaluate` has added, unless the run has gone on since."""
    try:
        scores = json.loads((run.path / "evaluation.json").read_text())
        if scores["step"] == summary["steps"]:
            return _scored(scores, summary)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # not there, damaged, or of another version
    return {"not evaluated": "run `python -m keras_infogan.commands.evaluate`"}


def _scored(scores, summary):
    generated = scores["generated"]
    column = {"Fréchet distance": f"{generated['frechet']:.1f}"}
    for name in ("precision", "recall", "coverage"):
        column[name] = f"{generated[name]:.2f}"
    if generated.get("sharpness") is not None:
        column["sharpness (real images 1)"] = f"{generated['sharpness']:.2f}"
    if scores.get("labels_obeyed") is not None:
        column["labels obeyed"] = f"{scores['labels_obeyed']:.3f}"
    diversity = [value for value in scores["diversity"].values() if value is not None]
    if diversity:
        column["diversity within a code (real images 1)"] = f"{sum(diversity) / len(diversity):.2f}"
    confusion = scores["confusion"]
    digits = summary["dataset"].partition(":")[0] in DIGITS
    if confusion is not None and digits:
        taken = sum(confusion[a][b] for a in ALIKE for b in ALIKE if a != b)
        whole = sum(sum(confusion[a]) for a in ALIKE)
        column["3, 5 and 8 taken for each other"] = f"{taken / max(whole, 1):.1%}"
    return column
