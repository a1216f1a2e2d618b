"""Adversarial objectives behind `get`: what D and G minimize, as functions of D's logits.

D ends in a plain number, the logit. For most objectives sigmoid(logit) is the probability D(x) that
an image is real, so −log D = softplus(−logit) and −log(1 − D) = softplus(logit), which neither
overflow nor lose digits; their losses are in nats. The logits are float32, `(batch_size, 1)`; the
real and the generated batch may differ in size. Each loss is a scalar.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from keras_infogan import registry, replicas
from keras_infogan.errors import UserError
from keras_infogan.lazy import tf

# exp(logit) = D / (1 − D) grows no further from here on, where D is 1 − 1e-13: its square, which
# Adam keeps, must stay far from float32's end.
LARGEST_EXPONENT = 30.0


@dataclasses.dataclass(frozen=True)
class Objective:
    """A game of D and G: two functions of logits, `(real_logits, generated_logits)` to a scalar.

    Args:
        name: Its name.
        d_loss: What the discriminator minimizes.
        g_loss: What the generator minimizes. `real_logits` is None unless `needs_real`.
        needs_real: Whether the generator's loss looks at the logits of real images too.
        is_probability: Whether sigmoid(logit) is D's probability that an image is real.
        terms: Terms that belong to the objective, such as `("wgan_gp(10)",)`: of those that keep
            nothing from step to step and need no labels.

    Raises:
        ValueError: If the name is empty or a loss cannot be called.
    """

    name: str
    d_loss: Callable
    g_loss: Callable
    needs_real: bool = False
    is_probability: bool = True
    terms: tuple = ()

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(f"An objective needs a name. Received: name={self.name!r}.")
        for field in ("d_loss", "g_loss"):
            if not callable(getattr(self, field)):
                raise ValueError(
                    f"{field} must be a function of real_logits and generated_logits. "
                    f"Received: {field}={getattr(self, field)!r}."
                )

    def made_of(self):
        """What it is made of: equal for objectives that are made alike, each anew."""
        return [_made_of(getattr(self, field.name)) for field in dataclasses.fields(self)]


def _made_of(value):
    """Of a function its code and the values that it was made with; any other value itself."""
    cells = getattr(value, "__closure__", None) or ()
    return getattr(value, "__code__", value), [cell.cell_contents for cell in cells]


def cross_entropy_d(real_logits, generated_logits):
    """L_D = −E log D(x) − E log(1 − D(G(z))), in nats.

    2 ln 2 = 1.386 for a discriminator that cannot tell. Source: Goodfellow et al., "Generative
    Adversarial Nets", 2014, equation 1.
    """
    return tf.reduce_mean(tf.nn.softplus(-real_logits)) + tf.reduce_mean(
        tf.nn.softplus(generated_logits)
    )


def minimax_g(real_logits, generated_logits):
    """L_G = E log(1 − D(G(z))), in nats: the game of the theory, weak where D is sure.

    Its slope along a logit is −D(G(z)). Source: Goodfellow et al., 2014, equation 1.
    """
    return -tf.reduce_mean(tf.nn.softplus(generated_logits))


def non_saturating_g(real_logits, generated_logits):
    """L_G = −E log D(G(z)), in nats: strong gradients where D is sure; the usual choice.

    Its slope along a logit is D(G(z)) − 1. The survey article writes it without the minus.
    Source: Goodfellow et al., 2014, section 3.
    """
    return tf.reduce_mean(tf.nn.softplus(-generated_logits))


def maximum_likelihood_g(real_logits, generated_logits):
    """L_G = −½ E exp(σ⁻¹(D(G(z)))) = −½ E exp(logit), the likelihood's gradient for an optimal D.

    Its slope is the loss itself: next to nothing for most images, and the few that D likes best
    decide the step. Logits above `LARGEST_EXPONENT` count as that. Source: Goodfellow, "NIPS 2016
    Tutorial: Generative Adversarial Networks", 2016, section 3.2.4.
    """
    return -0.5 * tf.reduce_mean(tf.exp(tf.minimum(generated_logits, LARGEST_EXPONENT)))


def least_squares_d(real_logits, generated_logits):
    """L_D = ½ E (D(x) − 1)² + ½ E D(G(z))², D the plain output.

    ¼ for a discriminator that cannot tell and says ½. Source: Mao et al., "Least Squares Generative
    Adversarial Networks", 2017, equation 9.
    """
    return 0.5 * tf.reduce_mean((real_logits - 1.0) ** 2) + 0.5 * tf.reduce_mean(
        generated_logits**2
    )


def least_squares_g(real_logits, generated_logits):
    """L_G = ½ E (D(G(z)) − 1)², D the plain output. Source: Mao et al., 2017, equation 9."""
    return 0.5 * tf.reduce_mean((generated_logits - 1.0) ** 2)


def hinge_d(real_logits, generated_logits):
    """L_D = E max(0, 1 − D(x)) + E max(0, 1 + D(G(z))), D the plain output.

    2 for a discriminator that cannot tell and says 0. Source: Lim and Ye, "Geometric GAN", 2017; in
    this form Miyato et al., "Spectral Normalization for GANs", 2018, equation 16.
    """
    return tf.reduce_mean(tf.nn.relu(1.0 - real_logits)) + tf.reduce_mean(
        tf.nn.relu(1.0 + generated_logits)
    )


def wasserstein_d(real_logits, generated_logits):
    """L_D = E D(G(z)) − E D(x), D the plain output of a critic with slopes of at most 1.

    Minus the distance between the two distributions; the slopes are the gradient penalty's work.
    Source: Arjovsky et al., "Wasserstein GAN", 2017, equation 2; Gulrajani et al., "Improved
    Training of Wasserstein GANs", 2017, equation 3, for the penalty and its weight 10.
    """
    return tf.reduce_mean(generated_logits) - tf.reduce_mean(real_logits)


def linear_g(real_logits, generated_logits):
    """L_G = −E D(G(z)), D the plain output: the generator's side of hinge and Wasserstein."""
    return -tf.reduce_mean(generated_logits)


