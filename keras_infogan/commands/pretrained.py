"""Lists the models that ship with the package, or makes one from a finished run.

    infogan pretrained list
    infogan pretrained add runs/mnist-s0 --name digits

A model is taken from seed 0 only: the first one, not the best of several.
"""

import dataclasses
import json
import pathlib
import shlex
import tempfile

from keras_infogan import checksums, files, pretrained
from keras_infogan.commands import program
from keras_infogan.commands.export import finished, last_model
from keras_infogan.config import RunConfig
from keras_infogan.errors import UserError
from keras_infogan.options import PARTS
from keras_infogan.registry import PRESETS
from keras_infogan.run_dir import RunDir
from keras_infogan.serving import about, model_card

# Whose images the data sets are, and under which licence.
DATA = {
    "mnist": (
        "CC BY-SA 3.0, Yann LeCun and Corinna Cortes",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    "fashion_mnist": (
        "MIT, Zalando SE",
        "https://github.com/zalandoresearch/fashion-mnist",
    ),
}
DATA["mnist5k"] = DATA["mnist"]


def add(path, name, licence=None):
    """Makes a pretrained model from a finished run.

    Args:
        path: The run's directory.
        name: Name of the model.
        licence: Licence of the data; known for the data sets in `DATA`.

    Returns:
        Its folder.

    Raises:
        UserError: If the run has not finished, has failed or went on from its end, is not of seed
            0, was made with parts of one's own, or there is a model of that name.
    """
    run = RunDir(path)
    if run.recorded_imports():  # before its config, for which they would have to be imported
        raise UserError(f"{path} was made with --import: others could not load it.")
    config = run.read_config()
    if not name.isidentifier() or len(name.encode()) > 200:
        raise UserError(f"--name must be letters, digits and _, up to 200 bytes. Received: {name}.")
    if name in pretrained.names():
        raise UserError(f"There is a pretrained model {name}: remove {pretrained.FOLDER / name}.")
    if config.seed != 0:
        raise UserError(f"A pretrained model must be of seed 0. Received: seed {config.seed}.")
    run, facts, resume = finished(path)
    licence, source = (licence, None) if licence else DATA.get(config.dataset, (None, None))
    if licence is None:
        raise UserError(f"--data-licence is needed for {config.dataset}.")
    evaluation = run.read_evaluation() or {}
    if evaluation.get("step") != facts["summary"]["steps"]:
        evaluation = {}
    files.check_writable(pretrained.FOLDER)
    model = last_model(run, facts, resume)
    from keras_infogan.saving import for_use
    from keras_infogan.serving.saved_model import export_model

    model = for_use(model)
    with tempfile.TemporaryDirectory() as folder:
        # Of this model, whatever the run's own export is of.
        version = export_model(model, pathlib.Path(folder), facts)
        described = about.read(version)
        text = (version / model_card.FILE).read_text("utf-8")
    data_name = about.data_name(config.dataset)
    if evaluation:
        evaluation = {**evaluation, "dataset": data_name}
    content = {
        **described,
        "name": name,
        "command": command(dataclasses.replace(config, dataset=data_name)),
        "seed": config.seed,
        "data": {"name": data_name, "licence": licence, "source": source},
        "evaluation": {key: v for key, v in evaluation.items() if key != "checkpoint"},
    }
    target = pretrained.FOLDER / name
    with files.new_directory(pretrained.FOLDER) as part:
        part.chmod(0o755)
        model.save(part / pretrained.MODEL)
        files.write_text(part / "README.md", card(content, text))
        files.write_json(part / pretrained.FILE, content)
        checksums.write(part)
        files.flush_tree(part)
        part.rename(target)
    return target


def command(config):
    """The command that trains a `RunConfig` again."""
    preset = PRESETS.get(config.preset).config
    words = ["infogan", "train", "--preset", config.preset]
    for name in config.changes_from(preset):
        option, value = RunConfig.options()[name], getattr(config, name)
        if option.type is bool:
            words.append(option.flag if value else option.flag.replace("--", "--no-", 1))
        elif option.type == PARTS:
            for text in value:
                words += [option.flag, text]
        else:
            words += [option.flag, "none" if value is None else str(value)]
    return shlex.join([*words, "--seed", str(config.seed)])


def card(content, text):
    """The text of an export's model card, with the metadata that Hugging Face reads.

    Args:
        content: The content of the pretrained model's about.json.
        text: The card.
    """
    return f"""\
---
library_name: keras
license: mit
pipeline_tag: unconditional-image-generation
tags:
- infogan
- gan
datasets:
- {json.dumps(content["data"]["name"], ensure_ascii=False)}
---
{text}
## Origin

Trained by `{content["command"]}`; the first seed, not the best of several. Data: \
{content["data"]["name"]}, {content["data"]["licence"]}.
"""


def listing():
    """A line for each pretrained model."""
    lines = []
    for name in pretrained.names():
        facts = pretrained.about(name)
        accuracy = (facts["summary"].get("codes") or {}).get("code_accuracy")
        score = "" if accuracy is None else f", one-to-one accuracy {accuracy:.3f}"
        lines.append(f"{name}: {facts['command']}{score}; data: {facts['data']['licence']}")
    return "\n".join(lines) or "There are no pretrained models."


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = program.OneLineParser("infogan pretrained", __doc__)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="list the pretrained models")
    adding = actions.add_parser("add", help="make a pretrained model from a run")
    adding.add_argument("run", help="directory of a finished run")
    adding.add_argument("--name", required=True, help="name of the model")
    adding.add_argument("--data-licence", metavar="TEXT", help="licence of the data")
    return program.run(parser, _run, arguments)


def _run(options):
    if options.action == "list":
        print(listing())
    else:
        print(add(options.run, options.name, options.data_licence))
