"""The command line: what it refuses, in which words, and that it then touches nothing."""

import dataclasses
import json
import signal
import zipfile

import pytest
from PIL import Image

import train
from keras_infogan.config import RunOptions
from keras_infogan.data import sources
from keras_infogan.registry import PRESETS
from keras_infogan.run_dir import RunDir
from keras_infogan.training import experiment


def call(*arguments):
    """The exit code of the command line, argparse's own exits included."""
    try:
        return train.main([str(argument) for argument in arguments])
    except SystemExit as stop:
        return stop.code


@pytest.fixture
def run(place, tiny_config):
    """A run directory with a config and a checkpoint that is a sound zip file."""
    run = RunDir(place / "runs" / "tiny-s3")
    run.create()
    content = {**tiny_config.to_json(), "run": {"data_dir": None}}
    run.config.write_text(json.dumps(content))
    with zipfile.ZipFile(run.checkpoint(7), "w") as archive:
        archive.writestr("model.weights.h5", b"weights" * 1000)
    return run


def tree(path):
    return {
        str(found.relative_to(path)): found.read_bytes() if found.is_file() else None
        for found in path.rglob("*")
    }


def refusal(place, capfd, *arguments):
    """The one line of a command that is refused with exit code 2 and leaves all as it was."""
    before = tree(place)
    capfd.readouterr()
    assert call(*arguments) == 2
    out, err = capfd.readouterr()
    assert tree(place) == before
    assert out == ""
    assert err.startswith("infogan train: ") and err.endswith("\n") and err.count("\n") == 1
    return err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--preset", "labb"], "Did you mean lab? Received: labb."),
        (["--preset"], "--preset: expected one argument"),
        (["--epoch", "3"], "unrecognized arguments: --epoch 3"),
        (["--epochs", "ten"], "--epochs: must be a whole number. Received: ten."),
        (["--epochs", "0"], "--epochs must be at least 1. Received: 0."),
        (["--epochs", "-5"], "--epochs must be at least 1. Received: -5."),
        (["--max-steps", "0"], "--max-steps must be at least 1. Received: 0."),
        (["--batch-size", "0"], "--batch-size must be at least 1. Received: 0."),
        (["--seed", "-1"], "--seed must be at least 0 and at most 2147483647. Received: -1."),
        (["--d-learning-rate", "0"], "--d-learning-rate must be above 0. Received: 0.0."),
        (["--g-learning-rate", "nan"], "--g-learning-rate must be finite. Received: nan."),
        (["--g-learning-rate", "inf"], "--g-learning-rate must be finite. Received: inf."),
        (
            ["--information-weight", "-1"],
            "--information-weight must be at least 0. Received: -1.0.",
        ),
        (["--generator-loss", "hing"], "Did you mean hinge? Received: hing."),
        (["--stabilizer", "r1"], "unrecognized arguments: --stabilizer r1"),
        (["--rewrite", "spectral"], "Did you mean spectral_norm? Received: spectral."),
        (["--transform", "noise"], "one of distortion, instance_noise. Received: noise."),
        (["--transform", "instance_noise(x=1)"], "unknown argument x. It takes std."),
        (["--average-generator", "1"], "must be at least 0 and below 1. Received: 1.0."),
        (["--average-generator", "x"], "--average-generator: must be a number. Received: x."),
        (["--latents", "dog(3)"], "cat, categorical, gaussian, uniform. Received: dog."),
        (["--tick", "5", "--steps-per-execution", "2"], "must divide --tick. Received: 2 and 5."),
        (["--import", "no_such_module"], "--import: there is no module no_such_module."),
        (["--term", "r2"], "--term: The term must be one of feature_matching, "),
        (["--term", "r1=much"], "A name may be followed by arguments, as in r1(5)."),
        (["--term", "label_smoothing(2)"], "a finite number from 0 to 1. Received: target=2"),
        (["--networks", "conv82"], "Did you mean conv32? Received: conv82."),
        (["--network-option", "filters=wide"], "--network-option takes NAME=NUMBER, such as "),
        (["--network-option", "width=3"], "dcgan64(width=3): "),
        (["--name", "../../evil"], "--name must be a plain name"),
        (["--name", "a/b"], "--name must be a plain name"),
        (["--name", "."], "--name must be a plain name"),
        (["--name", ""], "argument --name: must not be empty"),
        (["--name", "two\nlines"], "--name must be a plain name"),
        (["--dataset", "../../evil"], "or svhn_cropped. Received: ../../evil."),
        (["--preset", "../../evil"], "Received: ../../evil."),
        (["--d-steps", "0"], "--d-steps must be at least 1. Received: 0."),
        (["--sample-every", "0"], "--sample-every must be at least 1. Received: 0."),
        (["--checkpoint-every", "0.5"], "--checkpoint-every must be at least 1. Received: 0.5."),
        (["--checkpoint-every", "nan"], "--checkpoint-every must be finite. Received: nan."),
        (["--resume", "nowhere"], "nowhere is not a run: there is no nowhere/config.json."),
        (["--data-dir", "nowhere"], "--data-dir is not a directory. Received: nowhere."),
        (["--channels", "2"], "--channels must be one of 1, 3. Received: 2."),
        (["--crop", "0"], "--crop must be at least 1. Received: 0."),
        (["--image-size", "-8"], "--image-size must be at least 1. Received: -8."),
        (["--dataset", "folder:"], "--dataset must be written folder:PATH. Received: folder:."),
        (
            ["--dataset", "folder:/nope"],
            "--dataset folder:PATH must name a directory. Received: folder:/nope.",
        ),
        (["--dataset", "folder:."], "must hold at least two images"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_input_that_cannot_be_used_is_refused(place, capfd, arguments, message):
    assert message in refusal(place, capfd, *arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--crop", "29"], "folder/0.png has 28×28 pixels. Received: 29."),
        (["--image-size", "32"], "dcgan64 makes 64×64 images. Received: image_shape=(32, 32, 1)."),
        (
            ["--preset", "quick", "--image-size", "30", "--channels", "3"],
            "conv28 needs a height and width divisible by 4. Received: image_shape=(30, 30, 3).",
        ),
    ],
)
def test_sizes_that_do_not_go_with_data_or_networks_are_refused(place, capfd, arguments, message):
    (place / "folder").mkdir()
    for number in range(30):
        Image.new("L", (28, 28)).save(place / "folder" / f"{number}.png")
    arguments += ["--dataset", "folder:folder", "--batch-size", "1"]
    assert message in refusal(place, capfd, *arguments)


