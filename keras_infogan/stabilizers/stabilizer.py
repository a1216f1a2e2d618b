"""What a stabilizer may do, and does nothing of by default."""

import math

import keras


class Stabilizer(keras.layers.Layer):
    """A technique that can be added to any model here. A subclass overrides what it needs.

    Args:
        strength: The one number that sets it; what it means, the subclass says.

    Attributes:
        default_strength: The strength where none is given.
        least: Smallest strength.
        most: Largest strength.
        whole: Whether the strength is a number of things.
        rebuild_order: Who rebuilds first where several do: what puts a new layer into a network
            must come before what changes all its layers.
        g_looks_at_real_images: Whether `g_loss` needs `update.real`.
        needs_labels: Whether it needs `update.labels`.
        averaged_generator: A network to take images from instead of the generator, or None.

    Raises:
        ValueError: If the strength is out of range.
    """

    default_strength = 1.0
    least, most = 0.0, math.inf
    whole = False
    rebuild_order = 0
    g_looks_at_real_images = False
    needs_labels = False
    averaged_generator = None

    def __init__(self, strength=None, **kwargs):
        super().__init__(**kwargs)
        self.strength = self.default_strength if strength is None else strength
        self._check_strength()
        self.built = True

    def rebuild(self, networks, latents, num_labels, seed):
        """Changes networks before a model is made of them.

        Args:
            networks: Dict of `generator`, `trunk`, `discriminator` and others.
            latents: The model's `LatentSpec`.
            num_labels: Number of labels of the data; 0 without any.
            seed: The model's seed.

        Returns:
            A dict of the same names.
        """
        return networks

    def attach(self, model):
        """Makes what it keeps from step to step; called once, when the model is made.

        Raises:
            ValueError: If the model's networks lack what `rebuild` puts into them.
        """

    def check(self, model):
        """Raises ValueError if it does not go with what the model is compiled with."""

    def see(self, images, step, seed):
        """What D sees of images in training."""
        return images

    def d_loss(self, model, update):
        """What it adds to D's loss; see `models.update.Update`."""
        return 0.0

    def g_loss(self, model, update):
        """What it adds to G's loss."""
        return 0.0

    def after_d_update(self, model):
        """Called after each update of D."""

    def after_update(self, model):
        """Called at the end of each step in which G learned."""

    def _check_strength(self):
        finite = math.isfinite(self.strength) and self.least <= self.strength <= self.most
        if not finite or (self.whole and self.strength != int(self.strength)):
            kind = "whole strength" if self.whole else "finite strength"
            raise ValueError(
                f"{type(self).__name__} needs a {kind} from {self.least} to {self.most}. "
                f"Received: strength={self.strength}."
            )

    def _require_layer(self, network, kind):
        """Refuses a network that `rebuild` has not been at, on which it would have no effect."""
        if not any(isinstance(layer, kind) for layer in network.layers):
            raise ValueError(
                f"{type(self).__name__} needs networks that went through stabilizers.rebuild. "
                f"Received: a {network.name} without {kind.__name__}."
            )

    def get_config(self):
        return super().get_config() | {"strength": self.strength}
