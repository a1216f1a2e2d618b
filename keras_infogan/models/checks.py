"""Whether networks fit together and fit the latents; each check raises a ValueError if not."""

import keras

from keras_infogan.optimizers import LossScaling


def check_generator(generator, latents):
    """The generator takes latents of this spec."""
    _check_precision("generator", generator)
    if generator.input_shape[1:] != (latents.size,):
        raise ValueError(
            f"The generator must take {latents.size} latents. "
            f"Received: generator.input_shape={generator.input_shape}."
        )


def check_trunk(trunk, generator, num_labels=0):
    """The trunk takes what the generator makes, and one-hot labels beside it if there are any."""
    _check_precision("trunk", trunk)
    shapes = trunk.input_shape if num_labels else [trunk.input_shape]
    wanted = [generator.output_shape[1:]] + ([(num_labels,)] if num_labels else [])
    if not isinstance(shapes, list) or [shape[1:] for shape in shapes] != wanted:
        labels = f" and {num_labels} labels, one-hot" if num_labels else ""
        raise ValueError(
            f"The trunk must take the images that the generator makes{labels}. Received: "
            f"generator.output_shape={generator.output_shape}, "
            f"trunk.input_shape={trunk.input_shape}."
        )


def check_optimizer(optimizer):
    """Each update of an optimizer is a step of its own, with noise of its own."""
    if optimizer.gradient_accumulation_steps:
        raise ValueError(
            "A GAN cannot accumulate gradients: its noise follows from the number of the step. Use "
            "a larger batch. Received: "
            f"gradient_accumulation_steps={optimizer.gradient_accumulation_steps}."
        )
    scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if scales and not isinstance(optimizer, LossScaling):
        raise ValueError(
            "A GAN numbers its steps by those of its optimizers, so a loss is scaled by "
            f"keras_infogan.optimizers.LossScaling. Received: {type(optimizer).__name__}."
        )


def check_head(name, head, trunk, size):
    """A head goes from the trunk's features to so many numbers."""
    _check_precision(name, head)
    shape = trunk.output_shape[1:]
    if head.input_shape[1:] != shape or head.output_shape[1:] != (size,):
        raise ValueError(
            f"The {name} must go from the trunk's features {shape} to {size} numbers. "
            f"Received: input_shape={head.input_shape}, output_shape={head.output_shape}."
        )


def _check_precision(name, network):
    """What a network makes is float32, whatever it computes in."""
    made = network.layers[-1].compute_dtype
    if made != "float32":
        raise ValueError(
            "The last layer of each network must compute in float32: build networks under Keras's "
            "policy float32, then call keras_infogan.networks.precision.set_precision. "
            f"Received: {made} of the {name}."
        )
