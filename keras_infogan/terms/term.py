"""What a term of the losses may do, and does nothing of by default."""

import math

import keras


class Term(keras.layers.Layer):
    """Something added to the loss of D, of G, or of both. A subclass overrides what it needs.

    What a term keeps from step to step are weights of the layer, made in `attach`, so that
    checkpoints hold them. Those that are trainable belong to D: its update changes them.

    Attributes:
        needs_labels: Whether it looks at `update.labels`.
        num_labels: Number of these labels, set in `attach`; None for any.
        needs_real: Whether `g_loss` looks at `update.real`.
    """

    needs_labels = False
    num_labels = None
    needs_real = False

    def attach(self, model):
        """Called once, when the model is made.

        Raises:
            ValueError: If the term cannot be combined with the model.
        """

    def check(self, model):
        """Called when the model is compiled.

        Raises:
            ValueError: If the term cannot be combined with what the model is compiled with.
        """

    def d_loss(self, model, update):
        """What it adds to D's loss, a scalar; see `models.update.Update`."""
        return 0.0

    def g_loss(self, model, update):
        """What it adds to G's loss, a scalar."""
        return 0.0


def require_range(name, value, least=0.0, most=math.inf):
    """Refuses a number that is not finite or out of range.

    Raises:
        ValueError: If so.
    """
    if not (math.isfinite(value) and least <= value <= most):
        raise ValueError(
            f"{name} must be a finite number from {least:g} to {most:g}. Received: {name}={value}."
        )
