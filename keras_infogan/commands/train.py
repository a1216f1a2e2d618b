"""Trains an InfoGAN or a GAN, measures what it learned, and exports the generator."""

import argparse
import pathlib
import re

from keras_infogan import extensions, invocation, quiet
from keras_infogan.commands import options_parser, program
from keras_infogan.config import RunConfig, RunOptions
from keras_infogan.errors import UserError
from keras_infogan.registry import PRESETS
from keras_infogan.run_dir import RunDir
from keras_infogan.shorthands import SHORTHANDS
from keras_infogan.training import resuming

EXAMPLES = """\
examples:
  python train.py --preset quick                  minutes on a laptop, no network needed
  python train.py --epochs 80                     the lab run, 64×64
  python train.py --preset paper --dataset fashion_mnist --seed 3
  python train.py --latents "normal(62) + 2*cat(10) + gaussian" --preset quick
  python train.py --preset quick --dry-run        show the plan, write nothing
  python train.py --resume runs/quick-s0          resume a run that was stopped

"""


def build_parser(show_all=False):
    """The command line; `show_all` makes its help show every option."""
    presets = "presets:\n" + "".join(
        f"  {name:<16}{PRESETS.get(name).source}\n{'':18}{PRESETS.get(name).expect}\n"
        for name in PRESETS.names()
    )
    parser = program.OneLineParser(
        invocation.prog("train"),
        __doc__,
        epilog=EXAMPLES + presets,
        argument_default=argparse.SUPPRESS,
    )
    options_parser.add_help_all(parser, lambda: build_parser(show_all=True))
    run = parser.add_argument_group("the run")
    run.add_argument("--preset", metavar="NAME", help="one of those below (default: lab)")
    run.add_argument("--out", metavar="DIR", help="where runs are written (default: runs)")
    run.add_argument("--name", help="the run's directory below it (default: <preset>-s<seed>)")
    run.add_argument("--resume", metavar="RUN", help="resume a run from its last checkpoint")
    run.add_argument("--dry-run", action="store_true", help="show the plan and write nothing")
    options_parser.add_options(parser, show_all, PRESETS.get("lab").config)
    return parser


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    return program.run(build_parser(), lambda options: _train(vars(options)), arguments)


def _train(given):
    given = {n: tuple(value) if isinstance(value, list) else value for n, value in given.items()}
    settings = {name: given[name] for name in (*RunConfig.options(), *SHORTHANDS) if name in given}
    kept = {name: given[name] for name in RunOptions.options() if name in given}
    kept["imports"] = extensions.recorded(kept.get("imports", ()))
    options = RunOptions(**kept)
    if "resume" in given:
        return _resume(given, settings, kept)
    preset = PRESETS.get(given.get("preset", "lab"))
    config = preset.config.with_options(**settings)
    name = given.get("name", f"{config.preset}-s{config.seed}")
    check_name(name)
    path = pathlib.Path(given.get("out", "runs")) / name
    if "dry_run" not in given:
        RunDir(path).check_new()
    from keras_infogan.data import sources

    sources.check(config.dataset, options.data_dir)
    quiet.import_tensorflow()
    from keras_infogan.training import experiment

    if "dry_run" in given:
        print(describe(*experiment.prepare(config, options), options))
        return None
    return _signal_of(experiment.train(config, path, options))


def _resume(given, settings, kept):
    own = ["out", "name", "dry_run", *(set(kept) - {"data_dir", "imports"})]
    for name in own:
        if name in given:
            flag = RunOptions.options()[name].flag if name in kept else f"--{name}"
            raise UserError(
                f"{flag.replace('_', '-')} cannot be combined with --resume: the run has its own."
            )
    if "preset" in given:
        preset = RunDir(given["resume"]).read_config().preset
        if given["preset"] != preset:
            raise UserError(
                f"--preset {given['preset']} contradicts the run in {given['resume']}, which has "
                f"{preset}."
            )
    # What needs no TensorFlow is checked before it is loaded, which takes seconds.
    resuming.check(given["resume"], settings)
    quiet.import_tensorflow()
    from keras_infogan.training import experiment

    return _signal_of(experiment.resume(given["resume"], settings, given.get("data_dir")))


def describe(plan, model, options):
    """What a run would do, in words.

    Args:
        plan: A `Plan`.
        model: Its model.
        options: `RunOptions`.
    """
    config = plan.config
    lines = [] if plan.data.note is None else [plan.data.note]
    lines += [f"preset: {config.preset}"]
    for group in options_parser.GROUPS:
        if group is RunOptions or config.uses(group):
            holder = options if group is RunOptions else config
            lines += [f"{name}: {_shown(getattr(holder, name))}" for name in group.own_options()]
    lines.append(
        f"data: {plan.data.name}, {len(plan.data.train_images)} training and "
        f"{len(plan.data.test_images)} test images; epochs of {plan.steps_per_epoch} steps, "
        f"{plan.total_steps} steps in all"
    )
    for name in model.saved_networks:
        weights = getattr(model, name).trainable_weights
        lines.append(f"{name}: {sum(weight.shape.num_elements() for weight in weights):,} weights")
    return "\n".join(lines)


def check_name(name, option="--name"):
    """Refuses a run's name that is no plain name of a directory.

    Args:
        name: The name.
        option: The option that it is from, for the message.

    Raises:
        UserError: If it is a path, or holds what TensorFlow or a terminal reads as something else.
    """
    plain = re.fullmatch(r"[^\W_][^/\\\[\]*?]*", name) and name.isprintable()
    if not plain or name.strip() != name or len(name.encode()) > 200:
        raise UserError(
            f"{option} must be a plain name: a letter or digit, then anything but / \\ [ ] * ?, "
            f"up to 200 bytes. Received: {name!a}."
        )


def _shown(value):
    return "; ".join(value) if isinstance(value, tuple) else value


def _signal_of(result):
    """The signal that stopped a run, or None."""
    return None if isinstance(result, dict) else result
