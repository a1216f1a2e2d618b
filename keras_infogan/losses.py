"""Losses that are not adversarial; those are in `objectives`."""

import tensorflow as tf


def paired_information(first_logits, second_logits):
    """I(c; c′) of the codes that Q reads from two distortions of the same images, in nats.

    With P = E[q qᵀ′] made symmetric, the sum of P ln(P / (P₁ P₂)): ln(num_codes) at most, reached
    where Q is certain of each image, agrees with itself and uses all codes evenly. Ji et al.,
    "Invariant Information Clustering for Unsupervised Image Classification and Segmentation",
    2019, equation 3.

    Args:
        first_logits: Q's logits of a categorical code, `(batch_size, num_codes)`.
        second_logits: The same of the same images, distorted otherwise.

    Returns:
        Scalar tensor, 0 or more.
    """
    first, second = tf.nn.softmax(first_logits), tf.nn.softmax(second_logits)
    joint = tf.matmul(first, second, transpose_a=True) / tf.cast(tf.shape(first)[0], first.dtype)
    joint = 0.5 * (joint + tf.transpose(joint))
    joint = tf.maximum(joint, 1e-8)  # the logarithm of 0 must not be taken
    marginal = tf.reduce_sum(joint, axis=0)
    independent = marginal[:, None] * marginal[None, :]
    return tf.reduce_sum(joint * tf.math.log(joint / independent))
