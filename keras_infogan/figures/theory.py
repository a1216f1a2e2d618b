"""What the theory says, drawn from the code that trains."""

import contextlib
import types

import numpy as np

from keras_infogan.figures.figure import Figure
from keras_infogan.pictures import drawing

GAME_STEPS = 400
GAME_RATE = 0.1
GAME_STRENGTH = 0.5


def generator_costs(out):
    """J_G against D(G(z)) for the minimax, non-saturating and maximum-likelihood games.

    Source: Goodfellow, "NIPS 2016 Tutorial: Generative Adversarial Networks", 2016, figure 16.

    Args:
        out: The .png file.
    """
    from keras_infogan import objectives

    probabilities = np.linspace(0.005, 0.985, 197)
    with _axes(out, "Cost of the generator", "D(G(z))", "J_G") as axes:
        for name, costs in objectives.generator_costs(probabilities).items():
            axes.plot(probabilities, costs, label=name.replace("_", " "))
        axes.set_ylim(-20, 6)


def optimal_discriminator(out):
    """The best D for two densities: p_data / (p_data + p_model). Goodfellow et al., 2014.

    Args:
        out: The .png file.
    """
    x = np.linspace(-4.0, 6.0, 400)
    data, model = (np.exp(-0.5 * (x - mean) ** 2) / np.sqrt(2 * np.pi) for mean in (0.0, 2.0))
    with _axes(out, "The best discriminator", "x", "density, probability") as axes:
        axes.plot(x, data, label="p_data")
        axes.plot(x, model, label="p_model")
        axes.plot(x, best_discriminator(data, model), label="D*")


def best_discriminator(data, model):
    """D* of the densities at some points; ½ where they are equal."""
    return data / (data + model)


def xy_game(out):
    """Gradient steps of min over x, max over y of xy, alone and with historical averaging.

    Args:
        out: The .png file.
    """
    with _axes(out, "min over x, max over y of xy", "x", "y") as axes:
        for strength, label in (
            (0.0, "gradient steps"),
            (GAME_STRENGTH, "with historical averaging"),
        ):
            path = play_xy(strength)
            axes.plot(path[:, 0], path[:, 1], label=label, linewidth=1)
        axes.plot(1.0, 1.0, "ko", markersize=4)
        axes.set_aspect("equal", "datalim")


def play_xy(strength, steps=GAME_STEPS, rate=GAME_RATE):
    """Points of simultaneous gradient steps from (1, 1), `(steps + 1, 2)`.

    x is the generator's weight and y the discriminator's; `strength` is the weight of
    `HistoricalAveraging`, which pulls each of them towards its mean so far.
    """
    import tensorflow as tf

    from keras_infogan.terms.historical_averaging import HistoricalAveraging

    def network(*variables):
        return types.SimpleNamespace(trainable_variables=list(variables))

    x, y = tf.Variable(1.0), tf.Variable(1.0)
    game = types.SimpleNamespace(generator=network(x), trunk=network(), discriminator=network(y))
    averaging = HistoricalAveraging(strength)
    averaging.attach(game)
    path = [(1.0, 1.0)]
    for _ in range(steps):
        with tf.GradientTape(persistent=True) as tape:
            value = x * y
            g_loss = value + averaging.g_loss(game, None)
            d_loss = -value + averaging.d_loss(game, None)
        slopes = tape.gradient(g_loss, x), tape.gradient(d_loss, y)
        for variable, slope in zip((x, y), slopes, strict=True):
            variable.assign_sub(rate * slope)
        path.append((float(x.numpy()), float(y.numpy())))
    return np.array(path)


@contextlib.contextmanager
def _axes(out, title, x, y):
    with drawing(out, (6, 4)) as figure:
        axes = figure.add_subplot()
        axes.set(title=title, xlabel=x, ylabel=y)
        axes.grid(alpha=0.3)
        yield axes
        axes.legend()


GENERATOR_COSTS = Figure(
    generator_costs, "J_G against D(G(z)) of three objectives", needs_runs=False
)
OPTIMAL_DISCRIMINATOR = Figure(
    optimal_discriminator, "D* = p_data / (p_data + p_model)", needs_runs=False
)
XY_GAME = Figure(xy_game, "gradient steps that circle, and averaging", needs_runs=False)
