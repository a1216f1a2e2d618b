"""Facts of a run → what each section of its report shows, ready for the template."""

import math
import shlex

from keras_infogan import objectives, pictures
from keras_infogan.evaluation.moments import PROPERTIES
from keras_infogan.evaluation.scores import label_name, scores_by_code
from keras_infogan.figures import curves as figures
from keras_infogan.reports import charts, embedding, losses, networks, remarks, sources
from keras_infogan.reports.facts import FINISHED, RUNNING

FRAMES = 16  # of the animation
PRINTED_FRAMES = 4  # of them, on paper
SPEED_POINTS = 10  # of metrics.jsonl, over which the speed is measured
GRIDS = {
    "noise-by-code": "Rows: values of {code}; columns: noise",
    "codes-by-noise": "Rows: noise; columns: values of {code}",
    "samples": "Samples from different noise",
    "traversal": "{code} from its lowest to its highest value, all else fixed",
}
QUALITY = {"frechet": "Fréchet distance", "recall": "recall", "precision": "precision"}


def sections(facts, model, drawn):
    """All that the template shows of a run.

    Args:
        facts: Its `Facts`.
        model: Its model, or None if it has no checkpoint.
        drawn: Function of a `Chart` or None that returns what the template shows of it.

    Returns:
        Dict of the template's names.
    """
    return live(facts, drawn) | {
        "networks": [] if model is None else networks.describe(model),
        "losses": losses.describe(facts.config),
    }


def live(facts, drawn):
    """Those of `sections` for which neither a model nor TensorFlow is loaded."""
    return {
        "facts": facts,
        "progress": progress(facts),
        "overview": overview(facts),
        "settings": sources.beside_sources(facts),
        "grids": grids(facts),
        "frames": frames(facts),
        "curves": [found for chart in curves(facts) if (found := drawn(chart))],
        "codes": codes(facts),
        "information": information(facts),
        "continuous": continuous(facts),
        "quality": quality(facts),
        "health": health(facts),
        "field": sources.field(facts),
        "held_out": facts.scores.get("test_images", "its"),
        "failure": ((facts.summary or {}).get("failure") or {}).get("quantity"),
        "discussion": remarks.discussion(facts),
        "commands": commands(facts),
        "demo": by_label(facts),
    }


def progress(facts):
    """`(name, text)` of how far a run is, and of the figures of its last point."""
    total = facts.total_steps
    rows = [("status", _status(facts)), ("training time", _time(facts.seconds))]
    newest = facts.metrics[-SPEED_POINTS:]
    if facts.status == RUNNING and len(newest) > 1:
        steps, seconds = (newest[-1][name] - newest[0][name] for name in ("step", "seconds"))
        if steps > 0 and seconds > 0:
            speed = facts.config.batch_size * steps / seconds
            rows.append(("speed", f"{speed:,.0f} images/s"))
            rows.append(("time left", _time((total - facts.step) * seconds / steps)))
    last = facts.metrics[-1] if facts.metrics else {}
    rows += [
        (label, finite(last[name]))
        for name, label in figures.PANELS.items()
        if name in last and name not in figures.PROBABILITIES
    ]
    return rows


def _status(facts):
    total = "" if facts.total_steps is None else f" of {facts.total_steps:,}"
    return f"{facts.status}, step {facts.step:,}{total}"


def overview(facts):
    """`(name, text)` of what was trained, on what, and how long."""
    config, scores = facts.config, facts.scores
    packages = facts.environment.get("packages", {})
    machine = ", ".join(facts.environment.get("gpus") or ()) or "no GPU"
    rows = [
        ("status", _status(facts)),
        ("preset", config.preset + (f": {facts.preset.source}" if facts.preset else "")),
        ("model", {"infogan": "InfoGAN", "gan": "GAN"}.get(config.model, "conditional GAN")),
        ("latents", config.latents),
        ("networks", config.networks),
        ("data", scores.get("dataset") or config.dataset or "not chosen"),
    ]
    if "train_images" in scores:
        count = f"{scores['train_images']:,} for training, {scores['test_images']:,} held out"
        rows.append(("images", count))
    rows += [
        ("generator loss", config.generator_loss.replace("_", " ")),
        ("seed", str(config.seed)),
        ("training time", _time(facts.seconds)),
        ("machine", f"{facts.environment.get('cpus', '?')} CPU cores, {machine}"),
        (
            "versions",
            ", ".join(f"{n} {packages[n]}" for n in ("tensorflow", "keras") if n in packages),
        ),
    ]
    return [(name, text) for name, text in rows if text]


