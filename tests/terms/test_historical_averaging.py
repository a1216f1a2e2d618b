import types

import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.models.update import step_seeds
from keras_infogan.terms.historical_averaging import HistoricalAveraging


def players(x, y):
    """A stand-in for a model in which G has one weight x and D one weight y."""
    x, y = tf.Variable(x), tf.Variable(y)
    generator, trunk, discriminator = (
        types.SimpleNamespace(trainable_variables=own) for own in ([x], [], [y])
    )
    model = types.SimpleNamespace(generator=generator, trunk=trunk, discriminator=discriminator)
    return model, x, y


def test_pull_to_the_mean_by_hand():
    model, x, y = players(1.0, 10.0)
    part = HistoricalAveraging(0.5)
    part.attach(model)
    assert float(part.d_loss(model, None)) == float(part.g_loss(model, None)) == 0.0
    # Each loss is measured from the mean of all weights so far, the present ones among them.
    for value, mean in ((3.0, 2.0), (5.0, 3.0)):
        x.assign(value)
        loss = float(part.g_loss(model, None))
        assert float(part.g_means[0]) == pytest.approx(mean)
        assert loss == pytest.approx(0.5 * (value - mean) ** 2)
    # D's past counts from D's updates: 10, 4, and not three values of G's as well.
    y.assign(4.0)
    x.assign(7.0)
    with tf.GradientTape(persistent=True) as tape:
        d_loss, g_loss = part.d_loss(model, None), part.g_loss(model, None)
    assert (float(part.d_means[0]), float(part.g_means[0])) == (7.0, 4.0)
    # strength · (θ − mean)², of each player's own weights, and the slope 2 · strength · (θ − mean).
    assert (float(d_loss), float(g_loss)) == pytest.approx((0.5 * 9.0, 0.5 * 9.0))
    assert float(tape.gradient(d_loss, y)) == pytest.approx(-3.0)
    assert float(tape.gradient(g_loss, x)) == pytest.approx(3.0)
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

    for _ in range(steps):
        step()
    return float(np.hypot(x, y))


def test_the_game_xy_circles_outward_without_it_and_settles_with_it():
    # Without: each step is a turn and a stretch by √(1 + 0.2²).
    assert distance_after(HistoricalAveraging(0.0)) == pytest.approx(1.04**50, rel=1e-3)
    assert distance_after(HistoricalAveraging(0.15)) < 0.05


@pytest.mark.parametrize(
    ("settings", "counts"), [({}, (3, 3)), ({"d_steps": 3}, (9, 3)), ({"d_pretraining": 2}, (3, 1))]
)
def test_a_model_remembers_the_mean_of_the_weights_before_each_update(
    tiny_gan, small_images, arrays, settings, counts
):
    part = HistoricalAveraging(0.1)
    model = tiny_gan(terms=[part], **settings)
    past = {"discriminator": [], "generator": []}

    def spied(player, variables):
        update = getattr(model, f"update_{player}")

        def spy(*given):
            past[player].append(arrays(variables))
            return update(*given)

        setattr(model, f"update_{player}", spy)

    spied("discriminator", model.d_variables)
    spied("generator", model.g_variables)
    for seed in range(3):
        model.train_step(small_images(5, seed))
    assert (float(part.d_count), float(part.g_count)) == counts
    for means, player in ((part.d_means, "discriminator"), (part.g_means, "generator")):
        for mean, *values in zip(
            means, *past[player][-counts[player == "generator"] :], strict=True
        ):
            np.testing.assert_allclose(mean, np.mean(values, axis=0), atol=1e-6)
    assert part.trainable_variables == []


@pytest.mark.parametrize(("player", "rate"), [("discriminator", 0.5), ("generator", 0.25)])
def test_an_update_follows_the_pull(tiny_gan, small_images, arrays, player, rate):
    """At a mean of ten that is one away, less a tenth for the present weights: 0.9."""
    moved = []
    for strength in (0.0, 0.1):
        part = HistoricalAveraging(strength)
        model = tiny_gan(terms=[part])
        for mean in part.d_means + part.g_means:
            mean.assign_sub(tf.ones_like(mean))
        for count in (part.d_count, part.g_count):
            count.assign(9.0)
        update = getattr(model, f"update_{player}")
        update(small_images(5), None, tf.constant(0), step_seeds(model.seed, 0))
        moved.append(arrays(model.d_variables if player == "discriminator" else model.g_variables))
    for without, pulled in zip(*moved, strict=True):
        np.testing.assert_allclose(pulled - without, -rate * 2 * 0.1 * 0.9, atol=1e-6)
