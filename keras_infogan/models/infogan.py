"""InfoGAN: a GAN whose generator cannot ignore its codes.

Source: Chen et al., "InfoGAN: Interpretable Representation Learning by Information Maximizing
Generative Adversarial Nets", 2016.
"""

import keras
import numpy as np
import tensorflow as tf

from keras_infogan import losses
from keras_infogan.latents import LatentSpec

# What a random draw is for: folded into the seed of a step, so that no two uses share numbers.
USES = range(6)
D_LATENTS, REAL_DISTORTION, GENERATED_DISTORTION, G_LATENTS, G_DISTORTION, SECOND_DISTORTION = USES

# The probability after G's update needs a second pass: the first step since the metrics were reset
# measures it, and then one in this many.
PROBE_EVERY = 10

SAVED_LAYERS = (
    "generator",
    "trunk",
    "discriminator",
    "recognizer",
    "augmentation",
    "second_augmentation",
)

METRIC_NAMES = (
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


@keras.saving.register_keras_serializable(package="keras_infogan")
class InfoGAN(keras.Model):
    """Trains a generator, a discriminator and a recognizer Q(c | x) against and for each other.

    min over G, Q, max over D:  V(D, G) − λ L_I(G, Q),  with
    L_I = E[log Q(c | G(z, c))] + H(c)  ≤  I(c; G(z, c)).

    D and Q share `trunk` and differ in their heads. The trunk belongs to D: it is updated in D's
    step only (from the adversarial loss, and from L_I too if `trunk_learns_information`). It never
    receives the generator's adversarial gradient, which would teach it to be fooled.

    Randomness comes from `seed` and the number of the step alone, so a model that is saved, loaded
    and trained on draws what it would have drawn.

    Args:
        generator: Model from `(batch_size, latents.size)` to images in [-1, 1].
        trunk: Model from images to features.
        discriminator: Model from the trunk's features to one logit, `(batch_size, 1)`.
        recognizer: Model from the trunk's features to `(batch_size, latents.parameter_size)`.
        latents: A `LatentSpec`.
        augmentation: Optional layer `augmentation(images, seed)` applied, differentiably, to all
            images that D and Q see in training.
        second_augmentation: The same for the second look at a real image, see
            `real_information_weight`; `augmentation` by default.
        trunk_learns_information: Whether L_I enters D's loss, as in the paper.
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
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        _check_shapes(generator, trunk, discriminator, recognizer, latents)
        self.generator = generator
        self.trunk = trunk
        self.discriminator = discriminator
        self.recognizer = recognizer
        self.latents = latents
        self.augmentation = augmentation
        self.second_augmentation = second_augmentation
        self.trunk_learns_information = trunk_learns_information
        self.seed = seed
        self.trackers = {name: keras.metrics.Mean(name=name) for name in METRIC_NAMES}
        self.built = True

    def compile(
        self,
        d_optimizer,
        g_optimizer,
        generator_loss="non_saturating",
        adversarial_weight=1.0,
        information_weight=1.0,
        continuous_weight=0.1,
        information_warmup=0,
        real_information_weight=0.0,
        **kwargs,
    ):
        """Sets the two optimizers and the loss.

        Args:
            d_optimizer: Updates the trunk and the discriminator.
            g_optimizer: Updates the generator and the recognizer.
            generator_loss: `"non_saturating"`, `"minimax"` or a function of the logits.
            adversarial_weight: Weight of the generator's adversarial loss.
            information_weight: λ of the categorical codes. 0 makes a regular GAN, whatever the
                other weights: Q learns to read all codes, but neither the generator nor the trunk
                learns from it.
            continuous_weight: λ of the continuous codes.
            information_warmup: Steps in which λ of the categorical codes rises linearly to its
                full weight. At full weight from the first step, codes settle while the images are
                still blobs, and some settle on a style instead of an object.
            real_information_weight: Weight in D's loss of the information between the categorical
                codes that Q reads from two distortions of each real image
                (`losses.paired_information`): the trunk learns to sort real images by the codes,
                whatever the distortion. Needs an augmentation. A number, or a schedule of the step
                such as `schedules.HoldThenDecay`.
            **kwargs: `jit_compile`, `steps_per_execution` and others of `keras.Model.compile`.
        """
        # An explicit None: without it Keras would make an optimizer that nothing uses.
        super().compile(optimizer=None, **kwargs)
        self.d_optimizer = keras.optimizers.get(d_optimizer)
        self.g_optimizer = keras.optimizers.get(g_optimizer)
        self.generator_loss = generator_loss
        self.adversarial_weight = adversarial_weight
        self.information_weight = information_weight
        self.continuous_weight = continuous_weight
        self.information_warmup = information_warmup
        if real_information_weight and not (self.augmentation or self.second_augmentation):
            raise ValueError(
                "real_information_weight compares two distortions of an image, so the model needs "
                f"an augmentation. Received: real_information_weight={real_information_weight}."
            )
        self.real_information_weight = real_information_weight
        self._generator_loss = losses.get(generator_loss)
        # Built here, or a checkpoint's optimizer state would be passed over when it is loaded.
        self.d_optimizer.build(self.d_variables)
        self.g_optimizer.build(self.g_variables)

    @property
    def metrics(self):
        return list(self.trackers.values())

    @property
    def d_variables(self):
        """What D's update changes: the trunk and D's head."""
        return self.trunk.trainable_variables + self.discriminator.trainable_variables

    @property
    def g_variables(self):
        """What the update of G and Q changes: the generator and Q's head, not the trunk."""
        return self.generator.trainable_variables + self.recognizer.trainable_variables

    @property
    def step(self):
        """Number of train steps so far, kept by the optimizer and so saved with it."""
        return self.d_optimizer.iterations

    def train_step(self, data):
        """One update of D on real and generated images, then one of G and Q.

        Args:
            data: Real images `(batch_size, height, width, channels)` in [-1, 1], or a tuple that
                begins with them; labels are not looked at.

        Returns:
            Dict of metric name to its mean since the last reset.
        """
        real_images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        batch_size = tf.shape(real_images)[0]
        seeds = self._seeds(tf.cast(self.step, tf.int32))
        # Read once: D's update counts the step on.
        weight = self._categorical_weight()
        values = self._update_discriminator(real_images, batch_size, seeds, weight)
        values |= self._update_generator_and_recognizer(batch_size, seeds, weight)
        return self._track(values)

    def _update_discriminator(self, real_images, batch_size, seeds, categorical_weight):
        latents = self.latents.sample(batch_size, seeds[D_LATENTS])
        generated_images = self.generator(latents, training=True)
        with tf.GradientTape() as tape:
            # Real and generated images go through D in batches of their own: mixed, BatchNorm
            # would let each half see the statistics of the other.
            real_logits, real_features = self._discriminate(real_images, seeds[REAL_DISTORTION])
            generated_logits, features = self._discriminate(
                generated_images, seeds[GENERATED_DISTORTION]
            )
            d_loss = losses.discriminator_loss(real_logits, generated_logits)
            loss = d_loss
            if self.trunk_learns_information and self.information_weight:
                loss += self._information_loss(latents, features, categorical_weight)[0]
            if self.real_information_weight and self.information_weight:
                _, again = self._discriminate(
                    real_images, seeds[SECOND_DISTORTION], augmentation=self.second_augmentation
                )
                loss -= self._real_weight() * self._paired_information(real_features, again)
        gradients = tape.gradient(loss, self.d_variables)
        self.d_optimizer.apply_gradients(zip(gradients, self.d_variables, strict=True))
        return {"d_loss": d_loss, "real_probability": _mean_probability(real_logits)}

    def _update_generator_and_recognizer(self, batch_size, seeds, categorical_weight):
        latents = self.latents.sample(batch_size, seeds[G_LATENTS])
        with tf.GradientTape() as tape:
            generated_images = self.generator(latents, training=True)
            logits, features = self._discriminate(generated_images, seeds[G_DISTORTION])
            g_loss = self._generator_loss(logits)
            if not self.information_weight:  # a regular GAN: Q only watches
                features, categorical_weight = tf.stop_gradient(features), 1.0
            information_loss, values = self._information_loss(latents, features, categorical_weight)
            loss = self.adversarial_weight * g_loss + information_loss
        gradients = tape.gradient(loss, self.g_variables)
        self.g_optimizer.apply_gradients(zip(gradients, self.g_variables, strict=True))

        def probability_now():
            # Nothing of this second look is kept: BatchNorm's statistics stay as they are.
            with keras.StatelessScope():
                images = self.generator(latents, training=True)
                return _mean_probability(self._discriminate(images, seeds[G_DISTORTION])[0])

        probed = self._steps_tracked() % PROBE_EVERY == 0
        after = tf.cond(probed, probability_now, lambda: 0.0)
        return values | {
            "g_loss": g_loss,
            "generated_probability_before": _mean_probability(logits),
            "generated_probability_after": (after, tf.cast(probed, tf.float32)),
        }

    def _discriminate(self, images, seed, training=True, augmentation=None):
        """D's logits and the trunk's features of images, distorted if in training."""
        augmentation = augmentation or self.augmentation
        if training and augmentation is not None:
            images = augmentation(images, seed)
        features = self.trunk(images, training=training)
        return self.discriminator(features, training=training), features

    def _information_loss(self, latents, features, categorical_weight, training=True):
        """λ-weighted −log Q(c | x) summed over the codes, and the figures to track."""
        parameters = self.recognizer(features, training=training)
        log_probs = [tf.reduce_mean(value) for value in self.latents.log_probs(latents, parameters)]
        categorical_loss = -_sum(log_probs[i] for i in self.latents.categorical)
        continuous_loss = -_sum(log_probs[i] for i in self.latents.continuous)
        loss = categorical_weight * categorical_loss + self.continuous_weight * continuous_loss
        return loss, {
            "categorical_loss": categorical_loss,
            "continuous_loss": continuous_loss,
            "mutual_information": self.latents.entropy(self.latents.categorical) - categorical_loss,
            "code_accuracy": self._code_accuracy(latents, parameters),
        }

    def _paired_information(self, *features):
        """Information between the categorical codes of two distortions of the same images."""
        first, second = (
            self.latents.split_parameters(self.recognizer(one, training=True)) for one in features
        )
        return _sum(
            losses.paired_information(first[i], second[i]) for i in self.latents.categorical
        )

    def _categorical_weight(self):
        """λ of the categorical codes at this step."""
        progress = tf.cast(self.step + 1, tf.float32) / float(max(self.information_warmup, 1))
        return self.information_weight * tf.minimum(1.0, progress)

    def _real_weight(self):
        """Weight of the real images' information at this step."""
        weight = self.real_information_weight
        return weight(self.step) if callable(weight) else weight

    def _code_accuracy(self, latents, parameters):
        """Share of the categorical codes drawn that Q reads from the generated images."""
        _, drawn = self.latents.split(latents)
        read = self.latents.split_parameters(parameters)
        hits = [
            keras.metrics.categorical_accuracy(drawn[i], read[i]) for i in self.latents.categorical
        ]
        return _sum(tf.reduce_mean(hit) for hit in hits) / max(len(hits), 1)

    def test_step(self, data):
        """The same figures on held-out images, without distortion and without any update."""
        real_images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        # The trackers are empty when `evaluate` begins, so their count numbers its batches.
        seeds = self._seeds(-1 - self._steps_tracked())
        latents = self.latents.sample(tf.shape(real_images)[0], seeds[D_LATENTS])
        real_logits, _ = self._discriminate(real_images, None, training=False)
        images = self.generator(latents, training=False)
        logits, features = self._discriminate(images, None, training=False)
        _, values = self._information_loss(
            latents, features, self.information_weight, training=False
        )
        probability = _mean_probability(logits)
        return self._track(
            values
            | {
                "d_loss": losses.discriminator_loss(real_logits, logits),
                "g_loss": self._generator_loss(logits),
                "real_probability": _mean_probability(real_logits),
                "generated_probability_before": probability,
                "generated_probability_after": probability,
            }
        )

    def _seeds(self, step):
        """Seeds `(6, 2)` of a step's uses of randomness."""
        seed = tf.random.fold_in(tf.constant([self.seed, 0], tf.int32), step)
        return tf.random.split(seed, len(USES))

    def _steps_tracked(self):
        """Steps since the metrics were reset."""
        return tf.cast(self.trackers["d_loss"].count, tf.int32)

    def _track(self, values):
        for name, value in values.items():
            self.trackers[name].update_state(*(value if isinstance(value, tuple) else (value,)))
        return {name: tracker.result() for name, tracker in self.trackers.items()}

    def call(self, images, training=False):
        """Reads images with D and Q.

        Args:
            images: `(batch_size, height, width, channels)` in [-1, 1].

        Returns:
            Dict of `discriminator_logits`, `(batch_size, 1)`, and `code_parameters`,
            `(batch_size, latents.parameter_size)`; see `LatentSpec.split_parameters`.
        """
        features = self.trunk(images, training=training)
        return {
            "discriminator_logits": self.discriminator(features, training=training),
            "code_parameters": self.recognizer(features, training=training),
        }

    def generate(self, latents):
        """Images of latents.

        Args:
            latents: `(..., latents.size)`: a list of them, or a table.

        Returns:
            NumPy array in [-1, 1], `(..., height, width, channels)`.
        """
        *shape, size = latents.shape
        rows = np.reshape(latents, (-1, size))
        images = self.generator.predict(rows, batch_size=256, verbose=0)
        return images.reshape(*shape, *images.shape[1:])

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
        for name in SAVED_LAYERS:
            config[name] = keras.saving.serialize_keras_object(getattr(self, name))
        return config | {
            "latents": self.latents.get_config(),
            "trunk_learns_information": self.trunk_learns_information,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for name in SAVED_LAYERS:
            config[name] = keras.saving.deserialize_keras_object(
                config.get(name), custom_objects=custom_objects
            )
        config["latents"] = LatentSpec.from_config(config["latents"])
        return cls(**config)

    def get_compile_config(self):
        if not self.compiled:
            return {}
        return keras.saving.serialize_keras_object(
            {
                "d_optimizer": self.d_optimizer,
                "g_optimizer": self.g_optimizer,
                "generator_loss": self.generator_loss,
                "adversarial_weight": self.adversarial_weight,
                "information_weight": self.information_weight,
                "continuous_weight": self.continuous_weight,
                "information_warmup": self.information_warmup,
                "real_information_weight": self.real_information_weight,
                "jit_compile": self.jit_compile,
                "steps_per_execution": self.steps_per_execution,
            }
        )

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))


def _mean_probability(logits):
    return tf.reduce_mean(tf.sigmoid(logits))


def _sum(values):
    return sum(values, tf.constant(0.0))


def _check_shapes(generator, trunk, discriminator, recognizer, latents):
    if generator.input_shape[1:] != (latents.size,):
        raise ValueError(
            f"The generator must take {latents.size} latents. "
            f"Received: generator.input_shape={generator.input_shape}."
        )
    if generator.output_shape[1:] != trunk.input_shape[1:]:
        raise ValueError(
            "The trunk must take the images that the generator makes. Received: "
            f"generator.output_shape={generator.output_shape}, "
            f"trunk.input_shape={trunk.input_shape}."
        )
    for name, head, size in (
        ("discriminator", discriminator, 1),
        ("recognizer", recognizer, latents.parameter_size),
    ):
        if head.input_shape[1:] != trunk.output_shape[1:] or head.output_shape[1:] != (size,):
            raise ValueError(
                f"The {name} must go from the trunk's features {trunk.output_shape[1:]} to "
                f"{size} numbers. Received: input_shape={head.input_shape}, "
                f"output_shape={head.output_shape}."
            )
