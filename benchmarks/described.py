"""A Keras model as plain Python and NumPy, for a process that must not load TensorFlow.

PyTorch finds no GPU in a process that has loaded TensorFlow, whose libraries hold stand-ins for
CUDA's functions.
"""

import dataclasses
import pickle


@dataclasses.dataclass(frozen=True)
class Layer:
    """A layer of a network.

    Args:
        kind: Name of Keras's class.
        options: What PyTorch needs to know of it.
        weights: NumPy arrays in Keras's order.
    """

    kind: str
    options: dict
    weights: list


@dataclasses.dataclass(frozen=True)
class Model:
    """A model.

    Args:
        config: Its `RunConfig`.
        networks: `{name: layers}`.
        critic: Layers of the second discriminator; None where there is none.
        codes: Sizes of the noise and of the categorical code, and the number of uniform codes.
    """

    config: object
    networks: dict
    critic: list | None
    codes: tuple


def save(path, preset, **options):
    """Writes the `Model` of a preset with other options, pickled."""
    from benchmarks import jobs
    from keras_infogan import quiet

    quiet.import_tensorflow()
    config = jobs.config_of(preset, **options)
    with open(path, "wb") as file:
        pickle.dump(model(jobs.make_model(config), config), file)


def model(made, config):
    """The `Model` of an `InfoGAN` that was made of a config.

    Raises:
        TypeError: If it has codes or a layer that the PyTorch reference lacks.
    """
    from keras_infogan.terms.picture_critic import PictureCritic

    names = ("generator", "trunk", "discriminator", "recognizer")
    critics = [term for term in made.terms if isinstance(term, PictureCritic)]
    counts = [code.num_values for code in made.latents.codes]
    if not counts or counts[0] is None or any(counts[1:]):
        raise TypeError(f"The reference has one categorical code first. Received: {made.latents}.")
    return Model(
        config,
        {name: layers(getattr(made, name)) for name in names},
        layers(critics[0].trunk) + layers(critics[0].discriminator) if critics else None,
        (made.latents.noise.size, counts[0], len(counts) - 1),
    )


def layers(network):
    """The layers of a Keras model that form a chain.

    Args:
        network: Model of convolutions, transposed ones, dense layers, BatchNormalization,
            (leaky) ReLU, Flatten, Reshape and Rescaling.

    Raises:
        TypeError: If it holds another layer.
    """
    import keras

    return [_layer(one) for one in network.layers if not isinstance(one, keras.layers.InputLayer)]


def _layer(layer):
    import keras

    # Ours derive from Keras's; of each kind, what is read of it.
    kinds = {
        "BatchNormalization": ("epsilon", "momentum"),
        "LeakyReLU": ("negative_slope",),
        "ReLU": (),
        "Flatten": (),
        "Reshape": ("target_shape",),
        "Rescaling": ("scale", "offset"),
        "Dense": ("use_bias",),
        "Conv2D": ("use_bias", "filters", "kernel_size", "strides", "padding"),
        "Conv2DTranspose": ("use_bias", "filters", "kernel_size", "strides", "padding"),
    }
    kind = next((name for name in kinds if isinstance(layer, getattr(keras.layers, name))), None)
    if kind is None:
        raise TypeError(f"No PyTorch layer is known for {type(layer).__name__}.")
    options = {name: getattr(layer, name) for name in kinds[kind]}
    options["shape"] = layer.input.shape
    if hasattr(layer, "activation"):
        options["activation"] = layer.activation.__name__
    return Layer(kind, options, layer.get_weights())
