import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import information, networks
from keras_infogan.latents import Categorical, LatentSpec, Uniform
from keras_infogan.models.infogan import InfoGAN
from keras_infogan.models.update import SECOND_DISTORTION
from keras_infogan.terms.two_looks import TwoLooks
from keras_infogan.transforms.instance_noise import InstanceNoise

CODES = [Categorical(3), Uniform(), Categorical(2)]


@pytest.mark.parametrize("own", [None, "instance_noise(0.9)"])
def test_it_is_minus_the_information_of_each_categorical_code(
    tiny_gan, small_images, update_on, own
):
    term, common = TwoLooks(0.5, own), InstanceNoise(0.1)
    model = tiny_gan(codes=CODES, transforms=[common], terms=[term])
    images = tf.constant(small_images(6))
    update = update_on(model, images, images)
    second = (common if own is None else term.transform)(images, update.seeds[SECOND_DISTORTION])
    looks = [
        np.array(model.recognizer(model.trunk(seen, training=True), training=True))
        for seen in (images, second)
    ]
    shared = 0.0
    for columns in (slice(0, 3), slice(4, 6)):  # between them the mean of the uniform code
        shared += information.paired_information(*(tf.nn.softmax(x[:, columns]) for x in looks))
    assert float(term.d_loss(model, update)) == pytest.approx(-0.5 * float(shared), rel=1e-5)
    assert term.g_loss(model, update) == 0.0


def test_the_second_look_is_at_neighbors_where_there_are_any(tiny_gan, small_images, update_on):
    term = TwoLooks(1.0)
    model = tiny_gan(codes=CODES, transforms=[InstanceNoise(0.1)], terms=[term])
    images, others = tf.constant(small_images(6)), -tf.constant(small_images(6))
    update = dataclasses.replace(update_on(model, images, images), neighbors=others)
    swapped = dataclasses.replace(update, real_images=others, neighbors=None)
    assert float(term.d_loss(model, update)) == float(term.d_loss(model, swapped))
    assert float(term.d_loss(model, update)) != float(
        term.d_loss(model, dataclasses.replace(update, neighbors=None))
    )


def test_the_head_learns_from_a_step_on_and_the_trunk_never_in_gs_update(
    tiny_gan, small_images, update_on
):
    term = TwoLooks(0.5, head_from=2)
    model = tiny_gan(codes=CODES, transforms=[InstanceNoise(0.1)], terms=[term])
    images = tf.constant(small_images(6))
    update = update_on(model, images, images)

    def slopes(step):
        with tf.GradientTape(persistent=True) as tape:
            loss = term.g_loss(model, dataclasses.replace(update, step=tf.constant(step)))
        head, trunk = model.recognizer.trainable_variables, model.trunk.trainable_variables
        return float(loss), tape.gradient(loss, head), tape.gradient(loss, trunk)

    loss, head, _ = slopes(1)
    assert loss == 0.0
    assert float(tf.linalg.global_norm(head)) == 0.0
    loss, head, trunk = slopes(2)
    assert loss < 0.0
    assert float(tf.linalg.global_norm(head)) > 0.0
    assert all(slope is None or not np.any(slope) for slope in trunk)


def test_a_regular_gan_learns_no_information_between_looks(tiny_gan, small_images, update_on):
    term = TwoLooks(0.5, head_from=0)
    images = tf.constant(small_images(6))
    for weight, learns in ((1.0, True), (0.0, False)):
        model = tiny_gan(
            codes=CODES, transforms=[InstanceNoise(0.1)], terms=[term], information_weight=weight
        )
        update = update_on(model, images, images)
        losses = [float(term.d_loss(model, update)), float(term.g_loss(model, update))]
        assert [loss < 0.0 for loss in losses] == [learns, learns], losses


def test_a_head_that_gs_update_leaves_alone_is_told_nothing(tiny_gan):
    options = {"q_update": "own", "q_optimizer": keras.optimizers.SGD(0.1)}
    options |= {"codes": CODES, "transforms": [InstanceNoise(0.1)]}
    with pytest.raises(ValueError, match="leave head_from out.*Received: head_from=0"):
        tiny_gan(terms=[TwoLooks(1.0, head_from=0)], **options)
    tiny_gan(terms=[TwoLooks(1.0)], **options)


def test_certain_logits_keep_their_slope_where_they_are_standardized(
    tiny_gan, small_images, update_on
):
    images = tf.constant(small_images(6))

    def slope(logit_std, scale):
        """Of the loss, along the logits of a head that is so many times as certain."""
        term = TwoLooks(1.0, logit_std=logit_std)
        model = tiny_gan(codes=[Categorical(3)], transforms=[InstanceNoise(0.1)], terms=[term])
        head = model.recognizer.trainable_variables[-2:]
        for weight in head:
            weight.assign(weight * scale)
        with tf.GradientTape() as tape:
            loss = term.d_loss(model, update_on(model, images, images))
        return float(loss), scale * float(tf.linalg.global_norm(tape.gradient(loss, head)))

    plain, certain = slope(0.0, 1.0), slope(0.0, 1e4)
    assert certain[1] < 1e-3 * plain[1]
    once, again = slope(2.0, 1.0), slope(2.0, 1e4)
    assert again == pytest.approx(once, rel=0.02)
    assert again[1] > 1e-3


def test_it_is_0_while_d_learns_alone(tiny_gan, small_images, update_on):
    term = TwoLooks(0.5)
    settings = dict(codes=CODES, transforms=[InstanceNoise()], terms=[term])
    model = tiny_gan(**settings, d_pretraining=1)
    images = tf.constant(small_images(6))
    assert float(term.d_loss(model, update_on(model, images, images))) == 0.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "needs an InfoGAN with a categorical code. Received: GAN with codes ()"),
        ({"codes": [Uniform()]}, "needs an InfoGAN with a categorical code. Received: InfoGAN"),
        ({"codes": CODES, "transforms": ()}, "Two looks at an image are equal without a transform"),
    ],
)
def test_what_has_no_two_looks_is_refused(tiny_gan, settings, message):
    with pytest.raises(ValueError, match=message.replace("()", r"\(\)")):
        tiny_gan(**{"transforms": [InstanceNoise()], **settings}, terms=[TwoLooks()])


def test_a_trunk_without_weights_is_refused():
    latents = LatentSpec(3, [Categorical(4)])
    built = networks.get("dense(units=4)")(latents.size, latents.parameter_size, (4, 4, 1))
    with pytest.raises(ValueError, match="teaches the trunk, and this one has no weights"):
        InfoGAN(**built, latents=latents, transforms=[InstanceNoise()], terms=[TwoLooks()])


def test_a_transform_of_its_own_goes_through_a_configuration():
    term = TwoLooks(0.3, InstanceNoise(0.7), 40, 2.0)
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(term))
    assert (twin.weight, twin.transform.std) == (0.3, 0.7)
    assert (twin.head_from, twin.logit_std) == (40, 2.0)


def test_a_head_that_learns_from_before_the_first_step_is_refused():
    with pytest.raises(ValueError, match="head_from must be .* from 0 to inf. Received: head_from"):
        TwoLooks(head_from=-5)


def test_a_standard_deviation_under_0_is_refused():
    with pytest.raises(ValueError, match="logit_std must be a finite number from 0 to inf."):
        TwoLooks(logit_std=-1.0)
