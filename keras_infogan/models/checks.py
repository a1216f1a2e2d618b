"""Whether networks fit together and fit the latents; each check raises a ValueError if not."""


def check_generator(generator, latents):
    """The generator takes latents of this spec."""
    if generator.input_shape[1:] != (latents.size,):
        raise ValueError(
            f"The generator must take {latents.size} latents. "
            f"Received: generator.input_shape={generator.input_shape}."
        )


def check_trunk(trunk, generator, num_labels=0):
    """The trunk takes what the generator makes, and one-hot labels beside it if there are any."""
    shapes = trunk.input_shape if num_labels else [trunk.input_shape]
    wanted = [generator.output_shape[1:]] + ([(num_labels,)] if num_labels else [])
    if not isinstance(shapes, list) or [shape[1:] for shape in shapes] != wanted:
        labels = f" and {num_labels} labels, one-hot" if num_labels else ""
        raise ValueError(
            f"The trunk must take the images that the generator makes{labels}. Received: "
            f"generator.output_shape={generator.output_shape}, "
            f"trunk.input_shape={trunk.input_shape}."
        )


def check_head(name, head, trunk, size):
    """A head goes from the trunk's features to so many numbers."""
    shape = trunk.output_shape[1:]
    if head.input_shape[1:] != shape or head.output_shape[1:] != (size,):
        raise ValueError(
            f"The {name} must go from the trunk's features {shape} to {size} numbers. "
            f"Received: input_shape={head.input_shape}, output_shape={head.output_shape}."
        )
