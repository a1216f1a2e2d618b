"""Pretrained models: made from a run, found by name, whole or refused."""

import dataclasses
import pathlib
import shlex
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from serving_fixtures import ABOUT

from keras_infogan import GAN, ConditionalGAN, InfoGAN, pretrained, saving
from keras_infogan.commands import export, generate
from keras_infogan.commands import pretrained as program
from keras_infogan.commands.train import build_parser
from keras_infogan.config import RunConfig, RunOptions
from keras_infogan.errors import UserError
from keras_infogan.files import write_json
from keras_infogan.registry import PRESETS
from keras_infogan.run_dir import RunDir
from keras_infogan.serving import about
from keras_infogan.serving.exported import Exported
from keras_infogan.serving.saved_model import export_model


@pytest.fixture(scope="module")
def finished(trained, tmp_path_factory, tiny_config):
    """The directory of a finished run of seed 0."""
    run = RunDir(tmp_path_factory.mktemp("runs") / "run")
    run.create()
    config = dataclasses.replace(tiny_config, preset="quick", dataset="mnist5k", seed=0, jit=False)
    run.write_config(config, RunOptions())
    write_json(run.summary, {**ABOUT["summary"], "steps": 1})
    write_json(run.environment, ABOUT["environment"])
    trained.save(run.checkpoint(1))
    export_model(trained, run.export, {**ABOUT, "config": config.to_json()})
    return run


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An empty folder in place of the package's, and in place of the current one."""
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path / "shelf")
    pretrained.FOLDER.mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return pretrained.FOLDER


