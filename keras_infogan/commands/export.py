"""Exports a finished run, or a pretrained model: the next version of a SavedModel, or a file.

    infogan export runs/quick-s0
    infogan export mnist --out served/mnist
    infogan export mnist --format onnx --out generator.onnx

Another format than saved_model holds the generator alone, from latents to images in [-1, 1].
"""

import contextlib
import pathlib

from keras_infogan import checkpoints, files, invocation, pretrained, quiet
from keras_infogan.commands import program
from keras_infogan.errors import StorageError, UserError
from keras_infogan.run_dir import RunDir
from keras_infogan.serving import formats, model_card, versions

SAVED_MODEL = "saved_model"


def export_run(path, out=None):
    """Exports a finished run.

    Args:
        path: The run's directory.
        out: Directory of the versions; the run's `export/generator` by default.

    Returns:
        Path of the version's directory.

    Raises:
        UserError: If this is no finished run, needs parts that were not imported, or cannot be
            read; nothing is left behind then.
        StorageError: If the export cannot be written; nothing is left behind then either.
    """
    run, about, resume = finished(path)
    if out is not None:
        versions.check_base(out)
    try:
        with run.locked() if out is None else contextlib.nullcontext():
            model = last_model(run, about, resume)
            from keras_infogan.serving.saved_model import export_model

            return export_model(model, run.export if out is None else pathlib.Path(out), about)
    except StorageError as error:
        command = invocation.export_command(path, run.recorded_imports(), out)
        raise StorageError(f"{error} Nothing was exported. Export again with: {command}") from error


def export_pretrained(name, out=None):
    """Exports a pretrained model.

    Args:
        name: Its name.
        out: Directory of the versions; `exported/` and its name by default.

    Returns:
        Path of the version's directory.

    Raises:
        UserError: If the model is damaged, or the directory cannot be written.
    """
    about = pretrained.about(name)
    # A directory of the model's own name would be taken for a run the next time.
    base = pathlib.Path("exported", name) if out is None else pathlib.Path(out)
    versions.check_base(base)
    model = _pretrained_model(name)
    from keras_infogan.serving.saved_model import export_model

    return export_model(model, base, about)


def export_format(path, kind, out):
    """Writes the generator of a finished run or of a pretrained model in another format.

    Args:
        path: The run's directory, or the model's name.
        kind: One of `formats.FORMATS`.
        out: The file.

    Returns:
        Its path.

    Raises:
        UserError: As `export_run` and `formats.export_generator`.
    """
    if out is None:
        raise UserError(f"--format {kind} needs --out, a file.")
    out = program.output_file(out, formats.FORMATS[kind].suffix)
    if name := pretrained.named(path):
        model = _pretrained_model(name)
    else:
        model = last_model(*finished(path))
    formats.export_generator(model, kind, out)
    return out


def _pretrained_model(name):
    pretrained.folder(name)  # refuses one that is damaged, before TensorFlow takes its time to load
    quiet.import_tensorflow()
    from keras_infogan.saving import from_preset

    return from_preset(name)


def finished(path):
    """A run that has finished, without TensorFlow.

    Args:
        path: The run's directory.

    Returns:
        Its `RunDir`; its `config`, `summary` and `environment` for about.json; and a sentence that
        says how to resume it.

    Raises:
        UserError: If this is no run, or it has not finished, has failed or is damaged.
    """
    run = RunDir(path)
    if not run.config.exists():
        raise UserError(f"{path} is not a run: there is no {run.config}. {pretrained.known(path)}")
    config, imports = run.read_config(), run.read_options().imports
    resume = f"Resume it with: {invocation.resume_command(path, imports)}"
    for file in (run.summary, run.environment):
        if not file.exists():
            raise UserError(f"{path} has not finished: there is no {file}. {resume}")
    summary, environment = run.read_summary(), run.read_environment()
    if run.has_failed():
        raise UserError(f"{path} has failed, so it is not exported: see {run.summary}.")
    if environment is None or summary is None or not {"codes", "steps"} <= set(summary):
        raise UserError(f"{path} is damaged: its summary.json or environment.json. {resume}")
    with files.damage_told(run.summary):
        model_card.scores({"summary": summary, "codes": {"code": None}})
    about = {"config": config.to_json(), "summary": summary, "environment": environment}
    return run, about, resume


def last_model(run, about, resume):
    """The model of a finished run's last checkpoint.

    Args:
        run, about, resume: What `finished` returns.

    Returns:
        The model.

    Raises:
        UserError: If there is no sound checkpoint, or it is of another step than the summary: that
            of a run that goes on from its end.
    """
    checkpoint = run.latest_checkpoint()
    if checkpoint is None:
        raise UserError(f"{run.path} has no checkpoint.")
    step, finished = checkpoints.step_of(checkpoint), about["summary"]["steps"]
    if step != finished:
        raise UserError(
            f"The last sound checkpoint of {run.path} is of step {step}, and its summary.json of "
            f"step {finished}. {resume}"
        )
    quiet.import_tensorflow()
    from keras_infogan.saving import load_model

    return load_model(checkpoint)


def _export(options):
    if options.format != SAVED_MODEL:
        print(export_format(options.run, options.format, options.out))
    elif name := pretrained.named(options.run):
        print(export_pretrained(name, options.out))
    else:
        print(export_run(options.run, options.out))


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = program.OneLineParser("infogan export", __doc__)
    parser.add_argument("run", help="directory of a finished run, or a pretrained model")
    parser.add_argument(
        "--out",
        metavar="PATH",
        help="directory of the versions (default: the run's); a file for another format",
    )
    parser.add_argument(
        "--format",
        choices=(SAVED_MODEL, *formats.FORMATS),
        default=SAVED_MODEL,
        help=f"format (default: {SAVED_MODEL})",
    )
    program.add_import(parser)
    return program.run(parser, _export, arguments)
