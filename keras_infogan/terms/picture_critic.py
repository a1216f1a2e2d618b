"""A second discriminator, which sees images as they are and has a trunk of its own."""

import keras
import tensorflow as tf

from keras_infogan import registry
from keras_infogan.terms.term import Term, require_range


@keras.saving.register_keras_serializable(package="keras_infogan")
class PictureCritic(Term):
    """Adds weight · the objective of a second discriminator to G's loss; D's update trains it.

    The trunk that D shares with Q serves two ends, and loses what only pictures need. This one
    serves pictures alone: it sees neither distortion nor codes, and keeps G's variety.

    A generator that draws well too early lets its noise choose what the codes are meant to, so the
    weight may rise late: from 0 at step `begin` to all of it at step `end`.

    Args:
        weight: Weight of its objective in G's loss, 0 or more.
        begin: Step from which the weight rises.
        end: Step at which it has risen.
        networks: Family of networks that trunk and head are of, such as `"conv28(filters=16)"`.
    """

    def __init__(
        self,
        weight: float = 1.0,
        begin: int = 0,
        end: int = 0,
        networks: str = "conv28(filters=16, units=128)",
        **kwargs,
    ):
        super().__init__(**kwargs)
        require_range("weight", weight)
        if not 0 <= begin <= end:
            raise ValueError(
                f"The weight rises from begin to end. Received: begin={begin}, end={end}."
            )
        self.weight = weight
        self.begin = begin
        self.end = end
        self.networks = networks

    def attach(self, model):
        build = registry.NETWORKS.get(self.networks)
        networks = build(model.latents.size, 0, model.generator.output_shape[1:])
        self.trunk, self.discriminator = networks["trunk"], networks["discriminator"]
        self.built = True

    def check(self, model):
        if model.objective.terms:
            raise ValueError(
                "The second discriminator has no gradient penalty: give it an objective that needs "
                f"none. Received: generator_loss={model.objective.name!r}."
            )

    def d_loss(self, model, update):
        real, generated = (
            self._logits(images) for images in (update.real_images, update.generated_images)
        )
        return model.objective.d_loss(real, generated)

    def g_loss(self, model, update):
        needs_real = model.objective.needs_real
        real = self._logits(update.real_images) if needs_real else None
        loss = model.objective.g_loss(real, self._logits(update.generated_images))
        return self.weight_at(update.step) * loss

    def weight_at(self, step):
        """Weight of its objective in G's loss at a step."""
        risen = tf.cast(step - self.begin, tf.float32) / float(max(self.end - self.begin, 1))
        return self.weight * tf.clip_by_value(risen if self.end else 1.0, 0.0, 1.0)

    def _logits(self, images):
        return self.discriminator(self.trunk(images, training=True), training=True)

    def get_config(self):
        own = {name: getattr(self, name) for name in ("weight", "begin", "end", "networks")}
        return super().get_config() | own
