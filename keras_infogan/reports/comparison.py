"""Facts of several runs → what a report shows of them side by side."""

from keras_infogan.evaluation.health import summarize
from keras_infogan.figures import curves
from keras_infogan.reports import sources
from keras_infogan.reports.scores import QUALITY, finite
from keras_infogan.text import duration


def compared(all_facts, drawn):
    """What the template shows of several runs beside each other.

    Args:
        all_facts: List of their `Facts`.
        drawn: As for `sections.sections`.

    Returns:
        Dict of the template's names.
    """
    names = [facts.name for facts in all_facts]
    configs = [facts.config for facts in all_facts]
    differing = {name for other in configs[1:] for name in configs[0].differences(other)}
    table = sources.settings(configs, names)
    scores = [headline(facts) for facts in all_facts]
    return {
        "differences": {
            "head": table["head"],
            "rows": [
                (name, *texts)
                for name, texts, _ in table["rows"]
                if name.replace(" ", "_") in differing
            ],
        },
        "scores": {
            "head": ["score", *names],
            "rows": [
                (name, *(column.get(name, "–") for column in scores))
                for name in dict.fromkeys(name for column in scores for name in column)
            ],
        },
        "curves": [drawn(chart) for chart in _charts(all_facts)],
    }


def headline(facts):
    """The figures of a run that runs are compared by, `{name: text}`."""
    found = {
        "status": facts.status,
        "steps": f"{facts.step:,}",
        "training time": duration(facts.seconds),
        "D's loss": finite(facts.last_metrics.get("d_loss")),
        "G's loss": finite(facts.last_metrics.get("g_loss")),
    }
    for name, own in facts.scored_codes.items():
        found[f"one-to-one accuracy of {name}"] = f"{own['code_accuracy']:.3f}"
        found[f"purity of {name}"] = f"{own['code_purity']:.3f}"
    for name, value in facts.scores.get("information", {}).items():
        found[f"information of {name}, nats"] = finite(value["nats"])
    for name, own in facts.scores.get("continuous", {}).items():
        moves = own["moves"].replace("_", " ")
        found[f"{name} moves"] = f"{moves}, {own['rank_correlation']:.2f}"
    if facts.evaluation:
        generated = facts.evaluation["generated"]
        found |= {label: f"{generated[name]:.2f}" for name, label in QUALITY.items()}
    found["health"] = ", ".join(row["problem"] for row in summarize(facts.health)) or "good"
    return found


def _charts(all_facts):
    """A chart for each of the panels that a run has, a line a run."""
    runs = [(facts.name, facts.config, facts.metrics) for facts in all_facts]
    for metric, lines in curves.panels(runs).items():
        title = curves.PANELS[metric]
        yield curves.Chart(title[:1].upper() + title[1:], title.split(",")[0], dict(lines))
