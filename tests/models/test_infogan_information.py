"""The information in the updates of an InfoGAN: between two looks, whose it is, its warm-up."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from comparing import assert_close, assert_equal
from infogans import (
    BATCH,
    categorical_nll,
    continuous_nll,
    update_d,
    update_g,
)

from keras_infogan import information
from keras_infogan.models.update import (
    D_LATENTS,
    REAL_DISTORTION,
    SECOND_DISTORTION,
    Look,
    Update,
    step_seeds,
)
from keras_infogan.terms.two_looks import TwoLooks
from keras_infogan.transforms.distortion import RandomDistortion

# Information between codes and real images.


def test_trunk_climbs_the_information_between_two_distortions_of_real_images(
    tiny_model, real_images
):
    rate = 1e-2
    distortion = RandomDistortion(shear=0.1, shift=1.0)
    settings = dict(transforms=[distortion], trunk_learns_information=False)

    def moved(weight):
        optimizer = keras.optimizers.SGD(rate)
        model = tiny_model(**settings, d_optimizer=optimizer, terms=[TwoLooks(weight)])
        heads = [variable.numpy() for variable in model.recognizer.trainable_variables]
        before = [variable.numpy() for variable in model.trunk.trainable_variables]
        update_d(model, real_images, step_seeds(model.seed, 0))
        assert_equal(heads, [variable.numpy() for variable in model.recognizer.trainable_variables])
        after = [variable.numpy() for variable in model.trunk.trainable_variables]
        return [(now - then) / rate for now, then in zip(after, before, strict=True)]

    model = tiny_model(**settings)
    seeds = step_seeds(model.seed, 0)
    with tf.GradientTape() as tape:
        looks = [
            model.trunk(distortion(real_images, seeds[use]), training=True)
            for use in (REAL_DISTORTION, SECOND_DISTORTION)
        ]
        read = [tf.nn.softmax(model.recognizer(look, training=True)[:, :10]) for look in looks]
        shared = information.paired_information(*read)
    gradients = tape.gradient(shared, model.trunk.trainable_variables)

    for one, other, gradient in zip(moved(0.0), moved(0.3), gradients, strict=True):
        np.testing.assert_allclose(other - one, 0.3 * gradient, atol=2e-4)
    assert max(np.abs(gradient).max() for gradient in gradients) > 1e-2


def test_q_head_does_not_learn_from_the_second_look(tiny_model, real_images, arrays):
    """D's update changes D and the trunk only, whatever its terms."""
    model = tiny_model(transforms=[RandomDistortion()], terms=[TwoLooks(2.0)])
    before = arrays(model.g_variables)
    update_d(model, real_images, step_seeds(model.seed, 0))
    assert_equal(before, arrays(model.g_variables))


# Whose optimizer updates Q.


@pytest.mark.parametrize("q_update", ["generator", "discriminator", "own"])
def test_q_update_says_whose_update_changes_q(tiny_model, real_images, arrays, q_update):
    own = dict(q_optimizer=keras.optimizers.SGD(0.1)) if q_update == "own" else {}
    model = tiny_model(q_update=q_update, **own)
    optimizers = [model.d_optimizer, model.g_optimizer, *own.values()]
    q = model.recognizer.trainable_variables
    d, g = (
        {id(v) for network in networks for v in network.trainable_variables}
        for networks in ((model.trunk, model.discriminator), (model.generator,))
    )
    ids = {id(v) for v in q}
    d |= ids if q_update == "discriminator" else set()
    g |= ids if q_update != "discriminator" else set()

    def changed(update):
        variables, before = model.trainable_variables, arrays(model.trainable_variables)
        update()
        after = arrays(variables)
        return {id(v) for v, x, y in zip(variables, before, after, strict=True) if (x != y).any()}

    seeds = step_seeds(model.seed, 0)
    by_d = changed(lambda: update_d(model, real_images, seeds))
    by_g = changed(lambda: update_g(model, seeds))
    assert by_d <= d and by_g <= g
    # Kernels that a BatchNorm does not hide from a gradient.
    assert id(model.trunk.trainable_variables[0]) in by_d
    assert id(model.generator.trainable_variables[0]) in by_g
    assert (id(q[-1]) in by_d, id(q[-1]) in by_g) == (ids <= d, ids <= g)
    assert [int(one.iterations.numpy()) for one in optimizers] == [1] * len(optimizers)


