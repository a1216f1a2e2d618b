"""Gradient penalties: D's slope is held at 0 on real images, or at 1 between them and others."""

import keras
import tensorflow as tf

from keras_infogan import randomness
from keras_infogan.terms.term import Term, require_range

# Folded into a step's first seed: no other use of randomness has this number.
BETWEEN = 77


def squared_slope(model, images, labels):
    """‖∇ₓ logit‖² of each image, `(batch_size,)`, of D in inference mode.

    In training mode BatchNorm would make each logit a function of the whole batch, and this pass
    would move its statistics, and the vectors of spectral normalization, once more. As it is, D is
    a function of each image alone; only minibatch discrimination still looks from one to another.
    """
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits, _ = model.judge(images, labels, training=False)
    gradients = tape.gradient(logits, images)
    return tf.reduce_sum(tf.square(gradients), axis=[1, 2, 3])


class GradientPenalty(Term):
    """A term with one weight.

    Args:
        weight: Weight of the term, 0 or more.
    """

    def __init__(self, weight: float, **kwargs):
        super().__init__(**kwargs)
        require_range("weight", weight)
        self.weight = weight

    def get_config(self):
        return super().get_config() | {"weight": self.weight}


@keras.saving.register_keras_serializable(package="keras_infogan")
class R1(GradientPenalty):
    """Adds weight / 2 · E ‖∇ₓ D(x)‖² on real images to D's loss.

    Source: Mescheder et al., "Which Training Methods for GANs do actually Converge?", 2018,
    equation 9. Their weight of 10 blinds D on small images; Karras et al., "Training Generative
    Adversarial Networks with Limited Data", 2020, appendix C, lower it with the number of pixels.
    """

    def __init__(self, weight: float = 0.1, **kwargs):
        super().__init__(weight, **kwargs)

    def d_loss(self, model, update):
        slopes = squared_slope(model, update.real.images, update.labels)
        return 0.5 * self.weight * tf.reduce_mean(slopes)


@keras.saving.register_keras_serializable(package="keras_infogan")
class WassersteinPenalty(GradientPenalty):
    """Adds weight · E (‖∇ₓ D‖ − 1)² between real and generated images to D's loss.

    The objective `wasserstein` has it already; as a term of a model it is for the others. Source:
    Gulrajani et al., "Improved Training of Wasserstein GANs", 2017, equation 3.
    """

    def __init__(self, weight: float = 10.0, **kwargs):
        super().__init__(weight, **kwargs)

    def check(self, model):
        if sum(isinstance(term, WassersteinPenalty) for term in model.all_terms()) > 1:
            raise ValueError(
                "The objective has this penalty already: leave out the term wgan_gp. "
                f"Received: generator_loss={model.objective.name!r}."
            )

    def d_loss(self, model, update):
        real, generated = update.real.images, update.generated.images
        seed = randomness.fold_in(update.seeds[0], BETWEEN)
        share = randomness.uniform((tf.shape(real)[0], 1, 1, 1), seed)
        slopes = squared_slope(model, share * real + (1.0 - share) * generated, update.labels)
        return self.weight * tf.reduce_mean(tf.square(tf.sqrt(slopes + 1e-12) - 1.0))
