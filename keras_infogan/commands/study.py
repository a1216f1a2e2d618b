"""Trains and scores one run a seed, and reports every one of them in a table.

    infogan study --preset quick --seeds 5 --out studies/quick

An interrupted study resumes where it stopped when the same command is given again: finished seeds
are read from OUT/runs.jsonl, a begun one is resumed. Studies of other seeds may write to the same
OUT at the same time.
"""

import dataclasses
import itertools
import pathlib
import re
import signal

from keras_infogan import extensions, files, quiet
from keras_infogan.commands import evaluate, program, study_table
from keras_infogan.commands.study_table import SPEED, read_rows
from keras_infogan.commands.train import check_name
from keras_infogan.config import RunConfig, RunOptions
from keras_infogan.data import sources
from keras_infogan.errors import DivergedError, UserError
from keras_infogan.figures.table import DISENTANGLEMENT
from keras_infogan.options import PARTS
from keras_infogan.presets import PRESETS
from keras_infogan.run_dir import RunDir
from keras_infogan.shorthands import SHORTHANDS


def study(config, seeds, out, options=None, runs="runs"):
    """Trains the seeds that `<out>/runs.jsonl` does not hold yet and writes `<out>/table.md`.

    Args:
        config: A `RunConfig`; its seed is replaced.
        seeds: Integers.
        out: Directory of the results, whose name begins those of the runs.
        options: `RunOptions` of the runs; their defaults by default.
        runs: Directory of the run directories, which are named after `out` and the seed.

    Returns:
        The rows as dicts, or the signal that stopped the study.

    Raises:
        UserError: If `out` holds a study of another config or cannot name a run, or the input
            cannot be used.
    """
    options = options or RunOptions()
    dataset = sources.resolved(config.dataset, options.data_dir)
    config = dataclasses.replace(config, dataset=dataset)
    out = pathlib.Path(out)
    name = out.resolve().name
    check_name(name, "the last part of --out")
    files.check_writable(out)
    record = out / "runs.jsonl"
    rows = read_rows(record)
    for row in rows:
        found = RunConfig.from_json(row["config"])
        _check_same(dataclasses.replace(found, seed=config.seed), config, record)
    done = {row["config"]["seed"] for row in rows}
    if rows and config.dataset is None:  # all seeds see the data that the first one found
        first = RunConfig.from_json(rows[0]["config"])
        config = dataclasses.replace(config, dataset=first.dataset)
    for seed in seeds:
        if seed in done:
            continue
        run = RunDir(pathlib.Path(runs) / f"{name}-s{seed}")
        result = _train(dataclasses.replace(config, seed=seed), run, options)
        if isinstance(result, signal.Signals):
            return result
        found = run.read_config()
        config = dataclasses.replace(config, dataset=config.dataset or found.dataset)
        row = {
            "config": found.to_json(),
            "summary": result,
            "evaluation": None if study_table.failed(result) else _scores(run),
            "environment": run.read_environment() or {},
        }
        files.make_directory(out)
        files.append_jsonl(record, row)
        done.add(seed)
        write_table(out)
    write_table(out)
    return read_rows(record)


def _train(config, run, options):
    """The summary of a run, begun or resumed, finished or failed; or the signal that stopped it."""
    quiet.import_tensorflow()
    from keras_infogan.training import experiment

    try:
        if not run.config.exists():
            return experiment.train(config, run.path, options)
        _check_same(run.read_config(), config, run.path)
        moved = {} if config.dataset is None else {"dataset": config.dataset}
        return experiment.resume(run.path, moved, options.data_dir)
    except DivergedError as error:
        print(f"{run.path} failed: {error}", flush=True)
        return run.read_summary()


