"""From a RunConfig to a finished run directory."""

import dataclasses
import json
import os
import sys

import numpy as np
import tensorflow as tf

from keras_infogan.serving.saved_model import export_model
from keras_infogan.training import environment, resuming
from keras_infogan import files, run_dir
from keras_infogan.training.assembly import build_model, check_labels, check_names, num_labels
from keras_infogan.training.callbacks.checkpoints import Checkpoints
from keras_infogan.training.callbacks.console import Console, readable
from keras_infogan.training.callbacks.curves import Curves
from keras_infogan.training.callbacks.evaluation import Evaluation
from keras_infogan.training.callbacks.health import Health
from keras_infogan.training.callbacks.metrics_log import MetricsLog
from keras_infogan.training.callbacks.sample_grids import SampleGrids
from keras_infogan.training.callbacks.stop_on_signal import StopOnSignal
from keras_infogan.training.callbacks.tensor_board import TensorBoardEvents
from keras_infogan.config import RunConfig
from keras_infogan.data import pipeline, sources
from keras_infogan.evaluation.codes import evaluate_codes
from keras_infogan.evaluation.continuous import code_meanings
from keras_infogan.evaluation.information import information
from keras_infogan.evaluation.scores import code_table
from keras_infogan.saving import load_model

FASTER = (
    "That is over two hours without a GPU. Faster: --preset quick (minutes), "
    "--preset paper (28×28), or fewer --epochs."
)


def plan(config, data_dir=None):
    """What a run would do, in words; writes nothing."""
    data, model = _prepare(config, data_dir)
    per_epoch = pipeline.steps_per_epoch(len(data.train_images), config.batch_size)
    lines = [] if data.note is None else [data.note]
    lines += [f"{name}: {value}" for name, value in config.to_json().items()]
    lines.append(
        f"data: {data.name}, {len(data.train_images)} training and {len(data.test_images)} test "
        f"images; epochs of {per_epoch} steps, {config.total_steps(per_epoch)} steps in all"
    )
    for name in ("generator", "trunk", "discriminator", "recognizer"):
        if not hasattr(model, name):
            continue
        weights = getattr(model, name).trainable_weights
        lines.append(f"{name}: {sum(weight.shape.num_elements() for weight in weights):,} weights")
    return "\n".join(lines)


def train(
    config,
    path,
    data_dir=None,
    sample_every=500,
    checkpoint_every=60.0,
    evaluate_every=None,
    tensorboard=False,
):
    """Begins a run.

    Args:
        config: A `RunConfig`.
        path: The run's directory, which must not hold one yet.
        data_dir: Where tensorflow-datasets keeps its sets.
        sample_every: Steps between pictures.
        checkpoint_every: Seconds between checkpoints.
        evaluate_every: Epochs between evaluations; None for none on the way.
        tensorboard: Whether to write events for TensorBoard too.

    Returns:
        The summary as a dict, or the signal that stopped the run early.

    Raises:
        UserError: If the input cannot be used; nothing is written then.
    """
    run = run_dir.RunDir(path)
    data, model = _prepare(config, data_dir)
    run.create()
    if data.note:
        print(data.note, flush=True)
    content = {
        **dataclasses.replace(config, dataset=data.name).to_json(),
        "run": {
            "data_dir": data_dir and os.path.abspath(data_dir),
            "data_note": data.note,
            "sample_every": sample_every,
            "checkpoint_every": checkpoint_every,
            "evaluate_every": evaluate_every,
            "tensorboard": tensorboard,
        },
    }
    files.write_json(run.environment, environment.describe())
    return _go_on(run, data, content, model)


def resume(path, overrides=None, data_dir=None):
    """Goes on with a run from its last checkpoint, or from the start if it has none.

    Args:
        path: The run's directory.
        overrides: See `resuming.check`.
        data_dir: Where tensorflow-datasets keeps its sets now; as before by default.

    Returns:
        As `train`.

    Raises:
        UserError: As `resuming.check`, or if the data cannot be had.
    """
    config = resuming.check(path, overrides or {})
    run = run_dir.RunDir(path)
    content = run.read_config()
    data = _load(config, data_dir or content["run"]["data_dir"])
    return _go_on(run, data, {**content, **config.to_json()})


def _prepare(config, data_dir):
    """The data and a new model, or a UserError before anything is written."""
    check_names(config)
    data = _load(config, data_dir)
    check_labels(config, data)
    return data, _new_model(config, data)


def _new_model(config, data):
    per_epoch = pipeline.steps_per_epoch(len(data.train_images), config.batch_size)
    return build_model(
        config, data.train_images.shape[-1], config.total_steps(per_epoch), num_labels(data)
    )


def _load(config, data_dir):
    return sources.load(config.dataset, data_dir, config.image_size, config.channels, config.crop)


