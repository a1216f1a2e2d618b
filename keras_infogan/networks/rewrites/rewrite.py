"""What changes networks before a model is made of them."""

import abc


class Rewrite(abc.ABC):
    """A change of a model's networks.

    Attributes:
        order: Who comes first where there are several: what puts a new layer into a network must
            come before what changes all of its layers.
    """

    order = 0

    @abc.abstractmethod
    def rewrite(self, networks, latents, num_labels, seed):
        """Changes networks.

        Args:
            networks: Dict of `generator`, `trunk`, `discriminator` and others.
            latents: The model's `LatentSpec`.
            num_labels: Number of labels of the data; 0 without any.
            seed: The model's seed.

        Returns:
            A dict of the same names.
        """


def rewrite_all(networks, rewrites, latents, num_labels=0, seed=0):
    """Lets each rewrite change the networks, in their order.

    Args:
        networks: Dict of networks by name.
        rewrites: A list of `Rewrite`s.
        latents: The model's `LatentSpec`.
        num_labels: Number of labels of the data; 0 without any.
        seed: The model's seed.

    Returns:
        A dict of the same names.
    """
    for one in sorted(rewrites, key=lambda one: one.order):
        networks = one.rewrite(networks, latents, num_labels, seed)
    return networks


def last_weighted_layer(head):
    """The last layer of a head that has weights: the one that makes its output."""
    return next(layer for layer in reversed(head.layers) if layer.weights)


def require_whole(name, value, least, most):
    """Refuses a number that is not whole or out of range.

    Raises:
        ValueError: If so.
    """
    if value != int(value) or not least <= value <= most:
        raise ValueError(
            f"{name} must be a whole number from {least} to {most}. Received: {name}={value}."
        )
