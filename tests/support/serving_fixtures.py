"""Exported tiny models, and a TensorFlow Serving that is none."""

import copy
import io

import numpy as np
import pytest
import tensorflow as tf
from fake_serving import Manager, Service, grpc_server, rest_server
from PIL import Image

from keras_infogan.latents import Categorical, Gaussian, Uniform
from keras_infogan.serving.exported import Exported
from keras_infogan.serving.saved_model import export_model
from keras_infogan.serving.served_by_grpc import GrpcModel
from keras_infogan.serving.served_by_rest import RestModel

# Codes 1 and 4 mean the same label, and code 9 means none.
CODE_TO_LABEL = {str(code): label for code, label in enumerate([3, 8, 1, 0, 8, 2, 5, 7, 6, None])}
ABOUT = {
    "config": {"preset": "tiny", "seed": 3},
    "summary": {
        "preset": "tiny",
        "dataset": "tiny",
        "steps": 10,
        "train_images": 44,
        "test_images": 10,
        "codes": {
            "code": "c1",
            "code_accuracy": 0.75,
            "code_purity": 0.8,
            "code_nmi": 0.6,
            "code_ari": 0.5,
            "code_to_label": CODE_TO_LABEL,
        },
        "information": {"c1": {"nats": 2.25, "share": 0.977}},
        "continuous": {"c2": {"moves": "slant", "rank_correlation": 0.97}},
    },
    "environment": {"packages": {"tensorflow": "2.21.0", "keras": "3.15.1"}},
}


def facts(code_to_label=None, code=None, **summary):
    """What the run directory tells of a model, as `export_model` takes it."""
    codes = {"code": code, "code_to_label": code_to_label}
    return {"config": {}, "summary": {"codes": codes, **summary}, "environment": {}}


@pytest.fixture(scope="session")
def trained(tiny_model, tiny_images):
    """A model after a step, so that BatchNorm's statistics are not the first ones."""
    model = tiny_model(codes=[Categorical(10), Uniform(), Uniform(std=None)])
    model.train_step(tf.constant(tiny_images(6)))
    return model


@pytest.fixture
def about():
    """What a run directory tells of `trained`."""
    return copy.deepcopy(ABOUT)


@pytest.fixture(scope="session")
def exported(trained, tmp_path_factory):
    """The version directory of `trained`."""
    return export_model(trained, tmp_path_factory.mktemp("exported") / "generator", ABOUT)


# Codes in order of their value; 4 and 5 share a label, 9 has none.
TABLE = {"0": 3, "1": 1, "2": 4, "3": 0, "4": 5, "5": 5, "6": 2, "7": 6, "8": 7, "9": None}


@pytest.fixture(scope="session")
def versions(tiny_model, tmp_path_factory):
    """Directory of two versions of a model with two continuous codes: 1 has no labels, 2 has."""
    base = tmp_path_factory.mktemp("export") / "generator"
    codes = [Categorical(10), Uniform(), Uniform()]
    for table in (None, TABLE):
        export_model(tiny_model(codes), base, facts(table))
    return base


@pytest.fixture(scope="session")
def several(tiny_model, tmp_path_factory):
    """An `Exported` of Cat(3), Cat(4), whose values have labels, and a Gaussian code."""
    model = tiny_model([Categorical(3), Categorical(4), Gaussian(std=None)])
    about = facts({"0": 7, "1": 5, "2": 5, "3": None}, code="c2", dataset="tiny")
    return Exported(export_model(model, tmp_path_factory.mktemp("several") / "generator", about))


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
