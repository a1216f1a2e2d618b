"""Runs that earlier versions wrote: kept from 93ccacb in tests/support, and rows of results."""

import collections
import io
import json
import shutil
import zipfile

import h5py
import numpy as np
import pytest
import tensorflow as tf
from comparing import assert_equal, largest_change, state

from keras_infogan import earlier, saving
from keras_infogan.config import RunConfig
from keras_infogan.run_dir import RunDir

KEPT = {"earlier_run": 120, "earlier_gan": 40}


@pytest.fixture(scope="module")
def kept(root):
    """A function: name → the `RunDir` of a kept run."""
    return lambda name: RunDir(root / "tests" / "support" / name)


@pytest.fixture(scope="module")
def loaded(kept):
    """`{name: model}` of the kept checkpoints."""
    return {name: saving.load_model(kept(name).latest_checkpoint()) for name in KEPT}


def arrays_in(run, group="/"):
    """Numbers that the run's checkpoint holds below a group, in order of their paths."""
    with zipfile.ZipFile(run.latest_checkpoint()) as archive:
        content = io.BytesIO(archive.read("model.weights.h5"))
    found = {}
    with h5py.File(content) as store:
        store[group].visititems(
            lambda name, item: (
                found.update({name: np.array(item)}) if isinstance(item, h5py.Dataset) else None
            )
        )
    return found


def counted(arrays):
    return collections.Counter(
        (np.shape(value), np.asarray(value, np.float64).tobytes()) for value in arrays
    )


# What a run directory says.


def test_a_config_is_read_in_the_words_of_today(kept):
    config = kept("earlier_run").read_config()
    assert config == RunConfig(
        preset="quick",
        networks="conv28(filters=2, units=8)",
        latents="normal(62) + cat(10) + 2*uniform(-1, 1)",
        dataset="mnist5k",
        epochs=100,
        max_steps=120,
        batch_size=64,
        d_learning_rate=0.0008,
        g_learning_rate=0.002,
        decay_from=0.5,
        information_warmup=0.67,
        real_information_weight=1.0,
        shear=0.4,
        scale=0.2,
        shift=2.0,
        terms=("historical_averaging", "r1(0.05)"),
        average_generator=0.999,
    )
    gan = kept("earlier_gan").read_config()
    assert (gan.model, gan.latents, gan.terms) == ("gan", "normal(100)", ())
    for one in (config, gan):
        assert RunConfig.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_options_are_read(kept):
    assert kept("earlier_run").read_options().sample_every == 60
    assert kept("earlier_gan").read_options().sample_every == 500


def test_metrics_have_the_names_of_today(kept):
    rows = kept("earlier_run").read_metrics()
    assert [row["step"] for row in rows] == [100, 120]
    assert rows[1]["information"] == -0.014142870903015137
    assert "mutual_information" not in rows[1]
    assert kept("earlier_gan").read_metrics()[0]["d_loss"] == 1.50395667552948


def test_a_summary_and_an_evaluation_hold_the_same_scores_under_the_same_names(kept):
    run = kept("earlier_run")
    summary, evaluation = run.read_summary(), run.read_evaluation()
    assert summary["codes"] == evaluation["codes"]
    assert summary["information"] == evaluation["information"]
    assert set(summary["continuous"]) == set(evaluation["continuous"]) == {"c2", "c3"}
    codes = summary["codes"]
    assert (codes["code"], codes["code_accuracy"]) == ("c1", 0.2)
    assert codes["label_information"] == 0.18026482485617293
    assert codes["code_to_label"]["1"] == 9
    assert (summary["generator_loss"], summary["health"]) == ("non_saturating", [])
    gone = {"mutual_information_nats", "continuous_codes", "generator_loss_kind"}
    assert not gone & {*summary, *codes} and "code_accuracy" not in summary


def test_a_summary_without_codes_is_read(kept):
    summary = kept("earlier_gan").read_summary()
    assert summary["codes"]["code"] is None and summary["codes"]["code_accuracy"] is None
    assert summary["information"] == summary["continuous"] == {}
    assert kept("earlier_gan").read_evaluation() is None


def test_the_environment_is_read(kept):
    assert kept("earlier_run").read_environment()["packages"]["keras"] == "3.15.1"


