"""InfoGAN: a GAN whose generator cannot ignore its codes.

Source: Chen et al., "InfoGAN: Interpretable Representation Learning by Information Maximizing
Generative Adversarial Nets", 2016.
"""

import keras
import tensorflow as tf

from keras_infogan import losses
from keras_infogan.models.gan import GAN
from keras_infogan.models.update import G_DISTORTION, G_LATENTS, SECOND_DISTORTION, Update


@keras.saving.register_keras_serializable(package="keras_infogan")
class InfoGAN(GAN):
    """Trains a generator, a discriminator and a recognizer Q(c | x) against and for each other.

    min over G, Q, max over D:  V(D, G) − λ L_I(G, Q),  with
    L_I = E[log Q(c | G(z, c))] + H(c)  ≤  I(c; G(z, c)).

    D and Q share `trunk` and differ in their heads. The trunk belongs to D: it is updated in D's
    step only (from the adversarial loss, and from L_I too if `trunk_learns_information`). It never
    receives the generator's adversarial gradient, which would teach it to be fooled.

    Args:
        generator: As in `GAN`, and so `trunk`, `discriminator`, `latents` and the rest.
        trunk: Model from images to features.
        discriminator: Model from the trunk's features to one logit, `(batch_size, 1)`.
        recognizer: Model from the trunk's features to `(batch_size, latents.parameter_size)`.
        latents: A `LatentSpec` with at least one code.
        augmentation: Optional layer `augmentation(images, seed)` applied, differentiably, to all
            images that D and Q see in training.
        second_augmentation: The same for the second look at a real image, see
            `real_information_weight`; `augmentation` by default.
        trunk_learns_information: Whether L_I enters D's loss, as in the paper.
        stabilizers: Layers that add to the losses, see `keras_infogan.stabilizers`.
        seed: Integer from which all noise, codes and distortions follow.

    Raises:
        ValueError: If the networks do not fit the latents.

    Example:

    >>> latents = LatentSpec(62, [Categorical(10), Uniform(), Uniform()])
    >>> model = InfoGAN(**networks.get("conv28")(latents.size, latents.parameter_size),
    ...                 latents=latents)
    >>> model.compile(keras.optimizers.Adam(2e-4), keras.optimizers.Adam(1e-3))
    >>> model.fit(images, batch_size=128, epochs=50)  # float32 images in [-1, 1]
    """

    metric_names = (
        "d_loss",
        "g_loss",
        "categorical_loss",
        "continuous_loss",
        "mutual_information",
        "code_accuracy",
        "real_probability",
        "generated_probability_before",
        "generated_probability_after",
    )
    reads_codes = True
    saved_layers = (*GAN.saved_layers, "recognizer", "second_augmentation")

    def __init__(
        self,
        generator,
        trunk,
        discriminator,
        recognizer,
        latents,
        augmentation=None,
        second_augmentation=None,
        trunk_learns_information=True,
        stabilizers=(),
        seed=0,
        **kwargs,
    ):
        super().__init__(
            generator, trunk, discriminator, latents, augmentation, stabilizers, seed, **kwargs
        )
        if not latents.codes:
            raise ValueError("An InfoGAN needs at least one code. Received: latents.codes=().")
        self.recognizer = recognizer
        self._check_head("recognizer", recognizer, latents.parameter_size)
        self.second_augmentation = second_augmentation
        self.trunk_learns_information = trunk_learns_information

    def compile(
        self,
        d_optimizer,
        g_optimizer,
        q_optimizer=None,
        information_weight=1.0,
        continuous_weight=0.1,
        information_warmup=0,
        real_information_weight=0.0,
        **kwargs,
    ):
        """Sets the optimizers and the loss.

        Args:
            d_optimizer: Updates the trunk and the discriminator.
            g_optimizer: Updates the generator and the recognizer.
            q_optimizer: If given, L_I has an update of its own, of generator and recognizer, after
                the generator's, which then learns from D alone.
            information_weight: λ of the categorical codes. 0 makes a regular GAN, whatever the
                other weights: Q learns to read all codes, but neither the generator nor the trunk
                learns from it.
            continuous_weight: λ of the continuous codes.
            information_warmup: Steps, from G's first on, in which λ of the categorical codes rises
                linearly to its full weight. At full weight from the first step, codes settle while
                the images are still blobs, and some settle on a style instead of an object.
            real_information_weight: Weight in D's loss of the information between the categorical
                codes that Q reads from two distortions of each real image
                (`losses.paired_information`): the trunk learns to sort real images by the codes,
                whatever the distortion. Needs an augmentation, and a trunk with weights.
            **kwargs: As in `GAN.compile`.
        """
        if real_information_weight and not (self.augmentation or self.second_augmentation):
            raise ValueError(
                "real_information_weight compares two distortions of an image, so the model needs "
                f"an augmentation. Received: real_information_weight={real_information_weight}."
            )
        if real_information_weight and not self.trunk.trainable_variables:
            raise ValueError(
                "real_information_weight teaches the trunk, and this one has no weights. "
                f"Received: real_information_weight={real_information_weight}."
            )
        self.q_optimizer = None if q_optimizer is None else keras.optimizers.get(q_optimizer)
        super().compile(d_optimizer, g_optimizer, **kwargs)
        self.information_weight = information_weight
        self.continuous_weight = continuous_weight
        self.information_warmup = information_warmup
        self.real_information_weight = real_information_weight
        if self.q_optimizer is not None:
            self.q_optimizer.build(self.q_variables)

    @property
    def g_variables(self):
        """What G's update changes: the generator and, unless Q has its own, Q's head."""
        generator = self.generator.trainable_variables
        return generator if self.q_optimizer is not None else self.q_variables

    @property
    def q_variables(self):
        """What learns from L_I where it is maximised: the generator and Q's head, not the trunk."""
        return self.generator.trainable_variables + self.recognizer.trainable_variables

    def _d_loss(self, update):
        """−V(D, G) − λ L_I, without H(c), which no network changes; −V alone while G waits."""
        loss, values = super()._d_loss(update)
        if not (update.training and self.information_weight):
            return loss, values
        if self.trunk_learns_information:
            loss += self._unless_g_waits(self._information_loss(update)[0], update.step)
        if self.real_information_weight:
            again = self._look(
                update.real_images,
                update.labels,
                update.step,
                update.seeds[SECOND_DISTORTION],
                augmentation=self.second_augmentation,
            )
            information = self._paired_information(update.real.features, again.features)
            loss -= self.real_information_weight * self._unless_g_waits(information, update.step)
        return loss, values

    def _unless_g_waits(self, loss, step):
        if not self.d_pretraining:
            return loss
        return tf.where(self._g_waits(step), 0.0, loss)

    def _g_loss(self, update):
        """V(D, G) − λ L_I, of which L_I stays away where Q has an update of its own."""
        loss, values = super()._g_loss(update)
        information_loss, information_values = self._information_loss(update)
        if self.q_optimizer is None:
            loss += information_loss
        return loss, values | information_values

    def _update_generator(self, real_images, labels, step, seeds):
        values = super()._update_generator(real_images, labels, step, seeds)
        if self.q_optimizer is not None:
            self._update_recognizer(labels, step, seeds, tf.shape(real_images)[0])
        return values

    def _update_recognizer(self, labels, step, seeds, batch_size):
        """−λ L_I alone, for G and Q, on the images of G's update as G makes them now."""
        latents = self._draw_latents(batch_size, labels, seeds[G_LATENTS])
        with tf.GradientTape() as tape:
            images = self.generator(latents, training=True)
            generated = self._look(images, labels, step, seeds[G_DISTORTION])
            loss, _ = self._information_loss(Update(step, seeds, True, latents, generated))
        # Zero for the generator of a regular GAN, where Q only watches.
        gradients = tape.gradient(loss, self.q_variables, unconnected_gradients="zero")
        self.q_optimizer.apply_gradients(zip(gradients, self.q_variables, strict=True))

    def _information_loss(self, update):
        """λ-weighted −log Q(c | x) summed over the codes, and the figures to track."""
        features, training = update.generated.features, update.training
        weight = self._categorical_weight(update.step) if training else self.information_weight
        if not self.information_weight and training:  # a regular GAN: Q only watches
            features, weight = tf.stop_gradient(features), 1.0
        parameters = self.recognizer(features, training=training)
        log_probs = [
            tf.reduce_mean(value) for value in self.latents.log_probs(update.latents, parameters)
        ]
        categorical_loss = -_sum(log_probs[i] for i in self.latents.categorical)
        continuous_loss = -_sum(log_probs[i] for i in self.latents.continuous)
        loss = weight * categorical_loss + self.continuous_weight * continuous_loss
        return loss, {
            "categorical_loss": categorical_loss,
            "continuous_loss": continuous_loss,
            "mutual_information": self.latents.entropy(self.latents.categorical) - categorical_loss,
            "code_accuracy": self._code_accuracy(update.latents, parameters),
        }

    def _paired_information(self, *features):
        """Information between the categorical codes of two distortions of the same images."""
        first, second = (
            self.latents.split_parameters(self.recognizer(one, training=True)) for one in features
        )
        return _sum(
            losses.paired_information(first[i], second[i]) for i in self.latents.categorical
        )

    def _categorical_weight(self, step):
        """λ of the categorical codes at a step."""
        learned = tf.cast(step - self.d_pretraining + 1, tf.float32)
        progress = learned / float(max(self.information_warmup, 1))
        return self.information_weight * tf.minimum(1.0, progress)

    def _code_accuracy(self, latents, parameters):
        """Share of the categorical codes drawn that Q reads from the generated images."""
        _, drawn = self.latents.split(latents)
        read = self.latents.split_parameters(parameters)
        hits = [
            keras.metrics.categorical_accuracy(drawn[i], read[i]) for i in self.latents.categorical
        ]
        return _sum(tf.reduce_mean(hit) for hit in hits) / max(len(hits), 1)

    def call(self, images, training=False):
        """Reads images with D and Q.

        Args:
            images: `(batch_size, height, width, channels)` in [-1, 1].

        Returns:
            Dict of `discriminator_logits`, `(batch_size, 1)`, and `code_parameters`,
            `(batch_size, latents.parameter_size)`; see `LatentSpec.split_parameters`.
        """
        logits, features = self.judge(images, training=training)
        return {
            "discriminator_logits": logits,
            "code_parameters": self.recognizer(features, training=training),
        }

    def get_config(self):
        return super().get_config() | {"trunk_learns_information": self.trunk_learns_information}

    def _compile_settings(self):
        return super()._compile_settings() | {
            "q_optimizer": self.q_optimizer,
            "information_weight": self.information_weight,
            "continuous_weight": self.continuous_weight,
            "information_warmup": self.information_warmup,
            "real_information_weight": self.real_information_weight,
        }


def _sum(values):
    return sum(values, tf.constant(0.0))
