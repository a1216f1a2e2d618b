import dataclasses
import math

import numpy as np
import pytest

from keras_infogan.evaluation import health
from keras_infogan.evaluation.health import CHECKS, Problem, Vitals, diagnose

ENTROPY = math.log(10.0)


def bars(count, seed=0):
    """Images with a bar at any place, `(count, 16, 16, 1)`: smooth, and all different."""
    generator = np.random.default_rng(seed)
    columns = np.arange(16)[None, :] - generator.uniform(3, 12, (count, 1))
    bar = np.clip(4.0 - np.abs(columns), 0.0, 2.0) - 1.0
    return np.repeat(bar[:, None, :, None], 16, axis=1)


def vitals(**changes):
    """What a healthy model of ten codes on ten labels shows after 5,000 steps."""
    healthy = Vitals(
        step=5000,
        g_steps=5000,
        is_probability=True,
        metrics={
            "d_loss": 1.1,
            "g_loss": 1.0,
            "information": 2.2,
            "real_probability": 0.6,
            "generated_probability_before": 0.4,
        },
        entropy=ENTROPY,
        warmed_up=True,
        kind="code",
        generated=bars(80, seed=1).reshape(10, 8, 16, 16, 1),  # of c1
        real=bars(100),
        code_labels={code: (code + 3) % 10 for code in range(10)},
        num_labels=10,
        unused_codes=(),
        stds={"c2": (0.3, 0.05)},
    )
    return changed(healthy, **changes)


def changed(known, metrics=(), **changes):
    """The same with other metrics among the rest; what is given plainly by code is of c1."""
    for name in ("generated", "code_labels", "unused_codes"):
        value = changes.get(name, getattr(known, name))
        plain = not isinstance(value, dict) or (name == "code_labels" and 0 in value)
        changes[name] = {"c1": value} if plain else value
    return dataclasses.replace(known, metrics={**known.metrics, **dict(metrics)}, **changes)


def names(found):
    return [problem.name for problem in found]


def test_a_healthy_model_has_no_problem():
    assert diagnose(vitals()) == []


def test_a_model_that_has_just_begun_has_no_problem():
    # Before the first update nothing is learned, and every image is noise.
    noise = np.random.default_rng(0).uniform(-1, 1, (10, 8, 16, 16, 1))
    begun = vitals(
        step=100,
        g_steps=100,
        metrics={"information": 0.0, "generated_probability_before": 0.6},
        warmed_up=False,
        generated=noise,
        code_labels=dict.fromkeys(range(10), 1),
        unused_codes=(3, 4),
    )
    assert diagnose(begun) == []


