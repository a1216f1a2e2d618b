"""Run directories as reports find them, without a training."""

import dataclasses

import numpy as np
import pytest

from keras_infogan.config import RunOptions
from keras_infogan.files import read_json, write_json, write_jsonl
from keras_infogan.latents import LatentSpec
from keras_infogan.pictures import save_grid
from keras_infogan.reports import charts
from keras_infogan.run_dir import RunDir

METRICS = {
    "d_loss": 1.3,
    "real_probability": 0.6,
    "g_loss": 0.7,
    "generated_probability_before": 0.4,
    "generated_probability_after": 0.45,
}
OF_INFOGAN = {
    "categorical_loss": 0.2,
    "continuous_loss": 1.9,
    "information": 2.1,
    "code_accuracy": 0.95,
}
PROPERTIES = {"slant": 0.97, "stroke_width": 0.1, "ink": 0.2, "width": 0.3, "height": 0.0}


def code_scores(num_values, ambiguous=None):
    return {
        "code_accuracy": 0.912,
        "code_purity": 0.923,
        "code_nmi": 0.8,
        "code_ari": 0.7,
        "label_information": 2.0,
        "codes_in_use": 1.0,
        "code_to_label": {str(value): (value + 3) % num_values for value in range(num_values)},
        "ambiguous_codes": ambiguous or {},
    }


def summary_of(config, steps):
    """A summary.json for the codes of a config."""
    latents = LatentSpec.from_text(config.latents)
    names = [latents.names[position] for position in latents.categorical]
    sizes = {name: latents.codes[latents.position(name)].num_values for name in names}
    codes = {"code": None, "code_accuracy": None, "code_to_label": None}
    each = {name: code_scores(size) for name, size in sizes.items()}
    if each:
        codes = {"code": names[0], **each[names[0]]}
    if len(each) > 1:
        codes |= {"each": each, "together": code_scores(3)}
    return {
        "preset": config.preset,
        "dataset": "mnist",
        "steps": steps,
        "epochs": 2.0,
        "seconds": 12.0,
        "train_images": 44,
        "test_images": 10,
        "label_names": None,
        "codes": codes,
        "confusion": {
            name: (10 * np.eye(size, size + 1, dtype=int)).tolist() for name, size in sizes.items()
        },
        "information": {
            name: {"nats": 2.1, "entropy": float(np.log(size)), "share": 0.91}
            for name, size in sizes.items()
        },
        "continuous": {
            latents.names[position]: {
                "moves": "slant",
                "rank_correlation": 0.97,
                "digits_at_0.8": 1.0,
                "rank_correlations": PROPERTIES,
            }
            for position in latents.continuous
        },
        "health": [],
    }


@pytest.fixture(scope="session", autouse=True)
def charts_drawn_once():
    """Most runs of these tests have the same curves; a chart follows from what it shows."""
    drawn, draw = {}, charts._svg

    def draw_once(*shown):
        if repr(shown) not in drawn:
            drawn[repr(shown)] = draw(*shown)
        return drawn[repr(shown)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "_svg", draw_once)
        yield


@pytest.fixture
def make_run(tmp_path, tiny_config):
    """A function: name and options of the config → a `RunDir` of 10 steps, finished or not."""

    def make(name="run", finished=True, health=(), channels=1, metrics=None, **options):
        config = dataclasses.replace(tiny_config, **options)
        run = RunDir(tmp_path / name)
        run.create()
        run.write_config(config, RunOptions())
        write_json(run.environment, {"cpus": 2, "gpus": [], "packages": {"keras": "3.15.1"}})
        latents = LatentSpec.from_text(config.latents)
        figures = METRICS | (OF_INFOGAN if config.model == "infogan" else {}) | (metrics or {})
        rows = [
            {"step": step, "epoch": step / 5, "seconds": float(step), **figures} for step in (5, 10)
        ]
        write_jsonl(run.metrics, rows)
        write_jsonl(run.health, health)
        draw_pictures(run, latents, channels)
        if finished:
            write_json(run.summary, summary_of(config, 10))
        return run

    return make


def draw_pictures(run, latents, channels):
    several = len(latents.categorical) > 1
    for step in (5, 10):
        for position in latents.categorical:
            of = f"-{latents.names[position]}" if several else ""
            table = np.zeros((latents.codes[position].num_values, 3, 8, 8, channels)) + step / 20
            save_grid(run.image(f"noise-by-code{of}", step), table)
            save_grid(run.image(f"codes-by-noise{of}", step), table.swapaxes(0, 1))
        for position in latents.continuous:
            save_grid(
                run.image(f"traversal-{latents.names[position]}", step),
                np.zeros((2, 3, 8, 8, channels)),
            )
        if not latents.codes:
            save_grid(run.image("samples", step), np.zeros((3, 3, 8, 8, channels)))


def evaluated(run):
    """Adds an evaluation.json of the run's last step."""
    summary = read_json(run.summary)
    generated = {name: 0.5 for name in ("precision", "recall", "density", "coverage")}
    scores = {name: summary[name] for name in ("codes", "confusion", "information", "continuous")}
    floor = {"floor": dict(generated), "frechet_floor": 1.2}
    generated |= {"frechet": 12.3, "extractor": "features", **floor}
    write_json(run.evaluation, {"step": 10, "dataset": "mnist", **scores, "generated": generated})


@pytest.fixture
def evaluate():
    """A function that adds an evaluation.json to a finished run."""
    return evaluated