def test_in_the_discriminators_update_q_learns_from_the_information_alone(
    tiny_model, real_images, arrays
):
    """With d_learning_rate · λ ∂L_I, whether or not the trunk learns it too."""
    for trunk_learns in (True, False):
        model = tiny_model(
            q_update="discriminator",
            trunk_learns_information=trunk_learns,
            information_weight=3.0,
            continuous_weight=0.7,
        )
        seeds = step_seeds(model.seed, 0)
        q = model.recognizer.trainable_variables
        latents = model.latents.sample(BATCH, seeds[D_LATENTS])
        with tf.GradientTape() as tape:
            features = model.trunk(model.generator(latents, training=True), training=True)
            parameters = model.recognizer(features, training=True)
            loss = 3.0 * categorical_nll(latents, parameters)
            loss += 0.7 * continuous_nll(latents, parameters)
        slopes = tape.gradient(loss, q)
        before = arrays(q)
        update_d(model, real_images, seeds)
        expected = [old - 0.5 * slope for old, slope in zip(before, slopes, strict=True)]
        assert_close(expected, arrays(q), atol=3e-6)


@pytest.mark.parametrize(
    ("q_update", "q_optimizer"), [("own", None), ("generator", "sgd"), ("nobody", None)]
)
def test_a_q_update_that_cannot_be_is_refused(tiny_model, q_update, q_optimizer):
    with pytest.raises(ValueError, match=f"q_update must be one of.*q_update={q_update}, q_opt"):
        tiny_model(q_update=q_update, q_optimizer=q_optimizer)


# Warm-up of the information weight.


def look_of_six(model, images, step):
    """An update at that step, with those images for generated ones."""
    latents = model.latents.sample(BATCH, [1, 2])
    generated = Look(images, None, model.trunk(images))
    seeds = step_seeds(model.seed, step)
    return Update(tf.constant(step), seeds, True, latents, images, generated)


def test_warm_up_raises_the_categorical_weight_linearly(tiny_model, real_images):
    model = tiny_model(information_weight=8.0, continuous_weight=0.5, information_warmup=4)
    seen = []
    for step in range(6):
        loss, values = model.information_loss(look_of_six(model, real_images, step))
        rest = float(loss) - 0.5 * float(values["continuous_loss"])
        seen.append(rest / float(values["categorical_loss"]))
    assert seen == pytest.approx([2.0, 4.0, 6.0, 8.0, 8.0, 8.0], rel=1e-4)


def test_without_warm_up_the_weight_is_full_from_the_first_step(tiny_model, real_images):
    model = tiny_model(information_weight=8.0, continuous_weight=0.0)
    loss, values = model.information_loss(look_of_six(model, real_images, 0))
    assert float(loss) == pytest.approx(8.0 * float(values["categorical_loss"]), rel=1e-6)


def test_warm_up_gives_both_updates_of_a_step_the_same_weight(tiny_model, real_images, monkeypatch):
    model = tiny_model(information_weight=8.0, continuous_weight=0.0, information_warmup=4)
    weights = []
    original = model.information_loss

    def noting(*args, **kwargs):
        loss, values = original(*args, **kwargs)
        weights.append(float(loss) / float(values["categorical_loss"]))
        return loss, values

    monkeypatch.setattr(model, "information_loss", noting)
    for _ in range(5):
        model.train_step(real_images)
    d_weights, g_weights = weights[::2], weights[1::2]
    assert d_weights == pytest.approx([2.0, 4.0, 6.0, 8.0, 8.0], rel=1e-4)
    assert g_weights == pytest.approx([2.0, 4.0, 6.0, 8.0, 8.0], rel=1e-4)