@pytest.fixture(scope="module")
def made(finished, tmp_path_factory):
    """The folder of a model that was made from the run."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pretrained, "FOLDER", folder)
        assert program.main(["add", str(finished.path), "--name", "tiny"]) == 0
    return folder / "tiny"


@pytest.fixture
def tiny(made, shelf):
    """The name of that model, on the shelf."""
    shutil.copytree(made, shelf / made.name)
    return made.name


def test_a_folder_says_how_the_model_was_made(tiny, shelf):
    about = pretrained.about(tiny)
    assert about["command"].startswith("infogan train --preset quick ")
    assert about["command"].endswith(" --seed 0")
    assert about["data"]["licence"].startswith("CC BY-SA 3.0")
    assert about["environment"]["packages"]["keras"]
    found = (path for path in (shelf / tiny).rglob("*") if path.is_file())
    files = {str(path.relative_to(shelf / tiny)) for path in found}
    assert files == {"about.json", "model.keras", "README.md", "SHA256SUMS"}
    card = (shelf / tiny / "README.md").read_text()
    assert card.startswith("---\nlibrary_name: keras\n") and about["command"] in card


def test_a_folder_of_images_has_its_name_alone(finished, shelf, tmp_path):
    yaml = pytest.importorskip("yaml")
    run = RunDir(shutil.copytree(finished.path, tmp_path / "copy"))
    parent = tmp_path / "at home"
    dataset = f"folder:{parent}/faces: of Ann #1"
    config_with(run, dataset=dataset)
    write_json(run.summary, {**run.read_summary(), "dataset": dataset})
    write_json(run.evaluation, {"step": 1, "dataset": dataset, "checkpoint": "step-1.keras"})
    assert program.main(["add", str(run.path), "--name", "faces", "--data-licence", "Ann's"]) == 0
    for path in (shelf / "faces").iterdir():
        assert bytes(parent) not in path.read_bytes(), path.name
    about, name = pretrained.about("faces"), "folder:faces: of Ann #1"
    assert about["data"]["name"] == about["evaluation"]["dataset"] == name
    assert name in shlex.split(about["command"])
    front = yaml.safe_load((shelf / "faces" / "README.md").read_text().split("---\n")[1])
    assert front["datasets"] == [name]


def config_of(command):
    """The RunConfig, as JSON, that a command trains."""
    given = vars(build_parser().parse_args(shlex.split(command)[2:]))
    options = {name: value for name, value in given.items() if name != "preset"}
    return PRESETS.get(given["preset"]).config.with_options(**options).to_json()


def test_its_command_trains_the_same_config(tiny):
    about = pretrained.about(tiny)
    assert config_of(about["command"]) == about["config"]


def test_a_model_loads_by_its_name(tiny, trained):
    model = InfoGAN.from_preset(tiny)
    latents = trained.latents.fixed(4)
    np.testing.assert_array_equal(model.generate(latents), trained.generate(latents))
    assert not model.compiled
    assert isinstance(GAN.from_preset(tiny), InfoGAN)
    with pytest.raises(UserError, match="must hold a ConditionalGAN. Received: a InfoGAN."):
        ConditionalGAN.from_preset(tiny)


def test_a_file_and_an_address_load_too(finished, monkeypatch, trained):
    checkpoint = finished.latest_checkpoint()
    assert InfoGAN.from_preset(str(checkpoint)).compiled
    asked = []
    monkeypatch.setattr(
        saving.keras.models, "load_model", lambda path: asked.append(path) or trained
    )
    assert InfoGAN.from_preset("hf://somebody/digits") is trained
    assert asked == ["hf://somebody/digits"]


def test_a_model_saved_at_an_address_loads_from_it(finished, monkeypatch, tmp_path):
    """With folders in place of Hugging Face, which a test cannot reach."""
    hub = pytest.importorskip("huggingface_hub")

    def create_repo(api, name, exist_ok):
        return SimpleNamespace(repo_id=name)

    def upload_folder(api, repo_id, folder_path, commit_message):
        shutil.copytree(folder_path, tmp_path / repo_id)

    monkeypatch.setattr(hub.HfApi, "create_repo", create_repo)
    monkeypatch.setattr(hub.HfApi, "upload_folder", upload_folder)
    monkeypatch.setattr(hub, "snapshot_download", lambda repo_id, **_: str(tmp_path / repo_id))
    model = saving.load_model(finished.latest_checkpoint())
    model.save("hf://somebody/digits")
    assert "library_name: keras" in (tmp_path / "somebody/digits/README.md").read_text()
    loaded = InfoGAN.from_preset("hf://somebody/digits")
    assert loaded.compiled
    for one, two in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())


def test_a_name_takes_the_place_of_a_run(tiny, capsys):
    assert generate.main([tiny, "--label", "7", "--count", "4", "--out", "sevens.png"]) == 0
    with Image.open("sevens.png") as sheet:
        assert sheet.width > 8
    assert export.main([tiny, "--out", "served"]) == 0
    assert export.main([f"./{tiny}/"]) == 0
    assert capsys.readouterr().out.split() == ["sevens.png", "served/1", "exported/tiny/1"]


def test_it_answers_as_its_export_does(tiny):
    assert export.main([tiny, "--out", "served"]) == 0
    named, exported = Exported(tiny), Exported("served")
    assert named.labels == exported.labels and named.others == exported.others
    assert named.image_shape == exported.image_shape
    assert {**named.about, **exported.about} == {**exported.about, **named.about} == named.about
    images = named.sample(3, seed=5, label=7)
    np.testing.assert_array_equal(images, exported.sample(3, seed=5, label=7))
    np.testing.assert_array_equal(images[1:], named.sample(2, seed=6, label=7))
    for name, rows in exported.recognize(images).items():
        np.testing.assert_array_equal(named.recognize(images)[name], rows)
    with pytest.raises(UserError, match="label must be one of .* Received: 70."):
        named.sample(1, label=70)


def test_it_is_of_the_run_whatever_the_run_has_exported(finished, shelf, tmp_path):
    run = RunDir(shutil.copytree(finished.path, tmp_path / "copy"))
    (run.export / "1" / "about.json").write_text("{")
    for name in ("one", "two"):
        assert program.main(["add", str(run.path), "--name", name]) == 0
        about = pretrained.about(name)
        table = about["summary"]["codes"]["code_to_label"]
        assert about["codes"]["code_to_label"] == {v: n for v, n in table.items() if n is not None}
        assert Exported(name).sample(1, label=7).shape == (1, 8, 8, 1)
        shutil.rmtree(run.export, ignore_errors=True)


def test_what_hides_a_name_is_told(tiny, capsys):
    for make in (pathlib.Path.touch, pathlib.Path.mkdir):
        make(pathlib.Path(tiny))
        for command in (generate, export):
            arguments = ["--grid"] if command is generate else []
            assert command.main([tiny, *arguments, "--out", "all.png"]) == 2
            error = capsys.readouterr().err
            assert error.count("\n") == 1 and "hides the pretrained model tiny" in error
        (pathlib.Path.unlink if make is pathlib.Path.touch else pathlib.Path.rmdir)(
            pathlib.Path(tiny)
        )


def test_an_unknown_name_gets_the_nearest(tiny, capsys):
    assert generate.main(["tinny", "--grid", "--out", "all.png"]) == 2
    assert capsys.readouterr().err == (
        "infogan generate: tinny is not a directory. The pretrained models are: tiny. "
        "Did you mean tiny?\n"
    )
    assert export.main(["tinny"]) == 2
    assert "Did you mean tiny?" in capsys.readouterr().err
    with pytest.raises(UserError, match=r"Did you mean tiny\? Received: tinny\."):
        InfoGAN.from_preset("tinny")


def test_a_damaged_file_is_refused(tiny, shelf, capsys):
    path = shelf / tiny / "model.keras"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert generate.main([tiny, "--grid", "--out", "all.png"]) == 2
    assert "model.keras is damaged" in capsys.readouterr().err
    for content in ("{}", "{", '{"data": {}, "command": "infogan train"}'):
        (shelf / tiny / "about.json").write_text(content)
        assert program.main(["list"]) == 2
        assert "about.json is damaged" in capsys.readouterr().err


def test_the_list_names_command_score_and_licence(tiny, capsys):
    assert program.main(["list"]) == 0
    line = capsys.readouterr().out
    assert line.startswith("tiny: infogan train") and "accuracy 0.750" in line
    assert "CC BY-SA 3.0" in line


def test_without_models_the_list_says_so(shelf, capsys):
    assert program.main(["list"]) == 0
    assert capsys.readouterr().out == "There are no pretrained models.\n"


def without_end(run):
    """Stopped before it was scored and exported."""
    run.summary.unlink()
    shutil.rmtree(run.export)


def diverged(run):
    """As a run that finished, was given more epochs and diverged: its export is of before."""
    write_json(run.summary, {**run.read_summary(), "status": "failed"})


def went_on(run):
    """As a run that finished, was given more epochs and stopped: its export is of before."""
    shutil.copyfile(run.checkpoint(1), run.checkpoint(2))


def with_a_part_of_its_own(run):
    """As in another process, which has not imported it."""
    run.write_config(run.read_config(), RunOptions(imports=("elsewhere/not_imported.py",)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without_end, "has not finished: there is no "),
        (diverged, "has failed, so it is not exported: see "),
        (went_on, "is of step 2, and its summary.json of step 1. Resume it with: "),
        (with_a_part_of_its_own, "was made with --import: others could not load it."),
        (lambda run: config_with(run, seed=1), "must be of seed 0. Received: seed 1."),
        (lambda run: config_with(run, dataset="folder:x"), "--data-licence is needed"),
    ],
)
def test_runs_that_cannot_be_taken_are_refused(finished, shelf, tmp_path, capsys, change, message):
    run = RunDir(shutil.copytree(finished.path, tmp_path / "copy"))
    change(run)
    assert program.main(["add", str(run.path), "--name", "other"]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
    assert not list(shelf.iterdir())


def config_with(run, **options):
    config = dataclasses.replace(run.read_config(), **options)
    run.write_config(config, RunOptions())


def test_a_name_is_given_once(tiny, finished, capsys):
    assert program.main(["add", str(finished.path), "--name", "tiny"]) == 2
    assert "There is a pretrained model tiny" in capsys.readouterr().err


def test_an_about_json_has_what_that_of_an_export_has():
    assert set(pretrained.KEYS) == {*about.KEYS, "command", "data"}


def test_models_that_ship_are_whole():
    for name in pretrained.names():
        assert pretrained.folder(name).is_dir()
        assert pretrained.about(name)["seed"] == 0


def test_models_that_ship_are_trained_by_the_commands_that_they_name():
    """Whatever has become of their presets."""
    for name in pretrained.names():
        about = pretrained.about(name)
        config = RunConfig.from_json(about["config"])
        trained = dataclasses.replace(config, dataset=about["data"]["name"])
        assert config_of(about["command"]) == trained.to_json(), name