def test_a_model_without_codes_or_labels_has_no_problem():
    assert (
        diagnose(
            vitals(
                entropy=0,
                metrics={"information": 0.0},
                kind=None,
                generated={None: bars(16, seed=1)[None]},
                unused_codes={},
                code_labels={},
                num_labels=0,
                stds={},
            )
        )
        == []
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_metric_that_is_not_finite(value):
    (problem,) = diagnose(vitals(metrics={"g_loss": value}))
    assert problem.name == "not finite"
    assert problem.seen == "g_loss not finite"


def test_images_that_are_not_finite_hide_all_else():
    broken = vitals().generated["c1"].copy()
    broken[3, 2, 5, 5] = np.nan
    (problem,) = diagnose(vitals(generated=broken, metrics={"d_loss": 0.0}, unused_codes=(1,)))
    assert problem.seen == "generated images not finite"


@pytest.mark.parametrize("information, found", [(0.11, ["dead code"]), (0.12, [])])
def test_a_dead_code(information, found):
    # A twentieth of ln 10 is 0.115.
    sick = vitals(metrics={"information": information})
    assert names(diagnose(sick)) == found


def test_a_dead_code_is_looked_for_after_the_warm_up_only():
    sick = vitals(metrics={"information": -0.5}, warmed_up=False)
    assert diagnose(sick) == []
    (problem,) = diagnose(dataclasses.replace(sick, warmed_up=True))
    assert problem.seen == "Q reads -0.50 of 2.30 nats"
    assert "--information-weight" in problem.remedy


def test_unused_codes():
    sick = vitals(unused_codes=(2, 7))
    (problem,) = diagnose(sick)
    assert problem.name == "unused codes"
    assert "the code 2, 7" in problem.seen
    assert diagnose(dataclasses.replace(sick, warmed_up=False)) == []


def test_several_codes_on_one_label():
    labels = vitals().code_labels["c1"] | {0: 5, 1: 5, 9: 5, 4: 8, 3: 8}
    sick = vitals(code_labels=labels)
    (problem,) = diagnose(sick)
    assert problem.name == "several codes on one label"
    # Code 2 stands for 5 and code 5 for 8 anyway.
    assert problem.seen == "codes 0, 1, 2, 9 all mean 5; codes 3, 4, 5 all mean 8"
    assert diagnose(dataclasses.replace(sick, warmed_up=False)) == []


def test_more_codes_than_labels_must_share():
    sick = vitals(code_labels={code: code % 9 for code in range(10)}, num_labels=9)
    assert diagnose(sick) == []
    assert names(diagnose(dataclasses.replace(sick, num_labels=10))) == [
        "several codes on one label"
    ]


@pytest.mark.parametrize("d_loss, found", [(0.09, ["D too strong"]), (0.11, [])])
def test_a_discriminator_that_is_too_strong(d_loss, found):
    assert names(diagnose(vitals(metrics={"d_loss": d_loss}))) == found


@pytest.mark.parametrize("d_loss", [-7.0, 0.01])
def test_a_loss_that_is_no_cross_entropy_may_be_anything(d_loss):
    assert diagnose(vitals(metrics={"d_loss": d_loss}, is_probability=False)) == []


def test_g_is_not_judged_while_d_learns_alone():
    # As the metrics log has it: nothing is known of G and Q.
    waiting = vitals(
        step=2000,
        g_steps=0,
        generated=np.zeros((10, 8, 16, 16, 1)),
        stds={"c2": (0.05, 0.05)},
    )
    metrics = {"d_loss": 0.01, "real_probability": 0.99}
    assert diagnose(dataclasses.replace(waiting, metrics=metrics)) == []
    metrics["d_loss"] = math.nan
    assert names(diagnose(dataclasses.replace(waiting, metrics=metrics))) == ["not finite"]
    assert "collapse" in names(diagnose(dataclasses.replace(waiting, g_steps=500)))


NOISE = np.random.default_rng(0).uniform(-1, 1, (10, 8, 16, 16, 1))
BLIND = {"real_probability": 0.5, "generated_probability_before": 0.51}


def test_a_blind_discriminator():
    (problem,) = diagnose(vitals(generated=NOISE, metrics=BLIND))
    assert problem.name == "D blind"
    assert "(0.50)" in problem.seen


@pytest.mark.parametrize(
    "changes",
    [
        # Fooled by good images: what training is for.
        {"metrics": BLIND},
        # Sees the noise for what it is.
        {"generated": NOISE},
        {"generated": NOISE, "metrics": {**BLIND, "generated_probability_before": 0.47}},
        # All draw noise in the beginning.
        {"generated": NOISE, "metrics": BLIND, "g_steps": 499},
        # Its logits are no probabilities.
        {"generated": NOISE, "metrics": BLIND, "is_probability": False},
    ],
)
def test_a_discriminator_that_is_not_blind(changes):
    assert diagnose(vitals(**changes)) == []


def test_a_collapse_names_the_codes():
    collapsed = vitals().generated["c1"].copy()
    collapsed[[2, 6]] = collapsed[[2, 6], :1]
    (problem,) = diagnose(vitals(generated=collapsed))
    assert problem.name == "collapse"
    assert problem.seen == "images of code 2, 6 differ by 0% of what real images differ by"


@pytest.mark.parametrize(
    ("kind", "seen", "remedy"),
    [
        ("code", "images of code 0 differ by 0%", "Lower --information-weight or --g-learning"),
        ("label", "images of label 0 differ by 0%", "Lower --g-learning-rate, or add --rewrite"),
        (None, "images differ by 0% of what real images differ by", "Lower --g-learning-rate, or"),
    ],
)
def test_a_collapse_is_told_in_the_words_of_the_model(kind, seen, remedy):
    (problem,) = diagnose(vitals(kind=kind, generated=np.zeros((1, 8, 16, 16, 1))))
    assert problem.seen.startswith(seen) and problem.remedy.startswith(remedy)


def test_a_model_without_noise_cannot_collapse():
    assert diagnose(vitals(generated=vitals().generated["c1"][:, :1])) == []


@pytest.mark.parametrize("share, found", [(0.2, ["collapse"]), (0.3, [])])
def test_a_collapse_is_a_quarter_of_the_variety_of_real_images(share, found):
    real = bars(80)
    shrunk = real.mean(axis=0) + share * (real - real.mean(axis=0))
    # All codes draw the same images, which differ by a share of what real ones do.
    assert names(diagnose(vitals(generated=np.stack([shrunk] * 10), real=real))) == found


@pytest.mark.parametrize("std, found", [(0.0521, True), (0.053, False)])
def test_a_standard_deviation_at_its_floor(std, found):
    problems = diagnose(vitals(stds={"c2": (0.4, 0.05), "c3": (std, 0.05)}))
    assert names(problems) == ["standard deviation at its floor"] * found
    assert all(problem.seen == "Q's for c3" for problem in problems)


def test_several_problems_are_all_told():
    sick = vitals(
        metrics={"d_loss": 0.01, "information": 0.0},
        unused_codes=(1,),
        stds={"c2": (0.05, 0.05)},
    )
    assert names(diagnose(sick)) == [
        "dead code",
        "unused codes",
        "D too strong",
        "standard deviation at its floor",
    ]


def test_every_check_is_made():
    assert {check.__name__ for check in CHECKS} == {
        name
        for name, value in vars(health).items()
        if callable(value)
        and getattr(value, "__module__", "") == health.__name__
        and not name.startswith("_")
        and name not in ("Vitals", "Problem", "diagnose", "summarize")
    }


@pytest.mark.parametrize("value", [-1.0, 0.3])
def test_plain_images_are_a_collapse_unless_real_images_are_plain(value):
    plain = np.full((10, 8, 16, 16, 1), value)
    assert names(diagnose(vitals(generated=plain))) == ["collapse"]
    assert diagnose(vitals(generated=plain, real=plain[0])) == []


def test_a_problem_reads_as_one_line():
    text = str(Problem("collapse", "images of code 2 do not differ", "Lower --x"))
    assert text == "collapse: images of code 2 do not differ. Lower --x."


# Several categorical codes


def two_codes(**changes):
    """A healthy model of a code of ten values and one of four."""
    labels = {"c1": {v: (v + 3) % 10 for v in range(10)}, "c2": dict.fromkeys(range(4), 1)}
    images = {"c1": vitals().generated["c1"], "c2": bars(32, seed=2).reshape(4, 8, 16, 16, 1)}
    common = {"generated": images, "code_labels": labels, "unused_codes": {"c1": (), "c2": ()}}
    return vitals(**{**common, **changes})


def test_a_code_that_is_about_something_else_than_the_labels_may_share_them():
    assert diagnose(two_codes()) == []


def test_unused_values_of_each_code():
    (problem,) = diagnose(two_codes(unused_codes={"c1": (2, 7), "c2": (3,)}))
    assert problem.seen == "Q gives almost no real image the code 2, 7 of c1 and 3 of c2"
    (problem,) = diagnose(two_codes(unused_codes={"c1": (), "c2": (3,)}))
    assert problem.seen == "Q gives almost no real image the code 3 of c2"


def test_labels_that_no_code_tells_apart():
    labels = two_codes().code_labels
    labels["c1"] |= {0: 5, 1: 5}
    (problem,) = diagnose(two_codes(code_labels=labels))
    assert problem.name == "several codes on one label"
    assert problem.seen == ("codes 0, 1, 2 of c1 all mean 5; codes 0, 1, 2, 3 of c2 all mean 1")


def test_a_collapse_names_the_codes_and_their_values():
    images = two_codes().generated
    images = {name: part.copy() for name, part in images.items()}
    images["c1"][[2, 6]] = images["c1"][[2, 6], :1]
    images["c2"][3] = images["c2"][3, :1]
    (problem,) = diagnose(two_codes(generated=images))
    assert problem.seen == (
        "images of code 2, 6 of c1 and 3 of c2 differ by 0% of what real images differ by"
    )


def test_images_of_any_code_must_be_finite():
    images = {name: part.copy() for name, part in two_codes().generated.items()}
    images["c2"][0, 0, 0, 0] = np.inf
    assert names(diagnose(two_codes(generated=images))) == ["not finite"]
