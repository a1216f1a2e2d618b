"""Scores of finished runs in one Markdown table."""

from keras_infogan import files, markdown
from keras_infogan.digits import shows_digits
from keras_infogan.errors import UserError
from keras_infogan.figures.figure import Figure
from keras_infogan.run_dir import seconds_elsewhere

ALIKE = (3, 5, 8)  # the digits that are taken for each other most
DISENTANGLEMENT = {
    "factor_vae": "FactorVAE score",
    "dci_disentanglement": "DCI disentanglement",
    "dci_completeness": "DCI completeness",
    "dci_informativeness": "DCI informativeness",
    "sap": "SAP",
    "mig": "MIG",
    "modularity": "modularity",
}
NOT_EVALUATED = {"not evaluated": "run `infogan evaluate`"}


def write(out, runs):
    """Writes the table.

    Args:
        out: The .md file.
        runs: List of `RunDir`.

    Raises:
        UserError: If a run has not finished.
    """
    files.write_text(out, table(runs))


def table(runs):
    """A row for each score and a column for each run; "–" for what a run does not have."""
    columns = [_column(run) for run in runs]
    names = dict.fromkeys(name for column in columns for name in column)
    head = ["", *(run.path.name for run in runs)]
    rows = [[name, *(column.get(name, "–") for column in columns)] for name in names]
    return markdown.table(head, rows) + "\n"


def _column(run):
    summary = run.read_summary()
    if summary is None:
        raise UserError(f"{run.path} has not finished: there is no summary.json.")
    if summary.get("status") == "failed":
        return {"status": "failed"}
    with files.damage_told(run.summary):
        column = _trained(summary)
    return column | _evaluated(run, summary)


def _trained(summary):
    seconds = summary["seconds"] - seconds_elsewhere(summary.get("starts"))
    column = {
        "steps": f"{summary['steps']:,}",
        "seconds an epoch": f"{seconds / max(summary['epochs'], 1e-9):.0f}",
    }
    codes = summary["codes"]
    if codes["code_accuracy"] is not None:
        column["one-to-one accuracy"] = f"{codes['code_accuracy']:.3f}"
    for name, scores in codes.get("each", {}).items():
        column[f"one-to-one accuracy of {name}"] = f"{scores['code_accuracy']:.3f}"
    for name, value in summary["information"].items():
        if value["share"] is not None:
            column[f"nats of {name}"] = f"{value['nats']:.2f}"
    for name, value in summary["continuous"].items():
        column[f"{name} moves"] = f"{value['moves']} {value['rank_correlation']:.2f}"
    column["health"] = ", ".join(problem["problem"] for problem in summary["health"]) or "good"
    return column


def _evaluated(run, summary):
    """What `infogan evaluate` has added, unless the run has gone on since."""
    try:
        with files.damage_told(run.evaluation):
            scores = run.read_evaluation()
            if scores["step"] == summary["steps"]:
                return _scored(scores, summary)
    except UserError:
        pass  # not there, damaged, or of another version
    return NOT_EVALUATED


def _scored(scores, summary):
    generated = scores["generated"]
    column = {"Fréchet distance": f"{generated['frechet']:.1f}"}
    for name in ("precision", "recall", "coverage"):
        column[name] = f"{generated[name]:.2f}"
    if generated.get("sharpness") is not None:
        column["sharpness (real images 1)"] = f"{generated['sharpness']:.2f}"
    disentanglement = scores.get("disentanglement") or {}
    for name, row in DISENTANGLEMENT.items():
        if name in disentanglement:
            column[row] = f"{disentanglement[name]:.2f}"
    if scores.get("labels_obeyed") is not None:
        column["labels obeyed"] = f"{scores['labels_obeyed']:.3f}"
    for name, ratios in scores["diversity"].items():
        known = [ratio for ratio in ratios.values() if ratio is not None]
        if known:
            which = "a code" if len(scores["diversity"]) == 1 else name
            row = f"diversity within {which} (real images 1)"
            column[row] = f"{sum(known) / len(known):.2f}"
    confusion = scores["confusion"].get(summary["codes"]["code"])
    if confusion is not None and shows_digits(summary["dataset"]):
        taken = sum(confusion[a][b] for a in ALIKE for b in ALIKE if a != b)
        whole = sum(sum(confusion[a]) for a in ALIKE)
        column["3, 5 and 8 taken for each other"] = f"{taken / max(whole, 1):.1%}"
    return column


TABLE = Figure(write, "scores of finished runs, in Markdown", suffix=".md")
