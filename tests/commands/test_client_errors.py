"""What the client cannot do: one line each, exit code 2, and nothing written."""

import json
import os
import socket
import threading
import time

import grpc
import pytest
from fake_serving import Service, grpc_server, http_server
from PIL import Image
from tensorflow_serving.apis import predict_pb2

from keras_infogan.commands import client
from keras_infogan.errors import StorageError

CLOSED = 1  # a port that nothing listens to


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
        assert line.startswith("infogan client: ")
        return line.removeprefix("infogan client: ")

    return run


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
    assert line.startswith(f"No answer from {option[1]}: ") and "refused" in line


def test_a_host_that_is_not_there(refused, monkeypatch):
    def unknown(*_):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    line = refused("--label", 7, "--out", "a.png", "--url", "http://nowhere.invalid")
    assert line == "No answer from http://nowhere.invalid: Name or service not known."


def test_a_host_that_cannot_be_one(refused):
    line = refused("--label", 7, "--out", "a.png", "--url", "http://serving..local:8501")
    assert line.startswith("No answer from http://serving..local:8501: ")


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


def predicting(predictions, *outputs):
    """What `http_server` takes: a model that always predicts the same."""

    def respond(method, path, headers, body):
        if method == "POST":
            return 200, json.dumps({"predictions": predictions}).encode()
        signature = {
            "inputs": {name: {"dtype": "DT_INT64"} for name in ("seed", "code")},
            "outputs": {name: {"dtype": "DT_FLOAT"} for name in outputs},
        }
        content = {"metadata": {"signature_def": {"signature_def": {"sample_code": signature}}}}
        return 200, json.dumps(content).encode()

    return respond


@pytest.mark.parametrize(
    "predictions, output",
    [([0.5], "score"), ([0.5], "image"), ([[[[0.5, 0.5]]]], "image")],
)
def test_a_model_that_draws_no_images(refused, predictions, output):
    with http_server(predicting(predictions, output)) as url:
        line = refused("--code", 7, "--count", 1, "--out", "a.png", "--url", url)
    assert line == f"generator at {url} is another kind of model: no images."


@pytest.mark.parametrize(
    "predictions",
    [None, 1, [], [{}], [{"image": [[0.5]]}, {"image": [[0.5]]}], [{"image": [["a"]]}]],
)
def test_predictions_that_do_not_fit(refused, predictions):
    with http_server(predicting(predictions, "image", "other")) as url:
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
        (["--count", "0"], "--count must be from 1 to 10000. Received: 0."),
        (["--seed", str(2**63)], f"seed must be a 64-bit integer. Received: {2**63}."),
        (
            ["--seed", str(2**63 - 1), "--count", "2"],
            f"seed + count - 1 must be a 64-bit integer. Received: {2**63}.",
        ),
        (["--set", "c9=1"], "The codes that can be set are c2, c3. Received: c9."),
        (["--set", "label=1"], "The codes that can be set are c2, c3. Received: label."),
        (["--set", "c2"], "--set takes NAME=NUMBER, such as c2=1.5. Received: c2."),
        (["--set", "c2=wide"], "--set takes NAME=NUMBER, such as c2=1.5. Received: c2=wide."),
        (["--set", "c2=nan"], "--set takes NAME=NUMBER, such as c2=1.5. Received: c2=nan."),
        (["--set", "c2=1e39"], "--set takes NAME=NUMBER, such as c2=1.5. Received: c2=1e39."),
        (["--timeout", "0"], "--timeout must be above 0, up to 86400. Received: 0.0."),
        (["--version", "99999999999999999999"], "--version must be a 64-bit integer."),
        (["--model", "a\udcff"], "--model must be a printable name."),
        (["--timeout", "nan"], "--timeout must be above 0, up to 86400. Received: nan."),
    ],
)
def test_arguments_that_cannot_be_used(rest, refused, manager, options, message):
    del manager.requests[:]
    line = refused("--label", 7, "--out", "a.png", "--url", rest, *options)
    assert line.startswith(message)
    assert manager.requests == []


@pytest.mark.parametrize(
    "url",
    ["localhost:8501", "ftp://localhost", "http://", "http://a:b", "http://Łukasz:geheim@a:1"],
)
def test_a_url_that_is_none(refused, url):
    line = refused("--label", 7, "--out", "a.png", "--url", url)
    assert line == f"The URL must be like http://localhost:8501. Received: {url}."


def test_a_password_is_not_printed(refused):
    line = refused("--any", "--out", "a.png", "--url", "http://admin:geheim@127.0.0.1:9")
    assert line.startswith("No answer from http://127.0.0.1:9: ")


@pytest.mark.parametrize(
    "address",
    ["localhost", "http://localhost:8500", "caf\udce9:1"],
    ids=["no port", "a URL", "not UTF-8"],
)
def test_an_address_that_is_none(refused, address):
    line = refused("--label", 7, "--out", "a.png", "--grpc", address)
    shown = address.replace("\udce9", r"\xe9")
    assert line == f"The address must be like localhost:8500. Received: {shown}."


def test_a_place_that_cannot_be_written_is_named_before_asking(rest, refused, manager):
    del manager.requests[:]
    command = ["--label", 7, "--url", rest]
    assert refused(*command) == "--label, --code and --any need --out, a .png file."
    assert refused(*command, "--out", "a.jpg") == "--out must be a .png file. Received: a.jpg."
    open("file", "w").close()
    os.mkdir("folder.png")
    line = refused(*command, "--out", "folder.png")
    assert line == "--out must be a file. Received a directory: folder.png."
    line = refused(*command, "--out", "file/a.png")
    assert line.startswith("Cannot write to ") and line.endswith("file: Not a directory.")
    assert manager.requests == []


def test_a_full_disk_leaves_the_old_file(rest, capsys, tmp_path, monkeypatch):
    out = tmp_path / "a.png"
    out.write_bytes(b"old")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    assert client.main(["--label", "7", "--out", str(out), "--url", rest]) == StorageError.exit_code
    assert capsys.readouterr().err.endswith(f"Cannot write {out}: No space left on device.\n")
    assert out.read_bytes() == b"old" and os.listdir(tmp_path) == ["a.png"]


def test_files_that_cannot_be_recognized(arguments, refused, manager, black_png, tmp_path):
    del manager.requests[:]
    good, text = tmp_path / "made" / "good.png", tmp_path / "made" / "text.png"
    good.write_bytes(black_png)
    line = refused("--recognize", good, "made/none.png", *arguments)
    assert line == "Cannot read made/none.png: No such file or directory."
    assert refused("--recognize", "made", *arguments) == "Cannot read made: Is a directory."
    assert manager.requests == []
    text.write_text("no picture")
    assert refused("--recognize", good, "made/text.png", *arguments) == (
        f"made/text.png: {arguments[1]} refused the request: "
        "png_bytes must be PNG files. Received: 10 bytes of something else."
    )


@pytest.mark.parametrize("option", ["--out=a.png", "--count=2", "--seed=1", "--set=c2=1"])
def test_drawing_and_recognizing_do_not_mix(refused, rest, option):
    line = refused("--recognize", "made/none.png", option, "--url", rest)
    assert line == f"{option.split('=')[0]} is for --label, --code and --any."
