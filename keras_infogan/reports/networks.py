"""The networks of a model, layer by layer."""

import math


def describe(model):
    """What a report shows of a model's networks.

    Args:
        model: A `GAN`, `ConditionalGAN` or `InfoGAN`.

    Returns:
        List of dicts `name`, `takes`, `gives` (shapes in words), `trainable`, `parameters` and
        `layers`, a list of dicts `kind`, `shape`, `parameters` and `share` of the network's.
    """
    return [_network(name, getattr(model, name)) for name in model.saved_networks]


def _network(name, network):
    layers = [layer for layer in network.layers if type(layer).__name__ != "InputLayer"]
    whole = network.count_params()
    return {
        "name": name,
        "takes": " and ".join(_shape(one.shape) for one in network.inputs),
        "gives": " and ".join(_shape(one.shape) for one in network.outputs),
        "trainable": sum(math.prod(weight.shape) for weight in network.trainable_weights),
        "parameters": whole,
        "layers": [
            {
                "kind": _kind(layer),
                "shape": _shape(layer.output.shape),
                "parameters": layer.count_params(),
                "share": layer.count_params() / max(whole, 1),
            }
            for layer in layers
        ],
    }


def _shape(shape):
    return "×".join(str(length) for length in shape[1:]) or "1"


def _kind(layer):
    """A layer in words: its class, kernel, stride and activation, where it has them."""
    settings, words = layer.get_config(), [type(layer).__name__]
    kernel = settings.get("kernel_size")
    if isinstance(kernel, (tuple, list)):
        words.append("×".join(map(str, kernel)))
    strides = settings.get("strides")
    if isinstance(strides, (tuple, list)) and max(strides) > 1:
        words.append(f"stride {max(strides)}")
    if settings.get("activation") not in (None, "linear") and words[0] != "Activation":
        words.append(str(settings["activation"]))
    elif words[0] == "Activation":
        words.append(str(settings["activation"]))
    return " ".join(words)
