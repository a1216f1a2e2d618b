"""Where D's head can be opened."""


def last_weighted_layer(head):
    """The last layer of a head that has weights: the one that makes its output."""
    return next(layer for layer in reversed(head.layers) if layer.weights)
