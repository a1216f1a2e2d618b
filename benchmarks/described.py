"""A Keras model as plain Python and NumPy, for a process that must not load TensorFlow.

PyTorch 2.11 found no GPU in a process that had loaded TensorFlow 2.21, which exports functions of
CUDA by itself.
"""

import dataclasses
import pickle

# What is read of a layer, by Keras's class, from which ours derive.
ATTRIBUTES = {
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


@dataclasses.dataclass(frozen=True)
class LayerDescription:
    """A layer of a network.

    Args:
        kind: Name of Keras's class.
        options: Attributes that PyTorch needs.
        weights: NumPy arrays in Keras's order.
    """

    kind: str
    options: dict
    weights: list


@dataclasses.dataclass(frozen=True)
class ModelDescription:
    """An InfoGAN.

    Args:
        config: Its `RunConfig`.
        networks: `{name: layers}`.
        critic: Layers of the second discriminator; None where there is none.
        latents: Sizes of the noise and of the categorical code, and the number of uniform codes.
    """

    config: object
    networks: dict
    critic: list | None
    latents: tuple


def save(path, preset, **options):
    """Writes the `ModelDescription` of a preset with other options, pickled."""
    from benchmarks import jobs
    from keras_infogan import quiet

    quiet.import_tensorflow()
    config = jobs.config_of(preset, **options)
    with open(path, "wb") as file:
        pickle.dump(describe_model(jobs.make_model(config), config), file)


def describe_model(model, config):
    """The `ModelDescription` of an `InfoGAN` that was made of a config.

    Raises:
        TypeError: If it has codes or a layer that the PyTorch reference lacks.
    """
    from keras_infogan.terms.picture_critic import PictureCritic

    names = ("generator", "trunk", "discriminator", "recognizer")
    critics = [term for term in model.terms if isinstance(term, PictureCritic)]
    counts = [code.num_values for code in model.latents.codes]
    if not counts or counts[0] is None or any(counts[1:]):
        raise TypeError(f"The reference has one categorical code first. Received: {model.latents}.")
    return ModelDescription(
        config,
        {name: describe_layers(getattr(model, name)) for name in names},
        describe_layers(critics[0].trunk) + describe_layers(critics[0].discriminator)
        if critics
        else None,
        (model.latents.noise.size, counts[0], len(counts) - 1),
    )


def describe_layers(network):
    """A `LayerDescription` of each layer of a Keras model whose layers form a chain.

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

    kind = next(
        (name for name in ATTRIBUTES if isinstance(layer, getattr(keras.layers, name))), None
    )
    if kind is None:
        raise TypeError(f"No PyTorch layer is known for {type(layer).__name__}.")
    options = {name: getattr(layer, name) for name in ATTRIBUTES[kind]}
    options["shape"] = layer.input.shape
    if hasattr(layer, "activation"):
        options["activation"] = layer.activation.__name__
    return LayerDescription(kind, options, layer.get_weights())
