"""The losses of a run as formulas, in the words of the functions that compute them."""

import inspect
import re

from keras_infogan import notation, objectives, registry
from keras_infogan.latents import LatentSpec

# What a docstring says behind its formula.
_REMARK = re.compile(r"(?:, (?=in nats|D the|C the|the )|: |\.$)")


def describe(config):
    """What a report shows of the losses of a `RunConfig`.

    Returns:
        Dict of `name`, that of the objective; `d` and `g`, dicts of `formula` and `remark`; `rows`,
        `(whose, sum of weighted losses)`; and `terms`, `(text, what it adds)`.
    """
    objective = objectives.get(config.generator_loss)
    terms = [*config.terms, *objective.terms]
    looks = config.real_information_weight if config.information_weight else 0.0
    told = ", told_codes=True" if config.critic_told_codes and config.information_weight else ""
    terms += [f"two_looks({looks:g})"] if looks else []
    terms += [f"picture_critic({config.critic_weight:g}{told})"] if config.critic_weight else []
    more = ["terms below"] if terms else []
    rows = [(players, losses) for players, losses in _players(config).items() if losses]
    for number in range(2):  # those of the discriminator and of the generator
        rows[number][1].extend(more)
    return {
        "name": objective.name.replace("_", " "),
        "d": _formula(objective.d_loss, "L_D"),
        "g": _formula(objective.g_loss, "L_G"),
        "rows": [(players, " + ".join(losses)) for players, losses in rows],
        "terms": [(text, _first_line(_term(text))) for text in terms],
    }


def _players(config):
    """What is updated by which losses, `{players: [weighted losses]}`; D's first, then G's."""
    d, g = ["L_D"], [_weighted(config.adversarial_weight, "L_G")]
    if config.model != "infogan":
        return {"discriminator and trunk": d, "generator": g}
    parts, update = _information(config), config.q_update
    if not config.information_weight:  # a regular GAN: Q only watches
        return {"discriminator and trunk": d, "generator": g, "recognizer": parts}
    if update == "discriminator":
        if config.trunk_learns_information:
            return {"discriminator, trunk and recognizer": d + parts, "generator": g + parts}
        return {"discriminator and trunk": d, "generator": g + parts, "recognizer": parts}
    if config.trunk_learns_information:
        d += parts
    if update == "own":
        return {"discriminator and trunk": d, "generator": g, "generator and recognizer": parts}
    return {"discriminator and trunk": d, "generator and recognizer": g + parts}


def _information(config):
    """The parts of −λ L_I that an InfoGAN's codes have; in a regular GAN Q's loss alone."""
    latents = LatentSpec.from_text(config.latents)
    parts = []
    if latents.categorical:
        parts.append(_weighted(config.information_weight or 1, "L_cat"))
    if latents.continuous:
        parts.append(_weighted(config.continuous_weight, "L_cont"))
    return parts


def _weighted(weight, loss):
    return loss if weight == 1 else f"{weight:g} · {loss}"


def _formula(function, symbol):
    line = _first_line(function)
    if not line.startswith(symbol):
        return {
            "formula": f"{symbol} = {getattr(function, '__name__', 'a function')}",
            "remark": "",
        }
    formula, *remark = _REMARK.split(line, maxsplit=1)
    return {"formula": formula, "remark": remark[0] if remark else ""}


def _first_line(thing):
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def _term(text):
    return registry.TERMS.lookup(notation.parse(text).name)