@pytest.mark.parametrize(
    "given",
    [
        "--out x",
        "--name x",
        "--dry-run",
        "--tick 3",
        "--sample-every 3",
        "--checkpoint-every 3",
        "--evaluate-every 3",
        "--tensorboard",
    ],
)
def test_what_a_run_has_of_its_own_does_not_go_with_resume(run, place, capfd, given):
    line = refusal(place, capfd, "--resume", run.path, *given.split())
    flag = given.split()[0]
    assert line == f"infogan train: {flag} cannot be combined with --resume: the run has its own.\n"


def test_unknown_preset_is_answered_with_the_known_ones(place, capfd):
    line = refusal(place, capfd, "--preset", "labb")
    assert all(name in line for name in PRESETS.names())


def test_unknown_data_set_is_refused(place, capfd):
    line = refusal(place, capfd, "--dataset", "mnisst")
    assert "Did you mean mnist? Received: mnisst." in line


def test_data_that_is_not_there_and_cannot_be_downloaded_is_refused(place, capfd):
    (place / "data").mkdir()
    line = refusal(place, capfd, "--dataset", "fashion_mnist", "--data-dir", "data")
    assert "fashion_mnist is not prepared in data, and no network answers" in line


def test_a_data_directory_is_never_passed_over(place, capfd):
    (place / "data").mkdir()
    assert "mnist is not prepared in data" in refusal(place, capfd, "--data-dir", "data")


def test_batch_larger_than_the_data_is_refused(place, capfd, monkeypatch, tiny_data):
    monkeypatch.setattr(sources, "load", lambda *args: tiny_data)
    line = refusal(place, capfd, "--preset", "quick", "--batch-size", 45)
    assert line == (
        "infogan train: --batch-size must not exceed the 44 training images. Received: 45.\n"
    )


def test_a_place_that_cannot_be_written_is_refused(place, capfd):
    (place / "file").write_text("not a directory")
    line = refusal(place, capfd, "--out", place / "file" / "runs")
    assert f"Cannot write to {place / 'file'}" in line


def test_a_run_that_is_there_is_refused(run, place, capfd):
    line = refusal(place, capfd, "--preset", "quick", "--out", "runs", "--name", "tiny-s3")
    assert "runs/tiny-s3 holds a run already: choose another --name, or resume it" in line


