import types

import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.terms import HistoricalAveraging


def players(x, y):
    """A stand-in for a model in which G has one weight x and D one weight y."""
    x, y = tf.Variable(x), tf.Variable(y)
    generator = types.SimpleNamespace(trainable_variables=[x])
    return types.SimpleNamespace(d_variables=[y], generator=generator), x, y


def test_pull_to_the_mean_by_hand():
    model, x, y = players(1.0, 10.0)
    part = HistoricalAveraging(0.5)
    part.attach(model)
    assert float(part.d_loss(model, None)) == float(part.g_loss(model, None)) == 0.0
    for value, mean in ((3.0, 2.0), (5.0, 3.0), (3.0, 3.0)):
        x.assign(value)
        part.after_update(model)
        assert float(part.g_means[0]) == pytest.approx(mean)
    assert float(part.d_means[0]) == pytest.approx(10.0)
    # D's past counts from D's updates: 10, 4, and not three values of G's as well.
    y.assign(4.0)
    part.after_d_update(model)
    assert float(part.d_means[0]) == pytest.approx(7.0)
    assert float(part.g_means[0]) == pytest.approx(3.0)
    part.d_means[0].assign(10.0)
    x.assign(7.0)
    y.assign(8.0)
    with tf.GradientTape(persistent=True) as tape:
        d_loss, g_loss = part.d_loss(model, None), part.g_loss(model, None)
    # strength · (θ − mean)², of each player's own weights, and the slope 2 · strength · (θ − mean).
    assert (float(d_loss), float(g_loss)) == pytest.approx((0.5 * 4.0, 0.5 * 16.0))
    assert float(tape.gradient(d_loss, y)) == pytest.approx(-2.0)
    assert float(tape.gradient(g_loss, x)) == pytest.approx(4.0)
    assert tape.gradient(d_loss, x) is None and tape.gradient(g_loss, y) is None


def distance_after(part, steps=100, rate=0.2):
    """How far from 0 simultaneous steps of min over x, max over y of xy end, begun at (1, 0)."""
    model, x, y = players(1.0, 0.0)
    part.attach(model)

    @tf.function
    def step():
        with tf.GradientTape(persistent=True) as tape:
            g_loss = x * y + part.g_loss(model, None)
            d_loss = -x * y + part.d_loss(model, None)
        g_slope, d_slope = tape.gradient(g_loss, x), tape.gradient(d_loss, y)
        x.assign_sub(rate * g_slope)
        y.assign_sub(rate * d_slope)
        part.after_d_update(model)
        part.after_update(model)

    for _ in range(steps):
        step()
    return float(np.hypot(x, y))


def test_the_game_xy_circles_outward_without_it_and_settles_with_it():
    # Without: each step is a turn and a stretch by √(1 + 0.2²).
    assert distance_after(HistoricalAveraging(0.0)) == pytest.approx(1.04**50, rel=1e-3)
    assert distance_after(HistoricalAveraging(0.15)) < 0.05


def test_a_model_remembers_the_mean_of_both_players(tiny_gan, small_images, arrays):
    part = HistoricalAveraging(0.1)
    model = tiny_gan(part)
    history = {"d": [arrays(model.d_variables)], "g": [arrays(model.g_variables)]}
    for seed in range(2):
        model.train_step(small_images(5, seed))
        history["d"].append(arrays(model.d_variables))
        history["g"].append(arrays(model.g_variables))
    for means, past in ((part.d_means, history["d"]), (part.g_means, history["g"])):
        for mean, *values in zip(means, *past, strict=True):
            np.testing.assert_allclose(mean, np.mean(values, axis=0), atol=1e-6)
    assert part.trainable_variables == []


@pytest.mark.parametrize("settings", [dict(d_steps=3), dict(d_pretraining=2)])
def test_every_update_of_d_is_remembered(tiny_gan, small_images, arrays, settings):
    part = HistoricalAveraging(0.1)
    model = tiny_gan(part, **settings)
    past, update = [arrays(model.d_variables)], model._update_discriminator

    def spy(*given):
        values = update(*given)
        past.append(arrays(model.d_variables))
        return values

    model._update_discriminator = spy
    for seed in range(2):
        model.train_step(small_images(5, seed))
    for mean, *values in zip(part.d_means, *past, strict=True):
        np.testing.assert_allclose(mean, np.mean(values, axis=0), atol=1e-6)
    turns = 0 if "d_pretraining" in settings else 2
    assert (float(part.d_count), float(part.g_count)) == (len(past), 1 + turns)


@pytest.mark.parametrize(("player", "rate"), [("discriminator", 0.5), ("generator", 0.25)])
def test_an_update_follows_the_pull(tiny_gan, small_images, arrays, player, rate):
    """One away from the mean, it differs from that without by rate · 2 · strength."""
    moved = []
    for strength in (0.0, 0.1):
        part = HistoricalAveraging(strength)
        model = tiny_gan(part)
        for mean in part.d_means + part.g_means:
            mean.assign_sub(tf.ones_like(mean))
        update = getattr(model, f"_update_{player}")
        update(small_images(5), None, tf.constant(0), model._seeds(0))
        moved.append(arrays(model.d_variables if player == "discriminator" else model.g_variables))
    for without, pulled in zip(*moved, strict=True):
        np.testing.assert_allclose(pulled - without, -rate * 2 * 0.1, atol=1e-6)
