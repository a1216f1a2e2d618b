"""A second discriminator, which sees images as they are and has a trunk of its own."""

import math

import keras
import tensorflow as tf

from keras_infogan import registry
from keras_infogan.terms.term import Term, require_range


@keras.saving.register_keras_serializable(package="keras_infogan")
class PictureCritic(Term):
    """Adds weight · the objective of a second discriminator to G's loss; D's update trains it.

    The trunk that D shares with Q serves two ends, and loses what only pictures need. This one
    serves pictures alone: it sees no distortion, and keeps G's variety.

    A generator that draws well too early lets its noise choose what the codes are meant to, so the
    weight may rise late: from 0 at step `begin` to all of it at step `end`.

    With `told_codes` it also receives the categorical codes: of a generated image those that it was
    made from, of a real one those that Q reads. The logit gains the inner product of the trunk's
    features with a learned vector for each value. It presumes that Q reads all values about equally
    often, as two looks make it: else the codes alone would tell real from generated images. With an
    information weight of 0, which makes a regular GAN, it is told nothing.

    Source: Miyato and Koyama, "cGANs with Projection Discriminator", 2018; with clusters in place
    of labels: Liu et al., "Diverse Image Generation via Self-Conditioned GANs", 2020.

    Args:
        weight: Weight of its objective in G's loss, 0 or more.
        begin: Step from which the weight rises.
        end: Step at which it has risen.
        networks: Family of networks that trunk and head are of, such as `"conv28(filters=16)"`.
        told_codes: Whether it is told the categorical codes.
    """

    def __init__(
        self,
        weight: float = 1.0,
        begin: int = 0,
        end: int = 0,
        networks: str = "conv28(filters=16, units=128)",
        told_codes: bool = False,
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
        self.told_codes = told_codes

    def attach(self, model):
        build = registry.NETWORKS.get(self.networks)
        networks = build(model.latents.size, 0, model.generator.output_shape[1:])
        self.trunk, self.discriminator = networks["trunk"], networks["discriminator"]
        if self.told_codes:
            told = model.latents.categorical
            if not (model.reads_codes and told):
                raise ValueError(
                    "A second discriminator that is told the codes needs an InfoGAN with a "
                    f"categorical code. Received: {type(model).__name__} with codes "
                    f"{model.latents.codes}."
                )
            self.projection = keras.layers.Dense(
                math.prod(self.trunk.output_shape[1:]), use_bias=False, kernel_initializer="zeros"
            )
            self.projection.build((None, sum(model.latents.codes[i].latent_size for i in told)))
        self.built = True

    def check(self, model):
        if model.objective.terms:
            raise ValueError(
                "The second discriminator has no gradient penalty: give it an objective that needs "
                f"none. Received: generator_loss={model.objective.name!r}."
            )

    def d_loss(self, model, update):
        real, generated = self._real_logits(model, update), self._generated_logits(model, update)
        return model.objective.d_loss(real, generated)

    def g_loss(self, model, update):
        real = self._real_logits(model, update) if model.objective.needs_real else None
        loss = model.objective.g_loss(real, self._generated_logits(model, update))
        return self.weight_at(update.step) * loss

    def weight_at(self, step):
        """Weight of its objective in G's loss at a step."""
        risen = tf.cast(step - self.begin, tf.float32) / float(max(self.end - self.begin, 1))
        return self.weight * tf.clip_by_value(risen if self.end else 1.0, 0.0, 1.0)

    def _real_logits(self, model, update):
        """Logits of real images, with the codes that Q reads from D's look at them."""
        codes = None
        if self._is_told(model):
            spec, parameters = model.latents, model.recognizer(update.real.features, training=True)
            read = spec.read(parameters)
            codes = [spec.codes[i].encode(read[i]["value"]) for i in spec.categorical]
        return self._logits(update.real_images, codes)

    def _generated_logits(self, model, update):
        """Logits of generated images, with the codes that they were made from."""
        codes = None
        if self._is_told(model):
            _, values = model.latents.split(update.latents)
            codes = [values[i] for i in model.latents.categorical]
        return self._logits(update.generated_images, codes)

    def _is_told(self, model):
        """Whether codes enter: in a regular GAN, λ = 0, no network learns what they mean."""
        return self.told_codes and model.information_weight > 0

    def _logits(self, images, codes):
        features = self.trunk(images, training=True)
        logits = self.discriminator(features, training=True)
        if codes is None:
            return logits
        vectors = self.projection(tf.concat(codes, axis=1))
        features = tf.reshape(features, tf.shape(vectors))
        return logits + tf.reduce_sum(vectors * features, axis=1, keepdims=True)

    def get_config(self):
        names = ("weight", "begin", "end", "networks", "told_codes")
        return super().get_config() | {name: getattr(self, name) for name in names}
