"""What a script calls: `RestModel` and `GrpcModel`, which do the same."""

import base64
import json

import numpy as np
import pytest
import requests
from fake_serving import http_server

from keras_infogan.errors import UserError
from keras_infogan.serving import client
from keras_infogan.serving.served_by_grpc import GrpcModel
from keras_infogan.serving.served_by_rest import RestModel
from keras_infogan.serving.served_model import sentence


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


def test_answers_over_grpc_may_be_long(grpc_port):
    count = 20_000  # images of 256 bytes are more than the 4 MB that a channel takes by default
    with GrpcModel(grpc_port, timeout=60.0) as model:
        inputs = {"noise": np.zeros((count, 3)), "codes": np.zeros((count, 12))}
        assert model.predict("generate", inputs)["image"].shape == (count, 8, 8, 1)


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


def test_metadata_is_asked_for_once():
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


def test_bytes_travel_in_base_64(rest, black_png):
    """What the README of the serving folder shows for curl."""

    def ask(signature, row):
        with requests.Session() as session:
            session.trust_env = False  # no proxy
            body = {"signature_name": signature, "instances": [row]}
            answer = session.post(f"{rest}/v1/models/generator:predict", json=body, timeout=10)
        (found,) = answer.json()["predictions"]
        return found

    found = ask("recognize_png", {"png_bytes": {"b64": base64.b64encode(black_png).decode()}})
    assert {"code", "code_probabilities", "label", "c2_mean", "c3_std"} <= set(found)
    found = ask("sample", {"seed": 1, "label": 7, "c2": 0, "c3": 0})
    assert base64.b64decode(found["png_bytes"]["b64"]).startswith(b"\x89PNG")


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
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with connect() as model:
        assert "seed" in model.inputs("sample")
