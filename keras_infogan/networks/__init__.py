"""Network families: each builds a generator, a trunk and the heads on it.

A family is a function `build(latent_size, parameter_size, image_shape, **options)` that returns a
dict with `generator`, `trunk`, `discriminator` and, unless `parameter_size` is 0, `recognizer`;
`conditional_dense` takes the number of labels in its place. Generators make images in [-1, 1];
discriminators give logits.
"""

import functools

from keras_infogan.networks import conditional_dense, conv28, dcgan, dcgan64, dense, mlp

FAMILIES = {
    "dcgan64": dcgan64.build,
    "dcgan": dcgan.build,
    "conv28": conv28.build,
    # The survey article's convolutional InfoGAN: the paper's layers with another end.
    "survey28": functools.partial(conv28.build, output="sigmoid"),
    "mlp": mlp.build,
    "dense": dense.build,
    "conditional_dense": conditional_dense.build,
}


def register(name, build):
    """Adds a family, so that `get`, and with it a run's configuration, knows it by name.

    A process that loads such a configuration later must register the name first.

    Args:
        name: Its name.
        build: Function `(latent_size, parameter_size, image_shape, **options)` to a dict of
            networks.

    Raises:
        ValueError: If the name is not text or is taken, or `build` cannot be called.
    """
    if not isinstance(name, str) or not name or name in FAMILIES:
        raise ValueError(
            f"A family needs a name other than {sorted(FAMILIES)}. Received: name={name!r}."
        )
    if not callable(build):
        raise ValueError(f"A family's build must be a function. Received: build={build!r}.")
    FAMILIES[name] = build


def get(identifier):
    """A family's `build` function by name, or the callable itself.

    Raises:
        ValueError: If the name is unknown.
    """
    if callable(identifier):
        return identifier
    if not isinstance(identifier, str) or identifier not in FAMILIES:
        raise ValueError(
            f"The networks must be one of {sorted(FAMILIES)} or a callable. "
            f"Received: {identifier!r}."
        )
    return FAMILIES[identifier]
