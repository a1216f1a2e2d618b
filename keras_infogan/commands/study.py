"""`python -m keras_infogan.commands.study --preset quick --seeds 5 --out results/quick`.

Trains one run a seed and reports every one of them. A study that was interrupted goes on where it
stopped: finished seeds are read from `runs.jsonl`, a begun one is resumed.
"""

import dataclasses
import json
import pathlib
import signal
import statistics
import sys

from keras_infogan import quiet, files
from keras_infogan.training import resuming
from keras_infogan.commands.arguments import OneLineParser
from keras_infogan.config import RunConfig
from keras_infogan.errors import UserError
from keras_infogan.presets import PRESETS
from keras_infogan.run_dir import RunDir

# What has a flag of its own, or is not a plain number or word.
NOT_SET = {"preset", "seed", "dataset", "epochs", "network_options", "stabilizers", "jit"}
FAILURE = 0.90  # a run below this one-to-one accuracy has not learned the ten digits


def study(config, seeds, out, data_dir=None, runs="runs"):
    """Trains the seeds that `<out>/runs.jsonl` does not hold yet and writes `<out>/table.md`.

    Args:
        config: A `RunConfig`; its seed is replaced.
        seeds: Integers.
        out: Directory of the results.
        data_dir: Where tensorflow-datasets keeps its sets.
        runs: Directory of the run directories, which are named after `out` and the seed.

    Returns:
        The rows as dicts, or the signal that stopped the study.

    Raises:
        UserError: If `out` holds a study of another config, or the input cannot be used.
    """
    quiet.import_tensorflow()
    from keras_infogan.training import experiment

    out = pathlib.Path(out)
    files.check_writable(out)
    record = out / "runs.jsonl"
    rows = read_rows(record)
    _check_same_config(rows, config, record)
    for seed in seeds:
        if any(row["config"]["seed"] == seed for row in rows):
            continue
        run = RunDir(pathlib.Path(runs) / f"{out.name}-s{seed}")
        seeded = dataclasses.replace(config, seed=seed)
        if run.config.exists():
            overrides = {k: v for k, v in dataclasses.asdict(seeded).items() if k != "dataset"}
            resuming.check(run.path, overrides)
            result = experiment.resume(run.path, data_dir=data_dir)
        else:
            result = experiment.train(seeded, run.path, data_dir)
        if isinstance(result, signal.Signals):
            return result
        saved = run.read_config()
        saved.pop("run")
        row = {
            "config": saved,
            "summary": result,
            "environment": json.loads(run.environment.read_text()),
        }
        out.mkdir(parents=True, exist_ok=True)
        rows.append(row)
        files.write_jsonl(record, rows)
        write_table(out)
    write_table(out)
    return rows


def read_rows(record):
    """Rows of a study's `runs.jsonl`, in the order of their seeds; none if there is no file."""
    return sorted(files.read_jsonl(record), key=lambda row: row["config"]["seed"])


def _check_same_config(rows, config, record):
    wanted = config.to_json()
    for row in rows:
        # A field that is newer than the row had its default then.
        for name, value in RunConfig.from_json(row["config"]).to_json().items():
            free = name == "seed" or (name == "dataset" and wanted[name] is None)
            if not free and wanted[name] != value:
                raise UserError(
                    f"{record} holds runs with {name}={value}, not {wanted[name]}: "
                    "choose another --out."
                )