def _scores(run):
    """What a row keeps of `evaluate`'s scores of a finished run, or None where it finds none."""
    try:
        scores = evaluate.evaluate(run.path)
    except UserError as error:  # the run is over, and its row must not be lost
        print(f"{run.path} is not scored: {error}")
        return None
    kept = {name: scores[name] for name in ("generated", "diversity", "between_looks")}
    if found := scores["disentanglement"]:
        kept["disentanglement"] = {name: found[name] for name in DISENTANGLEMENT}
    return kept


def _check_same(found, wanted, where):
    """Refuses a run of another config; its speed may differ, and data that were not asked for."""
    free = SPEED | ({"dataset"} if wanted.dataset is None else set())
    for name in found.differences(wanted):
        if name not in free:
            raise UserError(
                f"{where} was made with {name}={getattr(found, name)}, not "
                f"{getattr(wanted, name)}: choose another --out."
            )


def write_table(out):
    """Writes `<out>/table.md` from `<out>/runs.jsonl`."""
    text = study_table.table(read_rows(pathlib.Path(out) / "runs.jsonl"))
    files.write_text(pathlib.Path(out) / "table.md", text)


def parse_seeds(text):
    """The seeds of `"5"` (0 to 4), `"10-19"` or `"3,7,20-29"`.

    Raises:
        UserError: If the text is something else.
    """
    parts = [re.fullmatch(r"(\d{1,10})(?:-(\d{1,10}))?", part.strip()) for part in text.split(",")]
    ranges = [(int(part[1]), int(part[2] or part[1])) for part in parts if part]
    if len(ranges) == 1 and parts[0] and parts[0][2] is None:
        ranges = [(0, ranges[0][0] - 1)]
    if not all(parts) or not all(first <= last < 2**31 for first, last in ranges):
        raise UserError(
            "--seeds takes a number of seeds, a range such as 10-19, or a list such as 3,7, up to "
            f"2147483647. Received: {text}."
        )
    return itertools.chain(*(range(first, last + 1) for first, last in ranges))


def parse_settings(texts):
    """`NAME=VALUE` of options of a RunConfig, and of shorthands, as `RunConfig.with_options` takes.

    Raises:
        UserError: If there is no such option, or it cannot have the value.
    """
    known = {**RunConfig.options(), **SHORTHANDS}
    del known["seed"]
    settings = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or name not in known:
            raise UserError(
                f"--set takes NAME=VALUE with NAME one of {', '.join(known)}. Received: {text}."
            )
        value = known[name].parse(value)
        settings[name] = settings.get(name, ()) + value if known[name].type == PARTS else value
    return settings


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = program.OneLineParser(prog="infogan study", description=__doc__)
    parser.add_argument("--preset", required=True, help="name of the preset to begin from")
    parser.add_argument(
        "--seeds", default="10", help="a number, 10-19, or 3,7 (default: 10, which is 0 to 9)"
    )
    parser.add_argument("--out", required=True, help="directory of the results")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another value of an option than the preset's, such as information_weight=0 or "
        "'terms=r1(0.1);feature_matching'; may be repeated. The options are those of "
        "`infogan train --help-all`",
    )
    parser.add_argument("--epochs", type=int, help="short for --set epochs=EPOCHS")
    parser.add_argument("--dataset", help="short for --set dataset=DATASET")
    parser.add_argument("--data-dir", help="where tensorflow-datasets keeps its data sets")
    program.add_import(parser)
    return program.run(parser, _run, arguments)


def _run(options):
    seeds, settings = parse_seeds(options.seeds), parse_settings(options.set)
    for name in ("epochs", "dataset"):
        if getattr(options, name) is not None:
            settings[name] = getattr(options, name)
    config = PRESETS.get(options.preset).config.with_options(**settings)
    kept = RunOptions(data_dir=options.data_dir, imports=extensions.recorded(options.imports))
    result = study(config, seeds, options.out, kept)
    if isinstance(result, signal.Signals):
        print("Give the same command again to resume the study.")
        return result
    print((pathlib.Path(options.out) / "table.md").read_text("utf-8"))
