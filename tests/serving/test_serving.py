"""What TensorFlow Serving reads: its configuration, and the signatures that it must serve."""

import json
import os
import re
import shutil
import subprocess

import numpy as np
import pytest
import tensorflow as tf
from fake_serving import http_server
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from google.protobuf import wrappers_pb2 as wrappers
from tensorflow_serving.config import model_server_config_pb2

from keras_infogan.commands import client as program
from keras_infogan.reports.sections import SERVING_IMAGE
from keras_infogan.serving import client, warm_up
from keras_infogan.serving.served_by_grpc import GrpcModel
from keras_infogan.serving.served_by_rest import RestModel

FIELD = descriptor_pb2.FieldDescriptorProto
# Messages that the server reads and tensorflow-serving-api leaves out, with the server's field
# numbers: session_bundle_config.proto and monitoring_config.proto.
BATCHING = {
    "max_batch_size": (1, "google.protobuf.Int64Value"),
    "batch_timeout_micros": (2, "google.protobuf.Int64Value"),
    "max_enqueued_batches": (3, "google.protobuf.Int64Value"),
    "num_batch_threads": (4, "google.protobuf.Int64Value"),
    "thread_pool_name": (5, "google.protobuf.StringValue"),
    "allowed_batch_sizes": (6, [FIELD.TYPE_INT64]),
    "pad_variable_length_inputs": (7, FIELD.TYPE_BOOL),
    "enable_large_batch_splitting": (8, "google.protobuf.BoolValue"),
    "max_execution_batch_size": (9, "google.protobuf.Int64Value"),
}
PROMETHEUS = {"enable": (1, FIELD.TYPE_BOOL), "path": (2, FIELD.TYPE_STRING)}
MONITORING = {"prometheus_config": (1, "fake.PrometheusConfig")}


@pytest.fixture(scope="module")
def messages():
    """The classes of those messages, by name."""
    file = descriptor_pb2.FileDescriptorProto(name="fake.proto", package="fake", syntax="proto3")
    file.dependency.append(wrappers.DESCRIPTOR.name)
    for name, fields in [
        ("BatchingParameters", BATCHING),
        ("PrometheusConfig", PROMETHEUS),
        ("MonitoringConfig", MONITORING),
    ]:
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            added = message.field.add(name=field, number=number, label=FIELD.LABEL_OPTIONAL)
            if isinstance(kind, str):
                added.type, added.type_name = FIELD.TYPE_MESSAGE, f".{kind}"
            elif isinstance(kind, list):
                added.type, added.label = kind[0], FIELD.LABEL_REPEATED
            else:
                added.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    return message_factory.GetMessageClassesForFiles(["fake.proto"], pool)


@pytest.fixture
def folder(root):
    return root / "export" / "serving"


@pytest.fixture
def compose(folder):
    """The compose file without its comments."""
    text = (folder / "docker-compose.yml").read_text()
    return "\n".join(re.sub(r"(^| )#.*", "", line).rstrip() for line in text.splitlines())


@pytest.mark.parametrize("version", ["1", "2"])
def test_every_signature_can_be_called_over_rest_and_in_batches(versions, version):
    """One row a sample: all that goes in or out has rows, and bytes say so by their name."""
    signatures = json.loads((versions / version / "about.json").read_text())["signatures"]
    assert {"serving_default", "generate", "recognize", "recognize_png"} <= set(signatures)
    for name, signature in signatures.items():
        assert signature["inputs"] and signature["outputs"], name
        for tensor, info in (signature["inputs"] | signature["outputs"]).items():
            assert info["shape"] and info["shape"][0] == -1, (name, tensor)
            assert -1 not in info["shape"][1:], (name, tensor)
            assert (info["dtype"] == "string") == tensor.endswith("_bytes"), (name, tensor)


def test_models_config_names_the_model_that_the_client_asks_for(folder, compose, rest):
    text = (folder / "models.config").read_text()
    config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    (model,) = config.model_config_list.config
    with RestModel(rest) as asked:
        assert model.name == asked.model
    assert model.model_platform == "tensorflow"
    assert model.model_version_policy.latest.num_versions == 1
    assert f"target: {model.base_path}\n        read_only: true" in compose


def test_batching_config_takes_what_the_client_and_the_warm_up_send(folder, messages):
    text = (folder / "batching.config").read_text()
    config = text_format.Parse(text, messages["fake.BatchingParameters"]())
    sizes = list(config.allowed_batch_sizes)
    # The server's own rules: increasing, and the last one is the greatest.
    assert sizes == sorted(set(sizes)) and sizes[-1] == config.max_batch_size.value
    assert client.ROWS <= config.max_batch_size.value
    assert set(warm_up.BATCHES) <= set(sizes)
    assert config.batch_timeout_micros.value == 2000
    assert config.max_enqueued_batches.value >= 1 and config.num_batch_threads.value >= 1