def test_what_is_of_today_passes_as_it_is(tiny_config):
    content = {"codes": {"code": "c2", "code_accuracy": 0.5}, "continuous": {}, "health": []}
    assert earlier.summary(content) == earlier.evaluation(content) == content
    assert not earlier.is_earlier_config(tiny_config.to_json())
    assert earlier.metrics_row({"step": 1, "information": 2.0}) == {"step": 1, "information": 2.0}


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (
            {"noise": 16, "noise_distribution": "uniform"},
            {"latents": "noise(16, uniform) + cat(10) + 2*uniform(-1, 1)"},
        ),
        (
            {"continuous_codes": 1, "learned_std": True, "categories": 4},
            {"latents": "normal(62) + cat(4) + uniform(-1, 1, std=None)"},
        ),
        ({"continuous_codes": 0}, {"latents": "normal(62) + cat(10)"}),
        ({"model": "conditional", "noise": 5}, {"latents": "normal(5)", "model": "conditional"}),
        ({"q_learning_rate": 1e-3}, {"q_learning_rate": 1e-3, "q_update": "own"}),
        (
            {"stabilizers": {"instance_noise": 0.2, "spectral_norm": None, "label_smoothing": 0.8}},
            {
                "transforms": ("instance_noise(0.2)",),
                "rewrites": ("spectral_norm",),
                "terms": ("label_smoothing(0.8)",),
            },
        ),
        ({"stabilizers": {"averaged_generator": 0.9}}, {"average_generator": 0.9}),
        ({"stabilizers": {"virtual_batch_norm": 8.0}}, {"rewrites": ("virtual_batch_norm(8)",)}),
    ],
)
def test_options_of_earlier_configs(content, options):
    config = RunConfig.from_json({"preset": "own", "networks": "conv28", **content})
    assert config == RunConfig(preset="own", **{"networks": "conv28", **options})


def test_every_row_of_the_results_is_read(root):
    rows = 0
    for path in (root / "results").glob("*/runs.jsonl"):
        for line in path.read_text().splitlines():
            row = json.loads(line)
            config = RunConfig.from_json(row["config"])
            assert (config.preset, config.seed) == (row["config"]["preset"], row["config"]["seed"])
            if earlier.is_earlier_config(row["config"]):
                assert str(row["config"]["noise"]) in config.latents
            code = "c1" if "cat(" in config.latents else None
            assert earlier.summary(row["summary"])["codes"]["code"] == code
            rows += 1
    assert rows > 20


# What a checkpoint holds.


@pytest.mark.parametrize("name", KEPT)
def test_a_checkpoint_is_loaded_with_every_number_that_it_holds(kept, loaded, name):
    model = loaded[name]
    expected = arrays_in(kept(name))
    del expected["vars/generated_probability_after"]  # is no metric of a step any more
    inside = {id(variable) for mean in model.metrics for variable in mean.variables}
    found = [np.array(v.numpy()) for v in model.variables if id(v) not in inside]
    for optimizer in (model.d_optimizer, model.g_optimizer):
        found += [np.array(variable.numpy()) for variable in optimizer.variables]
    assert counted(expected.values()) == counted([*found, *model.means.sums().values()])
    assert int(model.step.numpy()) == KEPT[name]


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("optimizer", ["d_optimizer", "g_optimizer"])
def test_an_optimizer_goes_on_where_it_stood(kept, loaded, name, optimizer):
    found = getattr(loaded[name], optimizer)
    expected = arrays_in(kept(name), f"{optimizer}/vars")
    for place, variable in enumerate(found.variables):
        np.testing.assert_array_equal(variable.numpy(), expected[str(place)])


def test_the_average_and_the_past_are_kept(kept, loaded):
    run, model = kept("earlier_run"), loaded["earlier_run"]
    assert model.average.decay == 0.999
    group = "layers/averaged_generator/averaged_generator"
    assert counted(arrays_in(run, group).values()) == counted(model.average.network.get_weights())
    assert largest_change(model.average.network.get_weights(), model.generator.get_weights()) > 0
    looks, past, r1 = model.terms
    assert (looks.weight, looks.transform, past.weight, r1.weight) == (1.0, None, 0.01, 0.05)
    saved = arrays_in(run, "layers/historical_averaging/vars")
    kept_now = [past.d_count, past.g_count, *past.d_means, *past.g_means]
    for place, variable in enumerate(kept_now):
        np.testing.assert_array_equal(variable.numpy(), saved[str(place)])


def test_settings_are_kept(loaded):
    model = loaded["earlier_run"]
    assert (model.q_update, model.information_warmup, model.trunk_learns_information) == (
        "generator",
        80,
        True,
    )
    assert model.latents.parameter_size == 12
    assert (model.transforms[0].shear, model.transforms[0].shift) == (0.4, 2.0)
    assert not loaded["earlier_gan"].terms and loaded["earlier_gan"].average is None


@pytest.mark.parametrize("name", KEPT)
def test_a_checkpoint_trains_on_and_is_saved_and_loaded_again(loaded, kept, name, tmp_path):
    path = shutil.copy(kept(name).latest_checkpoint(), tmp_path / "step.keras")
    model = saving.load_model(path)
    images = tf.random.stateless_uniform((8, 28, 28, 1), [0, 1], -1.0, 1.0)
    before = state(model)
    for _ in range(2):
        values = model.train_step(images)
    assert all(np.isfinite(float(value)) for value in values.values())
    assert int(model.step.numpy()) == KEPT[name] + 2
    assert largest_change(before, state(model)) > 0
    model.save(tmp_path / "again.keras")
    again = saving.load_model(tmp_path / "again.keras")
    assert_equal(state(model), state(again))
    for one in (model, again):
        one.train_step(images)
    assert_equal(state(model), state(again))
