"""Information in nats: the bound L_I, and the information between two looks at the same images."""

import tensorflow as tf

from keras_infogan import replicas


def bound(latents, vectors, parameters):
    """The parts of L_I = E[log Q(c | x)] + H(c), a lower bound of I(c; x).

    Source: Chen et al., "InfoGAN", 2016, equation 5.

    Args:
        latents: A `LatentSpec`.
        vectors: What the images were made of, `(batch_size, latents.size)`.
        parameters: The recognizer's output for them, `(batch_size, latents.parameter_size)`.

    Returns:
        Dict of scalars: `categorical_loss` and `continuous_loss`, −E log Q(c | x) summed over the
        codes of each kind; `information`, L_I of the categorical codes; `code_accuracy`, the share
        of these that Q reads right.
    """
    log_probs = [tf.reduce_mean(value) for value in latents.log_probs(vectors, parameters)]
    categorical_loss = -_sum(log_probs[i] for i in latents.categorical)
    _, drawn = latents.split(vectors)
    read = latents.read(parameters)
    hits = []
    for i in latents.categorical:
        code = latents.codes[i]
        expected = code.encode(read[i]["value"])
        hits.append(tf.reduce_mean(tf.cast(tf.reduce_all(expected == drawn[i], 1), tf.float32)))
    return {
        "categorical_loss": categorical_loss,
        "continuous_loss": -_sum(log_probs[i] for i in latents.continuous),
        "information": latents.entropy(latents.categorical) - categorical_loss,
        "code_accuracy": _sum(hits) / max(len(hits), 1),
    }


def paired_information(first, second):
    """I(c; c′) of the codes that Q reads from two distortions of the same images, in nats.

    With P = E[q qᵀ′] made symmetric, the sum of P ln(P / (P₁ P₂)): ln(num_values) at most, reached
    where Q is certain of each image, agrees with itself and uses all values evenly. Ji et al.,
    "Invariant Information Clustering for Unsupervised Image Classification and Segmentation",
    2019, equation 3.

    Args:
        first: Q's probabilities of a categorical code, `(batch_size, num_values)`.
        second: The same of the same images, distorted otherwise.

    Returns:
        Scalar tensor, 0 or more.
    """
    joint = tf.matmul(first, second, transpose_a=True) / tf.cast(tf.shape(first)[0], first.dtype)
    joint = replicas.mean(joint)
    joint = 0.5 * (joint + tf.transpose(joint))
    joint = tf.maximum(joint, 1e-8)  # the logarithm of 0 must not be taken
    marginal = tf.reduce_sum(joint, axis=0)
    independent = marginal[:, None] * marginal[None, :]
    return tf.reduce_sum(joint * tf.math.log(joint / independent))


def standardized(looks, std):
    """Logits with a mean of 0 and the same standard deviation over all looks at a batch.

    Args:
        looks: Logits of each look, `(batch_size, num_values)`.
        std: Standard deviation of each column.

    Returns:
        A list like `looks`.
    """
    rows = tf.stack(looks)
    mean = replicas.mean(tf.reduce_mean(rows, axis=(0, 1)))
    variance = replicas.mean(tf.reduce_mean(tf.square(rows - mean), axis=(0, 1)))
    return tf.unstack((rows - mean) * (std * tf.math.rsqrt(variance + 1e-6)))


def _sum(values):
    return sum(values, tf.constant(0.0))
