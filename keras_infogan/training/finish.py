"""The end of a run: scores, export, summary.json, report.html."""

from keras_infogan import checkpoints, files
from keras_infogan.data import pipeline
from keras_infogan.errors import UserError
from keras_infogan.evaluation.codes import evaluate_codes, read_codes
from keras_infogan.evaluation.complete import confusions
from keras_infogan.evaluation.continuous import code_meanings
from keras_infogan.evaluation.health import summarize
from keras_infogan.evaluation.illustrations import save_illustrations
from keras_infogan.evaluation.information import information
from keras_infogan.evaluation.scores import code_table
from keras_infogan.reports import page
from keras_infogan.run_dir import seconds_elsewhere
from keras_infogan.serving import about
from keras_infogan.serving.saved_model import export_model
from keras_infogan.serving.versions import altered_file, versions
from keras_infogan.terms.gradient_penalty import GradientPenalty
from keras_infogan.text import duration

BATCH_NORM_IMAGES = 5000  # over which D's and Q's statistics are computed anew
REPORT = "report.html"
REAL_IMAGES = 1000  # whose spread is the unit of what continuous codes move
MEANING = ("moves", "rank_correlation", "digits_at_0.8", "rank_correlations")


def finish(run, model, plan, seconds):
    """Scores, exports and sums up a run that has reached its end; says so.

    Args:
        run: A `RunDir`.
        model: The trained model.
        plan: The run's `Plan`.
        seconds: Seconds that the training took.

    Returns:
        The summary, also in summary.json.
    """
    steps = int(model.step.numpy())
    done = run.read_summary()
    if done is not None and done.get("steps") == steps and not run.has_failed():
        print(f"{run.path} had finished: nothing is scored or exported again.")
        if not (run.path / REPORT).exists():
            _report(run, model)
        return done
    config, data = plan.config, plan.data
    if model.reads_codes:
        _recompute_batch_norm(run, model, plan)
    real_images = pipeline.sample_images(data.test_images, REAL_IMAGES, config.image_size)
    meanings = code_meanings(model, real_images, config.seed)
    test_codes = read_codes(model, data.test_images)
    codes = evaluate_codes(model, data, test_codes)
    summary = {
        "status": "finished",
        **_facts(run, plan, steps, seconds),
        "images_per_second": round(steps * config.batch_size / max(seconds, 1e-9), 1),
        "codes": codes,
        "confusion": confusions(codes, test_codes, data),
        "information": information(model, seed=config.seed),
        "continuous": {
            name: {key: meaning[key] for key in MEANING} for name, meaning in meanings.items()
        },
        "health": summarize(files.read_jsonl(run.health)),
    }
    facts = {
        "config": config.to_json(),
        "summary": summary,
        "environment": run.read_environment() or {},
    }
    exported = _exported_before(run, steps) or export_model(model, run.export, facts)
    files.make_directory(run.evaluation_pictures)
    save_illustrations(run.evaluation_pictures, model, data, summary, config.seed, test_codes)
    files.write_json(run.summary, summary)
    report = _report(run, model)
    print(f"Trained {steps} steps in {duration(summary['seconds'])}; SavedModel in {exported}.")
    _print_scores(summary)
    if report is not None:
        print(f"Report: {report}", flush=True)
    return summary


def _recompute_batch_norm(run, model, plan):
    """Lets the model, and the run's last checkpoint, read images with statistics of real ones.

    Training does not depend on them: a run that goes on averages anew, up to its new end. With a
    gradient penalty it does, so that they stay as they are there.
    """
    if any(isinstance(term, GradientPenalty) for term in model.all_terms()):
        return
    config = plan.config
    images = pipeline.sample_images(plan.data.train_images, BATCH_NORM_IMAGES, config.image_size)
    model.recompute_batch_norm(images, config.batch_size)
    checkpoints.save(run.checkpoint(int(model.step.numpy())), model.save, run.logs)


def _exported_before(run, steps):
    """The version that was exported at this step, if the run was killed before its summary."""
    found = versions(run.export) if run.export.is_dir() else []
    newest = run.export / str(max(found, default=0))
    try:
        same = about.read(newest)["summary"].get("steps") == steps
        return newest if same and altered_file(newest) is None else None
    except (OSError, ValueError):
        return None


def fail(run, plan, error):
    """Writes the summary.json and the report of a run that diverged.

    Args:
        run: A `RunDir`.
        plan: The run's `Plan`.
        error: The `DivergedError`.
    """
    rows = run.read_metrics()
    summary = {
        "status": "failed",
        "failure": {"step": error.step, "quantity": error.quantity},
        **_facts(run, plan, error.step, rows[-1].get("seconds", 0.0) if rows else 0.0),
        "health": summarize(files.read_jsonl(run.health)),
    }
    files.write_json(run.summary, summary)
    _report(run, None)


def _facts(run, plan, steps, seconds):
    """What a summary says of a run, whatever became of it."""
    config, data = plan.config, plan.data
    begun = run.read_starts()
    return {
        "preset": config.preset,
        "dataset": data.name,
        "seed": config.seed,
        "epochs": round(steps / plan.steps_per_epoch, 2),
        "steps": steps,
        "seconds": round(seconds + seconds_elsewhere(begun), 1),
        **({} if begun is None else {"starts": begun}),
        "restarts": len(files.read_jsonl(run.restarts)),
        "generator_loss": config.generator_loss,
        "train_images": len(data.train_images),
        "test_images": len(data.test_images),
        "label_names": data.label_names,
    }


def _report(run, model):
    """Path of the report that it writes; None if it cannot, and says why.

    Without a model it takes the run's last checkpoint, if there is one.
    """
    path = run.path / REPORT
    try:
        page.write(path, [run.path], models={run.path: model} if model else None)
    except UserError as error:  # no reason to lose the run
        print(f"No report: {error}", flush=True)
        return None
    return path


def _print_scores(summary):
    codes = summary["codes"]
    if codes["code_accuracy"] is None:
        return
    print(
        f"On {summary['test_images']} held-out images: one-to-one accuracy "
        f"{codes['code_accuracy']:.3f}, purity {codes['code_purity']:.3f}, information between "
        f"code and label {codes['label_information']:.3f} nats.\n"
        f"Code → label: {code_table(codes['code_to_label'], summary['label_names'])}.",
        flush=True,
    )
