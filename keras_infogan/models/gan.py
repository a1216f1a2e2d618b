"""GAN: a generator and a discriminator that learn from each other.

Source: Goodfellow et al., "Generative Adversarial Nets", 2014.
"""

import keras
import numpy as np
import tensorflow as tf

from keras_infogan import objectives
from keras_infogan.latents import LatentSpec
from keras_infogan.models.update import (
    D_LATENTS,
    G_DISTORTION,
    G_LATENTS,
    GENERATED_DISTORTION,
    REAL_DISTORTION,
    USES,
    Look,
    Update,
)
from keras_infogan.stabilizers.gradient_penalty import slope_between

# The probability after G's update needs a second pass: the first step since the metrics were reset
# measures it, and then one in this many.
PROBE_EVERY = 10

# What D's update reports; all else is G's.
D_METRICS = ("d_loss", "real_probability")


@keras.saving.register_keras_serializable(package="keras_infogan")
class GAN(keras.Model):
    """Trains a generator and a discriminator against each other.

    min over G, max over D:  V(D, G) = E log D(x) + E log(1 − D(G(z))), or another objective.

    D is `discriminator` on the features of `trunk`. Randomness comes from `seed` and the number of
    the step alone, so a model that is saved, loaded and trained on draws what it would have drawn.

    Args:
        generator: Model from `(batch_size, latents.size)` to images in [-1, 1].
        trunk: Model from images to features.
        discriminator: Model from the trunk's features to one logit, `(batch_size, 1)`.
        latents: A `LatentSpec`.
        augmentation: Optional layer `augmentation(images, seed)` applied, differentiably, to all
            images that D sees in training.
        stabilizers: Layers that add to the losses, see `keras_infogan.stabilizers`.
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

    metric_names = (
        "d_loss",
        "g_loss",
        "real_probability",
        "generated_probability_before",
        "generated_probability_after",
    )
    saved_layers = ("generator", "trunk", "discriminator", "augmentation")
    reads_codes = False
    told_labels = False

    def __init__(
        self,
        generator,
        trunk,
        discriminator,
        latents,
        augmentation=None,
        stabilizers=(),
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.generator = generator
        self.trunk = trunk
        self.discriminator = discriminator
        self.latents = latents
        self.augmentation = augmentation
        self.stabilizers = list(stabilizers or ())  # None in files older than they are
        self.seed = seed
        self._check_shapes()
        self.trackers = {name: keras.metrics.Mean(name=name) for name in self.metric_names}
        for stabilizer in self.stabilizers:
            stabilizer.attach(self)
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
            generator_loss: Name of the adversarial objective, see `objectives.get`: of the
                generator's loss, and of the discriminator's that belongs to it. A file keeps an
                `Objective` by its name, so it must be registered where the file is loaded.
            adversarial_weight: Weight of the generator's adversarial loss.
            d_steps: Updates of D in a step: all on the step's batch of real images, each with new
                noise and distortion.
            d_pretraining: Steps in which D alone learns, before G begins.
            **kwargs: `jit_compile`, `steps_per_execution` and others of `keras.Model.compile`.
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
        # An Objective by its name: a function of its own no file can hold.
        given = isinstance(generator_loss, objectives.Objective)
        self.generator_loss = self.objective.name if given else generator_loss
        self.adversarial_weight = adversarial_weight
        self.d_steps = d_steps
        self.d_pretraining = d_pretraining
        for stabilizer in self.stabilizers:
            stabilizer.check(self)
        # Built here, or a checkpoint's optimizer state would be passed over when it is loaded.
        self.d_optimizer.build(self.d_variables)
        self.g_optimizer.build(self.g_variables)

    @property
    def metrics(self):
        return list(self.trackers.values())

    @property
    def learns_labels(self):
        """Whether training looks at labels."""
        return self.told_labels or any(part.needs_labels for part in self.stabilizers)

    @property
    def d_variables(self):
        """What D's update changes: the trunk and D's head."""
        return self.trunk.trainable_variables + self.discriminator.trainable_variables

    @property
    def g_variables(self):
        """What G's update changes."""
        return self.generator.trainable_variables

    @property
    def step(self):
        """Number of train steps so far, kept by D's optimizer and so saved with it."""
        iterations = self.d_optimizer.iterations
        return iterations if self.d_steps == 1 else iterations // self.d_steps

    def train_step(self, data):
        """`d_steps` updates of D on real and generated images, then one of G unless it waits.

        Args:
            data: Real images `(batch_size, height, width, channels)` in [-1, 1], or a tuple of
                them and their labels, which only what says so looks at.

        Returns:
            Dict of metric name to its mean since the last reset.
        """
        real_images, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        # Read once: D's update counts the step on.
        step = tf.cast(self.step, tf.int32)
        for turn in range(self.d_steps):
            seeds = self._seeds(step, turn)
            values = self._update_discriminator(real_images, labels, step, seeds)
        turn_of_g = self._turn_of_g_later if self.d_pretraining else self._turn_of_g
        return self._track(values | turn_of_g(real_images, labels, step, seeds))

    def _g_waits(self, step):
        """Whether D learns alone in a step."""
        return step < self.d_pretraining

    def _turn_of_g(self, real_images, labels, step, seeds):
        values = self._update_generator(real_images, labels, step, seeds)
        for stabilizer in self.stabilizers:
            stabilizer.after_update(self)
        return values

    def _update_discriminator(self, real_images, labels, step, seeds):
        latents = self._draw_latents(tf.shape(real_images)[0], labels, seeds[D_LATENTS])
        generated_images = self.generator(latents, training=True)
        with tf.GradientTape() as tape:
            # Real and generated images go through D in batches of their own: mixed, BatchNorm
            # would let each half see the statistics of the other.
            real = self._look(real_images, labels, step, seeds[REAL_DISTORTION])
            generated = self._look(generated_images, labels, step, seeds[GENERATED_DISTORTION])
            update = Update(step, seeds, True, latents, generated, real_images, labels, real)
            loss, values = self._d_loss(update)
            for stabilizer in self.stabilizers:
                loss += stabilizer.d_loss(self, update)
        gradients = tape.gradient(loss, self.d_variables)
        self.d_optimizer.apply_gradients(zip(gradients, self.d_variables, strict=True))
        for stabilizer in self.stabilizers:
            stabilizer.after_d_update(self)
        return values

    def _update_generator(self, real_images, labels, step, seeds):
        latents = self._draw_latents(tf.shape(real_images)[0], labels, seeds[G_LATENTS])
        with tf.GradientTape() as tape:
            generated_images = self.generator(latents, training=True)
            generated = self._look(generated_images, labels, step, seeds[G_DISTORTION])
            real = None
            if self._g_looks_at_real_images():
                real = self._look(real_images, labels, step, seeds[REAL_DISTORTION])
            update = Update(step, seeds, True, latents, generated, real_images, labels, real)
            loss, values = self._g_loss(update)
            for stabilizer in self.stabilizers:
                loss += stabilizer.g_loss(self, update)
        gradients = tape.gradient(loss, self.g_variables)
        self.g_optimizer.apply_gradients(zip(gradients, self.g_variables, strict=True))

        def probability_now():
            # Nothing of this second look is kept: BatchNorm's statistics stay as they are.
            with keras.StatelessScope():
                images = self.generator(latents, training=True)
                again = self._look(images, labels, step, seeds[G_DISTORTION])
                return mean_probability(again.logits)

        probed = self._steps_tracked() % PROBE_EVERY == 0
        after = tf.cond(probed, probability_now, lambda: 0.0)
        return values | {"generated_probability_after": (after, tf.cast(probed, tf.float32))}

    def _turn_of_g_later(self, real_images, labels, step, seeds):
        """G's turn, or where it waits its figures with weight 0, so that they are not counted."""
        names = [name for name in self.metric_names if name not in D_METRICS]

        def wait():
            return dict.fromkeys(names, (0.0, 0.0))

        def turn():
            values = self._turn_of_g(real_images, labels, step, seeds)
            return {name: _weighted(value) for name, value in values.items()}

        return tf.cond(self._g_waits(step), wait, turn)

    def _d_loss(self, update):
        """D's loss, and the figures to track."""
        d_loss = self.objective.d_loss(update.real.logits, update.generated.logits)
        loss = d_loss
        if self.objective.gradient_penalty and update.training:
            loss += self.objective.gradient_penalty * slope_between(self, update)
        return loss, {
            "d_loss": d_loss,
            "real_probability": mean_probability(update.real.logits),
        }

    def _g_loss(self, update):
        """G's loss, and the figures to track."""
        real_logits = update.real.logits if self.objective.needs_real else None
        g_loss = self.objective.g_loss(real_logits, update.generated.logits)
        return self.adversarial_weight * g_loss, {
            "g_loss": g_loss,
            "generated_probability_before": mean_probability(update.generated.logits),
        }

    def _g_looks_at_real_images(self):
        return self.objective.needs_real or any(s.g_looks_at_real_images for s in self.stabilizers)

    def _draw_latents(self, batch_size, labels, seed):
        return self.latents.sample(batch_size, seed)

    def _look(self, images, labels, step, seed, training=True, augmentation=None):
        """What D makes of images, distorted if in training."""
        if training:
            augmentation = augmentation or self.augmentation
            if augmentation is not None:
                images = augmentation(images, seed)
            for number, stabilizer in enumerate(self.stabilizers):
                # Folded in from 100 on: an augmentation splits its seed too.
                images = stabilizer.see(images, step, tf.random.fold_in(seed, 100 + number))
        return Look(images, *self.judge(images, labels, training))

    def judge(self, images, labels=None, training=False):
        """D's logits `(batch_size, 1)` and the trunk's features of images as they are.

        Args:
            images: `(batch_size, height, width, channels)` in [-1, 1].
            labels: Their labels, for a model that needs them.
            training: Whether the networks run in training mode.
        """
        features = self.trunk(images, training=training)
        return self.discriminator(features, training=training), features

    def test_step(self, data):
        """The same figures on held-out images, without distortion and without any update."""
        real_images, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        # The trackers are empty when `evaluate` begins, so their count numbers its batches.
        step = -1 - self._steps_tracked()
        seeds = self._seeds(step)
        latents = self._draw_latents(tf.shape(real_images)[0], labels, seeds[D_LATENTS])
        images = self.generator(latents, training=False)
        real, generated = (
            self._look(shown, labels, step, None, training=False) for shown in (real_images, images)
        )
        update = Update(step, seeds, False, latents, generated, real_images, labels, real)
        values = self._d_loss(update)[1] | self._g_loss(update)[1]
        probability = values["generated_probability_before"]
        return self._track(values | {"generated_probability_after": probability})

    def _seeds(self, step, turn=0):
        """Seeds `(6, 2)` of the uses of randomness in a step, for one of D's turns in it."""
        seed = tf.random.fold_in(tf.constant([self.seed, 0], tf.int32), step)
        if turn:
            seed = tf.random.fold_in(seed, turn)
        return tf.random.split(seed, len(USES))

    def _steps_tracked(self):
        """Steps since the metrics were reset."""
        return tf.cast(self.trackers["d_loss"].count, tf.int32)

    def _track(self, values):
        for name, value in values.items():
            self.trackers[name].update_state(*_weighted(value))
        return {name: tracker.result() for name, tracker in self.trackers.items()}

    def call(self, images, training=False):
        """Reads images with D.

        Args:
            images: `(batch_size, height, width, channels)` in [-1, 1].

        Returns:
            Dict of `discriminator_logits`, `(batch_size, 1)`.
        """
        return {"discriminator_logits": self.judge(images, training=training)[0]}

    def generate(self, latents):
        """Images of latents.

        Args:
            latents: `(..., latents.size)`: a list of them, or a table.

        Returns:
            NumPy array in [-1, 1], `(..., height, width, channels)`.
        """
        *shape, size = latents.shape
        rows = np.reshape(latents, (-1, size))
        images = self.sampler.predict(rows, batch_size=256, verbose=0)
        return images.reshape(*shape, *images.shape[1:])

    @property
    def sampler(self):
        """The network that images are taken from: the generator, or its average over steps."""
        averages = (stabilizer.averaged_generator for stabilizer in self.stabilizers)
        return next((average for average in averages if average is not None), self.generator)

    def save_own_variables(self, store):
        # With the sums behind the metrics, a run that was cut in two reports the same means.
        for name, tracker in self.trackers.items():
            store[name] = np.array([float(variable.numpy()) for variable in tracker.variables])

    def load_own_variables(self, store):
        for name, tracker in self.trackers.items():
            for variable, value in zip(tracker.variables, store[name], strict=True):
                variable.assign(value)

    def get_config(self):
        config = super().get_config()
        for name in (*self.saved_layers, "stabilizers"):
            config[name] = keras.saving.serialize_keras_object(getattr(self, name))
        return config | {"latents": self.latents.get_config(), "seed": self.seed}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for name in (*cls.saved_layers, "stabilizers"):
            config[name] = keras.saving.deserialize_keras_object(
                config.get(name), custom_objects=custom_objects
            )
        config["latents"] = LatentSpec.from_config(config["latents"])
        return cls(**config)

    def get_compile_config(self):
        if not self.compiled:
            return {}
        return keras.saving.serialize_keras_object(self._compile_settings())

    def _compile_settings(self):
        return {
            "d_optimizer": self.d_optimizer,
            "g_optimizer": self.g_optimizer,
            "generator_loss": self.generator_loss,
            "adversarial_weight": self.adversarial_weight,
            "d_steps": self.d_steps,
            "d_pretraining": self.d_pretraining,
            "jit_compile": self.jit_compile,
            "steps_per_execution": self.steps_per_execution,
        }

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))

    def _check_shapes(self):
        self._check_generator()
        trunk = self.trunk
        if self.generator.output_shape[1:] != trunk.input_shape[1:]:
            raise ValueError(
                "The trunk must take the images that the generator makes. Received: "
                f"generator.output_shape={self.generator.output_shape}, "
                f"trunk.input_shape={trunk.input_shape}."
            )
        self._check_head("discriminator", self.discriminator, 1)

    def _check_generator(self):
        if self.generator.input_shape[1:] != (self.latents.size,):
            raise ValueError(
                f"The generator must take {self.latents.size} latents. "
                f"Received: generator.input_shape={self.generator.input_shape}."
            )

    def _check_head(self, name, head, size):
        shape = self.trunk.output_shape[1:]
        if head.input_shape[1:] != shape or head.output_shape[1:] != (size,):
            raise ValueError(
                f"The {name} must go from the trunk's features {shape} to {size} numbers. "
                f"Received: input_shape={head.input_shape}, output_shape={head.output_shape}."
            )


def _weighted(value):
    """A figure and its weight in the mean: 1 unless it comes with one."""
    return value if isinstance(value, tuple) else (value, 1.0)


def mean_probability(logits):
    """Mean of D's probability that images are real."""
    return tf.reduce_mean(tf.sigmoid(logits))
