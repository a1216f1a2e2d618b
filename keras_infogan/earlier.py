"""What earlier versions of the project wrote, in the words of this one: the one converter.

Run directories, rows of results and `.keras` files are read through these functions wherever they
come from; what is of this version already passes as it is.
"""

# Metrics and scores that have another name now.
METRICS = {"mutual_information": "information"}
SCORES = {"mutual_information_nats": "label_information"}

_CODE_SCORES = (
    "code_accuracy",
    "code_purity",
    "code_nmi",
    "code_ari",
    "label_information",
    "codes_in_use",
    "code_to_label",
    "ambiguous_codes",
)
_KINDS = {
    "minibatch_discrimination": "rewrites",
    "spectral_norm": "rewrites",
    "virtual_batch_norm": "rewrites",
    "instance_noise": "transforms",
}


def is_earlier_config(content):
    """Whether the content of a config.json is flat, as it was before options had groups."""
    flat = isinstance(content, dict) and "networks" in content
    return flat and not isinstance(content["networks"], dict)


def options_of(content, known):
    """The options of an earlier, flat config.

    Args:
        content: That of its config.json.
        known: Names of the options of today, most of which had the same names.
    """
    options = {name: content[name] for name in known if name in content}
    arguments = ", ".join(f"{k}={v!r}" for k, v in content.get("network_options", {}).items())
    options["networks"] = content["networks"] + (f"({arguments})" if arguments else "")
    options["latents"] = _latents(content)
    if options.get("q_learning_rate") is not None:
        options["q_update"] = "own"
    for name, strength in content.get("stabilizers", {}).items():
        if name == "averaged_generator":
            options["average_generator"] = 0.999 if strength is None else strength
            continue
        text = name if strength is None else f"{name}({strength:g})"
        kind = _KINDS.get(name, "terms")
        options[kind] = (*options.get(kind, ()), text)
    return options


def _latents(content):
    size, distribution = content.get("noise", 62), content.get("noise_distribution", "normal")
    parts = [f"normal({size})" if distribution == "normal" else f"noise({size}, {distribution})"]
    if content.get("model", "infogan") == "infogan":
        parts.append(f"cat({content.get('categories', 10)})")
        count = content.get("continuous_codes", 2)
        learned = ", std=None" if content.get("learned_std") else ""
        code = f"uniform(-1, 1{learned})"
        parts += [code if count == 1 else f"{count}*{code}"] if count else []
    return " + ".join(parts)


def metrics_row(row):
    """A line of metrics.jsonl."""
    return {METRICS.get(name, name): value for name, value in row.items()}


def summary(content):
    """A summary.json, in which the scores of the code once stood at the top."""
    content = {SCORES.get(name, name): value for name, value in content.items()}
    if "code_accuracy" not in content:
        return content
    scores = {name: content.pop(name) for name in _CODE_SCORES if name in content}
    content["codes"] = {"code": _code(content, scores), **scores}
    content.setdefault("information", {})
    content["continuous"] = content.pop("continuous_codes", {})
    content["generator_loss"] = content.pop("generator_loss_kind", "non_saturating")
    return content


def evaluation(content):
    """An evaluation.json, or a line of evaluations.jsonl, of the one categorical code of then."""
    codes = content.get("codes")
    if not isinstance(codes, dict) or "code" in codes:
        return content
    code = _code(content, codes)
    codes = {SCORES.get(name, name): value for name, value in codes.items()}
    content = {**content, "codes": {"code": code, **codes}}
    for name in ("confusion", "diversity"):
        content[name] = {code: content[name]} if content.get(name) else {}
    return content


def _code(content, scores):
    """The name of the code that was read: the first one, categorical; None if nothing was read."""
    read = content.get("information") or scores.get("code_accuracy") is not None
    return "c1" if read else None


def about(code_to_label, label_names, signatures, summary):
    """What about.json says of an export, from the files that stood in its place.

    Args:
        code_to_label: Content of assets/code_to_label.json.
        label_names: Content of assets/label_names.json.
        signatures: Content of signatures.json.
        summary: What is known of the run; `{}` if nothing is.
    """
    asked = signatures.get("sample_code", {}).get("inputs", {})
    read = signatures.get("recognize", {}).get("outputs", {})
    codes, code = {}, None
    if "code" in asked:
        # A model that reads no codes was told them: one for each label.
        shape = read["code_probabilities"]["shape"] if read else [len(code_to_label)]
        code, codes["c1"] = "c1", {"num_values": shape[-1]}
    values = {name.removesuffix("_mean") for name in read if name.endswith("_mean")}
    for name in sorted(values, key=lambda name: (len(name), name)):
        codes[name] = {"low": -2.0, "middle": 0.0, "high": 2.0}
    told = code is not None and not read
    return {
        "config": {},
        "summary": summary,
        "environment": {},
        "codes": {
            "code": code,
            "code_to_label": code_to_label,
            "label_names": label_names,
            "learns_labels": told,
            "all": codes,
        },
        "signatures": signatures,
    }


def is_earlier_model(config):
    """Whether the config.json of a `.keras` file is of a model that had stabilizers."""
    inner = config.get("config", {})
    return "generator" in inner and "terms" not in inner


def model_config(config):
    """The config.json of a `.keras` file of an earlier version.

    Stabilizers became terms, transforms and the average of the generator; the information between
    two looks became a term.
    """
    inner, settings = dict(config["config"]), dict(config.get("compile_config") or {})
    terms, transforms = [], []
    augmentation = inner.pop("augmentation", None)
    if augmentation is not None:
        transforms.append(augmentation)
    weight, second = (
        settings.pop("real_information_weight", 0.0),
        inner.pop("second_augmentation", None),
    )
    if weight:
        terms.append(_layer("TwoLooks", "two_looks", weight=weight, transform=second))
    for part in inner.pop("stabilizers", None) or ():
        name, strength = part["class_name"], part["config"]["strength"]
        if name == "AveragedGenerator":
            inner["average_generator"] = strength
        elif name == "InstanceNoise":
            transforms.append(_layer(name, "instance_noise", std=strength))
        elif name in _TERM_ARGUMENTS:
            argument = {_TERM_ARGUMENTS[name]: strength}
            terms.append(_layer(name, part["config"]["name"], **argument))
    inner |= {"terms": terms, "transforms": transforms}
    if "q_optimizer" in settings:
        own = settings["q_optimizer"] is not None
        settings["q_update"] = "own" if own else "generator"
    return {**config, "config": inner, "compile_config": settings}


def move_weights(store):
    """Renames what moved in the model.weights.h5 of an earlier version, an open `h5py.File`."""
    for old, new in METRICS.items():
        if old in store.get("vars", ()):
            store.move(f"vars/{old}", f"vars/{new}")
    if "layers/averaged_generator" in store:
        store.create_group("average")
        store.move("layers/averaged_generator/averaged_generator", "average/network")
        store.move("layers/averaged_generator/vars", "average/vars")


_TERM_ARGUMENTS = {
    "FeatureMatching": "weight",
    "HistoricalAveraging": "weight",
    "LabelClasses": "weight",
    "LabelSmoothing": "target",
    "R1": "weight",
    "WassersteinPenalty": "weight",
}


def _layer(class_name, name, **config):
    return {
        "class_name": class_name,
        "config": {"name": name, **config},
        "registered_name": f"keras_infogan>{class_name}",
        "module": "keras_infogan",
    }
