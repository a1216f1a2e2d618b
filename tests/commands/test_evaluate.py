"""The evaluate command, on a run that was trained for a moment on tiny data."""

import copy
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from rights import ordinary_user

from keras_infogan.commands import evaluate
from keras_infogan.config import RunOptions
from keras_infogan.data import sources
from keras_infogan.errors import UserError
from keras_infogan.files import read_json, write_jsonl
from keras_infogan.run_dir import RunDir
from keras_infogan.saving import for_use, load_model

PICTURES = ["confusion.png", "images-by-code.png", "traversal-c2.png"]


@pytest.fixture(scope="module", autouse=True)
def tiny_source(tiny_data):
    """Every data set is the tiny one; notes what was asked for."""
    asked = []

    def load(name, data_dir=None, image_size=28, channels=None, crop=None, validation=0):
        asked.append((name, data_dir, image_size))
        return tiny_data

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "load", load)
        yield asked


@pytest.fixture(scope="module")
def run(tiny_config, tiny_model, tiny_images, tmp_path_factory):
    """A run of five steps."""
    run = RunDir(tmp_path_factory.mktemp("finished") / "tiny-s3")
    run.create()
    run.write_config(tiny_config, RunOptions())
    model = tiny_model()
    model.fit(tiny_images(20), batch_size=4, verbose=0)
    model.save(run.checkpoint(5))
    return run


@pytest.fixture(scope="module")
def evaluated(run, tmp_path_factory):
    """Where its evaluation was written, and what was returned."""
    out = tmp_path_factory.mktemp("evaluated")
    return out, evaluate.evaluate(run.path, out)


@pytest.fixture
def copied(run, tmp_path):
    """A copy of the run that a test may damage."""
    shutil.copytree(run.path, tmp_path / "run")
    return RunDir(tmp_path / "run")


def tree(path):
    """`{relative name: bytes}` of all files."""
    return {
        str(found.relative_to(path)): found.read_bytes()
        for found in pathlib.Path(path).rglob("*")
        if found.is_file()
    }