def table(rows):
    """A Markdown table of every run, with the spread below it.

    Args:
        rows: As `read_rows` gives them.

    Returns:
        Text.
    """
    summaries = [row["summary"] for row in rows]
    lines = [
        "| seed | one-to-one accuracy | purity | NMI | ARI | nats of c1 | continuous codes "
        "(rank correlation, share of digits where it is 0.8 or more) | minutes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += ["| " + " | ".join(_cells(summary)) + " |" for summary in summaries]
    scores = [s["code_accuracy"] for s in summaries if s["code_accuracy"] is not None]
    lines.append("")
    if scores:
        spread = f" ± {statistics.stdev(scores):.3f}" if len(scores) > 1 else ""
        failures = sum(score < FAILURE for score in scores)
        lines.append(
            f"One-to-one accuracy over {len(scores)} seeds: "
            f"mean {statistics.mean(scores):.3f}{spread}, "
            f"median {statistics.median(scores):.3f}, worst {min(scores):.3f}; "
            f"{failures} of {len(scores)} under {FAILURE:.2f}."
        )
    first = summaries[0]
    lines += [
        f"Preset `{first['preset']}`{_changes(rows[0]['config'])}, "
        f"{first['train_images']:,} training and "
        f"{first['test_images']:,} test images of {first['dataset']}, "
        f"{first['steps']:,} steps ({first['epochs']:g} epochs).",
        "Machine: " + "; ".join(sorted({_machine(row["environment"]) for row in rows})) + ".",
    ]
    return "\n".join(lines) + "\n"


def _changes(config):
    """What a run's config has other than its preset, in words."""
    preset = PRESETS[config["preset"]].config.to_json()
    told = {"seed", "dataset", "epochs", "max_steps"}  # in the table, or in its last lines
    changes = [
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in config.items()
        if name not in told and value != preset.get(name, value)
    ]
    return " with " + ", ".join(changes) if changes else ""


def _cells(summary):
    information = summary.get("information", {}).get("c1", {}).get("nats")
    continuous = [
        f"{name} {meaning['moves']} {meaning['rank_correlation']:.2f} "
        f"({meaning['digits_at_0.8']:.0%})"
        for name, meaning in summary.get("continuous_codes", {}).items()
    ]
    scores = ("code_accuracy", "code_purity", "code_nmi", "code_ari")
    numbers = [summary.get(name) for name in scores] + [information]
    return (
        [str(summary["seed"])]
        + ["–" if number is None else f"{number:.3f}" for number in numbers]
        + [", ".join(continuous) or "–", f"{summary['seconds'] / 60:.1f}"]
    )


def _machine(environment):
    packages = environment.get("packages", {})
    return (
        f"{environment.get('cpus', '?')} CPUs, {', '.join(environment.get('gpus', [])) or 'no GPU'}"
        f", TensorFlow {packages.get('tensorflow', '?')}, Keras {packages.get('keras', '?')}"
    )


def write_table(out):
    """Writes `<out>/table.md` from `<out>/runs.jsonl`."""
    text = table(read_rows(pathlib.Path(out) / "runs.jsonl"))
    files.replace_with(pathlib.Path(out) / "table.md", lambda part: part.write_text(text))


def _setting(text):
    """`"name=value"` → the name and the value as the field of a RunConfig has it."""
    name, _, value = text.partition("=")
    fields = {field.name: field.type for field in dataclasses.fields(RunConfig)}
    fields = {name: kind for name, kind in fields.items() if name not in NOT_SET}
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = value
    wanted = fields.get(name, ())
    # True is an int to Python.
    fits = type(parsed) is wanted if bool in (type(parsed), wanted) else isinstance(parsed, wanted)
    if not fits and not (wanted is float and type(parsed) is int):
        raise UserError(
            f"--set takes NAME=VALUE with NAME one of {', '.join(sorted(fields))}, and a value of "
            f"its kind. Received: {text}."
        )
    return name, parsed


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = OneLineParser(prog="python -m keras_infogan.commands.study", description=__doc__)
    parser.add_argument("--preset", required=True, choices=sorted(PRESETS))
    parser.add_argument("--seeds", type=int, default=10, help="seeds 0 to SEEDS - 1 (default: 10)")
    parser.add_argument("--out", required=True, help="directory of the results")
    parser.add_argument("--epochs", type=int, help="another number than the preset's")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another value than the preset's, such as information_weight=0; may be repeated",
    )
    parser.add_argument("--dataset", help="as for train.py")
    parser.add_argument("--data-dir", help="as for train.py")
    options = parser.parse_args(arguments)
    try:
        if options.seeds < 1:
            raise UserError(f"--seeds must be at least 1. Received: {options.seeds}.")
        changes = dict(_setting(text) for text in options.set)
        if options.dataset is not None:
            changes["dataset"] = options.dataset
        if options.epochs is not None:
            if "max_steps" in changes:
                raise UserError("--epochs and --set max_steps do not go together.")
            changes |= {"epochs": options.epochs, "max_steps": None}
        config = dataclasses.replace(PRESETS[options.preset].config, **changes)
        result = study(config, range(options.seeds), options.out, options.data_dir)
    except UserError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    if isinstance(result, signal.Signals):
        print("The study goes on where it stopped when the same command is given again.")
        return 128 + result
    print((pathlib.Path(options.out) / "table.md").read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
