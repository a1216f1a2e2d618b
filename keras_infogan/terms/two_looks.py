"""Information between two looks at a real image: its code must survive a second distortion."""

import keras

from keras_infogan import information, registry
from keras_infogan.models import pretraining
from keras_infogan.models.update import SECOND_DISTORTION
from keras_infogan.terms.term import Term, require_range


@keras.saving.register_keras_serializable(package="keras_infogan")
class TwoLooks(Term):
    """Subtracts weight · I(c; c′) from D's loss, of the codes that Q reads from two distortions.

    Q must read the same code from both, and all codes equally often; trunk and Q learn from it.
    Source: Ji et al., "Invariant Information Clustering", 2019.

    Args:
        weight: Weight of the term, 0 or more.
        transform: Transform of the second look, a `Transform` or its text; those of the model by
            default.
    """

    def __init__(self, weight: float = 1.0, transform=None, **kwargs):
        super().__init__(**kwargs)
        require_range("weight", weight)
        self.weight = weight
        self.transform = registry.TRANSFORMS.get(transform)

    def attach(self, model):
        if not model.reads_codes or not model.latents.categorical:
            raise ValueError(
                "The information between two looks needs an InfoGAN with a categorical code. "
                f"Received: {type(model).__name__} with codes {model.latents.codes}."
            )
        if not model.trunk.trainable_variables:
            raise ValueError(
                "The information between two looks teaches the trunk, and this one has no weights."
            )
        if not model.transforms and self.transform is None:
            raise ValueError("Two looks at an image are equal without a transform.")

    def d_loss(self, model, update):
        if not self.weight:
            return 0.0
        seed = update.seeds[SECOND_DISTORTION]
        transforms = None if self.transform is None else [self.transform]
        images = model.transformed(update.real_images, seed, transforms)
        first, second = (
            model.latents.read(model.recognizer(features, training=True))
            for features in (update.real.features, model.trunk(images, training=True))
        )
        shared = sum(
            information.paired_information(first[i]["probabilities"], second[i]["probabilities"])
            for i in model.latents.categorical
        )
        return pretraining.zero_while(model.g_waits(update.step), -self.weight * shared)

    def get_config(self):
        transform = keras.saving.serialize_keras_object(self.transform)
        return super().get_config() | {"weight": self.weight, "transform": transform}

    @classmethod
    def from_config(cls, config):
        """Inverse of `get_config`."""
        transform = keras.saving.deserialize_keras_object(config["transform"])
        return cls(**{**config, "transform": transform})
