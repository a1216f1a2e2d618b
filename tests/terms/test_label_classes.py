import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.latents import LatentSpec
from keras_infogan.models.update import step_seeds
from keras_infogan.networks.rewrites import rewrite_all
from keras_infogan.terms.label_classes import CLASS_LOGITS, LabelClasses, LogSumExp


def class_logits(model, features):
    head = model.discriminator
    return keras.Model(head.input, head.get_layer(CLASS_LOGITS).output)(features)


def test_log_sum_exp_by_hand():
    # exp: 1, 2 and 4, so Z = 7; a lone large one does not overflow.
    logits = tf.constant([[0.0, np.log(2.0), np.log(4.0)], [200.0, 0.0, 0.0]], tf.float32)
    np.testing.assert_allclose(LogSumExp()(logits), [[np.log(7.0)], [200.0]], rtol=1e-6)


def test_the_logit_of_d_leaves_generated_images_their_share_of_the_softmax(tiny_gan, small_images):
    model = tiny_gan(terms=[LabelClasses()], num_labels=3)
    logits, features = model.judge(small_images(5))
    classes = class_logits(model, features).numpy()
    z = np.exp(classes).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(logits, np.log(z), rtol=1e-5)
    # With the class "generated" of logit 0 beside them, the labels have Z / (Z + 1) together.
    softmax = tf.nn.softmax(np.concatenate([classes, np.zeros((5, 1))], axis=1)).numpy()
    np.testing.assert_allclose(tf.sigmoid(logits), z / (z + 1), rtol=1e-5)
    np.testing.assert_allclose(tf.sigmoid(logits)[:, 0], 1 - softmax[:, 3], rtol=1e-5)


def test_value_and_gradient_by_hand(tiny_gan, small_images, update_on):
    part = LabelClasses(0.5)
    model = tiny_gan(terms=[part], num_labels=3)
    labels = np.array([2, 0, 1, 1])
    layer = model.discriminator.get_layer(CLASS_LOGITS)
    with tf.GradientTape() as tape:
        update = update_on(model, small_images(4), small_images(4, seed=1), labels)
        loss = part.d_loss(model, update)
    probabilities = tf.nn.softmax(class_logits(model, update.real.features)).numpy()
    told = probabilities[np.arange(4), labels]
    assert float(loss) == pytest.approx(-0.5 * np.log(told).mean(), rel=1e-5)
    one_hot = np.eye(3)[labels]
    expected = 0.5 * (probabilities - one_hot).mean(axis=0)
    np.testing.assert_allclose(tape.gradient(loss, layer.bias), expected, atol=1e-6)
    assert part.g_loss(model, update) == 0.0


def test_d_learns_to_tell_labels(tiny_gan, small_images):
    model = tiny_gan(terms=[LabelClasses()], num_labels=2, d_optimizer=keras.optimizers.Adam(0.05))
    images = small_images(16)
    labels = (images.mean(axis=(1, 2, 3)) > 0).astype(np.int64)
    before = model.d_variables[0].numpy()
    for _ in range(25):
        model.update_discriminator(images, labels, tf.constant(0), step_seeds(model.seed, 0))
    told = np.argmax(class_logits(model, model.judge(images)[1]), axis=1)
    assert np.mean(told == labels) > 0.9
    assert np.abs(model.d_variables[0].numpy() - before).max() > 1e-3


def test_training_without_labels_is_refused(tiny_gan, small_images):
    model = tiny_gan(terms=[LabelClasses()], num_labels=3)
    with pytest.raises(ValueError, match="pairs of images and labels. Received: labels=None"):
        model.train_step(small_images(4))


@pytest.mark.parametrize("num_labels", [0, 1])
def test_data_without_two_labels_is_refused(tiny_gan_networks, num_labels):
    latents = LatentSpec(3, [])
    with pytest.raises(ValueError, match=f"at least two labels. Received: num_labels={num_labels}"):
        rewrite_all(tiny_gan_networks(latents), [LabelClasses()], latents, num_labels)
