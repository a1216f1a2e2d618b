"""about.json: the facts of an exported version, for the model card, the demo page and programs.

- `config`, `summary`, `environment`: as in the run directory, without paths of this machine.
- `codes`: what images can be asked for by, see `describe_codes`.
- `signatures`: names, types and shapes of what goes in and out, see `saved_model.describe`.
"""

import pathlib

from keras_infogan import earlier, files
from keras_infogan.run_dir import RunDir
from keras_infogan.text import parse_json, shown

FILE = "about.json"
OF_RUN = ("config", "summary", "environment")
KEYS = (*OF_RUN, "codes", "signatures")


def describe_codes(servable):
    """What images of a `Servable` can be asked for by.

    Returns:
        JSON-ready dict of

        - `code`: name of the code that is asked for as `code`, or by its labels; None without any.
        - `code_to_label`: `{value: label}` of it, without the values that mean no label.
        - `label_names`: `{label: name}` of these labels; empty where they are numbers only.
        - `learns_labels`: whether labels took part in training.
        - `all`: `{name: facts}` of all codes in order: `num_values` of a categorical one; `low`,
          `middle` and `high` of a continuous one, the ends being those of its pictures.
    """

    def facts(code):
        if code.num_values is not None:
            return {"num_values": int(code.num_values)}
        low, high = code.picture_values(2)
        return {"low": float(low), "middle": float(code.middle()), "high": float(high)}

    return {
        "code": servable.code,
        "code_to_label": {str(value): label for value, label in servable.code_to_label.items()},
        "label_names": {str(label): name for label, name in servable.label_names.items()},
        "learns_labels": bool(servable.model.learns_labels),
        "all": {name: facts(code) for name, code in servable.codes.items()},
    }


def without_paths(facts):
    """Facts of a run in which a folder of images has its name instead of its path.

    Args:
        facts: Dict of `config`, `summary` and `environment`.
    """
    config, summary = dict(facts["config"]), dict(facts["summary"])
    if "data" in config:
        config["data"] = {**config["data"], "dataset": data_name(config["data"].get("dataset"))}
    summary["dataset"] = data_name(summary.get("dataset"))
    return {**facts, "config": config, "summary": summary}


def data_name(name):
    """A data set's name; of a folder's path the last part alone."""
    source, _, path = (name or "").partition(":")
    return shown(f"folder:{pathlib.Path(path).name}") if source == "folder" else name


def crop_of(facts):
    """Side of the central square that training took of each image; None for the largest."""
    return ((facts.get("config") or {}).get("data") or {}).get("crop")


def read(version):
    """The facts of a version; those of an earlier one from the files that it had instead.

    Args:
        version: `pathlib.Path` of the version's directory.

    Raises:
        OSError, ValueError: If a file is missing or damaged.
    """
    if (version / FILE).exists():
        about = files.read_json(version / FILE)
        if not set(KEYS) <= set(about):
            raise ValueError(f"{FILE} lacks some of {', '.join(KEYS)}")
        return about
    names = version / "assets" / "label_names.json"
    return earlier.about(
        parse_json((version / "assets" / "code_to_label.json").read_text("utf-8")),
        # Not in versions that were exported before labels had names.
        parse_json(names.read_text("utf-8")) if names.exists() else {},
        parse_json((version / "signatures.json").read_text("utf-8")),
        # Of the run around it, if there is one: version N lies at RUN/export/generator/N.
        RunDir(version.absolute().parents[2]).read_summary() or {},
    )
