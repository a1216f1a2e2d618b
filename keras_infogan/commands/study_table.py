"""The table of a study: every run, and the spread over them."""

import statistics

from keras_infogan import earlier, files, markdown
from keras_infogan.config import RunConfig
from keras_infogan.errors import UserError
from keras_infogan.figures.table import DISENTANGLEMENT
from keras_infogan.presets import PRESETS
from keras_infogan.serving.model_card import SCORES

FAILURE = 0.90  # a run below this one-to-one accuracy has not learned the ten digits
# How fast a step runs; what it computes differs in the last bits at most.
SPEED = {"jit", "measure_jit", "steps_per_execution"}
TOLD = {"seed", "dataset", "epochs", "max_steps"}  # in the table, or in its last lines
NONE = "–"


def read_rows(record):
    """Rows of a study's `runs.jsonl`, of earlier versions too, in the order of their seeds.

    Args:
        record: Path of the file; without it there are no rows.

    Returns:
        List of dicts `config` (a RunConfig as JSON), `summary` (as summary.json holds it),
        `environment` and, but for earlier versions, `evaluation` (`generated`, `diversity`,
        `between_looks` and, where factors are known, `disentanglement` without its `factors`, as
        evaluation.json holds them, or None).

    Raises:
        UserError: If a line is something else.
    """
    try:
        with files.damage_told("a line"):
            rows = [
                {
                    **row,
                    "config": RunConfig.from_json(row["config"]).to_json(),
                    "summary": earlier.summary(row["summary"]),
                }
                for row in files.read_jsonl(record)
            ]
            if rows:
                table(rows)  # reads all else that a row must have
    except UserError as error:
        raise UserError(f"{record}: {error}") from None
    return sorted(rows, key=lambda row: row["config"]["seed"])


def table(rows):
    """A Markdown table of every run, with the spread below it.

    Args:
        rows: As `read_rows` gives them; one at least.

    Returns:
        Text.
    """
    finished = [row["summary"] for row in rows if not failed(row["summary"])]
    codes = _read_codes(finished)
    head = [
        "seed",
        *SCORES.values(),
        f"nats of {', '.join(codes)}",
        "Fréchet distance",
        "precision",
        "recall",
        "coverage",
        "diversity within a code",
        "continuous codes (rank correlation, share of digits where it is 0.8 or more)",
        "health",
        "minutes",
    ]
    lines = [markdown.table(head, [_cells(row, codes) for row in rows])]
    scores = [s["codes"]["code_accuracy"] for s in finished]
    scores = [score for score in scores if score is not None]
    lines.append("")
    if scores:
        spread = f" ± {statistics.stdev(scores):.3f}" if len(scores) > 1 else ""
        under = sum(score < FAILURE for score in scores)
        lines.append(
            f"One-to-one accuracy over {len(scores)} seeds: "
            f"mean {statistics.mean(scores):.3f}{spread}, "
            f"median {statistics.median(scores):.3f}, worst {min(scores):.3f}; "
            f"{under} of {len(scores)} under {FAILURE:.2f}."
        )
    lines += _spread_of_images(rows)
    lines += _between_looks(rows)
    lines += _disentanglement(rows)
    if len(finished) < len(rows):
        lines.append(f"{len(rows) - len(finished)} of {len(rows)} runs failed.")
    lines += [_made_of(rows[0]["config"], finished)]
    lines += ["Machine: " + "; ".join(sorted({_machine(row["environment"]) for row in rows})) + "."]
    return "\n".join(lines) + "\n"


def failed(summary):
    """Whether a run diverged, as its summary says."""
    return summary.get("status") == "failed"


def _read_codes(summaries):
    """Names of the categorical codes that Q reads; of the first code where nothing is read."""
    found = summaries[0]["information"] if summaries else {}
    return [name for name, value in found.items() if value.get("share") is not None] or ["c1"]


