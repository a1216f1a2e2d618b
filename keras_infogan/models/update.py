"""What the loss of one update is computed from, and what the randomness of a step is for."""

import dataclasses
import typing

import keras
import tensorflow as tf

from keras_infogan import randomness, replicas

# What a random draw of a step is for: its seed is split into one for each use. Where two draws
# share a seed, they are meant to be the same: G's look at real images is through the distortion of
# D's; the update of Q alone, and the measurement after G's update, are on the latents and through
# the distortion of G's.
USES = range(6)
D_LATENTS, REAL_DISTORTION, GENERATED_DISTORTION, G_LATENTS, G_DISTORTION, SECOND_DISTORTION = USES


def step_seeds(seed, step, turn=0):
    """Seeds `(6, 2)` of the uses of randomness in a step, for one of D's turns in it."""
    seed = randomness.fold_in(tf.constant([seed, 0], tf.int32), step)
    if turn:
        seed = randomness.fold_in(seed, turn)
    return randomness.split(seed, len(USES))


class Look(typing.NamedTuple):
    """What D made of a batch of images.

    Args:
        images: As D saw them, distortion and noise included.
        logits: `(batch_size, 1)`.
        features: The trunk's.
    """

    images: tf.Tensor
    logits: tf.Tensor
    features: tf.Tensor


@dataclasses.dataclass(frozen=True)
class Update:
    """What the loss of one update is computed from.

    Args:
        step: Number of the train step, from 0.
        seeds: Seeds of its uses of randomness, `(6, 2)`.
        training: Whether networks run in training mode.
        latents: What the generated images were made of, `(batch_size, latents.size)`.
        generated_images: As G made them.
        generated: Look at them.
        real_images: Real images as they came, or None.
        labels: Their labels, integers, or None.
        real: Look at them; in G's update None unless something asks for it.
        neighbors: A real image near each of them, in pairs of images and neighbors; else None.
    """

    step: tf.Tensor
    seeds: tf.Tensor
    training: bool
    latents: tf.Tensor
    generated_images: tf.Tensor
    generated: Look
    real_images: tf.Tensor | None = None
    labels: tf.Tensor | None = None
    real: Look | None = None
    neighbors: tf.Tensor | None = None


def minimize(player, optimizer, tape, loss, variables, **options):
    """One step of an optimizer down the gradient of a loss with respect to these variables only.

    Returns:
        The figures that `minimized` names for the player: the loss and its gradient's norm.
    """
    # The loss of all replicas together, times what keeps gradients from underflowing in float16.
    factor = optimizer.scale_loss(1.0 / replicas.count())
    slope = None if isinstance(factor, float) and factor == 1.0 else factor * tf.ones_like(loss)
    gradients = tape.gradient(loss, variables, slope, **options)
    norm = tf.linalg.global_norm(gradients)
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        # It passes over gradients that overflow: that is no divergence.
        norm = tf.where(tf.math.is_finite(norm), norm / factor, 0.0)
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return dict(zip(minimized(player), (loss, norm), strict=True))


def minimized(player):
    """Names of what `minimize` returns for a player, `"d"`, `"g"` or `"q"`."""
    return f"{player}_total_loss", f"{player}_gradient_norm"
