"""What the tests of an InfoGAN's updates share: a step's two updates, and Q's losses anew."""

import math

import tensorflow as tf

BATCH = 6
NETWORKS = ("generator", "trunk", "discriminator", "recognizer")
METRICS = [
    "d_loss",
    "real_probability",
    "g_loss",
    "generated_probability_before",
    "categorical_loss",
    "continuous_loss",
    "information",
    "code_accuracy",
]


def sigmoid(logits):
    """The probability that belongs to logits."""
    return 1.0 / (1.0 + tf.exp(-logits))


def categorical_nll(latents, parameters):
    """−log softmax of ten logits at the one-hot code that stands after three noises."""
    chosen = tf.reduce_sum(latents[:, 3:13] * tf.nn.softmax(parameters[:, :10]), axis=1)
    return -tf.reduce_mean(tf.math.log(chosen))


def continuous_nll(latents, parameters):
    """−log N(c; mean, 1) of the one continuous code, the latents' last column."""
    squares = tf.square(latents[:, 13] - parameters[:, 10])
    return tf.reduce_mean(0.5 * squares) + 0.5 * math.log(2 * math.pi)


def update_d(model, real_images, seeds):
    return model.update_discriminator(real_images, None, tf.constant(0), seeds)


def update_g(model, seeds):
    # Of real images, G's update takes nothing but their number.
    return model.update_generator(tf.zeros((BATCH, 8, 8, 1)), None, tf.constant(0), seeds)