def _cells(row, codes):
    summary = row["summary"]
    seed, seconds = str(row["config"]["seed"]), summary.get("seconds")
    minutes = NONE if seconds is None else f"{seconds / 60:.1f}"
    if failed(summary):
        return [seed, "failed", *[NONE] * 11, minutes]
    scores, information = summary["codes"], summary["information"]
    continuous = [
        f"{name} {meaning['moves']} {meaning['rank_correlation']:.2f} "
        f"({meaning['digits_at_0.8']:.0%})"
        for name, meaning in summary["continuous"].items()
    ]
    numbers = [_number(scores.get(name)) for name in SCORES]
    if "each" in scores:
        numbers[0] += f" ({scores['code']})"
    nats = [_number(information.get(code, {}).get("nats")) for code in codes]
    health = ", ".join(dict.fromkeys(found["problem"] for found in summary.get("health", [])))
    return [
        seed,
        *numbers,
        ", ".join(nats),
        *_of_images(row),
        ", ".join(continuous) or NONE,
        health or "good",
        minutes,
    ]


def _of_images(row):
    """Cells of what was measured on generated images; of the least diverse value of a code."""
    scores = row.get("evaluation")
    if scores is None:
        return [NONE] * 5
    generated = scores["generated"]
    each = [value for code in scores["diversity"].values() for value in code.values()]
    each = [value for value in each if value is not None]
    return [
        f"{generated['frechet']:.2f}",
        *(f"{generated[name]:.2f}" for name in ("precision", "recall", "coverage")),
        f"{min(each):.2f} or more" if each else NONE,
    ]


def _spread_of_images(rows):
    """Median and worst of the scores of images, in a line, where there are any."""
    found = [row["evaluation"]["generated"] for row in rows if row.get("evaluation")]
    if not found:
        return []
    parts = []
    for name, worst in (("frechet", max), ("precision", min), ("recall", min), ("coverage", min)):
        values = [one[name] for one in found]
        shown = "Fréchet distance" if name == "frechet" else name
        parts.append(f"{shown} {statistics.median(values):.2f} ({worst(values):.2f})")
    floor = statistics.median(one["frechet_floor"] for one in found)
    return [
        f"Median (worst) of {len(found)} runs: {', '.join(parts)}. Training images themselves have "
        f"a Fréchet distance of {floor:.2f}. Extractor: {found[0]['extractor']}."
    ]


def _between_looks(rows):
    """The information between two looks of each seed, in a line for each code that has any."""
    found = {}
    for row in rows:
        for name, nats in (row.get("evaluation") or {}).get("between_looks", {}).items():
            found.setdefault(name, []).append(f"{_number(nats)} (seed {row['config']['seed']})")
    return [
        f"Nats of {name} between two looks at a test image, without labels: {', '.join(each)}."
        for name, each in found.items()
    ]


def _disentanglement(rows):
    """A table of the scores of factors that are known, with their medians, where there are any."""
    found = {
        str(row["config"]["seed"]): row["evaluation"]["disentanglement"]
        for row in rows
        if (row.get("evaluation") or {}).get("disentanglement")
    }
    if not found:
        return []
    found["median"] = {
        name: statistics.median(scores[name] for scores in found.values())
        for name in DISENTANGLEMENT
    }
    cells = [[seed, *(f"{s[name]:.3f}" for name in DISENTANGLEMENT)] for seed, s in found.items()]
    return ["", markdown.table(["seed", *DISENTANGLEMENT.values()], cells), ""]


def _number(value):
    return NONE if value is None else f"{value:.3f}"


def _made_of(config, summaries):
    """Preset, data and length of the runs in a line."""
    line = f"Preset `{config['preset']}`{_changes(RunConfig.from_json(config))}"
    if not summaries:
        return f"{line}."
    first = summaries[0]
    return (
        f"{line}, {first['train_images']:,} training and {first['test_images']:,} held-out "
        f"images of {first['dataset']}, {first['steps']:,} steps ({first['epochs']:g} epochs)."
    )


def _changes(config):
    """What a run's config has other than its preset, in words."""
    changes = []
    for name in config.changes_from(PRESETS.get(config.preset).config):
        if name not in TOLD | SPEED:
            value = getattr(config, name)
            text = "; ".join(value) if isinstance(value, tuple) else str(value)
            text = "none" if value in ((), None) else text
            changes.append(f"{name} {value:g}" if isinstance(value, float) else f"{name} {text}")
    return " with " + ", ".join(changes) if changes else ""


def _machine(environment):
    packages = environment.get("packages", {})
    return (
        f"{environment.get('cpus', '?')} CPUs, {', '.join(environment.get('gpus', [])) or 'no GPU'}"
        f", TensorFlow {packages.get('tensorflow', '?')}, Keras {packages.get('keras', '?')}"
    )
