"""`fit`, `evaluate`, `save`, `export` of a GAN: as any Keras model's, or refused in a sentence."""

import inspect

import keras

from keras_infogan.models import inputs
from keras_infogan.models.saved import SavedGAN, is_address

# Callbacks of Keras that would fail in the middle of training, or watch nothing, and why.
REFUSED = {
    keras.callbacks.ReduceLROnPlateau: "a GAN has an optimizer for each player: set "
    "model.g_optimizer.learning_rate or d_optimizer's in a callback of yours",
    keras.callbacks.LearningRateScheduler: "a GAN has an optimizer for each player: give each a "
    "learning rate of its own, such as keras.optimizers.schedules.CosineDecay",
    keras.callbacks.SwapEMAWeights: "a GAN averages its generator by average_generator=0.999",
    keras.callbacks.TerminateOnNaN: "a GAN has losses for each player, d_loss and g_loss: watch "
    "those with a callback of yours",
}


class CheckedGAN(SavedGAN):
    """What is given to a GAN by Keras's methods is checked before anything begins."""

    @property
    def image_shape(self):
        """`(height, width, channels)` of the images."""
        return self.generator.output_shape[1:]

    def fit(self, *args, **kwargs):
        """As `keras.Model.fit`.

        Images are floats in [-1, 1] or whole numbers from 0 to 255, which are brought to [-1, 1];
        gray ones may lack their last axis. For a term that looks at them, a dict of `images` and
        `neighbors` has a real image near each. Labels, for a model that learns from them, are
        whole numbers from 0 on, or one-hot.

        Raises:
            ValueError: If images, labels or callbacks are others, or images have weights.
        """
        return self._checked(super().fit, args, kwargs)

    def evaluate(self, *args, **kwargs):
        """As `keras.Model.evaluate`; images and labels as for `fit`."""
        return self._checked(super().evaluate, args, kwargs)

    def save(self, filepath, *args, **kwargs):
        """As `keras.Model.save`, to a `.keras` file or an `hf://` address.

        Raises:
            ValueError: If it is something else: other formats keep no two optimizers.
        """
        if not (str(filepath).endswith(".keras") or is_address(filepath)):
            raise ValueError(
                f"A GAN is saved to a .keras file or an hf:// address. Received: {filepath}."
            )
        return super().save(filepath, *args, **kwargs)

    def export(self, filepath, *args, **kwargs):
        """As `keras.Model.export`: what `call` makes of images. `serving` exports far more."""
        given = _named(super().export, (filepath, *args), kwargs)
        if given.get("input_signature") is None:
            given["input_signature"] = [self.call_signature()]
        return super().export(**given)

    def call_signature(self):
        """`keras.InputSpec` of what `call` takes."""
        return keras.InputSpec("float32", (None, *self.image_shape), name="images")

    def unpack(self, data):
        """Images, labels and neighbors of a batch, see `inputs.unpack`."""
        return inputs.unpack(data, self.image_shape, self.label_values)

    def _checked(self, method, args, kwargs):
        given = _named(method, args, kwargs)
        if any(given.get(name) is not None for name in ("class_weight", "sample_weight")):
            raise ValueError(inputs.NO_WEIGHTS)
        check_callbacks(given.get("callbacks"))
        given["x"] = self._looked_at(given.get("x"), given.get("y"))
        held = given.get("validation_data")
        if isinstance(held, tuple):
            images, labels, weights = keras.utils.unpack_x_y_sample_weight(held)
            if weights is not None:
                raise ValueError(inputs.NO_WEIGHTS)
            self._looked_at(images, labels)
        elif held is not None:
            given["validation_data"] = self._looked_at(held, None)
        with inputs.sentences():
            return method(**given)

    def _looked_at(self, x, y):
        return inputs.checked(x, y, self.image_shape, self.label_values)


def check_callbacks(callbacks):
    """Refuses callbacks of Keras that cannot do their work on a GAN.

    Args:
        callbacks: As `fit` takes them.

    Raises:
        ValueError: Says why, and what to do instead.
    """
    callbacks = getattr(callbacks, "callbacks", callbacks)  # of a CallbackList
    callbacks = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
    for one in callbacks:
        for refused, reason in REFUSED.items():
            if isinstance(one, refused):
                raise ValueError(f"{refused.__name__} cannot be used: {reason}.")


def _named(method, args, kwargs):
    """All arguments of a call by their names."""
    given = dict(inspect.signature(method).bind(*args, **kwargs).arguments)
    return given | given.pop("kwargs", {})
