"""GAN: a generator and a discriminator that learn from each other.

Source: Goodfellow et al., "Generative Adversarial Nets", 2014.
"""

import keras
import tensorflow as tf

from keras_infogan import objectives, registry, replicas, steps
from keras_infogan.models import checks, pretraining
from keras_infogan.models.averaging import GeneratorAverage
from keras_infogan.models.means import Means
from keras_infogan.models.players import Players, mean_probability
from keras_infogan.models.update import (
    D_LATENTS,
    G_DISTORTION,
    G_LATENTS,
    GENERATED_DISTORTION,
    REAL_DISTORTION,
    Update,
    minimize,
    minimized,
    step_seeds,
)
from keras_infogan.models.watch import Watch


@keras.saving.register_keras_serializable(package="keras_infogan")
class GAN(Players):
    """Trains a generator and a discriminator against each other.

    min over G, max over D:  V(D, G) = E log D(x) + E log(1 − D(G(z))), or another objective.

    D is `discriminator` on the features of `trunk`. Randomness comes from `seed` and the number of
    the step alone, so a model that is saved, loaded and trained on draws what it would have drawn.

    Args:
        generator: Model from `(batch_size, latents.size)` to images in [-1, 1].
        trunk: Model from images to features.
        discriminator: Model from the trunk's features to one logit, `(batch_size, 1)`.
        latents: A `LatentSpec`.
        transforms: What D sees of all images in training, see `keras_infogan.transforms`.
        terms: What is added to the losses, see `keras_infogan.terms`.
        average_generator: Decay of a running mean of the generator's weights, from which images
            are then taken; None takes them from the generator itself.
        seed: Integer from which all noise, codes and distortions follow.

    Attributes:
        reads_codes: Whether `call` tells the codes of an image.
        told_labels: Whether it generates by labels that training told it.

    Raises:
        ValueError: If the networks do not fit the latents.

    Example:

    >>> latents = LatentSpec(100, [])
    >>> model = GAN(**networks.get("dcgan")(latents.size, 0), latents=latents)
    >>> model.compile(keras.optimizers.Adam(2e-4), keras.optimizers.Adam(2e-4))
    >>> model.fit(images, batch_size=64, epochs=20)  # float32, (n, 64, 64, 3), in [-1, 1]
    """

    d_metrics = ("d_loss", "real_probability")
    g_metrics = ("g_loss", "generated_probability_before")
    saved_networks = ("generator", "trunk", "discriminator")
    saved_lists = ("transforms", "terms")
    saved_values = ("average_generator", "seed")
    compile_arguments = (
        "d_optimizer",
        "g_optimizer",
        "generator_loss",
        "adversarial_weight",
        "d_steps",
        "d_pretraining",
    )

    def __init__(
        self,
        generator,
        trunk,
        discriminator,
        latents,
        transforms=(),
        terms=(),
        average_generator=None,
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.generator = generator
        self.trunk = trunk
        self.discriminator = discriminator
        self.latents = latents
        self.transforms = list(transforms)
        self.terms = list(terms)
        self.average_generator = average_generator
        self.seed = seed
        self.check_networks()
        averages = average_generator is not None
        self.average = GeneratorAverage(generator, average_generator) if averages else None
        self.means = Means((*self.d_metrics, *self.g_metrics))
        self.watch = Watch()
        for term in self.terms:
            term.attach(self)
        self.built = True

    def compile(
        self,
        d_optimizer,
        g_optimizer,
        generator_loss="non_saturating",
        adversarial_weight=1.0,
        d_steps=1,
        d_pretraining=0,
        **kwargs,
    ):
        """Sets the two optimizers and the objective.

        Args:
            d_optimizer: Updates the trunk and the discriminator.
            g_optimizer: Updates the generator.
            generator_loss: The adversarial objective of both players: a name such as `"hinge"`, an
                `Objective`, or a function of the generated logits that returns the generator's
                loss. A file keeps it by its text or name.
            adversarial_weight: Weight of the generator's adversarial loss.
            d_steps: Updates of D in a step: all on the step's batch of real images, each with new
                noise and distortion.
            d_pretraining: Steps in which D alone learns, before G begins.
            **kwargs: `jit_compile`, `steps_per_execution` and others of `keras.Model.compile`.

        Raises:
            ValueError: If there are no turns of D, or an optimizer or a term cannot be combined
                with the model. A term of an objective must keep nothing and need no labels.
        """
        if d_steps < 1 or d_pretraining < 0:
            raise ValueError(
                "A GAN needs d_steps >= 1 and d_pretraining >= 0. "
                f"Received: d_steps={d_steps}, d_pretraining={d_pretraining}."
            )
        # An explicit None: without it Keras would make an optimizer that nothing uses.
        super().compile(optimizer=None, **kwargs)
        self.d_optimizer = keras.optimizers.get(d_optimizer)
        self.g_optimizer = keras.optimizers.get(g_optimizer)
        self.objective = objectives.get(generator_loss)
        self._objective_is_named = isinstance(generator_loss, str)
        self.generator_loss = generator_loss if self._objective_is_named else self.objective.name
        self.adversarial_weight = adversarial_weight
        self.d_steps = d_steps
        self.d_pretraining = d_pretraining
        self.objective_terms = [self._objective_term(text) for text in self.objective.terms]
        for term in self.all_terms():
            term.check(self)
        for optimizer in self.optimizers:
            checks.check_optimizer(optimizer)
        # Built here, or a checkpoint's optimizer state would be passed over when it is loaded.
        self.d_optimizer.build(self.d_variables)
        self.g_optimizer.build(self.g_variables)

    def get_compile_config(self):
        """The arguments of `compile`.

        Raises:
            ValueError: If the objective was given as an object whose name stands for another.
        """
        if self.compiled and not self._keeps_objective():
            raise ValueError(
                "A file keeps an objective by its text: compile with a text such as "
                '"wasserstein(gradient_penalty=1.0)", or register the objective under a name of '
                f"its own. Received: an objective whose name, {self.generator_loss}, is that of "
                "another."
            )
        return super().get_compile_config()

    def _keeps_objective(self):
        """Whether the text of the objective stands for no other."""
        if self._objective_is_named or self.generator_loss not in registry.OBJECTIVES.names():
            return True  # an unregistered one must be registered before the file is loaded
        try:
            return objectives.get(self.generator_loss).made_of() == self.objective.made_of()
        except ValueError:  # the name alone does not make it
            return False

    def _objective_term(self, text):
        term = registry.TERMS.get(text)
        term.attach(self)
        if term.weights or term.needs_labels:  # which belong to the model, not to its objective
            raise ValueError(
                "A term of an objective keeps nothing from step to step and needs no labels: give "
                f"it to the model. Received: {text}."
            )
        return term

    @steps.traced
    def train_step(self, data):
        """`d_steps` updates of D on real and generated images, then one of G unless it waits.

        Args:
            data: What `fit` passes: images, or a tuple of images and labels. Only conditional
                models, and terms that say so, use the labels.

        Returns:
            Dict of metric name to its mean since the last reset.
        """
        real_images, labels, neighbors = self.unpack(data)
        with tf.control_dependencies([real_images]):  # nothing of a step without its batch
            step = tf.cast(self.step, tf.int32)  # read once: D's update counts the step on
        for turn in range(self.d_steps):
            seeds = step_seeds(self.seed, step, turn)
            d_values = self.update_discriminator(real_images, labels, step, seeds, neighbors)

        def turn_of_g():
            values = self.update_generator(real_images, labels, step, seeds, neighbors)
            replicas.agree(self.statistics)
            if self.average is not None:
                self.average.update(self.generator, self.g_optimizer.iterations)
            return values

        g_values = pretraining.unless(self.g_waits(step), turn_of_g, self.g_figures)
        self.watch.update(step, d_values | g_values)
        return self.means.update(d_values | g_values)

    def update_discriminator(self, real_images, labels, step, seeds, neighbors=None):
        """One step of trunk and discriminator down D's loss; returns its figures."""
        latents = self.draw_latents(tf.shape(real_images)[0], labels, seeds[D_LATENTS])
        generated_images = self.generator(latents, training=True)
        with tf.GradientTape() as tape:
            # Real and generated images go through D in batches of their own: mixed, BatchNorm
            # would let each half see the statistics of the other.
            real = self.look(real_images, labels, seeds[REAL_DISTORTION])
            generated = self.look(generated_images, labels, seeds[GENERATED_DISTORTION])
            made = (latents, generated_images, generated)
            update = Update(step, seeds, True, *made, real_images, labels, real, neighbors)
            loss, values = self.d_loss(update)
            loss = sum((term.d_loss(self, update) for term in self.all_terms()), loss)
        return values | minimize("d", self.d_optimizer, tape, loss, self.d_variables)

    def update_generator(self, real_images, labels, step, seeds, neighbors=None):
        """One step of the generator down its loss; returns its figures."""
        latents = self.draw_latents(tf.shape(real_images)[0], labels, seeds[G_LATENTS])
        with tf.GradientTape() as tape:
            generated_images = self.generator(latents, training=True)
            generated = self.look(generated_images, labels, seeds[G_DISTORTION])
            real = None
            if self.objective.needs_real or any(term.needs_real for term in self.all_terms()):
                real = self.look(real_images, labels, seeds[REAL_DISTORTION])
            made = (latents, generated_images, generated)
            update = Update(step, seeds, True, *made, real_images, labels, real, neighbors)
            loss, values = self.g_loss(update)
            loss = sum((term.g_loss(self, update) for term in self.all_terms()), loss)
        return values | minimize("g", self.g_optimizer, tape, loss, self.g_variables)

    def d_loss(self, update):
        """−V(D, G) of an `Update`, and the figures to track."""
        real, generated = update.real.logits, update.generated.logits
        d_loss = self.objective.d_loss(real, generated)
        return d_loss, {"d_loss": d_loss, "real_probability": mean_probability(real)}

    def g_loss(self, update):
        """The generator's part of the game, and the figures to track."""
        real = update.real.logits if self.objective.needs_real else None
        g_loss = self.objective.g_loss(real, update.generated.logits)
        return self.adversarial_weight * g_loss, {
            "g_loss": g_loss,
            "generated_probability_before": mean_probability(update.generated.logits),
        }

    @property
    def g_figures(self):
        """Names of what `update_generator` returns."""
        return (*self.g_metrics, *minimized("g"))

    def g_waits(self, step):
        """Whether D learns alone in a step."""
        return pretraining.waits(step, self.d_pretraining)

    @property
    def d_variables(self):
        """What D's update changes: the trunk, D's head, and the networks of the terms."""
        own = self.trunk.trainable_variables + self.discriminator.trainable_variables
        return sum((term.trainable_variables for term in self.terms), own)

    @property
    def g_variables(self):
        """What G's update changes."""
        return self.generator.trainable_variables
