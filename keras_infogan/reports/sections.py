"""Facts of a run → what each section of its report shows, ready for the template."""

import shlex

from keras_infogan import image_files, objectives, pictures
from keras_infogan.evaluation.health import summarize
from keras_infogan.evaluation.scores import label_name
from keras_infogan.figures.curves import PANELS, PROBABILITIES, chart, charts_of_run
from keras_infogan.reports import embedding, losses, networks, remarks, reported, scores, sources
from keras_infogan.reports.facts import FINISHED, RUNNING
from keras_infogan.text import duration

SERVING_IMAGE = "tensorflow/serving:2.21.0"  # as in export/serving/docker-compose.yml
FRAMES = 16  # of the animation
PRINTED_FRAMES = 4  # of them, on paper
SPEED_POINTS = 10  # of metrics.jsonl, over which the speed is measured
GRIDS = {
    "noise-by-code": "Rows: values of {code}; columns: noise",
    "codes-by-noise": "Rows: noise; columns: values of {code}",
    "samples": "Samples from different noise",
    "traversal": "{code} from its lowest to its highest value, all else fixed",
}


def sections(facts, model, drawn):
    """All that the template shows of a run.

    Args:
        facts: Its `Facts`.
        model: Its model, or None if it has no checkpoint.
        drawn: Function of a `Chart` that returns what the template shows of it.

    Returns:
        Dict of the template's names.
    """
    return live(facts, drawn) | {
        "networks": [] if model is None else networks.describe(model),
        "losses": losses.describe(facts.config),
    }


def live(facts, drawn):
    """Those of `sections` for which neither a model nor TensorFlow is loaded."""
    demo = by_label(facts)
    return {
        "facts": facts,
        "progress": progress(facts),
        "overview": overview(facts),
        "settings": sources.beside_sources(facts),
        "grids": grids(facts),
        "frames": frames(facts),
        "curves": [drawn(one) for one in curves(facts) if one],
        "codes": scores.codes(facts),
        "information": scores.information(facts),
        "continuous": scores.continuous(facts),
        "quality": scores.quality(facts),
        "health": summarize(facts.health),
        "field": reported.beside(facts),
        "held_out": facts.scores.get("test_images", "its"),
        "failure": ((facts.summary or {}).get("failure") or {}).get("quantity"),
        "discussion": remarks.discussion(facts),
        "commands": commands(facts, demo),
        "demo": demo,
    }


def progress(facts):
    """`(name, text)` of how far a run is, and of the figures of its last point."""
    total = facts.total_steps
    rows = [("status", _status(facts)), ("training time", duration(facts.seconds))]
    newest = facts.metrics[-SPEED_POINTS:]
    if facts.status == RUNNING and len(newest) > 1:
        steps, seconds = (newest[-1][name] - newest[0][name] for name in ("step", "seconds"))
        if steps > 0 and seconds > 0:
            speed = facts.config.batch_size * steps / seconds
            rows.append(("speed", f"{speed:,.0f} images/s"))
            rows.append(("time left", duration((total - facts.step) * seconds / steps)))
    last = facts.last_metrics
    rows += [
        (label, scores.finite(last[name]))
        for name, label in PANELS.items()
        if name in last and name not in PROBABILITIES
    ]
    return rows


def _status(facts):
    total = "" if facts.total_steps is None else f" of {facts.total_steps:,}"
    return f"{facts.status}, step {facts.step:,}{total}"


def _starts(facts):
    """How one of several starts was chosen, if there were several."""
    if facts.start is not None:
        yield "starts", f"{facts.start} of {facts.config.starts}, none chosen yet"
    found = facts.run.read_starts()
    if found is not None and found["chosen"] is not None:
        nats = [scores.finite(row["between_looks"]) for row in found["starts"]]
        yield (
            "starts",
            f"{found['chosen']} of {len(nats)}, chosen by the nats between two looks at training "
            f"images: {', '.join(nats)}",
        )


def overview(facts):
    """`(name, text)` of what was trained, on what, and how long."""
    config, reached = facts.config, facts.scores
    packages = facts.environment.get("packages", {})
    machine = ", ".join(facts.environment.get("gpus") or ()) or "no GPU"
    rows = [
        ("status", _status(facts)),
        ("preset", config.preset + (f": {facts.preset.source}" if facts.preset else "")),
        ("model", {"infogan": "InfoGAN", "gan": "GAN"}.get(config.model, "conditional GAN")),
        ("latents", config.latents),
        ("networks", config.networks),
        ("data", reached.get("dataset") or config.dataset or "not chosen"),
    ]
    if "train_images" in reached:
        count = f"{reached['train_images']:,} for training, {reached['test_images']:,} held out"
        rows.append(("images", count))
    rows += [
        ("generator loss", config.generator_loss.replace("_", " ")),
        ("seed", str(config.seed)),
        *_starts(facts),
        ("training time", duration(facts.seconds)),
        ("machine", f"{facts.environment.get('cpus', '?')} CPU cores, {machine}"),
        (
            "versions",
            ", ".join(f"{n} {packages[n]}" for n in ("tensorflow", "keras") if n in packages),
        ),
    ]
    return [(name, text) for name, text in rows if text]