def _time(seconds):
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def grids(facts):
    """The newest picture of each name: embedded, with `caption` and `text`."""
    found = []
    for name, steps in facts.pictures.items():
        kind = next((kind for kind in GRIDS if name == kind or name.startswith(f"{kind}-")), None)
        if kind is None:
            continue
        code = name.removeprefix(kind).removeprefix("-") or "c1"
        step, path = max(steps.items())
        caption = f"{GRIDS[kind].format(code=code)}. Step {step:,}."
        found.append(embedding.embed(embedding.load(path)) | {"kind": kind, "caption": caption})
    order = list(GRIDS)
    return sorted(found, key=lambda grid: order.index(grid["kind"]))


def frames(facts):
    """The first grid at several steps, from the same latents: embedded, with `step`, `printed`."""
    chosen = pictures.evenly(sorted(facts.first_pictures.items()), FRAMES)
    printed = {step for step, _ in pictures.evenly(chosen, PRINTED_FRAMES)}
    return [
        embedding.embed(embedding.load(path)) | {"step": step, "printed": step in printed}
        for step, path in chosen
    ]


def curves(facts):
    """The charts of a run; None in place of one that it has no points for."""
    rows = facts.metrics
    probability = objectives.get(facts.config.generator_loss).is_probability
    categorical = facts.latents.categorical
    entropy = facts.latents.entropy(categorical) if categorical else None
    limit = None if entropy is None else (entropy, f"H(c) = {entropy:.3f}")
    yield charts.of_rows(
        "Losses", "nats" if probability else "loss", rows, figures.losses(facts.latents)
    )
    if probability:
        title = "Mean probability of being real that D gives"
        yield charts.of_rows(title, "probability", rows, figures.PROBABILITIES)
    if categorical:
        title, labels = (
            "Information that Q reads of the categorical codes",
            {"information": "Q reads"},
        )
        yield charts.of_rows(title, "nats", rows, labels, limit)
        labels = {
            "code_accuracy": "Q on its own codes",
            "label_accuracy": "one-to-one, held-out images",
        }
        yield charts.of_rows("Accuracy", "accuracy", _with_accuracy(facts), labels)
    for name, label in QUALITY.items():
        points = [{"step": row["step"], name: row["generated"][name]} for row in facts.evaluations]
        yield charts.of_rows(f"Picture quality: {label}", label, points, {name: label})


def _with_accuracy(facts):
    """The lines of metrics.jsonl, and the accuracy on labels of those of evaluations.jsonl."""
    scored = [
        {"step": row["step"], "label_accuracy": row["codes"]["code_accuracy"]}
        for row in facts.evaluations
        if row["codes"].get("code_accuracy") is not None
    ]
    return [*facts.metrics, *scored]


def compared_curves(all_facts):
    """A chart for each of `PANELS`, a line a run."""
    for metric, title in figures.PANELS.items():
        lines = {}
        for facts in all_facts:
            probability = objectives.get(facts.config.generator_loss).is_probability
            points = {row["step"]: row[metric] for row in facts.metrics if metric in row}
            if points and (probability or metric not in figures.PROBABILITIES):
                lines[facts.name] = points
        if lines:
            yield charts.Chart(title[:1].upper() + title[1:], title.split(",")[0], lines)


def codes(facts):
    """Of each categorical code that was scored: scores, table, confusion and real images."""
    scores, found = facts.scores, []
    names = scores.get("label_names")
    confusions = scores.get("confusion") or {}
    several = len(facts.latents.categorical) > 1
    for name, own in scores_by_code(scores.get("codes") or {"code": None}).items():
        if own.get("code_accuracy") is None:
            continue
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
                    ("one-to-one accuracy", f"{own['code_accuracy']:.3f}"),
                    ("purity", f"{own['code_purity']:.3f}"),
                    ("NMI", f"{own['code_nmi']:.3f}"),
                    ("ARI", f"{own['code_ari']:.3f}"),
                    ("information about the label", f"{own['label_information']:.3f} nats"),
                ],
                "table": table,
                "confusion": _confusion(confusions.get(name), own["code_to_label"], names),
                "images": embedding.embed(embedding.load(path)) if path.exists() else None,
            }
        )
    return found


