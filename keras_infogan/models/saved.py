"""How a GAN is written to a `.keras` file and read back, ready to train on."""

import keras

from keras_infogan import registry
from keras_infogan.latents import LatentSpec


def is_address(path):
    """Whether a path is the address of a model on Hugging Face."""
    return str(path).startswith("hf://")


class SavedGAN(keras.Model):
    """A model whose constructor takes networks, latents and lists of parts under their own names.

    Attributes:
        saved_networks: Arguments that are networks.
        saved_lists: Arguments that are lists of layers.
        saved_values: Other arguments, JSON-ready.
        compile_arguments: Arguments of `compile`, kept as attributes of the same names.
    """

    saved_networks = ()
    saved_lists = ()
    saved_values = ()
    compile_arguments = ()

    @classmethod
    def from_preset(cls, preset):
        """A trained model.

        Args:
            preset: Name of a pretrained model, such as `"mnist"`; a `.keras` file; or the `hf://`
                address of a model on Hugging Face, which Keras fetches.

        Returns:
            The model. Pretrained ones are not compiled: `compile` them to train on.

        Raises:
            UserError: If there is no such model, or it is of another class.
        """
        return registry.load("saving:from_preset")(preset, cls)

    def save_own_variables(self, store):
        """Writes the sums behind the metrics; Keras itself writes networks and optimizers."""
        for name, value in self.means.sums().items():
            store[name] = value

    def load_own_variables(self, store):
        """Inverse of `save_own_variables`."""
        self.means.restore({name: store[name] for name in store.keys()})

    def get_config(self):
        """The arguments of the constructor."""
        config = super().get_config()
        for name in (*self.saved_networks, *self.saved_lists):
            value = getattr(self, name)
            value = list(value) if name in self.saved_lists else value
            config[name] = keras.saving.serialize_keras_object(value)
        config |= {name: getattr(self, name) for name in self.saved_values}
        return config | {"latents": self.latents.get_config()}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Inverse of `get_config`."""
        registry.load("saving:import_parts")()
        config = dict(config)
        for name in (*cls.saved_networks, *cls.saved_lists):
            config[name] = keras.saving.deserialize_keras_object(
                config[name], custom_objects=custom_objects
            )
        config["latents"] = LatentSpec.from_config(config["latents"])
        return cls(**config)

    def get_compile_config(self):
        """The arguments of `compile`."""
        if not self.compiled:
            return {}
        names = (*self.compile_arguments, "jit_compile", "steps_per_execution")
        settings = {name: getattr(self, name) for name in names}
        return keras.saving.serialize_keras_object(settings)

    def compile_from_config(self, config):
        """Compiles as `get_compile_config` says."""
        self.compile(**keras.saving.deserialize_keras_object(config))
