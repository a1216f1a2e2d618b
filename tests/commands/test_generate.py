"""`infogan generate`: the pictures are those of the exported signatures."""

import numpy as np
import pytest
from PIL import Image

from keras_infogan.commands import generate
from keras_infogan.serving.exported import Exported
from keras_infogan.serving.sheet import sheet


@pytest.fixture(scope="module")
def loaded(exported):
    return Exported(exported)


@pytest.fixture
def drawn(exported, tmp_path, capsys):
    """A function: arguments → the pixels of the picture that the command writes."""

    def draw(*arguments):
        out = tmp_path / "new" / "sheet.png"
        assert generate.main([str(exported), "--out", str(out), *arguments]) == 0
        assert capsys.readouterr().out == f"{out}\n"
        return np.asarray(Image.open(out))

    return draw


def test_images_of_a_label(drawn, loaded):
    np.testing.assert_array_equal(drawn("--label", "8"), sheet(loaded.sample(16, label=8)))
    few = drawn("--label", "3", "--count", "3", "--seed", "5", "--set", "c2=1.5", "--set", "c3=-1")
    expected = loaded.sample(3, 5, label=3, values={"c2": 1.5, "c3": -1.0})
    np.testing.assert_array_equal(few, sheet(expected))


def test_images_of_a_code(drawn, loaded):
    # Code 9 means no label, and can be asked for all the same.
    np.testing.assert_array_equal(drawn("--code", "9"), sheet(loaded.sample(16, code=9)))


def test_a_sweep_moves_one_code_along_each_row(drawn, loaded):
    picture = drawn("--label", "3", "--count", "2", "--sweep", "c3", "--set", "c2=0.5")
    columns = [
        loaded.sample(2, label=3, values={"c2": 0.5, "c3": value})
        for value in (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
    ]
    assert np.abs(columns[0] - columns[-1]).max() > 1e-3
    np.testing.assert_array_equal(picture, sheet(np.stack(columns, axis=1)))


def test_a_grid_has_a_row_for_each_label_and_the_same_noises(drawn, loaded):
    picture = drawn("--grid", "--count", "4", "--seed", "2")
    rows = [loaded.sample(4, 2, label=label) for label in (0, 1, 2, 3, 5, 6, 7, 8)]
    np.testing.assert_array_equal(picture, sheet(np.stack(rows)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--label", "4"], "label must be one of 0, 1, 2, 3, 5, 6, 7, 8. Received: 4."),
        (["--label", "x"], "label must be one of 0, 1, 2, 3, 5, 6, 7, 8. Received: x."),
        (["--code", "10"], "code must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9. Received: 10."),
        (["--label", "3", "--count", "0"], "--count must be from 1 to 10000. Received: 0."),
        (["--grid", "--count", "0"], "--count must be from 1 to 10000. Received: 0."),
        (["--label", "3", "--set", "c2"], "--set takes NAME=NUMBER, such as c2=1.5. Received: c2."),
        (["--label", "3", "--set", "c9=1"], "The codes that can be set are c2, c3. Received: c9."),
        (["--label", "3", "--sweep", "c9"], "The codes that can be set are c2, c3. Received: c9."),
        (["--label", "3", "--set", "c2=1000"], "c2 must be from -100 to 100 and not NaN."),
        (["--label", "3", "--sweep", "c2", "--set", "c2=1"], "c2 is swept, so it cannot be set."),
        (["--grid", "--sweep", "c2"], "--grid and --sweep do not go together."),
        (["--label", "3", "--out", 300 * "a" + ".png"], "File name too long."),
        (["--label", "3", "--out", "a.jpg"], "--out must be a .png file. Received: a.jpg."),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(
    exported, tmp_path, capsys, monkeypatch, arguments, message
):
    monkeypatch.chdir(tmp_path)
    assert generate.main([str(exported), "--out", "a.png", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("infogan generate: ") and error.count("\n") == 1
    assert message in error
    assert list(tmp_path.iterdir()) == []


def test_a_directory_without_an_export_is_refused(tmp_path, capsys):
    arguments = ["--label", "3", "--out", str(tmp_path / "a.png")]
    assert generate.main([str(tmp_path), *arguments]) == 2
    assert "is neither a run nor an exported model" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--label", "3", "--code", "3"], ["--code", "x"]])
def test_unusable_arguments_are_one_line(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        generate.main(["run", "--out", "a.png", *arguments])
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
