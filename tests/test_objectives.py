import math

import numpy as np
import pytest
import tensorflow as tf

from keras_infogan import objectives, registry
from keras_infogan.errors import UserError
from keras_infogan.objectives import Objective

LN_2 = math.log(2.0)
# Logits at which D says 1/4 and 3/4.
QUARTER, THREE_QUARTERS = -math.log(3.0), math.log(3.0)
NAMES = [
    "hinge",
    "least_squares",
    "maximum_likelihood",
    "minimax",
    "non_saturating",
    "relativistic_average",
    "wasserstein",
]


def column(*values):
    return tf.constant([[float(value)] for value in values])


def real_for(objective, real_logits):
    return real_logits if objective.needs_real else None


def g_loss_and_slopes(name, *logits, real=(0.0,)):
    """The generator's loss and its slope along each generated logit."""
    objective, generated = objectives.get(name), column(*logits)
    with tf.GradientTape() as tape:
        tape.watch(generated)
        loss = objective.g_loss(real_for(objective, column(*real)), generated)
    assert loss.shape == () and loss.dtype == tf.float32
    return float(loss), tape.gradient(loss, generated).numpy()[:, 0]


def d_loss_and_slopes(name, real, generated):
    """The discriminator's loss and its slopes along the real and the generated logits."""
    real, generated = column(*real), column(*generated)
    with tf.GradientTape() as tape:
        tape.watch([real, generated])
        loss = objectives.get(name).d_loss(real, generated)
    assert loss.shape == () and loss.dtype == tf.float32
    return float(loss), *(slope.numpy()[:, 0] for slope in tape.gradient(loss, [real, generated]))


def test_the_objectives_and_what_they_need():
    assert registry.names("objective") == NAMES
    found = {name: objectives.get(name) for name in NAMES}
    facts = {name: (one.needs_real, one.is_probability, one.terms) for name, one in found.items()}
    assert facts == {
        "minimax": (False, True, ()),
        "non_saturating": (False, True, ()),
        "maximum_likelihood": (False, True, ()),
        "least_squares": (False, False, ()),
        "hinge": (False, False, ()),
        "wasserstein": (False, False, ("wgan_gp(10.0)",)),
        "relativistic_average": (True, False, ()),
    }
    assert all(name == objective.name for name, objective in found.items())
    assert objectives.get("wasserstein(2.5)").terms == ("wgan_gp(2.5)",)


@pytest.mark.parametrize(
    "name, logit, d_loss, g_loss",
    [
        ("minimax", 0.0, 2 * LN_2, -LN_2),
        ("non_saturating", 0.0, 2 * LN_2, LN_2),
        ("maximum_likelihood", 0.0, 2 * LN_2, -0.5),
        ("least_squares", 0.5, 0.25, 0.125),
        ("hinge", 0.0, 2.0, 0.0),
        ("wasserstein", 3.0, 0.0, -3.0),
        ("relativistic_average", 3.0, 2 * LN_2, 2 * LN_2),
    ],
)
def test_losses_of_a_discriminator_that_cannot_tell(name, logit, d_loss, g_loss):
    assert d_loss_and_slopes(name, [logit, logit], [logit])[0] == pytest.approx(d_loss)
    assert g_loss_and_slopes(name, logit, real=[logit])[0] == pytest.approx(g_loss)


@pytest.mark.parametrize("name", ["minimax", "non_saturating", "maximum_likelihood"])
def test_cross_entropy_by_hand(name):
    # Real: D = 3/4 and 1/4. Generated: D = 1/4, three times.
    loss, real, generated = d_loss_and_slopes(name, [THREE_QUARTERS, QUARTER], [QUARTER] * 3)
    assert loss == pytest.approx(0.5 * (math.log(4 / 3) + math.log(4.0)) + math.log(4 / 3))
    # D(x) − 1 over 2, and D(G(z)) over 3.
    np.testing.assert_allclose(real, [-0.125, -0.375], rtol=1e-6)
    np.testing.assert_allclose(generated, [1 / 12] * 3, rtol=1e-6)


def test_minimax_by_hand():
    # ln(1 − D); its slope is −D, over the batch of 2.
    loss, slopes = g_loss_and_slopes("minimax", QUARTER, THREE_QUARTERS)
    assert loss == pytest.approx(-0.5 * (math.log(4 / 3) + math.log(4.0)))
    np.testing.assert_allclose(slopes, [-0.125, -0.375], rtol=1e-6)