def relativistic_average_d(real_logits, generated_logits):
    """L_D = −E log σ(C(x) − E C(G(z))) − E log(1 − σ(C(G(z)) − E C(x))), in nats, C the logit.

    D says how much more real an image is than the average one of the other kind; 2 ln 2 if it
    cannot tell. Source: Jolicoeur-Martineau, "The relativistic discriminator: a key element missing
    from standard GAN", 2018, as RaSGAN.
    """
    real_mean, generated_mean = (
        replicas.mean(tf.reduce_mean(logits)) for logits in (real_logits, generated_logits)
    )
    return cross_entropy_d(real_logits - generated_mean, generated_logits - real_mean)


def relativistic_average_g(real_logits, generated_logits):
    """L_G: `relativistic_average_d` with real and generated images exchanged, in nats."""
    return relativistic_average_d(generated_logits, real_logits)


non_saturating = Objective("non_saturating", cross_entropy_d, non_saturating_g)
minimax = Objective("minimax", cross_entropy_d, minimax_g)
maximum_likelihood = Objective("maximum_likelihood", cross_entropy_d, maximum_likelihood_g)
least_squares = Objective("least_squares", least_squares_d, least_squares_g, is_probability=False)
hinge = Objective("hinge", hinge_d, linear_g, is_probability=False)
relativistic_average = Objective(
    "relativistic_average",
    relativistic_average_d,
    relativistic_average_g,
    needs_real=True,
    is_probability=False,  # the logit's height is free: only differences count
)


def wasserstein(gradient_penalty: float = 10.0):
    """The objective of a critic whose slopes a penalty of this weight holds at 1."""
    return Objective(
        "wasserstein",
        wasserstein_d,
        linear_g,
        is_probability=False,
        terms=(f"wgan_gp({gradient_penalty})",),
    )


def get(identifier):
    """An objective.

    Args:
        identifier: Text such as `"hinge"` or `"wasserstein(10)"`; an `Objective`; or a function of
            the generated logits `(batch_size, 1)` that returns the generator's loss, beside which
            D's is the cross-entropy.

    Returns:
        An `Objective`.

    Raises:
        UserError: If the name is unknown.
    """
    found = registry.OBJECTIVES.get(identifier)
    if isinstance(found, Objective):
        return found
    if not callable(found):
        raise UserError(
            "An objective is a name, an Objective or a function of the generated logits. "
            f"Received: {identifier!r}."
        )
    name = getattr(found, "__name__", type(found).__name__)
    return Objective(name, cross_entropy_d, lambda _, generated_logits: found(generated_logits))


def generator_costs(probabilities, names=("minimax", "non_saturating", "maximum_likelihood")):
    """The generator's cost of one image against the probability D(G(z)) that D gives it.

    What the survey article plots for the three games, from the losses that train. These carry no
    factor ½ in the first two, where the article's have one.

    Args:
        probabilities: Sequence of numbers strictly between 0 and 1, `(n,)`.
        names: Objectives whose generator loss depends on that probability.

    Returns:
        Dict of name to a float32 array `(n,)`.

    Raises:
        ValueError: If a probability is 0, 1 or none, or an objective has no such cost.
    """
    probabilities = np.asarray(probabilities, np.float64)
    if not np.all((probabilities > 0) & (probabilities < 1)):
        raise ValueError(f"Probabilities lie between 0 and 1. Received: {probabilities}.")
    logits = tf.constant(np.log(probabilities) - np.log1p(-probabilities), tf.float32)
    costs = {}
    for name in names:
        objective = get(name)
        if objective.needs_real or not objective.is_probability:
            raise ValueError(
                "The generator's cost must be a function of D's probability for its image. "
                f"Received: {name!r}."
            )
        # One image a batch, so that the mean over the batch is the image's own cost.
        costs[objective.name] = np.array([objective.g_loss(None, logit) for logit in logits])
    return costs
