"""Figures that the sources and the field report, to set beside a run's."""

import collections.abc
import dataclasses

from keras_infogan.figures.table import DISENTANGLEMENT
from keras_infogan.serving.model_card import SCORES

PAPER = "https://arxiv.org/abs/1606.03657"
CLUSTERGAN = "https://arxiv.org/abs/1809.03627"
INFOGAN_CR = "https://github.com/fjxmlzn/InfoGAN-CR"
CODEGAN = "https://github.com/learninginvision/CoDeGAN"
MNIST = ("mnist", "mnist5k")
LAB = ("lab", "lab-plain", "lab-report")
SURVEY = ("infogan-survey", "infogan-dense", "dcgan", "cgan")
OF_CLUSTERGAN = "in its purity, several codes may share a label; 10 runs"
DSPRITES = "on dSprites: 64×64, other networks, the whole set; 50 runs"
OF_FEATURES = "k-means on the encoder's features"


@dataclasses.dataclass(frozen=True)
class Score:
    """A score of a run that others report too.

    Args:
        title: What it is called in a page.
        read: Function of a run's `Facts` that returns its value as text; None if it has none.
    """

    title: str
    read: collections.abc.Callable


@dataclasses.dataclass(frozen=True)
class Reported:
    """A figure that others report.

    Args:
        who: Method and authors, or the source.
        score: Key of `OURS`.
        figure: The figure as they give it.
        protocol: What it is, and over how many runs.
        url: Where it stands; None for a source that is not published.
        datasets: Names of the data that it is set beside; empty for all.
        presets: Names of the presets; empty for all.
    """

    who: str
    score: str
    figure: str
    protocol: str
    url: str | None = None
    datasets: tuple = ()
    presets: tuple = ()

    def suits(self, dataset, preset):
        """Whether it says something about a run of this preset on this data."""
        return (not self.datasets or dataset in self.datasets) and (
            not self.presets or preset in self.presets
        )


def _of_codes(name):
    def read(facts):
        value = (facts.scores.get("codes") or {}).get(name)
        return None if value is None else f"{value:.3f}"

    return read


def _of_factors(name):
    def read(facts):
        value = (facts.scores.get("disentanglement") or {}).get(name)
        return None if value is None else f"{value:.2f}"

    return read


def _of_metrics(name):
    def read(facts):
        value = facts.last_metrics.get(name)
        return None if value is None else f"{value:.2f}"

    return read


def _nats_of_ten(facts):
    """Nats of the first categorical code, if it has ten values."""
    for position in facts.latents.categorical[:1]:
        own = facts.scores.get("information", {}).get(facts.latents.names[position])
        if own is not None and facts.latents.codes[position].num_values == 10:
            return f"{own['nats']:.3f}"
    return None


def _digits(facts):
    table = (facts.scores.get("codes") or {}).get("code_to_label") or {}
    return ", ".join("–" if label is None else str(label) for label in table.values()) or None


def _moves(facts):
    found = facts.scores.get("continuous", {}).values()
    return ", ".join(own["moves"].replace("_", " ") for own in found) or None


def _seconds_an_epoch(facts):
    last = facts.last_metrics  # whose seconds are of this start alone
    return f"{last['seconds'] / last['epoch']:,.0f}" if last.get("epoch") else None


OURS = {
    **{name: Score(title, _of_codes(name)) for name, title in SCORES.items()},
    "nats": Score("information of Cat(10), nats", _nats_of_ten),
    "own_codes": Score("Q's accuracy on its own codes", _of_metrics("code_accuracy")),
    "digits": Score("digit of each code value, 0 to 9", _digits),
    "moves": Score("what the continuous codes move", _moves),
    "real_probability": Score("D's probability of real images", _of_metrics("real_probability")),
    "seconds_an_epoch": Score("seconds an epoch", _seconds_an_epoch),
    **{name: Score(title, _of_factors(name)) for name, title in DISENTANGLEMENT.items()},
}


def _each(who, figures, protocol, **where):
    """A `Reported` for each of `figures`, `{score: figure}`."""
    return [Reported(who, score, figure, protocol, **where) for score, figure in figures.items()]


