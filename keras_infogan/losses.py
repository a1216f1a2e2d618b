"""Adversarial objectives, on logits. D(x) = sigmoid(logit), so −log D = softplus(−logit).

Source: Goodfellow et al., "Generative Adversarial Nets", 2014, section 3.
"""

import tensorflow as tf


def discriminator_loss(real_logits, generated_logits):
    """L_D = −E log D(x) − E log(1 − D(G(z))), in nats.

    Args:
        real_logits: `(batch_size, 1)`.
        generated_logits: `(batch_size, 1)`.

    Returns:
        Scalar; 2 ln 2 = 1.386 for a discriminator that cannot tell.
    """
    return tf.reduce_mean(tf.nn.softplus(-real_logits)) + tf.reduce_mean(
        tf.nn.softplus(generated_logits)
    )


def non_saturating(generated_logits):
    """L_G = −E log D(G(z)). Strong gradients where D is sure; the usual choice."""
    return tf.reduce_mean(tf.nn.softplus(-generated_logits))


def minimax(generated_logits):
    """L_G = E log(1 − D(G(z))), the game of the theory. Weak gradients where D is sure."""
    return -tf.reduce_mean(tf.nn.softplus(generated_logits))


GENERATOR_LOSSES = {"non_saturating": non_saturating, "minimax": minimax}


def get(identifier):
    """A generator loss by name, or the callable itself.

    Raises:
        ValueError: If the name is unknown.
    """
    if callable(identifier):
        return identifier
    if identifier not in GENERATOR_LOSSES:
        raise ValueError(
            f"The generator loss must be one of {sorted(GENERATOR_LOSSES)} or a callable. "
            f"Received: {identifier!r}."
        )
    return GENERATOR_LOSSES[identifier]


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