def grids(facts):
    """The newest picture of each name: embedded, with `kind` and `caption`."""
    found = []
    for name, steps in facts.pictures.items():
        kind = next((kind for kind in GRIDS if name == kind or name.startswith(f"{kind}-")), None)
        if kind is None:
            continue
        code = name.removeprefix(kind).removeprefix("-") or "c1"
        step, path = max(steps.items())
        caption = f"{GRIDS[kind].format(code=code)}. Step {step:,}."
        found.append(embedding.embed(image_files.load(path)) | {"kind": kind, "caption": caption})
    order = list(GRIDS)
    return sorted(found, key=lambda grid: order.index(grid["kind"]))


def frames(facts):
    """The first grid at several steps, from the same latents: embedded, with `step`, `printed`."""
    chosen = pictures.evenly(sorted(facts.first_pictures.items()), FRAMES)
    printed = {step for step, _ in pictures.evenly(chosen, PRINTED_FRAMES)}
    return [
        embedding.embed(image_files.load(path)) | {"step": step, "printed": step in printed}
        for step, path in chosen
    ]


def curves(facts):
    """The charts of a run; None in place of one that it has no points for."""
    is_probability = objectives.get(facts.config.generator_loss).is_probability
    yield from charts_of_run(facts.metrics, facts.latents, is_probability).values()
    if facts.latents.categorical:
        labels = {
            "code_accuracy": "Q on its own codes",
            "label_accuracy": "one-to-one, held-out images",
        }
        yield chart("Accuracy", "accuracy", _with_accuracy(facts), labels)
    for name, label in scores.QUALITY.items():
        points = [{"step": row["step"], name: row["generated"][name]} for row in facts.evaluations]
        yield chart(f"Picture quality: {label}", label, points, {name: label})


def _with_accuracy(facts):
    """The lines of metrics.jsonl, and the accuracy on labels of those of evaluations.jsonl."""
    scored = [
        {"step": row["step"], "label_accuracy": row["codes"]["code_accuracy"]}
        for row in facts.evaluations
        if row["codes"].get("code_accuracy") is not None
    ]
    return [*facts.metrics, *scored]


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
    picture = image_files.load(max(grid.items())[1])
    found = []
    for value, row in enumerate(embedding.rows(picture, count)):
        label = table.get(str(value)) if table else None
        text = None if label is None else label_name(label, facts.scores.get("label_names"))
        found.append((label, (text, value, embedding.embed(row))))
    found.sort(key=lambda one: (one[0] is None, one[0] or 0))  # values of a label stay in order
    return [shown for _, shown in found]


def commands(facts, demo):
    """`(what it does, command)` to go on with the run, whose `by_label` is `demo`."""
    run = shlex.quote(str(facts.run.path))
    imports = "".join(f" --import {shlex.quote(name)}" for name in facts.imports)
    if facts.status != FINISHED:
        return [("Resume the run", f"infogan train --resume {run}{imports}")]
    found = []
    if facts.config.max_steps is None and not facts.config.depends_on_length:
        longer = 2 * facts.config.epochs
        found.append(("Train longer", f"infogan train --resume {run}{imports} --epochs {longer}"))
    found.append(("Compute all scores", f"infogan evaluate {run}{imports}"))
    labels = [text for text, _, _ in demo if text is not None]
    ask = f"--label {shlex.quote(labels[-1])}" if labels else "--grid"
    found.append(("Draw images", f"infogan generate {run} {ask} --out images.png"))
    if facts.config.model != "gan":  # which has no codes to choose
        found.append(("Try it on a page", f"infogan demo {run}"))
    served = shlex.quote(str(facts.run.export.resolve()))
    # On this machine only: the server has no authentication.
    docker = f"docker run -p 127.0.0.1:8501:8501 -v {served}:/models/generator"
    docker += f" -e MODEL_NAME=generator {SERVING_IMAGE}"
    found.append(("Serve it with TensorFlow Serving", docker))
    return found
