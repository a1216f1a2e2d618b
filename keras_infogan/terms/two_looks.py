"""Information between two looks at a real image: its code must survive a second distortion."""

import keras
import tensorflow as tf

from keras_infogan import information, randomness, registry, replicas
from keras_infogan.models import pretraining
from keras_infogan.models.update import SECOND_DISTORTION
from keras_infogan.terms.term import Term, require_range


@keras.saving.register_keras_serializable(package="keras_infogan")
class TwoLooks(Term):
    """Subtracts weight · I(c; c′) from the loss, of the codes that Q reads from two distortions.

    Q must read the same code from both, and all codes equally often. The second look is at the
    image itself or, where batches hold neighbors, at a real image near it. The trunk learns from
    it; so does Q's head from step `head_from` on, when codes mean something already. Until then it
    learns what a code is from generated images alone, unless D's update changes it anyway. With an
    information weight of 0, which makes a regular GAN, the term is 0.

    The head of wide networks has logits so far apart that the softmax has no slope left: an image
    that shares a code with those of another kind stays there. `logit_std` keeps them near.

    Source: Ji et al., "Invariant Information Clustering", 2019; neighbors: Van Gansbeke et al.,
    "SCAN: Learning to Classify Images without Labels", 2020, which takes those of features.

    Args:
        weight: Weight of the term, 0 or more.
        transform: Transform of the second look, a `Transform` or its text; those of the model by
            default.
        head_from: Step from which Q's head learns from it too; None for never.
        logit_std: Standard deviation that each of Q's logits is brought to, with a mean of 0, over
            both looks at the batch, before the softmax; 0 leaves them as they are.
    """

    def __init__(
        self,
        weight: float = 1.0,
        transform=None,
        head_from: int | None = None,
        logit_std: float = 0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        require_range("weight", weight)
        require_range("head_from", head_from or 0)
        require_range("logit_std", logit_std)
        self.weight = weight
        self.transform = registry.TRANSFORMS.get(transform)
        self.head_from = head_from
        self.logit_std = logit_std

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

    def check(self, model):
        if self.weight and self.head_from is not None and model.q_update == "own":
            raise ValueError(
                "From head_from on, Q's head learns from real images in G's update, which leaves "
                "it alone with q_update='own': leave head_from out (--head-from 1). "
                f"Received: head_from={self.head_from}."
            )

    def d_loss(self, model, update):
        if not self._learns(model):
            return 0.0
        second = self._features(model, update, update.seeds[SECOND_DISTORTION])
        loss = self._loss(model, update.real.features, second)
        return pretraining.zero_while(model.g_waits(update.step), loss)

    def g_loss(self, model, update):
        if not self._learns(model) or self.head_from is None:
            return 0.0

        def loss():
            seeds = randomness.split(update.seeds[SECOND_DISTORTION], 2)
            first = model.trunk(model.transformed(update.real_images, seeds[0]), training=True)
            second = self._features(model, update, seeds[1])
            return self._loss(model, tf.stop_gradient(first), tf.stop_gradient(second))

        return replicas.value_if(update.step >= self.head_from, loss)

    def _learns(self, model):
        """Whether there is a loss: in a regular GAN, λ = 0, no network learns what codes mean."""
        return self.weight > 0 and model.information_weight > 0

    def _features(self, model, update, seed):
        """The trunk's features of the second look."""
        images = update.real_images if update.neighbors is None else update.neighbors
        transforms = None if self.transform is None else [self.transform]
        return model.trunk(model.transformed(images, seed, transforms), training=True)

    def _loss(self, model, *features):
        """−weight · I(c; c′) of the features of both looks."""
        parameters = [
            model.latents.split_parameters(model.recognizer(one, training=True)) for one in features
        ]
        return -self.weight * sum(
            information.paired_information(
                *self._probabilities(model.latents.codes[i], [look[i] for look in parameters])
            )
            for i in model.latents.categorical
        )

    def _probabilities(self, code, logits):
        """What Q says of a code in each look."""
        if self.logit_std:
            logits = information.standardized(logits, self.logit_std)
        return [code.read(one)["probabilities"] for one in logits]

    def get_config(self):
        transform = keras.saving.serialize_keras_object(self.transform)
        own = {"weight": self.weight, "transform": transform}
        own |= {"head_from": self.head_from, "logit_std": self.logit_std}
        return super().get_config() | own

    @classmethod
    def from_config(cls, config):
        """Inverse of `get_config`."""
        transform = keras.saving.deserialize_keras_object(config["transform"])
        return cls(**{**config, "transform": transform})
