"""Averaged generator: images are taken from the mean of its weights over the last steps."""

import keras

from keras_infogan.stabilizers.stabilizer import Stabilizer


@keras.saving.register_keras_serializable(package="keras_infogan")
class AveragedGenerator(Stabilizer):
    """Keeps an exponential mean of the generator's weights and takes images from it.

    mean ← strength · mean + (1 − strength) · weights after each step, BatchNorm's statistics
    included. Training is the same; pictures, scores and the export are the mean's. Source: Karras
    et al., "Progressive Growing of GANs", 2018; Yazıcı et al., 2019.
    """

    default_strength = 0.999
    most = 1.0

    def attach(self, model):
        average = keras.models.clone_model(model.generator)
        average.set_weights(model.generator.get_weights())
        average.trainable = False
        self.averaged_generator = average

    def after_update(self, model):
        pairs = zip(self.averaged_generator.variables, model.generator.variables, strict=True)
        for mean, variable in pairs:
            if mean.dtype.startswith("float"):
                mean.assign_add((1.0 - self.strength) * (variable - mean))
