"""The settings of a run beside those of the sources."""

from keras_infogan.config import RunConfig
from keras_infogan.presets import Preset
from keras_infogan.registry import PRESETS

# Presets that keep to a source, by the kind of model.
PRESETS_OF_SOURCES = {
    "infogan": {"lab-plain": "lab handout", "slides": "slide deck, InfoGAN"},
    "gan": {"gan": "slide deck", "dcgan": "survey article, DCGAN"},
    "conditional": {"cgan": "survey article, CGAN"},
}


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


def _text(value):
    if value is None:
        return "default"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