def _confusion(counts, code_to_label, names):
    """Head and rows of a confusion matrix, each cell `(count, share of its row)`; or None."""
    if counts is None:
        return None
    labels = [label_name(label, names) for label in range(len(counts))]
    if None in code_to_label.values():
        head = [*labels, "none"]
    else:
        head, counts = labels, [row[:-1] for row in counts]
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
        "properties": [_words(name) for name in PROPERTIES],
        "rows": [
            (
                name,
                _words(own["moves"]),
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


def _words(name):
    return name.replace("_", " ")


def health(facts):
    """The problems that the checks found, the last of each kind."""
    found = {}
    for row in facts.health:
        first = found.get(row["problem"], row)["first" if row["problem"] in found else "step"]
        found[row["problem"]] = row | {"first": first}
    return list(found.values())


def by_label(facts):
    """A row of the newest grid for each label: `(label, code value, picture)`; else of each code.

    Empty for a model without a categorical code.
    """
    grid = facts.first_pictures
    scored = facts.scores.get("codes") or {}
    table = scored.get("code_to_label")
    position = next(iter(facts.latents.categorical), None)
    conditional = facts.config.model == "conditional"
    if not grid or (position is None and not (conditional and table)):
        return []
    name = "c1" if position is None else facts.latents.names[position]
    count = len(table) if position is None else facts.latents.codes[position].num_values
    if scored.get("code") not in (name, None) or not table:
        table = None
    picture = embedding.load(max(grid.items())[1])
    found = []
    for value, row in enumerate(embedding.rows(picture, count)):
        label = table.get(str(value)) if table else None
        text = None if label is None else label_name(label, facts.scores.get("label_names"))
        found.append((text, value, embedding.embed(row)))
    return sorted(found, key=lambda one: (one[0] is None, one[0] or "", one[1]))


def commands(facts):
    """`(what it does, command)` to go on with the run."""
    run = shlex.quote(str(facts.run.path))
    imports = "".join(f" --import {shlex.quote(name)}" for name in facts.imports)
    if facts.status != FINISHED:
        return [("Resume the run", f"infogan train --resume {run}{imports}")]
    found = []
    if facts.config.max_steps is None and not facts.config.depends_on_length:
        longer = 2 * facts.config.epochs
        found.append(("Train longer", f"infogan train --resume {run}{imports} --epochs {longer}"))
    found.append(("Compute all scores", f"infogan evaluate {run}{imports}"))
    ask = "--grid"
    demo = [text for text, _, _ in by_label(facts) if text is not None]
    if demo:
        ask = f"--label {shlex.quote(demo[-1])}"
    found.append(("Draw images", f"infogan generate {run} {ask} --out images.png"))
    found.append(("Try it on a page", f"infogan demo {run}"))
    served = shlex.quote(str(facts.run.export.resolve()))
    docker = f"docker run -p 8501:8501 -v {served}:/models/generator -e MODEL_NAME=generator"
    found.append(("Serve it with TensorFlow Serving", f"{docker} tensorflow/serving"))
    return found


def finite(value):
    """A number with three digits, or a dash."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.3f}"


def headline(facts):
    """The figures of a run that runs are compared by, `{name: text}`."""
    last = facts.metrics[-1] if facts.metrics else {}
    found = {
        "status": facts.status,
        "steps": f"{facts.step:,}",
        "training time": _time(facts.seconds),
        "D's loss": finite(last.get("d_loss")),
        "G's loss": finite(last.get("g_loss")),
    }
    for name, own in scores_by_code(facts.scores.get("codes") or {"code": None}).items():
        if own.get("code_accuracy") is not None:
            found[f"one-to-one accuracy of {name}"] = f"{own['code_accuracy']:.3f}"
            found[f"purity of {name}"] = f"{own['code_purity']:.3f}"
    for name, value in facts.scores.get("information", {}).items():
        found[f"information of {name}, nats"] = finite(value["nats"])
    for name, own in facts.scores.get("continuous", {}).items():
        found[f"{name} moves"] = f"{_words(own['moves'])}, {own['rank_correlation']:.2f}"
    if facts.evaluation:
        generated = facts.evaluation["generated"]
        found |= {label: f"{generated[name]:.2f}" for name, label in QUALITY.items()}
    found["health"] = ", ".join(row["problem"] for row in health(facts)) or "good"
    return found
