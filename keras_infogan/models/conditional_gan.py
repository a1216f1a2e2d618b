"""ConditionalGAN: a GAN that is told the label of each image.

Source: Mirza and Osindero, "Conditional Generative Adversarial Nets", 2014.
"""

import keras
import tensorflow as tf

from keras_infogan.models import checks, inputs
from keras_infogan.models.gan import GAN


@keras.saving.register_keras_serializable(package="keras_infogan")
class ConditionalGAN(GAN):
    """Trains G(z | y) and D(x | y) against each other, y being the labels of real images.

    The label is the one code of the latents, one-hot: generated images get those of the batch's
    real images, in both updates.

    Args:
        generator: As in `GAN`, and so the rest.
        trunk: Model from `[images, labels]` to features, labels one-hot, `(batch_size, labels)`.
        discriminator: Model from the trunk's features to one logit, `(batch_size, 1)`.
        latents: A `LatentSpec` whose only code is categorical: a value for each label.
        **kwargs: `transforms`, `terms`, `average_generator` and `seed`, as in `GAN`.

    Raises:
        ValueError: If the networks do not fit the latents.

    Example:

    >>> latents = LatentSpec(Noise(100, "uniform"), [Categorical(10)])
    >>> model = ConditionalGAN(**networks.get("conditional_dense")(latents.size, 10),
    ...                        latents=latents)
    >>> model.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    >>> model.fit(images, labels, batch_size=64, epochs=20)  # labels are integers from 0 on
    """

    told_labels = True

    @property
    def num_labels(self):
        """Number of labels."""
        return self.latents.codes[0].num_values

    @property
    def label_values(self):
        """Number of labels: training looks at all."""
        return self.num_labels

    def call_signature(self):
        """Images and labels."""
        return (super().call_signature(), keras.InputSpec("int32", (None,), name="labels"))

    def draw_latents(self, batch_size, labels, seed):
        self._check_labels(labels)
        noise = self.latents.noise.sample(batch_size, seed)
        return tf.concat([noise, self._one_hot(labels)], axis=1)

    def labels_in(self, latents):
        return tf.argmax(self.latents.split(latents)[1][0], axis=1)

    def judge(self, images, labels=None, training=False):
        self._check_labels(labels)
        features = self.trunk([images, self._one_hot(labels)], training=training)
        return self.discriminator(features, training=training), features

    def call(self, pairs, training=False):
        """Reads images with D.

        Args:
            pairs: Images `(batch_size, height, width, channels)` in [-1, 1] and their labels,
                integers `(batch_size,)`.

        Returns:
            Dict of `discriminator_logits`, `(batch_size, 1)`.
        """
        images, labels = pairs
        return {"discriminator_logits": self.judge(images, labels, training)[0]}

    def _one_hot(self, labels):
        labels = tf.reshape(tf.cast(labels, tf.int32), (-1,))
        wrong = (labels < 0) | (labels >= self.num_labels)
        first = labels[tf.argmax(tf.cast(wrong, tf.int32))]
        # Without it, one_hot would make of a label that is none a row of zeros.
        tf.debugging.Assert(~tf.reduce_any(wrong), [inputs.label_rule(self.num_labels), first])
        return tf.one_hot(labels, self.num_labels)

    @staticmethod
    def _check_labels(labels):
        if labels is None:
            raise ValueError(
                "A ConditionalGAN learns from pairs of images and labels. Received: labels=None."
            )

    def check_networks(self):
        latents = self.latents
        if len(latents.codes) != 1 or not latents.categorical:
            raise ValueError(
                "A ConditionalGAN needs one categorical code, a value for each label. "
                f"Received: latents.codes={latents.codes}."
            )
        checks.check_generator(self.generator, latents)
        checks.check_trunk(self.trunk, self.generator, self.num_labels)
        checks.check_head("discriminator", self.discriminator, self.trunk, 1)
