"""Trains an InfoGAN, or a GAN: arguments → a RunConfig → experiment.train."""

import argparse
import dataclasses
import pathlib
import signal
import sys

from keras_infogan import quiet
from keras_infogan.training import resuming
from keras_infogan.commands.arguments import OneLineParser
from keras_infogan.config import RunConfig
from keras_infogan.errors import UserError
from keras_infogan.presets import PRESETS
from keras_infogan.run_dir import RunDir

EXAMPLES = """\
examples:
  python train.py --preset quick                  minutes on a laptop, no network needed
  python train.py --epochs 80                     the lab run, 64×64
  python train.py --preset paper --dataset fashion_mnist --seed 3
  python train.py --preset quick --dry-run        show the plan, write nothing
  python train.py --resume runs/quick-s0          go on with a run that was stopped

"""

# What was given on the command line and nothing else: the preset, or the run that is resumed,
# decides the rest.
NOT_GIVEN = argparse.SUPPRESS

# Fields of pairs, and the flags that add one.
PAIRS = {"stabilizers": "stabilizer", "network_options": "network_option"}

PERIODS = ("sample_every", "checkpoint_every", "evaluate_every")


def _stabilizer(text):
    """`"r1=5"` → `("r1", 5.0)`; `"r1"` → `("r1", None)`."""
    name, given, strength = text.partition("=")
    try:
        return name, float(strength) if given else None
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"takes NAME or NAME=NUMBER, such as r1=5. Received: {text}."
        ) from None


def _number_option(text):
    """`"filters=32"` → `("filters", 32)`."""
    name, _, number = text.partition("=")
    try:
        return name, int(number)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"takes NAME=NUMBER, such as filters=32. Received: {text}."
        ) from None


def build_parser():
    """The command line."""
    lab = PRESETS["lab"].config
    presets = "presets:\n" + "".join(
        f"  {name:<16}{preset.source}\n{'':18}{preset.expect}\n" for name, preset in PRESETS.items()
    )
    parser = OneLineParser(
        prog="train.py",
        description="Trains an InfoGAN or a GAN, measures what it learned, exports the generator.",
        epilog=EXAMPLES + presets,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=NOT_GIVEN,
        allow_abbrev=False,
    )

    def add(group, name, help_text, show_default=True, **options):
        field = name.replace("-", "_")
        if show_default:
            help_text += f" (lab: {getattr(lab, field)})"
        group.add_argument(f"--{name}", help=help_text, **options)

    group = parser.add_argument_group("what to train (defaults come from the preset)")
    group.add_argument(
        "--preset", choices=sorted(PRESETS), metavar="NAME", help="see below (default: lab)"
    )
    add(group, "epochs", "passes over the training images", type=int)
    add(
        group,
        "max-steps",
        "end after so many steps, whatever the epochs (quick: 4000, unless --epochs is given)",
        show_default=False,
        type=int,
    )
    add(group, "batch-size", "images in a step", type=int)
    add(group, "noise", "noise variables", type=int)
    add(group, "categories", "values of the categorical code", type=int)
    add(group, "continuous-codes", "codes U(-1, 1)", type=int)
    add(
        group,
        "learned-std",
        "let Q say how sure it is of each continuous code",
        action=argparse.BooleanOptionalAction,
    )
    add(group, "seed", "decides weights, order of data and noise", type=int)
    add(group, "d-learning-rate", "Adam's rate of the discriminator", type=float)
    add(group, "g-learning-rate", "Adam's rate of generator and recognizer", type=float)
    add(
        group,
        "generator-loss",
        "objective: non_saturating, minimax, maximum_likelihood, least_squares, hinge, wasserstein "
        "(with gradient penalty) or relativistic_average",
        metavar="NAME",
    )
    add(group, "adversarial-weight", "weight of the generator's part in it", type=float)
    add(
        group,
        "decay-from",
        "share of the run after which both rates fall to a fiftieth",
        type=float,
    )
    group.add_argument(
        "--networks", metavar="NAME", help="family of networks, such as conv28 or mlp (see README)"
    )
    group.add_argument(
        "--network-option",
        action="append",
        type=_number_option,
        dest="network_options",
        metavar="NAME=NUMBER",
        help="an option of that family, such as filters=32; may be repeated",
    )
    add(group, "d-steps", "updates of the discriminator in a step", type=int)
    add(group, "d-pretraining", "steps in which the discriminator learns alone at first", type=int)
    group.add_argument(
        "--stabilizer",
        action="append",
        type=_stabilizer,
        dest="stabilizers",
        metavar="NAME[=STRENGTH]",
        help="add a technique; may be repeated: feature_matching, minibatch_discrimination, "
        "historical_averaging, label_smoothing, virtual_batch_norm, spectral_norm, r1, wgan_gp, "
        "instance_noise, label_classes (learns from labels), averaged_generator",
    )
    add(group, "information-weight", "weight of the categorical codes", type=float)
    add(group, "continuous-weight", "weight of the continuous codes", type=float)
    add(
        group,
        "information-warmup",
        "share of the run in which the categorical weight rises from 0",
        type=float,
    )
    add(
        group,
        "real-information-weight",
        "weight of the information between the codes of two distortions of a real image",
        type=float,
    )
    for name, what in (
        ("shear", "columns per row"),
        ("scale", "share of the size"),
        ("shift", "pixels"),
    ):
        add(group, name, f"distort what D and Q see by up to this, {what}", type=float)
    add(
        group,
        "thickness",
        "thicken the strokes of a real image's second look by up to this share of a dilation",
        type=float,
    )
    add(group, "hole", "hide a square of this many pixels a side in that second look", type=float)
    add(
        group,
        "trunk-learns-information",
        "let the shared trunk learn from the information loss, in D's update",
        action=argparse.BooleanOptionalAction,
    )
    add(
        group,
        "jit",
        "compile the step with XLA (default: on a GPU only)",
        show_default=False,
        action=argparse.BooleanOptionalAction,
    )

    group = parser.add_argument_group("data")
    group.add_argument(
        "--dataset",
        metavar="NAME",
        help="mnist5k, folder:PATH (images, in a folder for each class or without any) or any "
        "image set of tensorflow-datasets (default: MNIST if it is prepared or can be downloaded, "
        "else mnist5k)",
    )
    add(
        group,
        "channels",
        "1 for grey, 3 for colour (default: as the data is)",
        show_default=False,
        type=int,
    )
    add(
        group,
        "crop",
        "side in pixels of the central square taken of each image (default: the largest)",
        show_default=False,
        type=int,
    )
    add(group, "image-size", "pixels a side that the square is brought to", type=int)
    group.add_argument(
        "--data-dir",
        metavar="DIR",
        help="where tensorflow-datasets keeps its sets (default: $TFDS_DATA_DIR, else "
        "~/tensorflow_datasets)",
    )

    group = parser.add_argument_group("the run")
    group.add_argument("--out", metavar="DIR", help="where runs are written (default: runs)")
    group.add_argument("--name", help="the run's directory below it (default: <preset>-s<seed>)")
    group.add_argument("--resume", metavar="RUN", help="go on with a run from its last checkpoint")
    group.add_argument(
        "--sample-every", type=int, metavar="STEPS", help="steps between pictures (default: 500)"
    )
    group.add_argument(
        "--checkpoint-every",
        type=float,
        metavar="SECONDS",
        help="seconds between checkpoints (default: 60)",
    )
    group.add_argument(
        "--evaluate-every",
        type=int,
        metavar="EPOCHS",
        help="epochs between evaluations (default: none on the way)",
    )
    group.add_argument(
        "--tensorboard", action="store_true", help="write events for TensorBoard below the run"
    )
    group.add_argument(
        "--dry-run", action="store_true", help="show what would be done and write nothing"
    )
    return parser


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    try:
        return _run(vars(build_parser().parse_args(arguments)))
    except UserError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        # Before the first step, or a second one after it: the last checkpoint stands.
        print("train.py: interrupted.", file=sys.stderr)
        return 128 + signal.SIGINT