def assert_refused(capfd, arguments, said, unchanged):
    """The command says one line, returns 2 and writes nothing below `unchanged`."""
    before = tree(unchanged)
    capfd.readouterr()
    assert evaluate.main([str(argument) for argument in arguments]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("infogan evaluate: ")
    assert err.count("\n") == 1 and err.endswith("\n")
    assert said in err
    assert tree(unchanged) == before


def test_scores_and_pictures_are_written(evaluated):
    out, scores = evaluated
    assert sorted(path.name for path in out.iterdir()) == ["evaluation", "evaluation.json"]
    assert read_json(out / "evaluation.json") == scores
    assert sorted(path.name for path in (out / "evaluation").iterdir()) == PICTURES
    for name in PICTURES:
        with Image.open(out / "evaluation" / name) as picture:
            assert picture.format == "PNG"


def test_evaluation_says_what_was_scored_on_what(run, evaluated):
    _, scores = evaluated
    assert list(scores) == [
        "checkpoint",
        "step",
        "dataset",
        "train_images",
        "test_images",
        "label_names",
        "health",
        "codes",
        "confusion",
        "information",
        "between_looks",
        "continuous",
        "disentanglement",
        "diversity",
        "labels_obeyed",
        "generated",
    ]
    assert scores["checkpoint"] == str(run.checkpoint(5))
    assert (scores["step"], scores["dataset"]) == (5, "tiny")
    assert (scores["train_images"], scores["test_images"]) == (44, 10)
    json.dumps(scores, allow_nan=False)


def test_the_command_writes_into_the_run(copied, capsys):
    before = tree(copied.path)
    assert evaluate.main([str(copied.path), "--seed", "7"]) == 0
    out = capsys.readouterr().out
    scores = copied.read_evaluation()
    assert out == evaluate.report(scores) + "\n"
    written = {"evaluation.json", *(f"evaluation/{name}" for name in PICTURES)}
    after = tree(copied.path)
    assert set(after) - set(before) == written
    assert {name: after[name] for name in before} == before


def collapse(step):
    return {"step": step, "problem": "collapse", "seen": f"as at {step}", "remedy": "Lower it"}


@pytest.mark.parametrize(
    "rows, found, said",
    [
        ([], [], "health: no problem was found in training"),
        # The checkpoint is of step 5: what came later is not of this model.
        (
            [collapse(2), collapse(4), collapse(6)],
            [(2, 4)],
            "health: collapse, steps 2 to 4: as at 4",
        ),
    ],
)
def test_what_the_checks_said_in_training_is_told(copied, tmp_path, rows, found, said):
    write_jsonl(copied.health, rows)
    scores = evaluate.evaluate(copied.path, tmp_path / "out")
    assert [(one["first_step"], one["last_step"]) for one in scores["health"]] == found
    assert said in evaluate.report(scores).splitlines()


def test_of_checks_that_never_were_nothing_is_told(evaluated):
    _, scores = evaluated
    assert scores["health"] is None and "health" not in evaluate.report(scores)


@pytest.mark.parametrize(
    "given, asked",
    [
        ({}, ("tiny", "/data", 8, 1, 6, 0)),
        ({"dataset": "tiny"}, ("tiny", "/data", 8, 1, 6, 0)),
        ({"dataset": "folder:moved"}, ("folder:moved", "/data", 8, 1, 6, 0)),
        ({"data_dir": "/moved"}, ("tiny", "/moved", 8, 1, 6, 0)),
    ],
)
def test_the_run_says_which_data_and_where(copied, tmp_path, monkeypatch, given, asked):
    config = dataclasses.replace(copied.read_config(), channels=1, crop=6)
    copied.write_config(config, RunOptions(data_dir="/data"), {"channels": 1})

    def refuse(*arguments):
        raise UserError(repr(arguments))

    monkeypatch.setattr(sources, "load", refuse)
    with pytest.raises(UserError) as error:
        evaluate.evaluate(copied.path, tmp_path / "out", **given)
    assert str(error.value) == repr(asked)


def test_a_checkpoint_by_itself(run, evaluated, tmp_path, tiny_source):
    found = evaluate.evaluate(
        run.checkpoint(5), tmp_path / "new" / "out", dataset="other", data_dir="/elsewhere"
    )
    assert tiny_source[-1] == ("other", "/elsewhere", 8)
    assert found == evaluated[1]
    assert sorted(os.listdir(tmp_path / "new" / "out")) == ["evaluation", "evaluation.json"]


def test_a_model_without_optimizers(run, tmp_path, tiny_source):
    """As pretrained ones are: nobody knows its step."""
    path = tmp_path / "model.keras"
    for_use(load_model(run.latest_checkpoint())).save(path)
    scores = evaluate.evaluate(path, tmp_path / "out", "tiny")
    assert scores["step"] is None
    assert evaluate.report(scores).splitlines()[0] == f"{path}, tiny:"


@pytest.mark.parametrize("more", [[], ["--dataset", "tiny"], ["--out", "out"]])
def test_a_checkpoint_by_itself_needs_data_and_a_place(run, tmp_path, capfd, monkeypatch, more):
    monkeypatch.chdir(tmp_path)
    assert_refused(capfd, [run.checkpoint(5), *more], "needs --dataset and --out", tmp_path)


def test_an_empty_directory_is_refused(tmp_path, capfd):
    assert_refused(capfd, [tmp_path], f"{tmp_path} is not a run", tmp_path)


def test_a_missing_directory_is_refused(tmp_path, capfd):
    path = tmp_path / "missing"
    assert_refused(capfd, [path], f"{path} is not a run", tmp_path)
    assert not path.exists()


@pytest.mark.parametrize("content", ["", '{"preset": "ti', "[]", '{"dataset": "tiny"}'])
def test_a_damaged_config_is_refused(copied, capfd, content):
    copied.config.write_text(content)
    assert_refused(capfd, [copied.path], f"{copied.config} is damaged", copied.path)


def test_a_config_without_a_data_set_is_refused(copied, capfd):
    config = dataclasses.replace(copied.read_config(), dataset=None)
    copied.write_config(config, copied.read_options())
    assert_refused(capfd, [copied.path], f"{copied.config} names no data set", copied.path)


def test_a_run_with_parts_of_its_own_asks_for_their_import(copied, capfd):
    content = read_json(copied.config)
    content["objective"]["generator_loss"] = "nobodys_objective"
    content["run"] |= {"imports": ["nobodys_module"], "callbacks": ["nobodys_callback"]}
    copied.config.write_text(json.dumps(content))
    said = f"{copied.path} was made with parts of its own: repeat --import nobodys_module."
    assert_refused(capfd, [copied.path], said, copied.path)
    said = "--import: there is no module nobodys_module."
    assert_refused(capfd, [copied.path, "--import", "nobodys_module"], said, copied.path)


def test_a_run_of_an_earlier_version_is_scored(copied, evaluated, tmp_path):
    flat = {"preset": "tiny", "networks": "conv28", "image_size": 8, "dataset": "tiny"}
    copied.config.write_text(json.dumps({**flat, "epochs": 1, "run": {"data_dir": None}}))
    found = evaluate.evaluate(copied.path, tmp_path / "out")
    assert found["generated"] == evaluated[1]["generated"]


def test_a_damaged_checkpoint_is_refused(copied, capfd):
    checkpoint = copied.checkpoint(5)
    whole = checkpoint.read_bytes()
    for content in (b"", b"no archive", whole[: len(whole) // 2]):
        checkpoint.write_bytes(content)
        said = (
            f"{checkpoint} is damaged: it is torn or altered, and no checkpoint before it is sound"
        )
        assert_refused(capfd, [copied.path], said, copied.path)
        arguments = [checkpoint, "--dataset", "tiny", "--out", copied.path / "out"]
        assert_refused(capfd, arguments, f"{checkpoint} cannot be loaded", copied.path)


def test_a_run_without_a_checkpoint_is_refused(copied, capfd):
    copied.checkpoint(5).unlink()
    assert_refused(capfd, [copied.path], f"{copied.path} has no checkpoint", copied.path)
    shutil.rmtree(copied.checkpoints)
    assert_refused(capfd, [copied.path], f"{copied.path} has no checkpoint", copied.path)


def test_a_checkpoint_that_is_not_there_is_refused(tmp_path, capfd):
    arguments = [tmp_path / "step.keras", "--dataset", "tiny", "--out", tmp_path]
    assert_refused(capfd, arguments, "step.keras cannot be loaded", tmp_path)


def test_another_data_set_is_refused(copied, capfd):
    assert_refused(
        capfd,
        [copied.path, "--dataset", "fashion_mnist"],
        "was trained on tiny",
        copied.path,
    )


def test_other_data_of_the_same_name_are_refused(copied, capfd, tiny_data, monkeypatch):
    copied.write_config(copied.read_config(), RunOptions(), tiny_data.identity)
    renamed = dataclasses.replace(tiny_data, label_names=tuple("abcdefghij"))
    monkeypatch.setattr(sources, "load", lambda *arguments: renamed)
    said = f"tiny must hold what {copied.path} was trained on: labels without names. Received: lab"
    assert_refused(capfd, [copied.path], said, copied.path)


def test_images_of_other_channels_are_refused(copied, capfd, tiny_data, monkeypatch):
    colored = dataclasses.replace(
        tiny_data, name="colored", test_images=np.repeat(tiny_data.test_images, 3, axis=-1)
    )
    monkeypatch.setattr(sources, "load", lambda *arguments: colored)
    assert_refused(capfd, [copied.path], "images of 1 channels, and colored has 3", copied.path)


@pytest.mark.parametrize(
    ("changed", "count"), [({}, 10), ({"train_labels": None, "test_labels": None}, 0)]
)
def test_data_of_other_labels_than_a_model_is_told_are_refused(
    tiny_gan, tiny_data, tmp_path, capfd, monkeypatch, changed, count
):
    path = tmp_path / "model.keras"
    tiny_gan(conditional=True).save(path)
    monkeypatch.setattr(sources, "load", lambda *_: dataclasses.replace(tiny_data, **changed))
    arguments = [path, "--dataset", "tiny", "--out", tmp_path / "out"]
    said = f"{path} is told one of 3 labels, and tiny has {count} of them."
    assert_refused(capfd, arguments, said, tmp_path)


def test_a_run_may_be_named_like_a_checkpoint(run, evaluated, tmp_path):
    copy = shutil.copytree(run.path, tmp_path / "run.keras")
    scores = evaluate.evaluate(copy, tmp_path / "out")
    assert scores["generated"] == evaluated[1]["generated"]


def test_data_that_cannot_be_had_are_refused(copied, capfd, monkeypatch):
    def load(*arguments):
        raise UserError("tiny is not prepared.")

    monkeypatch.setattr(sources, "load", load)
    assert_refused(capfd, [copied.path], "tiny is not prepared.", copied.path)


def test_a_file_where_the_scores_should_go_is_refused(run, tmp_path, capfd):
    file = tmp_path / "file"
    file.write_text("kept")
    for out in (file, file / "below"):
        assert_refused(
            capfd, [run.path, "--out", out], f"Cannot write to {file}: Not a directory", tmp_path
        )


def test_a_file_where_the_pictures_should_go_is_refused(run, tmp_path, capfd):
    (tmp_path / "evaluation").write_text("kept")
    said = f"Cannot write to {tmp_path / 'evaluation'}: Not a directory"
    assert_refused(capfd, [run.path, "--out", tmp_path], said, tmp_path)


@pytest.mark.parametrize("seed", [-1, 2**31, 10**20])
def test_a_seed_out_of_range_is_refused(run, capfd, seed):
    said = f"--seed must be from 0 to 2147483647. Received: {seed}."
    assert_refused(capfd, [run.path, f"--seed={seed}"], said, run.path)


def test_a_place_that_cannot_be_written_is_refused(run, shared_folder, capfd):
    shutil.copytree(run.path, shared_folder / "run")
    shared_folder.chmod(0o555)
    said = f"Cannot write to {shared_folder}: Permission denied"
    arguments = [shared_folder / "run", "--out", shared_folder / "out"]
    with ordinary_user():
        assert_refused(capfd, arguments, said, shared_folder)


def test_as_a_process_it_says_one_line(root, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    process = subprocess.run(
        [sys.executable, "-m", "keras_infogan", "evaluate", str(tmp_path)],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr == (
        f"infogan evaluate: {tmp_path} is not a run: {tmp_path / 'config.json'} is damaged.\n"
    )


# What is said of the scores


@pytest.fixture
def scores(evaluated):
    """Scores that a test may change."""
    return copy.deepcopy(evaluated[1])


def test_report_of_labelled_data(scores):
    scores["codes"] |= {
        "code_accuracy": 0.91234,
        "code_purity": 0.95,
        "code_to_label": {"0": 3, "1": None},
        "ambiguous_codes": {"1": {"4": 0.6, "9": 0.35}},
    }
    scores["information"] = {
        "c1": {"nats": 2.0, "entropy": 2.5, "share": 0.8},
        "c2": {"nats": -0.25, "entropy": 0.7, "share": None},
    }
    scores["between_looks"] = {"c1": 1.95}
    scores["continuous"]["c2"] |= {
        "moves": "slant",
        "rank_correlation": 0.97,
        "digits_at_0.8": 0.9,
    }
    lines = evaluate.report(scores).splitlines()
    assert lines[0].endswith("step-000000005.keras, step 5, tiny:")
    assert lines[1].startswith("one-to-one accuracy 0.9123, purity 0.9500, NMI ")
    assert lines[1].endswith("on 10 test images; code→label 0→3, 1→none")
    assert lines[2:7] == [
        "code 1 is ambiguous: 4 in 60%, 9 in 35%",
        "c1: 2.000 nats of information, 80.0% of H(c1)",
        "c2: -0.250 nats of information",
        "c1: 1.950 nats of information between two looks at a test image",
        "c2 moves slant: rank correlation 0.97, at least 0.8 in 90% of the digits",
    ]
    assert lines[7].startswith("Fréchet distance ")
    assert lines[7].endswith(
        "; features of this project's untrained convolutions: not comparable with other extractors"
    )
    assert lines[8:] == []


def test_report_of_known_factors(scores):
    before = evaluate.report(scores).splitlines()
    scores["disentanglement"] = {
        "factor_vae": 0.876,
        "dci_disentanglement": 0.61,
        "dci_completeness": 0.5,
        "dci_informativeness": 0.4,
        "sap": 0.12,
        "mig": 0.2,
        "modularity": 0.9,
        "factors": {"shape": {"c1": 0.1, "c2": 0.02}, "x": {"c1": 0.0, "c2": 0.754}},
    }
    lines = evaluate.report(scores).splitlines()
    assert [line for line in lines if line not in before] == [
        "FactorVAE score 0.88, DCI 0.61 (completeness 0.50, informativeness 0.40), SAP 0.12, MIG "
        "0.20, modularity 0.90",
        "what the best code knows of each factor: shape 10% by c1, x 75% by c2",
    ]


def test_report_of_several_codes(scores):
    own = {**scores["codes"], "code_accuracy": 0.9, "code_purity": 0.95, "ambiguous_codes": {}}
    del own["code"]
    other = {**own, "code_accuracy": 0.2, "code_to_label": {"0": 3, "1": None}}
    other["ambiguous_codes"] = {"1": {"4": 0.6}}
    together = {"code_purity": 0.97, "code_nmi": 0.5, "label_information": 2.25}
    scores["codes"] = {"code": "c1", **own, "each": {"c1": own, "c4": other}, "together": together}
    lines = evaluate.report(scores).splitlines()
    assert lines[1].startswith("c1: one-to-one accuracy 0.9000, purity 0.9500, NMI ")
    assert lines[2].startswith("c4: one-to-one accuracy 0.2000, purity 0.9500, NMI ")
    assert lines[2].endswith("on 10 test images; code→label 0→3, 1→none")
    assert lines[3:5] == [
        "c4: code 1 is ambiguous: 4 in 60%",
        "c1 tells the labels apart best; all codes together: purity 0.9700, NMI 0.500, "
        "information about the label 2.250 nats",
    ]


def test_report_without_labels_and_without_a_readable_code(scores):
    scores["codes"] = dict.fromkeys(scores["codes"])
    scores["information"]["c1"] |= {"nats": None, "share": None}
    scores["between_looks"] = {"c1": None}
    lines = evaluate.report(scores).splitlines()
    assert lines[1] == "no labels or no code that is read, so no accuracy"
    assert lines[2] == "c1: Q's output is not finite"
