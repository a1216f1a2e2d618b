"""InfoGAN: a GAN whose generator is trained to use its codes.

Source: Chen et al., "InfoGAN: Interpretable Representation Learning by Information Maximizing
Generative Adversarial Nets", 2016.
"""

import keras
import numpy as np
import tensorflow as tf

from keras_infogan import information
from keras_infogan.models import checks, pretraining
from keras_infogan.models.gan import GAN
from keras_infogan.models.update import G_DISTORTION, G_LATENTS, Update, minimize, minimized

Q_UPDATES = ("generator", "discriminator", "own")


@keras.saving.register_keras_serializable(package="keras_infogan")
class InfoGAN(GAN):
    """Trains a generator against a discriminator, and a recognizer Q(c | x) to read its codes.

    min over G, Q, max over D:  V(D, G) − λ L_I(G, Q),  with
    L_I = E[log Q(c | G(z, c))] + H(c)  ≤  I(c; G(z, c)).

    D and Q share `trunk` and differ in their heads. The trunk belongs to D: it is updated in D's
    step only (from the adversarial loss, and from L_I too if `trunk_learns_information`). It never
    receives the generator's adversarial gradient, which would teach it to be fooled.

    Args:
        generator: Model from `(batch_size, latents.size)` to images in [-1, 1].
        trunk: Model from images to features.
        discriminator: Model from the trunk's features to one logit, `(batch_size, 1)`.
        recognizer: Model from the trunk's features to `(batch_size, latents.parameter_size)`.
        latents: A `LatentSpec` with at least one code.
        trunk_learns_information: Whether L_I enters D's loss, as in the paper.
        **kwargs: `transforms`, `terms`, `average_generator` and `seed`, as in `GAN`.

    Raises:
        ValueError: If the networks do not fit the latents.

    Example:

    >>> latents = LatentSpec(62, [Categorical(10), Uniform(), Uniform()])
    >>> model = InfoGAN(**networks.get("conv28")(latents.size, latents.parameter_size),
    ...                 latents=latents)
    >>> model.compile(keras.optimizers.Adam(2e-4), keras.optimizers.Adam(1e-3))
    >>> model.fit(images, batch_size=128, epochs=50)  # float32 images in [-1, 1]
    """

    g_metrics = (
        *GAN.g_metrics,
        "categorical_loss",
        "continuous_loss",
        "information",
        "code_accuracy",
    )
    saved_networks = (*GAN.saved_networks, "recognizer")
    saved_values = (*GAN.saved_values, "trunk_learns_information")
    compile_arguments = (
        *GAN.compile_arguments,
        "q_optimizer",
        "q_update",
        "information_weight",
        "continuous_weight",
        "information_warmup",
    )
    reads_codes = True

    def __init__(
        self,
        generator,
        trunk,
        discriminator,
        recognizer,
        latents,
        trunk_learns_information=True,
        **kwargs,
    ):
        super().__init__(generator, trunk, discriminator, latents, **kwargs)
        if not latents.codes:
            raise ValueError("An InfoGAN needs at least one code. Received: latents.codes=().")
        self.recognizer = recognizer
        checks.check_head("recognizer", recognizer, trunk, latents.parameter_size)
        self.trunk_learns_information = trunk_learns_information

    def compile(
        self,
        d_optimizer,
        g_optimizer,
        q_optimizer=None,
        q_update=None,
        information_weight=1.0,
        continuous_weight=0.1,
        information_warmup=0,
        **kwargs,
    ):
        """Sets the optimizers and the loss.

        Args:
            d_optimizer: Updates the trunk and the discriminator.
            g_optimizer: Updates the generator and the recognizer.
            q_optimizer: If given, the generator's update follows D alone, and an update of its own
                by L_I, of generator and recognizer, comes after it.
            q_update: Whose optimizer updates the recognizer: `"generator"` (the default),
                `"discriminator"`, as in the authors' program, or `"own"`, which is the default
                where there is a `q_optimizer`.
            information_weight: λ of the categorical codes. 0 makes a regular GAN, whatever the
                other weights: Q learns to read the codes, the continuous ones by their weight, but
                neither the generator nor the trunk learns from it.
            continuous_weight: λ of the continuous codes.
            information_warmup: Steps in which the λ of the categorical codes rises from 0.
            **kwargs: As in `GAN.compile`.
        """
        self.q_update = q_update or ("own" if q_optimizer is not None else "generator")
        if self.q_update not in Q_UPDATES or (self.q_update == "own") != (q_optimizer is not None):
            raise ValueError(
                f"q_update must be one of {', '.join(Q_UPDATES)}, and needs a q_optimizer where it "
                f"is own. Received: q_update={q_update}, q_optimizer={q_optimizer}."
            )
        self.q_optimizer = None if q_optimizer is None else keras.optimizers.get(q_optimizer)
        self.information_weight = information_weight
        self.continuous_weight = continuous_weight
        self.information_warmup = information_warmup
        super().compile(d_optimizer, g_optimizer, **kwargs)
        if self.q_optimizer is not None:
            self.q_optimizer.build(self.q_variables)

    @property
    def statistics(self):
        own = self.recognizer.non_trainable_variables
        return super().statistics + [variable for variable in own if "float" in variable.dtype]

    @property
    def optimizers(self):
        return [*super().optimizers, *([] if self.q_optimizer is None else [self.q_optimizer])]

    @property
    def d_variables(self):
        """What D's update changes: the trunk, D's head and, if `q_update` says so, Q's."""
        in_d = self.q_update == "discriminator"
        return super().d_variables + (self.recognizer.trainable_variables if in_d else [])

    @property
    def g_variables(self):
        """What G's update changes: the generator and, unless others update it, Q's head."""
        in_g = self.q_update == "generator"
        return self.q_variables if in_g else self.generator.trainable_variables

    @property
    def q_variables(self):
        """What an update by L_I alone changes: the generator and Q's head, not the trunk."""
        return self.generator.trainable_variables + self.recognizer.trainable_variables

    def d_loss(self, update):
        """−V(D, G) − λ L_I, without H(c), which no network changes; −V alone while G waits."""
        loss, values = super().d_loss(update)
        trunk_learns = self.trunk_learns_information and self.information_weight > 0
        if update.training and (trunk_learns or self.q_update == "discriminator"):
            info_loss, _ = self.information_loss(update, trunk_learns)
            loss += pretraining.zero_while(self.g_waits(update.step), info_loss)
        return loss, values

    def g_loss(self, update):
        """V(D, G) − λ L_I, of which L_I stays away where Q has an update of its own."""
        loss, values = super().g_loss(update)
        if self.q_update == "own" and update.training:
            return loss, values
        info_loss, info_values = self.information_loss(update)
        return loss + info_loss, values | info_values

    def update_generator(self, real_images, labels, step, seeds, neighbors=None):
        """As `GAN`, then an update of generator and recognizer by −λ L_I where Q has its own."""
        values = super().update_generator(real_images, labels, step, seeds, neighbors)
        if self.q_update == "own":
            values |= self.update_recognizer(labels, step, seeds, tf.shape(real_images)[0])
        return values

    def update_recognizer(self, labels, step, seeds, batch_size):
        """−λ L_I alone, for G and Q, on the images of G's update as G makes them now."""
        latents = self.draw_latents(batch_size, labels, seeds[G_LATENTS])
        with tf.GradientTape() as tape:
            images = self.generator(latents, training=True)
            generated = self.look(images, labels, seeds[G_DISTORTION])
            loss, values = self.information_loss(
                Update(step, seeds, True, latents, images, generated)
            )
        # Zero for the generator of a regular GAN, where Q only watches.
        options = {"unconnected_gradients": "zero"}
        return values | minimize("q", self.q_optimizer, tape, loss, self.q_variables, **options)

    @property
    def g_figures(self):
        own = minimized("q") if self.q_update == "own" else ()
        return (*super().g_figures, *own)

    def information_loss(self, update, images_learn=True):
        """−λ L_I without H(c), and the figures to track.

        Args:
            update: An `Update`.
            images_learn: Whether what made Q's features learns from it, or Q's head alone.
        """
        features, weight = update.generated.features, self.information_weight
        if update.training:
            weight = self.categorical_weight(update.step)
            if not self.information_weight:  # a regular GAN: Q only watches
                images_learn, weight = False, 1.0
        if not images_learn:
            features = tf.stop_gradient(features)
        parameters = self.recognizer(features, training=update.training)
        found = information.bound(self.latents, update.latents, parameters)
        loss = (
            weight * found["categorical_loss"] + self.continuous_weight * found["continuous_loss"]
        )
        return loss, found

    def categorical_weight(self, step):
        """λ of the categorical codes at a step."""
        learned = tf.cast(step - self.d_pretraining + 1, tf.float32)
        progress = learned / float(max(self.information_warmup, 1))
        return self.information_weight * tf.minimum(1.0, progress)

    def recompute_batch_norm(self, images, batch_size=64):
        """Recomputes D's and Q's BatchNorm statistics over real images, to read such images with.

        Those of training average over all that D looks at, generated and distorted images among
        them. Source: Wu and Johnson, "Rethinking 'Batch' in BatchNorm", 2021 (PreciseBN). Nothing
        else in the model changes.

        Args:
            images: NumPy array `(n, height, width, channels)` in [-1, 1], undistorted.
            batch_size: Images in a batch; each layer gets the mean of the batches' statistics.

        Raises:
            ValueError: If there are no images.
        """
        if not len(images):
            raise ValueError("BatchNorm statistics take at least one image. Received: 0.")
        networks = (self.trunk, self.discriminator, self.recognizer)
        layers = [
            layer
            for network in networks
            for layer in network._flatten_layers()
            if isinstance(layer, keras.layers.BatchNormalization)
        ]
        moving = {id(v) for layer in layers for v in (layer.moving_mean, layer.moving_variance)}
        kept = [(one, one.numpy()) for one in self.variables if id(one) not in moving]
        momenta = [layer.momentum for layer in layers]
        size = min(batch_size, len(images))
        order = np.random.default_rng(0).permutation(len(images))  # a folder's are sorted by class

        @tf.function(autograph=False)
        def average(batch, number):
            for layer in layers:
                layer.momentum = number / (number + 1)
            self(batch, training=True)

        try:
            for number in range(len(images) // size):
                average(images[order[number * size :][:size]], tf.cast(number, tf.float32))
        finally:
            for layer, momentum in zip(layers, momenta, strict=True):
                layer.momentum = momentum
            for variable, value in kept:  # a power iteration, a seed
                variable.assign(value)

    def call(self, images, training=False):
        """Reads images with D and Q.

        Args:
            images: `(batch_size, height, width, channels)` in [-1, 1].

        Returns:
            Dict of `discriminator_logits`, `(batch_size, 1)`, and `code_parameters`,
            `(batch_size, latents.parameter_size)`; see `LatentSpec.read`.
        """
        logits, features = self.judge(images, training=training)
        return {
            "discriminator_logits": logits,
            "code_parameters": self.recognizer(features, training=training),
        }