REPORTED = [
    Reported("lab report", "own_codes", "1", "reached in training", datasets=MNIST, presets=LAB),
    Reported(
        "lab report",
        "digits",
        "4, 2, 8, 5, 9, 6, 1, 0, 3, 7",
        "which value takes which digit is chance; that each takes another is the result",
        datasets=MNIST,
        presets=LAB,
    ),
    Reported(
        "slide deck",
        "moves",
        "rotation, width",
        "c2 and c3, from −2 to 2, by eye",
        datasets=MNIST,
        presets=("slides",),
    ),
    Reported(
        "survey article",
        "real_probability",
        "0.5",
        "D* = p_data / (p_data + p_model), where G draws like the data; theory",
        presets=SURVEY,
    ),
    Reported(
        "poster talk",
        "seconds_an_epoch",
        "150",
        "multi-layer perceptrons, on an i5-6200U",
        datasets=("mnist",),
        presets=("mlp",),
    ),
    Reported(
        "poster talk",
        "seconds_an_epoch",
        "720",
        "convolutions, on an i5-6200U",
        datasets=("mnist",),
        presets=("paper",),
    ),
    Reported(
        "InfoGAN, Chen et al., 2016, section 7.1",
        "nats",
        "2.303",
        "the bound quickly reaches H(c) = ln 10; a regular GAN's stays low; one run",
        PAPER,
        MNIST,
    ),
    Reported(
        "InfoGAN, Chen et al., 2016, section 7.2",
        "code_accuracy",
        ".95",
        "test error of 5 %, each code matched to a digit; one run",
        PAPER,
        MNIST,
    ),
    *_each(
        "ClusterGAN, Mukherjee et al., 2019",
        {"code_purity": ".91 ± .04", "code_nmi": ".854 ± .036", "code_ari": ".829 ± .062"},
        OF_CLUSTERGAN,
        url=CLUSTERGAN,
        datasets=MNIST,
    ),
    Reported(
        "RIM-DCGAN",
        "code_accuracy",
        ".9885 ± .0014",
        "trained and scored on all 70,000 images; its generator does not use the clusters; 5 runs",
        "https://github.com/foiv0s/rim-dcgan",
        MNIST,
    ),
    *_each(
        "ClusterGAN, Mukherjee et al., 2019",
        {"code_purity": ".612 ± .023", "code_nmi": ".616 ± .011", "code_ari": ".462 ± .023"},
        OF_CLUSTERGAN,
        url=CLUSTERGAN,
        datasets=("fashion_mnist",),
    ),
    *_each(
        "InfoGAN, in CoDeGAN's figure",
        {"code_purity": ".61", "code_nmi": ".59"},
        OF_FEATURES,
        url=CODEGAN,
        datasets=("fashion_mnist",),
    ),
    *_each(
        "CoDeGAN",
        {"code_purity": ".65", "code_nmi": ".66"},
        OF_FEATURES,
        url=CODEGAN,
        datasets=("fashion_mnist",),
    ),
    *_each(
        "InfoGAN, modified",
        {"factor_vae": ".82", "dci_disentanglement": ".60", "sap": ".41", "mig": ".22"},
        DSPRITES,
        url=INFOGAN_CR,
        datasets=("sprites",),
    ),
    *_each(
        "InfoGAN-CR",
        {"factor_vae": ".88", "dci_disentanglement": ".71", "sap": ".58", "mig": ".37"},
        DSPRITES,
        url=INFOGAN_CR,
        datasets=("sprites",),
    ),
]


def beside(facts):
    """Figures of the sources and of others beside a run's.

    Args:
        facts: Its `Facts`.

    Returns:
        List of `(who, score, theirs, ours, protocol, url)`, without those that the run has no
        value for.
    """
    dataset = facts.scores.get("dataset") or facts.config.dataset
    rows = []
    for one in REPORTED:
        if one.suits(dataset, facts.config.preset):
            score = OURS[one.score]
            value = score.read(facts)
            if value is not None:
                rows.append((one.who, score.title, one.figure, value, one.protocol, one.url))
    return rows
