import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.models.watch import first_not_finite
from keras_infogan.terms import Term

BATCH = 6


class Poison(Term):
    """Adds something that is not finite to a loss at one step."""

    def __init__(self, player, value, step=0):
        super().__init__()
        self.player, self.value, self.step = player, value, step

    def _at(self, update):
        return tf.where(update.step == self.step, self.value, 0.0)

    def d_loss(self, model, update):
        return self._at(update) if self.player == "d" else 0.0

    def g_loss(self, model, update):
        return self._at(update) if self.player == "g" else 0.0


class PoisonedGradient(Term):
    """A loss of 0 whose gradient is not finite: that of the square root of 0."""

    def d_loss(self, model, update):
        weight = model.discriminator.trainable_variables[0]
        return tf.reduce_sum(tf.sqrt(0.0 * weight))


def test_nothing_is_found_where_all_is_finite(tiny_gan, small_images):
    model = tiny_gan()
    assert model.divergence() is None
    model.train_step(small_images(BATCH))
    assert model.divergence() is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("player", ["d", "g"])
def test_a_loss_is_named_with_the_step_in_which_it_was_not_finite(
    tiny_gan, small_images, player, value
):
    """Though the gradient of a constant is 0, and all that follows is finite again."""
    model = tiny_gan(terms=[Poison(player, value, step=1)])
    for _ in range(4):
        model.train_step(small_images(BATCH))
    assert model.divergence() == (2, f"{player}_total_loss")


def test_a_gradient_norm_is_named(tiny_gan, small_images):
    model = tiny_gan(terms=[PoisonedGradient()])
    model.train_step(small_images(BATCH))
    assert model.divergence() == (1, "d_gradient_norm")


def test_a_batch_that_is_not_finite_shows_in_ds_loss(tiny_gan, small_images):
    model = tiny_gan()
    images = small_images(BATCH)
    model.train_step(images)
    images[2, 1, 1, 0] = np.nan
    model.train_step(images)
    assert model.divergence() == (2, "d_loss")


def test_what_q_learns_is_watched_too(tiny_model, tiny_images):
    model = tiny_model(q_optimizer=keras.optimizers.SGD(float("inf")))
    for _ in range(2):
        model.train_step(tiny_images(BATCH))
    step, name = model.divergence()
    assert step == 2 and name in ("d_loss", "d_total_loss")
    assert {"q_total_loss", "q_gradient_norm"} <= set(model.watch.names)


def test_g_waiting_is_no_divergence(tiny_gan, small_images):
    model = tiny_gan(d_pretraining=2)
    for _ in range(3):
        model.train_step(small_images(BATCH))
    assert model.divergence() is None


@pytest.mark.parametrize("network", ["generator", "trunk", "discriminator"])
def test_a_weight_is_named_by_its_path(tiny_gan, small_images, network):
    model = tiny_gan()
    model.train_step(small_images(BATCH))
    weight = getattr(model, network).weights[-1]
    weight.assign(weight * np.nan)
    assert model.divergence() == (1, weight.path)


def test_an_optimizers_state_is_named(tiny_gan, small_images):
    model = tiny_gan(g_optimizer=keras.optimizers.Adam())
    model.train_step(small_images(BATCH))
    state = model.g_optimizer.variables[-1]
    state.assign(state + np.inf)
    assert model.divergence() == (1, state.path)


def test_whole_numbers_are_always_finite():
    assert first_not_finite([keras.Variable(3, dtype="int32"), keras.Variable(1.0)]) is None


def test_what_was_seen_is_not_saved(tiny_gan, small_images, tmp_path):
    model = tiny_gan()
    names = [variable.path for variable in model.variables]
    assert not any("not_finite" in name for name in names)
