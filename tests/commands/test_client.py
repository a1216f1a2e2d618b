"""The client's command line, against a server that a real exported model answers."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from keras_infogan.commands import client as program
from keras_infogan.errors import UserError
from keras_infogan.serving import client
from keras_infogan.serving.served_by_grpc import GrpcModel
from keras_infogan.serving.served_by_rest import RestModel
from keras_infogan.serving.sheet import sheet


def pixels(path):
    return np.asarray(Image.open(path))


def sevens(signatures, count=16, seed=0, label=7, c2=0.0, c3=0.0):
    """Images of version 2, by its signature called directly."""
    return signatures(
        "sample",
        seed=np.arange(seed, seed + count),
        label=np.full(count, label),
        c2=np.full(count, c2, np.float32),
        c3=np.full(count, c3, np.float32),
    )["image"]


def test_the_sheet_has_the_images_of_the_signature(arguments, signatures, tmp_path, capsys):
    out = tmp_path / "new" / "sevens.png"
    assert program.main(["--label", "7", "--count", "5", "--out", str(out), *arguments]) == 0
    assert capsys.readouterr() == (f"{out}\n", "")
    images = sevens(signatures, 5)
    np.testing.assert_array_equal(pixels(out), sheet(images))
    assert len(np.unique(images, axis=0)) == 5
    assert os.listdir(out.parent) == ["sevens.png"]


def test_default_is_sixteen_images_in_a_square(arguments, tmp_path):
    out = tmp_path / "a.png"
    assert program.main(["--code", "3", "--out", str(out), *arguments]) == 0
    assert pixels(out).shape == (14 * 38, 14 * 38)  # four of 8 and gaps of 2, 14 times as large


def test_image_i_has_seed_plus_i_and_the_codes_that_were_set(arguments, signatures, tmp_path):
    out = tmp_path / "one.png"
    command = ["--label", "3", "--count", "1", "--out", str(out), *arguments]
    assert program.main([*command, "--seed", "12", "--set", "c3=1.5", "--set", "c2=-1"]) == 0
    found = pixels(out)
    np.testing.assert_array_equal(found, sheet(sevens(signatures, 1, 12, 3, c2=-1.0, c3=1.5)))
    fifth = sevens(signatures, 5, 8, 3, c2=-1.0, c3=1.5)[4:]
    np.testing.assert_array_equal(found, sheet(fifth))
    assert (found != sheet(sevens(signatures, 1, 12, 3))).any()


def test_rest_and_grpc_give_equal_images(rest, grpc_port):
    with RestModel(rest) as one, GrpcModel(grpc_port) as other:
        images = client.sample(one, "label", 5, 6, seed=3, values={"c2": 0.1})
        np.testing.assert_array_equal(
            images, client.sample(other, "label", 5, 6, seed=3, values={"c2": 0.1})
        )
    assert images.shape == (6, 8, 8, 1) and images.dtype == np.float32


def test_a_code_is_asked_for_by_sample_code(connect, signatures):
    with connect() as model:
        images = client.sample(model, "code", 8, 2)
    zeros = np.zeros(2, np.float32)
    expected = signatures("sample_code", seed=np.arange(2), code=np.full(2, 8), c2=zeros, c3=zeros)
    np.testing.assert_array_equal(images, expected["image"])


def test_many_images_are_asked_for_in_batches(connect, signatures, manager):
    del manager.requests[:]
    with connect() as model:
        images = client.sample(model, "label", 7, 150)
    assert manager.requests == [("sample", 64), ("sample", 64), ("sample", 22)]
    np.testing.assert_array_equal(images, sevens(signatures, 150))


def test_versions_are_told_apart(connect):
    with connect(version=1) as old, connect(version=2) as new, connect() as latest:
        assert set(new.inputs("sample")) == {"seed", "label", "c2", "c3"}
        assert latest.inputs("sample") == new.inputs("sample")
        with pytest.raises(UserError, match="has no signature sample; it has generate, recog"):
            client.sample(old, "label", 7, 1)
        assert client.sample(old, "code", 7, 1).shape == (1, 8, 8, 1)


def test_recognize_prints_a_line_a_file(arguments, signatures, tmp_path, capsys):
    contents = signatures(
        "sample",
        seed=np.arange(2),
        label=np.array([7, 0]),
        c2=np.zeros(2, np.float32),
        c3=np.zeros(2, np.float32),
    )["png_bytes"]
    files = [tmp_path / "first.png", tmp_path / "second.png"]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    assert program.main(["--recognize", *map(str, files), *arguments]) == 0
    found = signatures("recognize_png", png_bytes=contents)
    assert capsys.readouterr().out.splitlines() == [
        f"{files[i]}: label {found['label'][i]}, probability {found['label_probability'][i]:.3f}, "
        f"code {found['code'][i]}, c2 {found['c2_mean'][i]:.2f}, c3 {found['c3_mean'][i]:.2f}"
        for i in range(2)
    ]


def test_without_labels_the_probability_is_the_codes(connect, black_png):
    with connect(version=1) as model:
        found = client.recognize(model, black_png)
    assert "label" not in found
    probabilities = found["code_probabilities"]
    assert found["code"] == probabilities.argmax() and probabilities.shape == (10,)
    assert client.described(found) == (
        f"code {found['code']}, probability {probabilities.max():.3f}, "
        f"c2 {found['c2_mean']:.2f}, c3 {found['c3_mean']:.2f}"
    )


def test_codes_are_told_in_their_order():
    assert (
        client.described({"c10_mean": 1.0, "c2_mean": 0.256, "c2_std": 1.0}) == "c2 0.26, c10 1.00"
    )


def run(root, code, *arguments):
    """Runs a program without what the tests' environment says of notices."""
    environment = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        [sys.executable, "-W", "error", *code, *map(str, arguments)],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_the_program_over_rest(root, rest, tmp_path):
    out = tmp_path / "a.png"
    done = run(root, ["-m", "export.client"], "--label", 7, "--out", out, "--url", rest)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{out}\n", "")
    assert pixels(out).shape == (14 * 38, 14 * 38)


def test_rest_does_not_wait_for_tensorflow(root, rest, tmp_path):
    code = (
        "import sys; from export import client; assert client.main() == 0; "
        "heavy = {'tensorflow', 'keras', 'grpc', 'matplotlib'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    done = run(root, ["-c", code], "--code", 7, "--out", tmp_path / "a.png", "--url", rest)
    assert (done.returncode, done.stderr) == (0, "")


def test_grpc_prints_no_notices_of_tensorflow(root, grpc_port, tmp_path):
    out = tmp_path / "a.png"
    # One process for both, since the import takes seconds.
    code = (
        "import sys; from export import client; "
        "assert client.main() == 0; sys.exit(client.main([*sys.argv[1:], '--set', 'c2=200']))"
    )
    done = run(root, ["-c", code], "--label", 7, "--out", out, "--grpc", grpc_port)
    assert (done.returncode, done.stdout) == (2, f"{out}\n")
    (line,) = done.stderr.splitlines()
    assert line.endswith("c2 must be from -100 to 100 and not NaN. Received: 200 to 200.")