def test_non_saturating_by_hand():
    # −ln D; its slope is D − 1, over the batch of 2.
    loss, slopes = g_loss_and_slopes("non_saturating", QUARTER, THREE_QUARTERS)
    assert loss == pytest.approx(0.5 * (math.log(4.0) + math.log(4 / 3)))
    np.testing.assert_allclose(slopes, [-0.375, -0.125], rtol=1e-6)


def test_maximum_likelihood_by_hand():
    # exp(logit) = D / (1 − D) = 1/3 and 3; −½ of each, over the batch of 2.
    loss, slopes = g_loss_and_slopes("maximum_likelihood", QUARTER, THREE_QUARTERS)
    assert loss == pytest.approx(-0.5 * 0.5 * (1 / 3 + 3))
    np.testing.assert_allclose(slopes, [-1 / 12, -0.75], rtol=1e-6)


def test_least_squares_by_hand():
    # ½ (0² + 3²)/2 real, ½ 2² generated; slopes (D − 1)/2 and D.
    loss, real, generated = d_loss_and_slopes("least_squares", [1.0, -2.0], [2.0])
    assert loss == pytest.approx(0.5 * 4.5 + 0.5 * 4.0)
    np.testing.assert_allclose(real, [0.0, -1.5])
    np.testing.assert_allclose(generated, [2.0])
    loss, slopes = g_loss_and_slopes("least_squares", -1.0, 3.0)
    assert loss == pytest.approx(0.5 * (4.0 + 4.0) / 2)
    np.testing.assert_allclose(slopes, [-1.0, 1.0])


def test_hinge_by_hand_and_flat_outside_its_margin():
    # Real: 1 − 3 is under 0, 1 − 0.5 = 0.5, 1 + 1 = 2. Generated: 1 − 4 is under 0, 1 + 0 = 1.
    loss, real, generated = d_loss_and_slopes("hinge", [3.0, 0.5, -1.0], [-4.0, 0.0])
    assert loss == pytest.approx((0.0 + 0.5 + 2.0) / 3 + (0.0 + 1.0) / 2)
    np.testing.assert_allclose(real, [0.0, -1 / 3, -1 / 3])
    np.testing.assert_allclose(generated, [0.0, 0.5])


@pytest.mark.parametrize("name", ["hinge", "wasserstein"])
def test_the_generators_side_of_hinge_and_wasserstein_is_linear(name):
    loss, slopes = g_loss_and_slopes(name, -100.0, 2.0, 5.0, 13.0)
    assert loss == pytest.approx(20.0)
    np.testing.assert_allclose(slopes, [-0.25] * 4)


def test_wasserstein_is_linear():
    loss, real, generated = d_loss_and_slopes("wasserstein", [5.0, -1.0], [0.5, -100.0, 3.0, 4.5])
    assert loss == pytest.approx((0.5 - 100.0 + 3.0 + 4.5) / 4 - 2.0)
    np.testing.assert_allclose(real, [-0.5, -0.5])
    np.testing.assert_allclose(generated, [0.25] * 4)


def test_relativistic_average_by_hand():
    # Real mean 1, generated mean −ln 3 + 1. Real less generated mean: ln 3 ± 2.
    loss, _, _ = d_loss_and_slopes("relativistic_average", [3.0, -1.0], [QUARTER + 1.0])
    real = 0.5 * sum(math.log1p(math.exp(-(THREE_QUARTERS + shift))) for shift in (2.0, -2.0))
    # The generated one less the real mean: −ln 3, so D̃ = 1/4 and −ln(1 − 1/4).
    assert loss == pytest.approx(real + math.log(4 / 3))
    # The generator's loss asks for the contrary of both.
    loss, slopes = g_loss_and_slopes("relativistic_average", QUARTER, real=[0.0])
    assert loss == pytest.approx(2 * math.log(4.0))
    # Both terms pull the one logit up, D̃ − 1 = −3/4 each.
    np.testing.assert_allclose(slopes, [-1.5], rtol=1e-6)


