"""A folder of five people, from train.py to a picture of one of them by name."""

import json

import numpy as np
import pytest
from PIL import Image, ImageDraw

import train
from keras_infogan.commands import evaluate, generate
from keras_infogan.serving.exported import Exported
from keras_infogan.serving.sheet import sheet

PEOPLE = ["Ada", "Bo Li", "Cé", "Dee", "Eve O'Hara"]
ARGUMENTS = (
    "--preset quick --no-jit --image-size 8 --crop 20 --categories 5 --noise 3 "
    "--continuous-codes 1 --max-steps 3 --batch-size 8 --name people --tensorboard"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A directory with drawn faces of several sizes and formats, and one file that is none."""
    place = tmp_path_factory.mktemp("place")
    draws = np.random.default_rng(0)
    for person, name in enumerate(PEOPLE):
        (place / "faces" / name).mkdir(parents=True)
        for i in range(20):
            side = int(draws.integers(24, 40))
            face = Image.new("RGB", (side, side + 4 * (i % 2)), (255, 255, 255))
            pen = ImageDraw.Draw(face)
            pen.ellipse((2, 2, side - 3, side - 3), fill=(40 * person + 20, 90, 220 - 40 * person))
            pen.line((side // 3, side // 2, side // 3 + person, side // 2), fill=0, width=2)
            suffix = ("png", "jpg", "webp")[i % 3]
            face.save(place / "faces" / name / f"{i:02d}.{suffix}")
    (place / "faces" / "Dee" / "broken.png").write_bytes(b"no PNG")
    return place


@pytest.fixture(scope="module")
def trained(place):
    """The finished run of that folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        assert train.main(["--dataset", "folder:faces", *ARGUMENTS.split()]) == 0
    return place / "runs" / "people"


def test_the_run_knows_its_people(trained, place):
    config = json.loads((trained / "config.json").read_text())
    config = config["data"]
    assert config["dataset"] == f"folder:{place / 'faces'}"
    assert (config["image_size"], config["crop"], config["channels"]) == (8, 20, None)
    summary = json.loads((trained / "summary.json").read_text())
    assert summary["label_names"] == PEOPLE
    assert (summary["train_images"], summary["test_images"], summary["steps"]) == (90, 10, 3)
    assert sorted(summary["codes"]["code_to_label"].values()) == [0, 1, 2, 3, 4]
    assert len(list((trained / "tensorboard").iterdir())) == 1
    with Image.open(trained / "images" / "noise-by-code-0000003.png") as picture:
        assert (picture.mode, picture.height) == ("RGB", 5 * 8 + 4 * 2)


def test_a_person_is_generated_by_name(trained, tmp_path, capsys):
    exported = Exported(trained)
    assert exported.image_shape == (8, 8, 3)
    assert exported.label_names == dict(enumerate(PEOPLE))
    # A card goes where the model goes: it does not tell where the pictures lay.
    texts = [(exported.path / name).read_text() for name in ("README.md", "about.json")]
    assert texts[0].startswith("# quick on folder:faces\n")
    assert str(trained.parent.parent) not in "".join(texts)
    expected = sheet(exported.sample(4, seed=1, label=4))
    for label in ("Eve O'Hara", "4"):
        out = tmp_path / f"{label}.png"
        arguments = ["--label", label, "--count", "4", "--seed", "1", "--out", str(out)]
        assert generate.main([str(trained), *arguments]) == 0
        np.testing.assert_array_equal(np.asarray(Image.open(out)), expected)
    assert generate.main([str(trained), "--label", "Eve", "--out", str(out)]) == 2
    assert "label must be one of Ada, Bo Li, Cé, Dee, Eve O'Hara, 0, 1" in capsys.readouterr().err


def test_the_evaluation_calls_people_by_name(trained, tmp_path, capfd):
    scores = evaluate.evaluate(trained, tmp_path)
    assert scores["label_names"] == tuple(PEOPLE)
    assert np.sum(scores["confusion"]["c1"]) == 10
    text = evaluate.report(scores)
    for code, label in scores["codes"]["code_to_label"].items():
        assert f"{code}→{PEOPLE[label]}" in text
    assert "Dee/broken.png cannot be read and is left out" in capfd.readouterr().err


def test_a_stopped_run_of_a_folder_goes_on_from_anywhere(trained, monkeypatch):
    monkeypatch.chdir("/")
    assert train.main(["--resume", str(trained)]) == 0
