"""An InfoGAN as a Keras model: fit, evaluate, call and generate."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from comparing import assert_all_differ, assert_equal
from infogans import (
    BATCH,
    METRICS,
    NETWORKS,
    sigmoid,
)


@pytest.fixture(scope="module")
def plain_fit(tiny_model, tiny_images, arrays):
    """Weights, history and logs seen by a callback after one epoch of four steps."""
    model = tiny_model()
    seen = []
    callback = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(dict(logs))
    )
    history = model.fit(
        tiny_images(4 * BATCH), batch_size=BATCH, shuffle=False, callbacks=[callback], verbose=0
    )
    return {"model": model, "variables": arrays(model.variables), "logs": seen, "history": history}


def test_a_callback_sees_running_means(plain_fit):
    logs = plain_fit["logs"]
    assert [sorted(entry) for entry in logs] == [sorted(METRICS)] * 4
    last = {name: values[-1] for name, values in plain_fit["history"].history.items()}
    assert last == pytest.approx({name: float(value) for name, value in logs[-1].items()})
    assert logs[0]["d_loss"] != logs[-1]["d_loss"]


def test_fit_runs_one_step_a_batch(plain_fit):
    assert int(plain_fit["model"].step.numpy()) == 4
    assert np.isfinite(plain_fit["history"].history["d_loss"][0])


def test_steps_per_execution_computes_the_same(plain_fit, tiny_model, tiny_images, arrays):
    model = tiny_model(steps_per_execution=2)
    model.fit(tiny_images(4 * BATCH), batch_size=BATCH, shuffle=False, verbose=0)
    assert int(model.step.numpy()) == 4
    for one, other in zip(plain_fit["variables"], arrays(model.variables), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_pairs_with_labels_compute_the_same_as_images_alone(
    plain_fit, tiny_model, tiny_images, arrays
):
    model = tiny_model()
    garbage = np.full((4 * BATCH, 3), np.nan, np.float32)
    dataset = tf.data.Dataset.from_tensor_slices((tiny_images(4 * BATCH), garbage)).batch(BATCH)
    before = arrays(model.variables)
    model.fit(dataset, shuffle=False, verbose=0)
    after = arrays(model.variables)
    # Not to the bit: TensorFlow fuses other operations in a graph that has one input more.
    for one, other in zip(plain_fit["variables"], after, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-3)
    assert max(np.abs(x - y).max() for x, y in zip(before[:8], after[:8], strict=True)) > 2e-2


def test_validation_adds_its_figures_and_disturbs_nothing(
    plain_fit, tiny_model, tiny_images, arrays
):
    model = tiny_model()
    history = model.fit(
        tiny_images(4 * BATCH),
        batch_size=BATCH,
        shuffle=False,
        validation_data=(tiny_images(2 * BATCH, seed=1), np.zeros(2 * BATCH)),
        validation_batch_size=BATCH,
        verbose=0,
    ).history
    assert sorted(history) == sorted(METRICS + [f"val_{name}" for name in METRICS])
    assert all(np.isfinite(values).all() for values in history.values())
    assert history["d_loss"] == plain_fit["history"].history["d_loss"]
    trackers = {id(v) for metric in model.metrics for v in metric.variables}
    kept = [index for index, v in enumerate(model.variables) if id(v) not in trackers]
    after = arrays(model.variables)
    assert_equal([plain_fit["variables"][i] for i in kept], [after[i] for i in kept])


def test_xla_compiles_the_step_and_draws_what_the_graph_draws(
    plain_fit, tiny_model, tiny_images, arrays
):
    model = tiny_model(jit_compile=True)
    assert model.jit_compile is True
    networks = {name: getattr(model, name).trainable_variables[0] for name in NETWORKS}
    before = arrays(networks.values())
    images = tiny_images(4 * BATCH)[: 2 * BATCH]
    history = model.fit(images, batch_size=BATCH, shuffle=False, verbose=0).history
    assert int(model.step.numpy()) == 2
    for name, value in plain_fit["logs"][1].items():  # of the same two steps
        assert history[name] == [pytest.approx(float(value), abs=1e-3)], name
    assert_all_differ(before, arrays(networks.values()))
    for values in history.values():
        assert np.isfinite(values).all()
    assert history["information"][0] == pytest.approx(
        math.log(10) - history["categorical_loss"][0], abs=1e-5
    )
    compiled, graph = (evaluated(model, images, jit_compile) for jit_compile in (True, False))
    assert compiled == pytest.approx(graph, abs=1e-3)


def evaluated(model, images, jit_compile):
    """What `evaluate` gives, compiled by XLA or not."""
    model.jit_compile = jit_compile
    model.make_test_function(force=True)
    return model.evaluate(images, batch_size=BATCH, return_dict=True, verbose=0)


def test_evaluate_changes_no_weight_and_repeats_itself(plain_fit, tiny_images, arrays):
    model = plain_fit["model"]
    weights = model.weights + model.d_optimizer.variables + model.g_optimizer.variables
    before = arrays(weights)
    images = tiny_images(3 * BATCH, seed=2)
    first, second = (
        model.evaluate(images, batch_size=BATCH, return_dict=True, verbose=0) for _ in range(2)
    )
    assert first == second
    assert_equal(before, arrays(weights))
    assert sorted(first) == sorted(METRICS)
    features = model.trunk(images, training=False)
    real = sigmoid(model.discriminator(features, training=False)).numpy()
    assert first["real_probability"] == pytest.approx(real.mean(), abs=1e-5)


def test_evaluate_draws_other_latents_for_each_batch(plain_fit, tiny_images):
    model = plain_fit["model"]
    images = tiny_images(BATCH, seed=2)
    one = model.evaluate(images, batch_size=BATCH, return_dict=True, verbose=0)
    twice = model.evaluate(
        np.concatenate([images, images]), batch_size=BATCH, return_dict=True, verbose=0
    )
    assert one["real_probability"] == pytest.approx(twice["real_probability"], abs=1e-6)
    assert one["generated_probability_before"] != twice["generated_probability_before"]


def test_call_reads_images_with_d_and_q(tiny_model, real_images):
    model = tiny_model()
    read = model(real_images)
    assert {name: tuple(value.shape) for name, value in read.items()} == {
        "discriminator_logits": (BATCH, 1),
        "code_parameters": (BATCH, 11),
    }
    features = model.trunk(real_images, training=False)
    np.testing.assert_allclose(
        read["code_parameters"], model.recognizer(features, training=False), atol=1e-6
    )


def test_generate_runs_the_generator_in_inference_mode(tiny_model):
    model = tiny_model()
    latents = model.latents.fixed(3, seed=1)
    images = model.generate(latents)
    assert isinstance(images, np.ndarray) and images.shape == (3, 8, 8, 1)
    np.testing.assert_allclose(images, model.generator(latents, training=False), atol=1e-6)
    assert np.abs(images - model.generator(latents, training=True)).max() > 1e-3


def test_generate_keeps_the_shape_of_a_table_of_latents(tiny_model):
    model = tiny_model()
    table = model.latents.code_table(3)
    images = model.generate(table)
    assert images.shape == (10, 3, 8, 8, 1)
    np.testing.assert_allclose(images[7], model.generate(table[7]), atol=1e-6)