def test_relativistic_average_pulls_the_kinds_apart_and_together():
    _, real, generated = d_loss_and_slopes("relativistic_average", [0.0, 0.0], [0.0, 0.0])
    np.testing.assert_allclose(real, [-0.5, -0.5])
    np.testing.assert_allclose(generated, [0.5, 0.5])
    objective, real = objectives.get("relativistic_average"), column(2.0, 1.0)
    with tf.GradientTape() as tape:
        tape.watch(real)
        loss = objective.g_loss(real, column(0.0, -1.0))
    assert (tape.gradient(loss, real).numpy() > 0).all()


def test_relativistic_average_knows_no_height_of_logits():
    real, generated = column(0.3, -1.2, 2.0), column(-0.7, 0.1)
    objective = objectives.get("relativistic_average")
    for loss in (objective.d_loss, objective.g_loss):
        assert float(loss(real + 7.0, generated + 7.0)) == pytest.approx(
            float(loss(real, generated)), rel=1e-5
        )
        assert abs(float(loss(real + 7.0, generated)) - float(loss(real, generated))) > 1.0


def test_only_the_non_saturating_slope_lives_where_d_is_sure():
    """At D(G(z)) = 1/22,027: every slope pushes the logit up, but only one with strength."""
    tiny = math.exp(-10.0)
    _, strong = g_loss_and_slopes("non_saturating", -10.0)
    np.testing.assert_allclose(strong, [-1.0], atol=1e-4)
    _, weak = g_loss_and_slopes("minimax", -10.0)
    np.testing.assert_allclose(weak, [-tiny], rtol=1e-3)
    _, likelihood = g_loss_and_slopes("maximum_likelihood", -10.0)
    np.testing.assert_allclose(likelihood, [-0.5 * tiny], rtol=1e-3)


def test_the_best_image_decides_the_step_of_maximum_likelihood():
    # Of 100 images D believes in one: it alone has all but 1 % of the slope.
    _, slopes = g_loss_and_slopes("maximum_likelihood", *[-5.0] * 99, 5.0)
    assert slopes[-1] / slopes.sum() > 0.99
    _, slopes = g_loss_and_slopes("non_saturating", *[-5.0] * 99, 5.0)
    assert slopes[-1] / slopes.sum() < 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_generators_lose_less_the_better_d_likes_their_images(name):
    """Where D is not fooled yet: an objective with the wrong sign would fall the other way."""
    values = [g_loss_and_slopes(name, logit, real=[3.0])[0] for logit in (-2.0, -1.0, 0.0, 0.9)]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)


@pytest.mark.parametrize("name", NAMES)
def test_discriminators_lose_less_the_further_apart_the_kinds(name):
    # Least squares' targets are 1 and 0: the middle is ½ and the gaps stay under them.
    values = [d_loss_and_slopes(name, [0.5 + x], [0.5 - x])[0] for x in (-0.4, 0.0, 0.2, 0.4)]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)


@pytest.mark.parametrize("name", NAMES)
def test_losses_and_slopes_are_finite_at_extreme_logits(name):
    for real, generated in ((1000.0, -1000.0), (-1000.0, 1000.0)):
        parts = [*d_loss_and_slopes(name, [real], [generated])]
        parts += g_loss_and_slopes(name, generated, real=[real])
        assert all(np.isfinite(part).all() for part in parts)


def test_softplus_is_exact_at_extreme_logits():
    assert d_loss_and_slopes("minimax", [100.0], [-100.0])[0] == pytest.approx(0.0)
    assert d_loss_and_slopes("minimax", [-100.0], [100.0])[0] == pytest.approx(200.0)
    assert g_loss_and_slopes("non_saturating", -100.0)[0] == pytest.approx(100.0)
    assert g_loss_and_slopes("minimax", 100.0)[0] == pytest.approx(-100.0)
    assert g_loss_and_slopes("maximum_likelihood", 29.0)[0] == pytest.approx(
        -0.5 * math.exp(29.0), rel=1e-5
    )
    # Capped: the loss stays, and the slope of an image that fools D for good is 0.
    loss, slopes = g_loss_and_slopes("maximum_likelihood", 100.0)
    assert loss == pytest.approx(-0.5 * math.exp(30.0), rel=1e-5)
    np.testing.assert_array_equal(slopes, [0.0])


