"""An exported tiny model, and a TensorFlow Serving that is none."""

import io

import numpy as np
import pytest
import tensorflow as tf
from fake_serving import Manager, Service, grpc_server, rest_server
from PIL import Image

from export.saved_model import export_model
from export.served_by_grpc import GrpcModel
from export.served_by_rest import RestModel
from keras_infogan.latents import Categorical, Uniform

# Codes in order of their value; 4 and 5 share a label, 9 has none.
TABLE = {"0": 3, "1": 1, "2": 4, "3": 0, "4": 5, "5": 5, "6": 2, "7": 6, "8": 7, "9": None}


@pytest.fixture(scope="session")
def versions(tiny_model, tmp_path_factory):
    """Directory of two versions of a model with two continuous codes: 1 has no labels, 2 has."""
    base = tmp_path_factory.mktemp("export") / "generator"
    codes = [Categorical(10), Uniform(), Uniform()]
    for table in (None, TABLE):
        about = {"config": {}, "summary": {"code_to_label": table}, "environment": {}}
        export_model(tiny_model(codes), base, about)
    return base


@pytest.fixture(scope="session")
def signatures(versions):
    """A function that calls a signature of version 2 directly."""
    model = tf.saved_model.load(str(versions / "2"))

    def call(name, **inputs):
        outputs = model.signatures[name](**{key: tf.constant(v) for key, v in inputs.items()})
        return {key: tensor.numpy() for key, tensor in outputs.items()}

    return call


@pytest.fixture(scope="session")
def manager(versions):
    """What answers both ports."""
    return Manager(versions)


@pytest.fixture(scope="session")
def rest(manager):
    """URL of the REST port."""
    with rest_server(manager) as url:
        yield url


@pytest.fixture(scope="session")
def grpc_port(manager):
    """Address of the gRPC port."""
    with grpc_server(Service(manager)) as address:
        yield address


@pytest.fixture(params=["rest", "grpc"])
def transport(request):
    """Each way to the server in turn."""
    return request.param


@pytest.fixture
def arguments(transport, rest, grpc_port):
    """The command line's way to the server."""
    return ["--url", rest] if transport == "rest" else ["--grpc", grpc_port]


@pytest.fixture
def connect(transport, rest, grpc_port):
    """A function that makes a `ServedModel` of the latest version, or of another."""

    def make(**options):
        kind, address = (RestModel, rest) if transport == "rest" else (GrpcModel, grpc_port)
        return kind(address, **options)

    return make


@pytest.fixture(scope="session")
def black_png():
    """The content of a PNG file of 8×8 pixels."""
    file = io.BytesIO()
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(file, "PNG")
    return file.getvalue()
