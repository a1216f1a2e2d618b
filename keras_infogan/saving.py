"""Loads saved models, whatever of this package they are made of."""

import keras

# Imported for their names: Keras finds by them what it reads in the file.
from keras_infogan import augmentation, schedules, stabilizers  # noqa: F401
from keras_infogan.errors import UserError
from keras_infogan.models import conditional_gan, gan, infogan  # noqa: F401


def load_model(path):
    """Loads a `.keras` file, such as a run's checkpoint, ready to train on.

    Args:
        path: The file.

    Returns:
        A `GAN`, `ConditionalGAN` or `InfoGAN`, compiled, with its optimizers as they were.

    Raises:
        UserError: If the file is not there, damaged, or of something else.
    """
    try:
        model = keras.models.load_model(path)
    except Exception as error:
        first_line = (str(error) or type(error).__name__).splitlines()[0]
        raise UserError(f"{path} cannot be loaded: {first_line}") from None
    if not isinstance(model, gan.GAN):
        raise UserError(f"{path} does not hold a GAN but a {type(model).__name__}.")
    return model