@pytest.mark.parametrize("name", NAMES)
def test_xla_compiles_the_losses(name):
    objective = objectives.get(name)
    real, generated = column(0.3, -1.2), column(-0.7, 0.1)

    def both(real, generated):
        return objective.d_loss(real, generated), objective.g_loss(
            real_for(objective, real), generated
        )

    compiled = tf.function(both, jit_compile=True)
    np.testing.assert_allclose(compiled(real, generated), both(real, generated), rtol=1e-5)


def test_get_takes_a_name_an_objective_or_a_generators_loss():
    hinge = objectives.get("hinge")
    assert objectives.get(hinge) is hinge

    def upward(generated_logits):
        return -2.0 * tf.reduce_sum(generated_logits)

    own = objectives.get(upward)
    assert (own.name, own.needs_real, own.is_probability) == ("upward", False, True)
    assert own.terms == ()
    assert float(own.g_loss(None, column(1.0, 2.0))) == -6.0
    assert float(own.d_loss(column(0.0), column(0.0))) == pytest.approx(2 * LN_2)


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("hinges", f"must be one of {', '.join(NAMES)}. Did you mean hinge. Received: hinges.$"),
        ("", "Received: "),
        ("hinge(2)", "hinge takes no arguments. Received: hinge"),
        ("wasserstein(much)", "gradient_penalty must be of type float"),
        (None, "An objective is a name, an Objective or a function.* Received: None.$"),
        (["hinge"], "An objective is a name, an Objective or a function.* Received: .'hinge'.*$"),
    ],
)
def test_get_refuses_what_is_no_objective(identifier, message):
    with pytest.raises(UserError, match=message):
        objectives.get(identifier)


def test_an_objective_can_be_added_from_outside():
    def gap(real_logits, generated_logits):
        return tf.reduce_mean(generated_logits) - tf.reduce_mean(real_logits)

    own = Objective("gap", gap, lambda real, generated: -gap(real, generated), needs_real=True)
    registry.register("objective", "gap", own)
    assert objectives.get("gap") is own
    assert g_loss_and_slopes("gap", 3.0, real=[1.0])[0] == -2.0


@pytest.mark.parametrize(
    "change, received",
    [
        ({"name": ""}, "name=''"),
        ({"name": None}, "name=None"),
        ({"d_loss": "hinge"}, "d_loss='hinge'"),
        ({"g_loss": None}, "g_loss=None"),
    ],
)
def test_objectives_that_cannot_be_are_refused(change, received):
    fields = {"name": "own", "d_loss": objectives.hinge_d, "g_loss": objectives.linear_g}
    with pytest.raises(ValueError, match=f"Received: {received}"):
        Objective(**fields | change)


def test_generator_costs_by_hand():
    costs = objectives.generator_costs([0.25, 0.5, 0.75])
    assert list(costs) == ["minimax", "non_saturating", "maximum_likelihood"]
    np.testing.assert_allclose(costs["minimax"], np.log([0.75, 0.5, 0.25]), rtol=1e-6)
    np.testing.assert_allclose(costs["non_saturating"], -np.log([0.25, 0.5, 0.75]), rtol=1e-6)
    np.testing.assert_allclose(costs["maximum_likelihood"], [-1 / 6, -0.5, -1.5], rtol=1e-6)


def test_generator_costs_near_the_ends():
    costs = objectives.generator_costs([1e-6, 1.0 - 1e-6])
    np.testing.assert_allclose(costs["non_saturating"], [6 * math.log(10.0), 1e-6], rtol=1e-4)
    np.testing.assert_allclose(costs["minimax"], [-1e-6, -6 * math.log(10.0)], rtol=1e-4)
    np.testing.assert_allclose(costs["maximum_likelihood"], [-5e-7, -5e5], rtol=1e-4)


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1, math.nan])
def test_generator_costs_want_probabilities(probability):
    with pytest.raises(ValueError, match=r"between 0 and 1\. Received: \["):
        objectives.generator_costs([0.5, probability])


@pytest.mark.parametrize("name", ["least_squares", "hinge", "wasserstein", "relativistic_average"])
def test_generator_costs_want_a_function_of_that_probability(name):
    with pytest.raises(ValueError, match=f"D's probability.*Received: '{name}'"):
        objectives.generator_costs([0.5], names=(name,))
