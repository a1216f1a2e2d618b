import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import registry
from keras_infogan.errors import UserError
from keras_infogan.models.update import D_LATENTS, G_LATENTS, step_seeds
from keras_infogan.transforms.instance_noise import InstanceNoise

SEED = tf.constant([1, 2])


def watched(model):
    """A list of the batches that D will be given."""
    seen, judge = [], model.judge

    def spy(images, *rest, **options):
        seen.append(np.array(images))
        return judge(images, *rest, **options)

    model.judge = spy
    return seen


def test_the_noise_has_its_deviation():
    images = tf.fill((50, 20, 20, 1), 0.25)
    noise = InstanceNoise(0.5)(images, SEED).numpy() - 0.25
    assert noise.std() == pytest.approx(0.5, rel=0.02)
    assert noise.mean() == pytest.approx(0.0, abs=0.02)
    assert len(np.unique(noise[0])) > 390


def test_the_same_seed_gives_the_same_noise_and_another_another():
    images = tf.zeros((3, 4, 4, 1))
    one, same, other = (InstanceNoise()(images, seed) for seed in (SEED, SEED, SEED + 1))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.01


def test_the_gradient_goes_through():
    images = tf.zeros((3, 4, 4, 1))
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(3.0 * InstanceNoise()(images, SEED))
    np.testing.assert_array_equal(tape.gradient(total, images), np.full((3, 4, 4, 1), 3.0))


def test_d_sees_real_and_generated_images_through_noise_of_their_own(tiny_gan, small_images):
    model = tiny_gan(transforms=[InstanceNoise(0.5)])
    real = small_images(400)
    seeds = step_seeds(model.seed, 0)
    seen = watched(model)
    z = model.latents.sample(400, seeds[D_LATENTS])
    generated = model.generator(z, training=True).numpy()
    model.update_discriminator(real, None, tf.constant(0), seeds)
    noises = seen[0] - real, seen[1] - generated
    for noise in noises:
        assert noise.std() == pytest.approx(0.5, rel=0.03)
    assert np.corrcoef(np.ravel(noises[0]), np.ravel(noises[1]))[0, 1] == pytest.approx(0, abs=0.05)
    z = model.latents.sample(400, seeds[G_LATENTS])
    generated = model.generator(z, training=True).numpy()
    model.update_generator(real, None, tf.constant(0), seeds)
    assert (seen[2] - generated).std() == pytest.approx(0.5, rel=0.03)


def test_two_of_them_add_noises_of_their_own(tiny_gan, small_images):
    model = tiny_gan(transforms=[InstanceNoise(0.3), InstanceNoise(0.4)])
    seen = watched(model)
    real = tf.constant(small_images(400))
    model.look(real, None, SEED)
    assert (seen[0] - real.numpy()).std() == pytest.approx(0.5, rel=0.03)


def test_outside_training_there_is_none(tiny_gan, small_images):
    model = tiny_gan(transforms=[InstanceNoise(0.5)])
    seen = watched(model)
    images = small_images(5)
    model.test_step(images)
    np.testing.assert_array_equal(seen[0], images)
    model(images)
    np.testing.assert_array_equal(seen[-1], images)


def test_config_round_trip():
    twin = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(InstanceNoise(0.7))
    )
    assert (type(twin), twin.std) == (InstanceNoise, 0.7)


@pytest.mark.parametrize("text", ["instance_noise(-0.1)", "distortion(shear=-1)"])
def test_strengths_below_0_are_refused_by_name(text):
    with pytest.raises(UserError, match=rf"^{text.replace('(', '.').replace(')', '.')}: .*>= 0"):
        registry.get("transform", text)