def _go_on(run, data, content, model=None):
    """Trains a run from wherever it stands to its end; `content` becomes its config.json."""
    options = content["run"]
    config = RunConfig.from_json({name: content[name] for name in content if name != "run"})
    per_epoch = pipeline.steps_per_epoch(len(data.train_images), config.batch_size)
    total_steps = config.total_steps(per_epoch)

    checkpoint = run.latest_checkpoint()
    if checkpoint is not None:
        model = load_model(checkpoint)
    elif model is None:
        model = _new_model(config, data)
    # A directory with a config.json is a run, and can be resumed: not before there is a model.
    files.write_json(run.config, content)
    for part in run.checkpoints.glob(".part-*"):
        part.unlink()  # of a process that was killed while it saved
    first_step = int(model.step.numpy())
    rows = files.read_jsonl(run.metrics, up_to_step=first_step)

    log = MetricsLog(
        run.metrics,
        per_epoch,
        seconds=rows[-1]["seconds"] if rows else 0.0,
        last_step=total_steps,
    )
    checkpoints = Checkpoints(run, options["checkpoint_every"])
    grids = SampleGrids(run, options["sample_every"], seed=config.seed)
    curves = Curves(run, options["sample_every"], log)
    interactive = sys.stdout.isatty()
    console = Console(
        total_steps,
        per_epoch,
        config.batch_size,
        faster=None if tf.config.list_physical_devices("GPU") else FASTER,
        line_seconds=None if interactive else 10.0,
    )
    stop = StopOnSignal()
    health = Health(run.health, data, log, options["sample_every"], config.seed)
    evaluations = []
    if every := options.get("evaluate_every"):
        evaluations = [Evaluation(run.evaluations, data, every, per_epoch, config.seed)]
    events = [TensorBoardEvents(run, log, grids)] if options.get("tensorboard") else []
    # The curves and the health check read what the log has written.
    callbacks = [console, log, curves, health, grids, *events, *evaluations, checkpoints, stop]
    print(
        f"{run.path}: {config.preset} on {data.name}, seed {config.seed}, generator loss "
        f"{config.generator_loss}, step {first_step} of {total_steps}."
        + (" It learns from labels." if model.learns_labels else ""),
        flush=True,
    )
    try:
        _fit(model, data, config, total_steps, callbacks, verbose=1 if interactive else 0)
        if int(model.step.numpy()) > first_step:
            for callback in (checkpoints, grids, curves):
                callback.save()
    finally:
        stop.restore()

    step = int(model.step.numpy())
    if step < total_steps and stop.received is not None:
        print(
            f"Stopped by {stop.received.name} at step {step} of {total_steps}. Go on with:\n"
            f"python train.py --resume {run.path}",
            flush=True,
        )
        return stop.received
    return _finish(run, model, data, config, per_epoch, log.seconds, health.summary())


def _fit(model, data, config, total_steps, callbacks, verbose):
    """`model.fit` from the model's step to the end, through the rest of a begun epoch first."""
    per_epoch = pipeline.steps_per_epoch(len(data.train_images), config.batch_size)
    labels = None
    if model.learns_labels:
        labels = np.searchsorted(np.unique(data.train_labels), data.train_labels)
    while (step := int(model.step.numpy())) < total_steps and not model.stop_training:
        epoch, offset = divmod(step, per_epoch)
        whole_epochs = 0 if offset else (total_steps - step) // per_epoch
        model.fit(
            pipeline.training_batches(
                data.train_images, config.image_size, config.batch_size, config.seed, step, labels
            ),
            initial_epoch=epoch,
            epochs=epoch + max(whole_epochs, 1),
            steps_per_epoch=per_epoch
            if whole_epochs
            else min(per_epoch - offset, total_steps - step),
            callbacks=callbacks,
            shuffle=False,  # the pipeline has shuffled
            verbose=verbose,
        )


def _finish(run, model, data, config, per_epoch, seconds, problems):
    """Scores, exports and sums up a run that has reached its end."""
    steps = int(model.step.numpy())
    done = run.read_summary()
    if done is not None and done.get("steps") == steps:
        print(f"{run.path} had finished: nothing is scored or exported again.")
        return done
    scores = evaluate_codes(model, data)
    real_images = pipeline.sample_images(data.test_images, 1000, config.image_size)
    meanings = code_meanings(model, real_images, config.seed)
    summary = {
        "preset": config.preset,
        "dataset": data.name,
        "seed": config.seed,
        "epochs": round(steps / per_epoch, 2),
        "steps": steps,
        "seconds": round(seconds, 1),
        "images_per_second": round(steps * config.batch_size / max(seconds, 1e-9), 1),
        "generator_loss_kind": config.generator_loss,
        "train_images": len(data.train_images),
        "test_images": len(data.test_images),
        "label_names": data.label_names,
        **scores,
        "information": information(model, seed=config.seed),
        "continuous_codes": {
            name: {key: meaning[key] for key in ("moves", "rank_correlation", "digits_at_0.8")}
            for name, meaning in meanings.items()
        },
        "health": problems,
    }
    about = {
        "config": run.read_config(),
        "summary": summary,
        "environment": json.loads(run.environment.read_text()),
    }
    exported = export_model(model, run.export, about)
    files.write_json(run.summary, summary)
    print(f"Trained {steps} steps in {readable(seconds)}; SavedModel in {exported}.")
    if scores["code_accuracy"] is not None:
        print(
            f"On {len(data.test_images)} held-out images: one-to-one accuracy "
            f"{scores['code_accuracy']:.3f}, purity {scores['code_purity']:.3f}, information "
            f"between code and label {scores['mutual_information_nats']:.3f} nats.\n"
            f"Code → label: {code_table(scores['code_to_label'], data.label_names)}.",
            flush=True,
        )
    return summary
