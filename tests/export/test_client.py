"""The client, against a server's REST and gRPC ports that a real exported model answers."""

import base64
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time

import grpc
import numpy as np
import pytest
from fake_serving import Service, grpc_server, http_server
from PIL import Image
from tensorflow_serving.apis import predict_pb2

from export import client
from export.served_by_grpc import GrpcModel
from export.served_by_rest import RestModel
from export.served_model import sentence
from keras_infogan.errors import UserError

CLOSED = 1  # a port that nothing listens to


@pytest.fixture(params=["rest", "grpc"])
def transport(request):
    return request.param


@pytest.fixture
def arguments(transport, rest, grpc_port):
    """The command line's way to the server."""
    return ["--url", rest] if transport == "rest" else ["--grpc", grpc_port]


@pytest.fixture
def connect(transport, rest, grpc_port):
    """A function that makes a model of version 2, or of another."""

    def make(**options):
        kind, address = (RestModel, rest) if transport == "rest" else (GrpcModel, grpc_port)
        return kind(address, **options)

    return make


@pytest.fixture
def refused(capsys, tmp_path, monkeypatch):
    """A function that runs the client, which must fail; returns its one line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "made").mkdir()

    def run(*arguments):
        before = sorted(tmp_path.rglob("*"))
        assert client.main([*map(str, arguments)]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert sorted(tmp_path.rglob("*")) == before  # nothing written
        (line,) = printed.err.splitlines()
        assert line.startswith("python -m export.client: ")
        return line.removeprefix("python -m export.client: ")

    return run


def pixels(path):
    return np.asarray(Image.open(path))


def png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


def sevens(signatures, count=16, seed=0, label=7, c2=0.0, c3=0.0):
    """Images of version 2, by its signature called directly, as bytes of colour."""
    images = signatures(
        "sample",
        seed=np.arange(seed, seed + count),
        label=np.full(count, label),
        c2=np.full(count, c2, np.float32),
        c3=np.full(count, c3, np.float32),
    )["image"]
    return np.round(255.0 * images[..., 0]).astype(np.uint8)


# --- images -----------------------------------------------------------------------------------


def test_the_sheet_has_the_images_of_the_signature(arguments, signatures, tmp_path, capsys):
    out = tmp_path / "new" / "sevens.png"
    assert client.main(["--label", "7", "--count", "5", "--out", str(out), *arguments]) == 0
    assert capsys.readouterr() == (f"{out}\n", "")
    images = sevens(signatures, 5)
    # Three columns of 8 pixels with gaps of 2, two rows, the last place white.
    expected = np.full((18, 28), 255, np.uint8)
    for i, image in enumerate(images):
        top, left = 10 * (i // 3), 10 * (i % 3)
        expected[top : top + 8, left : left + 8] = image
    np.testing.assert_array_equal(pixels(out), expected)
    assert len(np.unique(images, axis=0)) == 5
    assert os.listdir(out.parent) == ["sevens.png"]


def test_default_is_sixteen_images_in_a_square(arguments, tmp_path):
    out = tmp_path / "a.png"
    assert client.main(["--code", "3", "--out", str(out), *arguments]) == 0
    assert pixels(out).shape == (4 * 8 + 3 * 2, 4 * 8 + 3 * 2)


def test_image_i_has_seed_plus_i_and_the_codes_that_were_set(arguments, signatures, tmp_path):
    out = tmp_path / "one.png"
    command = ["--label", "3", "--count", "1", "--out", str(out), *arguments]
    assert client.main([*command, "--seed", "12", "--set", "c3=1.5", "--set", "c2=-1"]) == 0
    found = pixels(out)
    np.testing.assert_array_equal(found, sevens(signatures, 1, 12, 3, c2=-1.0, c3=1.5)[0])
    np.testing.assert_array_equal(found, sevens(signatures, 5, 8, 3, c2=-1.0, c3=1.5)[4])
    assert (found != sevens(signatures, 1, 12, 3)[0]).any()


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
    found = np.round(255.0 * images[..., 0]).astype(np.uint8)
    np.testing.assert_array_equal(found, sevens(signatures, 150))


def test_versions_are_told_apart(connect):
    with connect(version=1) as old, connect(version=2) as new, connect() as latest:
        assert set(new.inputs("sample")) == {"seed", "label", "c2", "c3"}
        assert latest.inputs("sample") == new.inputs("sample")
        with pytest.raises(UserError, match="has no signature sample; it has generate, recog"):
            client.sample(old, "label", 7, 1)
        assert client.sample(old, "code", 7, 1).shape == (1, 8, 8, 1)


def test_sheets_are_about_square():
    for count, shape in [(1, (1, 1)), (2, (1, 2)), (7, (3, 3)), (12, (3, 4)), (64, (8, 8))]:
        table = client.sheet(np.zeros((count, 2, 2, 3)))
        assert table.shape == (*shape, 2, 2, 3)
        assert np.count_nonzero(table == -1.0) == 12 * count


# --- pictures ---------------------------------------------------------------------------------


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
    assert client.main(["--recognize", *map(str, files), *arguments]) == 0
    found = signatures("recognize_png", png_bytes=contents)
    assert capsys.readouterr().out.splitlines() == [
        f"{files[i]}: label {found['label'][i]}, probability {found['label_probability'][i]:.3f}, "
        f"code {found['code'][i]}, c2 {found['c2_mean'][i]:.2f}, c3 {found['c3_mean'][i]:.2f}"
        for i in range(2)
    ]


def test_without_labels_the_probability_is_the_codes(connect):
    with connect(version=1) as model:
        found = client.recognize(model, png(np.zeros((8, 8), np.uint8)))
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


# --- the Python API ---------------------------------------------------------------------------


def test_predict_gives_every_output_of_a_signature(connect, signatures):
    inputs = {
        "seed": [1, 2],
        "label": np.array([7, 3], np.int32),
        "c2": [0.5, -0.1],
        "c3": np.array([0, 1]),
    }
    with connect() as model:
        found = model.predict("sample", inputs)
    expected = signatures(
        "sample",
        seed=np.array([1, 2]),
        label=np.array([7, 3]),
        c2=np.array([0.5, -0.1], np.float32),
        c3=np.array([0, 1], np.float32),
    )
    assert set(found) == {"image", "png_bytes"}
    np.testing.assert_array_equal(found["image"], expected["image"])
    assert found["image"].dtype == np.float32
    assert list(found["png_bytes"]) == list(expected["png_bytes"])  # bytes, whole


def test_a_single_output_has_its_name(connect, signatures):
    generator = np.random.default_rng(0)
    noise = generator.normal(size=(3, 3)).astype(np.float32)
    codes = np.eye(12, dtype=np.float32)[:3]
    with connect() as model:
        found = model.predict("generate", {"noise": noise, "codes": codes})
    assert set(found) == {"image"}
    np.testing.assert_array_equal(
        found["image"], signatures("generate", noise=noise, codes=codes)["image"]
    )


def test_integers_stay_whole(connect):
    with connect() as model:
        found = model.predict("recognize", {"image": np.zeros((1, 8, 8, 1))})
        assert found["code"].dtype == found["label"].dtype == np.int64
        image = client.sample(model, "code", 1, 2, seed=2**63 - 2)  # not a double
        assert (image[0] != image[1]).any()


def test_inputs_have_their_types(connect):
    with connect() as model:
        assert model.inputs("sample_code") == {
            "seed": np.int64,
            "code": np.int64,
            "c2": np.float32,
            "c3": np.float32,
        }
        assert model.inputs("recognize_png") == {"png_bytes": np.object_}


@pytest.mark.parametrize(
    "inputs, message",
    [
        ({"noise": [[0, 0, 0]]}, "generate takes codes, noise. Received: noise."),
        ({"noise": [], "codes": []}, "at least one. Received: codes 0, noise 0."),
        ({"noise": [[0, 0, 0]] * 2, "codes": [[0] * 12]}, "Received: codes 1, noise 2."),
        ({"noise": 1.0, "codes": [[0] * 12]}, "noise must have one row a sample."),
        ({"noise": [["a"]], "codes": [[0] * 12]}, "noise must be an array of float32."),
        ({"noise": [[1], [1, 2]], "codes": [[0] * 12]}, "noise must be an array of float32."),
    ],
)
def test_inputs_that_do_not_fit_are_not_sent(connect, manager, inputs, message):
    del manager.requests[:]
    with connect() as model, pytest.raises(UserError) as caught:
        model.predict("generate", inputs)
    assert message in str(caught.value)
    assert manager.requests == []


def test_a_fraction_is_no_label(connect):
    with connect() as model, pytest.raises(UserError, match="label must be an array of int64"):
        model.predict("sample", {"seed": [1], "label": [1.5], "c2": [0.0], "c3": [0.0]})


def test_what_is_not_a_number_is_refused_by_the_server(connect):
    with connect() as model, pytest.raises(UserError, match="c2 must be from -100 to 100 and not"):
        model.predict("sample", {"seed": [1], "label": [7], "c2": [np.nan], "c3": [0.0]})


def test_metadata_is_asked_for_once(rest):
    asked = []

    def respond(method, path, headers, body):
        asked.append((method, path))
        info = {"dtype": "DT_FLOAT"}
        signature = {"twice": {"inputs": {"x": info}, "outputs": {"y": info}}}
        if method == "GET":
            content = {"metadata": {"signature_def": {"signature_def": signature}}}
        else:
            rows = json.loads(body)["instances"]
            content = {"predictions": [2 * row["x"] for row in rows]}
        return 200, json.dumps(content).encode()

    with http_server(respond) as url, RestModel(url + "/", "a/b", 7) as model:
        assert model.predict("twice", {"x": [1.0, 2.5]})["y"].tolist() == [2.0, 5.0]
        assert model.predict("twice", {"x": [3]})["y"].tolist() == [6.0]
    assert asked == [
        ("GET", "/v1/models/a%2Fb/versions/7/metadata"),
        ("POST", "/v1/models/a%2Fb/versions/7:predict"),
        ("POST", "/v1/models/a%2Fb/versions/7:predict"),
    ]


# --- what is refused --------------------------------------------------------------------------


def test_a_refusal_is_the_servers_sentence(arguments, refused):
    line = refused("--label", 12, "--out", "a.png", *arguments)
    assert line == (
        f"{arguments[1]} refused the request: "
        "label must be one of 0, 1, 2, 3, 4, 5, 6, 7. Received: 12."
    )
    line = refused("--code", 3, "--set", "c2=200", "--out", "a.png", *arguments)
    assert line.endswith("c2 must be from -100 to 100 and not NaN. Received: 200 to 200.")


def test_no_server(refused, transport):
    address = f"127.0.0.1:{CLOSED}"
    option = ["--url", f"http://{address}"] if transport == "rest" else ["--grpc", address]
    line = refused("--label", 7, "--out", "a.png", *option)
    assert line.startswith(f"No server answers at {option[1]}: ") and "refused" in line


def test_a_host_that_is_not_there(refused, transport):
    address = "nowhere.invalid:80"
    option = ["--url", f"http://{address}"] if transport == "rest" else ["--grpc", address]
    line = refused("--label", 7, "--out", "a.png", *option)
    assert line.startswith(f"No server answers at {option[1]}: ")


def test_a_server_that_says_nothing(refused, transport):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        option = ["--url", f"http://{address}"] if transport == "rest" else ["--grpc", address]
        start = time.monotonic()
        line = refused("--label", 7, "--out", "a.png", "--timeout", 0.5, *option)
        assert 0.4 < time.monotonic() - start < 20.0
    assert line == f"{option[1]} did not answer within 0.5 seconds."


def test_a_time_out_in_the_middle_of_an_answer(refused):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"

        def half():
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
                connection.recv(1)
                done.wait(10)

        done = threading.Event()
        thread = threading.Thread(target=half)
        thread.start()
        line = refused("--code", 7, "--out", "a.png", "--timeout", 0.5, "--url", address)
        done.set()
        thread.join()
    assert line == f"{address} did not answer within 0.5 seconds."


def test_unknown_model_and_version(arguments, refused):
    command = ["--label", 7, "--out", "a.png", *arguments]
    assert refused(*command, "--model", "nobody") == (
        f"{arguments[1]} does not serve nobody: Servable not found for request: Latest(nobody)."
    )
    assert refused(*command, "--version", 9) == (
        f"{arguments[1]} does not serve generator version 9: "
        "Servable not found for request: Specific(generator, 9)."
    )


def test_a_version_without_labels(arguments, refused):
    line = refused("--label", 7, "--out", "a.png", "--version", 1, *arguments)
    assert line == (
        f"generator at {arguments[1]} has no signature sample; "
        "it has generate, recognize, recognize_png, sample_code, serving_default."
    )


@pytest.mark.parametrize(
    "status, body, message",
    [
        (200, b"<html>", "answer as TensorFlow Serving would: status 200 and 6 bytes of something"),
        (404, b"<HTML>", "answer as TensorFlow Serving would: status 404 and 6 bytes of something"),
        (500, b'["error"]', "would: status 500 and 9 bytes of something else than its JSON."),
        (200, b"[]", "would: its metadata lists no signatures."),
        (200, b'{"metadata": 1}', "would: its metadata lists no signatures."),
        (503, b'{"error": "busy"}', "failed with status 503: busy."),
        (504, b'{"error": "late"}', "did not answer within 10 seconds."),
    ],
)
def test_other_answers(refused, status, body, message):
    with http_server(lambda *_: (status, body)) as url:
        line = refused("--label", 7, "--out", "a.png", "--url", url)
    assert line.startswith(url) and message in line


@pytest.mark.parametrize(
    "predictions",
    [None, 1, [], [{}], [{"image": [[0.5]]}, {"image": [[0.5]]}], [{"image": [["a"]]}]],
)
def test_predictions_that_do_not_fit(refused, predictions):
    def respond(method, path, headers, body):
        if method == "POST":
            return 200, json.dumps({"predictions": predictions}).encode()
        inputs = {"seed": {"dtype": "DT_INT64"}, "code": {"dtype": "DT_INT64"}}
        outputs = {"image": {"dtype": "DT_FLOAT"}, "other": {"dtype": "DT_FLOAT"}}
        signature = {"sample_code": {"inputs": inputs, "outputs": outputs}}
        content = {"metadata": {"signature_def": {"signature_def": signature}}}
        return 200, json.dumps(content).encode()

    with http_server(respond) as url:
        line = refused("--code", 7, "--count", 1, "--out", "a.png", "--url", url)
    assert line.endswith("would: its answer to sample_code does not fit the metadata.")


@pytest.mark.parametrize(
    "code, message",
    [
        ("INTERNAL", "failed with status INTERNAL: it broke."),
        ("RESOURCE_EXHAUSTED", "failed with status RESOURCE_EXHAUSTED: it broke."),
        ("FAILED_PRECONDITION", "refused the request: it broke."),
        ("DEADLINE_EXCEEDED", "did not answer within 10 seconds."),
        ("UNAVAILABLE", "it broke."),
    ],
)
def test_other_statuses_of_grpc(refused, manager, code, message):
    class Broken(Service):
        def Predict(self, request, context):  # noqa: N802
            context.abort(grpc.StatusCode[code], "it broke")

    with grpc_server(Broken(manager)) as address:
        line = refused("--label", 7, "--out", "a.png", "--grpc", address)
    assert address in line and line.endswith(message)


def test_an_answer_over_grpc_that_lacks_an_output(refused, manager):
    class Empty(Service):
        def Predict(self, request, context):  # noqa: N802
            return predict_pb2.PredictResponse()

    with grpc_server(Empty(manager)) as address:
        line = refused("--label", 7, "--out", "a.png", "--grpc", address)
    assert line.endswith("would: its answer to sample does not fit the metadata.")


@pytest.mark.parametrize(
    "options, message",
    [
        (["--count", "0"], "count must be at least 1. Received: 0."),
        (["--seed", str(2**63)], f"seed must be a 64-bit integer. Received: {2**63}."),
        (
            ["--seed", str(2**63 - 1), "--count", "2"],
            f"seed + count - 1 must be a 64-bit integer. Received: {2**63}.",
        ),
        (["--set", "c9=1"], "The model's continuous codes are: c2, c3. Received: c9."),
        (["--set", "label=1"], "The model's continuous codes are: c2, c3. Received: label."),
        (["--set", "c2"], "--set takes NAME=NUMBER, such as c2=1.5. Received: c2."),
        (["--set", "c2=wide"], "--set takes NAME=NUMBER, such as c2=1.5. Received: c2=wide."),
        (["--set", "c2=nan"], "--set takes NAME=NUMBER, such as c2=1.5. Received: c2=nan."),
        (["--set", "c2=1e39"], "--set takes NAME=NUMBER, such as c2=1.5. Received: c2=1e39."),
        (["--timeout", "0"], "--timeout must be above 0, up to 86400. Received: 0.0."),
        (["--timeout", "nan"], "--timeout must be above 0, up to 86400. Received: nan."),
    ],
)
def test_arguments_that_cannot_be_used(rest, refused, manager, options, message):
    del manager.requests[:]
    assert refused("--label", 7, "--out", "a.png", "--url", rest, *options) == message
    assert manager.requests == []


@pytest.mark.parametrize("url", ["localhost:8501", "ftp://localhost", "http://", "http://a:b"])
def test_a_url_that_is_none(refused, url):
    line = refused("--label", 7, "--out", "a.png", "--url", url)
    assert line == f"The URL must be like http://localhost:8501. Received: {url}."


@pytest.mark.parametrize("address", ["localhost", "http://localhost:8500"])
def test_an_address_that_is_none(refused, address):
    line = refused("--label", 7, "--out", "a.png", "--grpc", address)
    assert line == f"The address must be like localhost:8500. Received: {address}."


def test_a_place_that_cannot_be_written_is_named_before_asking(rest, refused, manager):
    del manager.requests[:]
    command = ["--label", 7, "--url", rest]
    assert refused(*command) == "--label and --code need --out, a .png file."
    assert refused(*command, "--out", "a.jpg") == "--out must be a .png file. Received: a.jpg."
    open("file", "w").close()
    os.mkdir("folder.png")
    line = refused(*command, "--out", "folder.png")
    assert line == "--out must be a .png file. Received: folder.png."
    line = refused(*command, "--out", "file/a.png")
    assert line.startswith("Cannot write to ") and line.endswith("file: Not a directory.")
    assert manager.requests == []


def test_a_full_disk_leaves_the_old_file(rest, capsys, tmp_path, monkeypatch):
    out = tmp_path / "a.png"
    out.write_bytes(b"old")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    assert client.main(["--label", "7", "--out", str(out), "--url", rest]) == 2
    assert capsys.readouterr().err.endswith(f"Cannot write {out}: No space left on device.\n")
    assert out.read_bytes() == b"old" and os.listdir(tmp_path) == ["a.png"]


def test_files_that_cannot_be_recognized(arguments, refused, manager, tmp_path):
    del manager.requests[:]
    good, text = tmp_path / "made" / "good.png", tmp_path / "made" / "text.png"
    good.write_bytes(png(np.zeros((8, 8), np.uint8)))
    line = refused("--recognize", good, "made/none.png", *arguments)
    assert line == "Cannot read made/none.png: No such file or directory."
    assert refused("--recognize", "made", *arguments) == "Cannot read made: Is a directory."
    assert manager.requests == []
    text.write_text("no picture")
    assert refused("--recognize", good, "made/text.png", *arguments) == (
        f"made/text.png: {arguments[1]} refused the request: "
        "png_bytes must be PNG files. Received: 10 bytes of something else."
    )


# --- around it --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message, expected",
    [
        ("Servable not found for request: Latest(a)", "Servable not found for request: Latest(a)."),
        ("assertion failed: [c2 is wrong.]\n\t [[{{node a/Assert}}]]", "c2 is wrong."),
        (
            "2 root error(s) found.\n  (0) INVALID_ARGUMENT: assertion failed: [c2 is wrong. "
            "Received: 5×1.]\n\t [[{{node a}}]]\n\t [[b/_5]]\n  (1) INVALID_ARGUMENT: assertion "
            "failed: [c2 is wrong. Received: 5×1.]\n\t [[{{node a}}]]\n0 successful operations.",
            "c2 is wrong. Received: 5×1.",
        ),
        (
            "Invalid PNG data, size 60\n\t [[{{node map/while/DecodePng}}]]",
            "Invalid PNG data, size 60.",
        ),
        ("x" * 1000, "x" * 300 + "…"),
    ],
)
def test_a_servers_message_as_one_sentence(message, expected):
    assert sentence(message) == expected


def test_a_proxy_is_not_asked_for_the_own_machine(connect, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "grpc_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{CLOSED}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with connect() as model:
        assert "seed" in model.inputs("sample")


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
    assert pixels(out).shape == (38, 38)


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


def test_bytes_travel_in_base_64(rest, manager):
    """What curl would send and get."""
    import requests

    content = png(np.zeros((8, 8), np.uint8))
    body = {"signature_name": "recognize_png"}
    body["instances"] = [{"png_bytes": {"b64": base64.b64encode(content).decode()}}]
    response = requests.post(f"{rest}/v1/models/generator:predict", json=body, timeout=10)
    assert set(response.json()["predictions"][0]) == {
        "code", "code_probabilities", "label", "label_probability",
        "c2_mean", "c2_std", "c3_mean", "c3_std",
    }  # fmt: skip
    row = {"seed": 1, "label": 7, "c2": 0, "c3": 0}
    body = {"signature_name": "sample", "instances": [row]}
    response = requests.post(f"{rest}/v1/models/generator:predict", json=body, timeout=10)
    (found,) = response.json()["predictions"]
    assert base64.b64decode(found["png_bytes"]["b64"]).startswith(b"\x89PNG")
