"""Network families: each builds a generator, a trunk and the two heads on it."""

from keras_infogan.networks import conv28, dcgan64, mlp

FAMILIES = {"dcgan64": dcgan64.build, "conv28": conv28.build, "mlp": mlp.build}


def get(identifier):
    """A family's `build` function by name, or the callable itself.

    Raises:
        ValueError: If the name is unknown.
    """
    if callable(identifier):
        return identifier
    if identifier not in FAMILIES:
        raise ValueError(
            f"The networks must be one of {sorted(FAMILIES)} or a callable. "
            f"Received: {identifier!r}."
        )
    return FAMILIES[identifier]