def test_monitoring_config_is_for_prometheus(folder, messages):
    text = (folder / "monitoring.config").read_text()
    config = text_format.Parse(text, messages["fake.MonitoringConfig"]())
    assert config.prometheus_config.enable
    path = config.prometheus_config.path
    assert path == "/monitoring/prometheus/metrics"
    assert path in (folder / "README.md").read_text()


def test_a_misspelt_field_would_be_found(messages):
    with pytest.raises(text_format.ParseError, match='no field named "max_batch"'):
        text_format.Parse("max_batch { value: 64 }", messages["fake.BatchingParameters"]())


def test_compose_pins_the_image_and_keeps_to_this_machine(compose):
    image = re.search(r"image: tensorflow/serving:(\d+)\.(\d+)\.\d+$", compose, re.MULTILINE)
    # A server loads models of its own version of TensorFlow and of older ones.
    assert [int(part) for part in image.groups()] >= [
        int(part) for part in tf.__version__.split(".")[:2]
    ]
    assert image[0].endswith(f" {SERVING_IMAGE}")
    ports = re.search(r"ports:\n((?:      - .*\n)+)", compose)[1]
    assert ports.split() == ["-", "127.0.0.1:8500:8500", "-", "127.0.0.1:8501:8501"]
    assert "source: ${EXPORT:?" in compose


def test_every_file_of_the_command_is_there(compose, folder):
    files = re.findall(r"--(\w+)=/config/(\S+)", compose)
    assert {flag for flag, _ in files} == {
        "model_config_file",
        "batching_parameters_file",
        "monitoring_config_file",
    }
    for _, name in files:
        assert (folder / name).is_file()
    assert "source: .\n        target: /config" in compose
    assert "--enable_batching=true" in compose  # else the server refuses the parameters' file


@pytest.mark.skipif(shutil.which("timeout") is None, reason="timeout, of coreutils, is missing")
def test_healthy_means_a_loaded_version(compose, rest):
    test = json.loads(re.search(r"test: (\[.*\])", compose)[1])
    assert test[0] == "CMD"

    def healthy(url):
        command = [part.replace("/8501", f"/{url.rsplit(':', 1)[1]}") for part in test[1:]]
        assert command != test[1:]
        return subprocess.run(command, capture_output=True).returncode == 0

    assert healthy(rest)
    loading = {"model_version_status": [{"version": "1", "state": "LOADING"}]}
    with http_server(lambda *_: (200, json.dumps(loading).encode())) as url:
        assert not healthy(url)
    assert not healthy("http://127.0.0.1:1")


def no_docker(image):
    """Why the real server cannot be started here; None if it can, and its image is there."""
    for command in ("docker info", "docker compose version", f"docker pull --quiet {image}"):
        try:
            done = subprocess.run(command.split(), capture_output=True, text=True, timeout=600)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{command}: {error}"
        if done.returncode:
            return " ".join([f"{command}:", *done.stderr.strip().splitlines()[-1:]])
    return None


@pytest.mark.timeout(900)  # the image may have to be downloaded
def test_the_real_server(folder, compose, versions, signatures, capsys, tmp_path):
    reason = no_docker(re.search(r"image: (\S+)", compose)[1])
    if reason:
        pytest.skip(reason)
    environment = {**os.environ, "EXPORT": str(versions)}
    file = str(folder / "docker-compose.yml")
    docker = ["docker", "compose", "-f", file, "-p", "infogan-test"]
    try:
        subprocess.run([*docker, "up", "--detach", "--wait"], env=environment, check=True)
        out = tmp_path / "a.png"
        assert program.main(["--label", "7", "--out", str(out)]) == 0
        seeds, zeros = np.arange(3), np.zeros(3, np.float32)
        expected = signatures("sample", seed=seeds, label=np.full(3, 7), c2=zeros, c3=zeros)
        with RestModel("http://localhost:8501") as rest, GrpcModel("localhost:8500") as grpc:
            for model in (rest, grpc):
                images = client.sample(model, "label", 7, 3)
                np.testing.assert_allclose(images, expected["image"], atol=1e-5)
                assert client.sample(model, "label", 7, 150).shape == (150, 8, 8, 1)
        capsys.readouterr()
        assert program.main(["--label", "12", "--out", str(out)]) == 2
        assert "label must be one of 0, 1," in capsys.readouterr().err
        assert program.main(["--label", "7", "--out", str(out), "--version", "9"]) == 2
        assert "does not serve generator version 9" in capsys.readouterr().err
    finally:
        subprocess.run([*docker, "down", "--timeout", "5"], env=environment, check=True)
