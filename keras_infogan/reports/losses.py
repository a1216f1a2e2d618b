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
    parts = _information(config) if config.model == "infogan" else []
    q_update = config.q_update if config.model == "infogan" else None
    d_terms = ["L_D"]
    if config.trunk_learns_information or q_update == "discriminator":
        d_terms += parts
    g_terms = [_weighted(config.adversarial_weight, "L_G")]
    if q_update != "own":
        g_terms += parts
    terms = [*config.terms, *objective.terms]
    own = {"two_looks": config.real_information_weight, "picture_critic": config.critic_weight}
    terms += [f"{name}({weight:g})" for name, weight in own.items() if weight]
    more = ["terms below"] if terms else []
    in_d = "discriminator, trunk and recognizer"
    in_g = "generator and recognizer"
    rows = [
        (in_d if q_update == "discriminator" else "discriminator and trunk", d_terms + more),
        (in_g if q_update == "generator" else "generator", g_terms + more),
        *([(in_g, parts)] if q_update == "own" else []),
    ]
    return {
        "name": objective.name.replace("_", " "),
        "d": _formula(objective.d_loss, "L_D"),
        "g": _formula(objective.g_loss, "L_G"),
        "rows": [(players, " + ".join(losses)) for players, losses in rows],
        "terms": [(text, _first_line(_term(text))) for text in terms],
    }


def _information(config):
    """The parts of −λ L_I that an InfoGAN's codes have."""
    latents = LatentSpec.from_text(config.latents)
    parts = []
    if latents.categorical:
        parts.append(_weighted(config.information_weight, "L_cat"))
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
