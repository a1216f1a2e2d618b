"""Figures of the sources and of others beside a run's."""

import pytest

from keras_infogan import registry
from keras_infogan.files import read_json, write_json
from keras_infogan.reports import facts, reported

MNIST = "normal(3) + cat(10) + 2*uniform(-1, 1)"


def beside(run):
    """`{(who, score): (theirs, ours)}`."""
    rows = reported.beside(facts.read(run.path))
    return {(who, score): (theirs, ours) for who, score, theirs, ours, _, _ in rows}


@pytest.mark.parametrize("preset", ["lab", "lab-plain", "lab-report"])
def test_figures_of_the_lab_report(make_run, preset):
    shown = beside(make_run(preset=preset, latents="normal(3) + cat(10)"))
    assert shown["lab report", "Q's accuracy on its own codes"] == ("1", "0.95")
    digits = shown["lab report", "digit of each code value, 0 to 9"]
    assert digits == ("4, 2, 8, 5, 9, 6, 1, 0, 3, 7", "3, 4, 5, 6, 7, 8, 9, 0, 1, 2")


def test_what_the_slides_say_of_the_continuous_codes(make_run):
    shown = beside(make_run(preset="slides", latents=MNIST))
    assert shown["slide deck", "what the continuous codes move"] == (
        "rotation, width",
        "slant, slant",
    )


@pytest.mark.parametrize("preset", ["infogan-survey", "infogan-dense"])
def test_what_the_survey_article_says_of_d(make_run, preset):
    shown = beside(make_run(preset=preset))
    assert shown["survey article", "D's probability of real images"] == ("0.5", "0.60")


@pytest.mark.parametrize(("preset", "theirs"), [("mlp", "150"), ("paper", "720")])
def test_seconds_an_epoch_of_the_talk(make_run, preset, theirs):
    # 10 seconds and 2 epochs, see `make_run`; the summary counts other starts too.
    assert beside(make_run(preset=preset))["poster talk", "seconds an epoch"] == (theirs, "5")


def test_figures_of_the_sources_are_of_their_presets_alone(make_run):
    shown = beside(make_run(preset="quick"))
    assert not {who for who, _ in shown} & {"lab report", "slide deck", "poster talk"}
    assert shown["InfoGAN, Chen et al., 2016, section 7.2", "one-to-one accuracy"] == (
        ".95",
        "0.912",
    )
    assert shown["ClusterGAN, Mukherjee et al., 2019", "NMI"] == (".854 ± .036", "0.800")


def test_information_is_compared_for_ten_values_only(make_run):
    score = ("InfoGAN, Chen et al., 2016, section 7.1", "information of Cat(10), nats")
    assert beside(make_run("ten", latents=MNIST))[score] == ("2.303", "2.100")
    assert score not in beside(make_run("five", latents="normal(3) + cat(5)"))


def test_scores_of_known_factors(make_run, evaluate):
    run = make_run(preset="sprites", latents="normal(3) + 2*uniform(-1, 1)")
    evaluate(run)
    scores = read_json(run.evaluation) | {"dataset": "sprites"}
    write_json(run.evaluation, scores | {"disentanglement": {"factor_vae": 0.58, "mig": 0.12}})
    assert beside(run) == {
        ("InfoGAN, modified", "FactorVAE score"): (".82", "0.58"),
        ("InfoGAN, modified", "MIG"): (".22", "0.12"),
        ("InfoGAN-CR", "FactorVAE score"): (".88", "0.58"),
        ("InfoGAN-CR", "MIG"): (".37", "0.12"),
    }


def test_a_run_that_has_measured_nothing_is_compared_with_nothing(make_run):
    run = make_run(finished=False, preset="lab", dataset="mnist")
    run.metrics.unlink()
    assert beside(run) == {}


def test_presets_that_figures_are_set_beside_exist():
    named = {name for one in reported.REPORTED for name in one.presets}
    assert named <= set(registry.names("preset"))