def test_a_truncated_checkpoint_is_refused(run, place, capfd):
    content = run.checkpoint(7).read_bytes()
    run.checkpoint(7).write_bytes(content[: len(content) // 2])
    line = refusal(place, capfd, "--resume", run.path)
    assert "step-000000007.keras is damaged: it is torn or altered, and no " in line


def test_a_sound_zip_that_is_no_model_is_refused(run, place, capfd, monkeypatch, tiny_data):
    monkeypatch.setattr(sources, "load", lambda *args: tiny_data)
    before = run.config.read_text()
    assert call("--resume", run.path) == 2
    *notes, line = capfd.readouterr().err.splitlines()
    assert "step-000000007.keras cannot be loaded: " in line
    assert all("environment.json is missing" in note for note in notes)  # as this run has none
    assert json.loads(run.config.read_text()) == json.loads(before)


@pytest.mark.parametrize(
    ("flag", "value", "saved"),
    [("--seed", 5, 3), ("--epochs", 1, 2), ("--batch-size", 9, 8), ("--preset", "lab", "tiny")],
)
def test_flags_that_contradict_a_resumed_run_are_refused(run, place, capfd, flag, value, saved):
    line = refusal(place, capfd, "--resume", run.path, flag, value)
    assert line.endswith(f"{flag} {value} contradicts the run in {run.path}, which has {saved}.\n")


def test_a_damaged_config_is_refused(run, place, capfd):
    run.config.write_text('{"preset":')
    assert "config.json is damaged" in refusal(place, capfd, "--resume", run.path)


# What is handed on where nothing is refused.


@pytest.fixture
def handed_on(place, monkeypatch):
    """Arguments of `experiment.train` and `resume`, which do nothing here."""
    calls = []

    def note(*arguments, **options):
        calls.append((arguments, options))
        return {}

    monkeypatch.setattr(experiment, "train", note)
    monkeypatch.setattr(experiment, "resume", note)
    return calls


def test_without_arguments_the_lab_is_run(handed_on):
    assert call() == 0
    ((config, path, options), _) = handed_on[0]
    assert config == PRESETS.get("lab").config
    assert (str(path), options) == ("runs/lab-s0", RunOptions())


def test_flags_change_the_preset(handed_on):
    arguments = "--preset paper --seed 4 --batch-size 32 --no-trunk-learns-information --jit "
    arguments += "--g-learning-rate 0.5 --dataset mnist5k --out here --sample-every 7 "
    arguments += "--rewrite spectral_norm --transform instance_noise(0.1) --term r1(5) "
    arguments += "--average-generator 0.99 --no-tensorboard --tick 50 "
    assert call(*arguments.split(), "--checkpoint-every", "9.5", "--data-dir", "d") == 0
    ((config, path, options), _) = handed_on[0]
    assert config == dataclasses.replace(
        PRESETS.get("paper").config,
        seed=4,
        batch_size=32,
        trunk_learns_information=False,
        jit=True,
        g_learning_rate=0.5,
        dataset="mnist5k",
        rewrites=("spectral_norm",),
        transforms=("instance_noise(0.1)",),
        terms=("r1(5)",),
        average_generator=0.99,
    )
    assert str(path) == "here/paper-s4"
    assert options == RunOptions(data_dir="d", sample_every=7, checkpoint_every=9.5, tick=50)


def test_epochs_given_lift_the_presets_limit_of_steps(handed_on):
    assert PRESETS.get("quick").config.max_steps is not None
    call("--preset", "quick", "--epochs", 3)
    call("--preset", "quick", "--epochs", 3, "--max-steps", 40, "--name", "other")
    configs = [arguments[0] for arguments, _ in handed_on]
    assert [(config.epochs, config.max_steps) for config in configs] == [(3, None), (3, 40)]
    assert str(handed_on[1][0][1]) == "runs/other"


def test_resuming_hands_on_what_was_given(run, handed_on):
    assert call("--resume", run.path, "--epochs", 9, "--data-dir", "d") == 0
    assert handed_on == [((str(run.path), {"epochs": 9}, "d"), {})]


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_exit_code_tells_the_signal_that_stopped_the_run(place, monkeypatch, name, code):
    number = getattr(signal, name)
    monkeypatch.setattr(experiment, "train", lambda *args, **options: number)
    assert call() == code


def test_an_interrupt_outside_of_training_is_one_line(place, monkeypatch, capfd):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(experiment, "train", interrupted)
    assert call() == 130
    assert capfd.readouterr().err == "infogan train: interrupted.\n"


def test_dry_run_prints_the_plan_and_writes_nothing(place, monkeypatch, capfd, tiny_data):
    monkeypatch.setattr(sources, "load", lambda *args: tiny_data)
    (place / "runs" / "quick-s0").mkdir(parents=True)
    (place / "runs" / "quick-s0" / "config.json").write_text("{}")  # does not hinder a plan
    before = tree(place)
    assert call("--preset", "quick", "--batch-size", 4, "--dry-run") == 0
    assert tree(place) == before
    out = capfd.readouterr().out
    assert "preset: quick\n" in out and "batch_size: 4\n" in out and "epochs of 11 steps" in out


def test_parts_and_options_are_added_to_those_of_the_preset(place, capsys):
    quick = ["--preset", "quick", "--dataset", "mnist5k", "--dry-run"]
    given = ["--network-option", "units=16", "--term", "r1(5)", "--term", "wgan_gp"]
    assert call(*quick, *given) == 0
    plan = capsys.readouterr().out
    assert "networks: conv28(filters=16, units=16)\n" in plan
    assert "terms: r1(5); wgan_gp\n" in plan
    # Options of the preset's family mean nothing to another one.
    assert call(*quick, "--networks", "mlp") == 0
    assert "networks: mlp\n" in capsys.readouterr().out