def _run(given):
    fields = {field.name for field in dataclasses.fields(RunConfig)}
    overrides = {name: value for name, value in given.items() if name in fields}
    for name in PERIODS:
        if name in given and not given[name] >= 1:
            raise UserError(
                f"--{name.replace('_', '-')} must be at least 1. Received: {given[name]}."
            )

    if "resume" in given:
        for name in ("out", "name", *PERIODS, "tensorboard", "dry_run", *PAIRS):
            if name in given:
                flag = "--" + PAIRS.get(name, name).replace("_", "-")
                raise UserError(f"{flag} does not go with --resume: the run has its own.")
        # What needs no TensorFlow is checked before it is loaded, which takes seconds.
        resuming.check(given["resume"], overrides)
        quiet.import_tensorflow()
        from keras_infogan.training import experiment

        result = experiment.resume(given["resume"], overrides, given.get("data_dir"))
        return _exit_code(result)

    config = PRESETS[overrides.get("preset", "lab")].config
    _add_pairs(config, overrides)
    if "epochs" in overrides:
        config = dataclasses.replace(config, max_steps=None)
    config = dataclasses.replace(config, **overrides)
    data_dir = given.get("data_dir")
    name = given.get("name", f"{config.preset}-s{config.seed}")
    path = pathlib.Path(given.get("out", "runs")) / name
    if "dry_run" not in given:
        RunDir(path).check_new()
    from keras_infogan.data import sources

    sources.check(config.dataset, data_dir)
    quiet.import_tensorflow()
    from keras_infogan.training import experiment

    if "dry_run" in given:
        print(experiment.plan(config, data_dir))
        return 0
    options = {name: given[name] for name in (*PERIODS, "tensorboard") if name in given}
    return _exit_code(experiment.train(config, path, data_dir, **options))


def _add_pairs(config, overrides):
    """Adds the options and stabilizers that were given to those of a preset."""
    for name in PAIRS:
        kept = dict(getattr(config, name))
        if name == "network_options" and "networks" in overrides:
            kept = {}  # options of another family
        overrides[name] = tuple((kept | dict(overrides.get(name, ()))).items())


def _exit_code(result):
    """0 for a finished run; for one that a signal stopped, what the shell expects."""
    return 128 + result if isinstance(result, signal.Signals) else 0


if __name__ == "__main__":
    sys.exit(main())
