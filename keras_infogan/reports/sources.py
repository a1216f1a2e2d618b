"""What a run is set beside: the settings of the sources, and figures that others report."""

import dataclasses

from keras_infogan.config import RunConfig
from keras_infogan.presets import Preset
from keras_infogan.registry import PRESETS
from keras_infogan.serving.model_card import SCORES

# Presets that keep to a source, by the kind of model.
PRESETS_OF_SOURCES = {
    "infogan": {"lab-plain": "lab handout", "slides": "slide deck, InfoGAN"},
    "gan": {"gan": "slide deck", "dcgan": "survey article, DCGAN"},
    "conditional": {"cgan": "survey article, CGAN"},
}
PAPER = "https://arxiv.org/abs/1606.03657"


@dataclasses.dataclass(frozen=True)
class Reported:
    """A figure that others report.

    Args:
        who: Method and authors.
        score: Name of the score in `summary.json`'s `codes`.
        figure: The figure as they give it.
        protocol: What it is, and over how many runs.
        url: Where it stands.
    """

    who: str
    score: str
    figure: str
    protocol: str
    url: str


_CLUSTERGAN = "https://arxiv.org/abs/1809.03627"
REPORTED = {
    "mnist": (
        Reported(
            "InfoGAN, Chen et al., 2016, section 7.2",
            "code_accuracy",
            ".95",
            "test error of 5 %, each code matched to a digit; one run",
            PAPER,
        ),
        Reported(
            "ClusterGAN, Mukherjee et al., 2019",
            "code_purity",
            ".91 ± .04",
            "purity, in which several codes may share a label; 10 runs",
            _CLUSTERGAN,
        ),
        Reported(
            "RIM-DCGAN",
            "code_accuracy",
            ".9885 ± .0014",
            "trained and scored on all 70,000 images; its generator does not use the clusters; "
            "5 runs",
            "https://github.com/foiv0s/rim-dcgan",
        ),
    ),
    "fashion_mnist": (
        Reported(
            "ClusterGAN, Mukherjee et al., 2019",
            "code_purity",
            ".612 ± .023",
            "purity, in which several codes may share a label; 10 runs",
            _CLUSTERGAN,
        ),
    ),
}
REPORTED["mnist5k"] = REPORTED["mnist"]


def settings(configs, heads):
    """A table of options.

    Args:
        configs: List of `RunConfig`, the run's own first.
        heads: Head of each column.

    Returns:
        Dict of `head` and `rows`, each `(option, texts, differs)`: `differs` says of each column
        whether its value is another than the first one's. Options are there that differ, or that
        the short help shows.
    """
    rows = []
    for name, one in RunConfig.options().items():
        values = [getattr(config, name) for config in configs]
        if one.rules.get("common") or any(value != values[0] for value in values):
            differs = [value != values[0] for value in values]
            rows.append((name.replace("_", " "), [_text(value) for value in values], differs))
    return {"head": ["option", *heads], "rows": rows}


def beside_sources(facts):
    """The settings of a run beside those of its preset and of the sources; see `settings`.

    Returns:
        The table, with `notes`: where the numbers of each column come from.
    """
    configs, heads, notes = [facts.config], ["this run"], []
    preset = facts.preset
    if preset is not None:
        configs.append(preset.config)
        heads.append(f"preset {facts.config.preset}")
        notes.append((heads[-1], preset.source))
    for name, title in PRESETS_OF_SOURCES[facts.config.model].items():
        source = PRESETS.get(name)
        if name != facts.config.preset and isinstance(source, Preset):
            configs.append(source.config)
            heads.append(title)
            notes.append((title, f"{source.source} (preset {name})"))
    return settings(configs, heads) | {"notes": notes}


def field(facts):
    """Figures of others beside the run's, `(who, score, figure, ours, protocol, url)` each."""
    dataset = facts.scores.get("dataset") or facts.config.dataset
    ours = facts.scores.get("codes") or {}
    rows = []
    for one in REPORTED.get(dataset, ()):
        value = ours.get(one.score)
        if value is not None:
            rows.append(
                (one.who, SCORES[one.score], one.figure, f"{value:.3f}", one.protocol, one.url)
            )
    return rows


def _text(value):
    if value is None:
        return "default"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
