"""Labels with names, from a run's summary to pictures, by file and by server."""

import json
import re

import numpy as np
import pytest
from c_api import run
from fake_serving import Manager, Service, grpc_server, rest_server
from PIL import Image
from serving_fixtures import facts

from keras_infogan.commands import client as client_program
from keras_infogan.commands import generate
from keras_infogan.errors import UserError
from keras_infogan.latents import Categorical, Uniform
from keras_infogan.serving import client
from keras_infogan.serving.exported import Exported
from keras_infogan.serving.saved_model import export_model
from keras_infogan.serving.served_by_grpc import GrpcModel
from keras_infogan.serving.served_by_rest import RestModel
from keras_infogan.serving.sheet import sheet
from keras_infogan.serving.wording import label_texts

pytestmark = pytest.mark.no_cover

# Labels 1 and 2 have codes, 2 even two, and none means label 0.
CODE_TO_LABEL = {"0": 2, "1": 1, "2": 2, "3": None}
NAMES = ["Zoë", "Ann | Bo", "Cé"]


@pytest.fixture(scope="module")
def version(tiny_model, tmp_path_factory):
    about = facts(CODE_TO_LABEL, label_names=NAMES)
    model = tiny_model(codes=[Categorical(4), Uniform()])
    return export_model(model, tmp_path_factory.mktemp("export") / "generator", about)


@pytest.fixture(scope="module")
def exported(version):
    return Exported(version)


@pytest.fixture(params=[RestModel, GrpcModel])
def served(request, version):
    """The model behind each kind of server."""
    kind, manager = request.param, Manager(version.parent)
    server = rest_server(manager) if kind is RestModel else grpc_server(Service(manager))
    with server as address, kind(address) as model:
        yield model


def test_a_name_wins_over_the_number_of_another_label():
    assert label_texts([0, 3], {}) == {"0": 0, "3": 3}
    assert label_texts([0, 3], {0: "3", 3: "x"}) == {"3": 0, "x": 3, "0": 0}


def test_names_of_the_labels_that_codes_mean_are_kept(exported):
    assert exported.labels == [1, 2]
    assert exported.label_names == {1: "Ann | Bo", 2: "Cé"}


def test_images_are_asked_for_by_name(exported):
    expected = exported.sample(12, seed=3, label=2, values={"c2": 0.5})
    for label in ("Cé", "2", ["Cé", 2] * 6):
        images = exported.sample(12, seed=3, label=label, values={"c2": 0.5})
        np.testing.assert_array_equal(images, expected)
    assert (exported.sample(12, seed=3, label="Ann | Bo") != expected).any()


@pytest.mark.parametrize("label", ["Zoë", "0", "ann"])
def test_a_name_that_no_code_means_is_refused(exported, label):
    with pytest.raises(UserError) as refused:
        exported.sample(1, label=label)
    assert str(refused.value) == f"label must be one of Ann | Bo, Cé, 1, 2. Received: {label}."


def test_command_line_draws_by_name(exported, version, tmp_path, capsys):
    out = tmp_path / "a.png"
    assert generate.main([str(version), "--label", "Cé", "--count", "3", "--out", str(out)]) == 0
    np.testing.assert_array_equal(np.asarray(Image.open(out)), sheet(exported.sample(3, label=2)))
    assert generate.main([str(version), "--label", "Bo", "--out", str(out)]) == 2
    assert "label must be one of Ann | Bo, Cé, 1, 2. Received: Bo." in capsys.readouterr().err


def test_the_card_and_the_signatures_tell_the_names(version):
    card = (version / "README.md").read_text()
    assert "| 0 | 2: Cé |\n| 1 | 1: Ann \\| Bo |\n| 2 | 2: Cé |" in card
    call = re.search(r"^curl -d '(.*?)' ", card, re.MULTILINE)[1]
    assert json.loads(call) == {
        "signature_name": "sample_name",
        "instances": [{"seed": 1, "label_name": "Ann | Bo", "c2": 0.0}],
    }
    described = json.loads((version / "about.json").read_text())["signatures"]
    assert set(described["sample_name"]["inputs"]) == {"seed", "label_name", "c2"}
    assert described["sample_name"]["inputs"]["label_name"]["dtype"] == "string"


def test_a_server_draws_by_name(served, exported):
    expected = exported.sample(3, seed=5, label=2)
    for label in ("Cé", "2", 2):
        images = client.sample(served, "label", label, count=3, seed=5)
        np.testing.assert_allclose(images, expected, atol=1e-6)
    with pytest.raises(
        UserError, match="label_name must be one of Ann . Bo, Cé, 1, 2. Received: Bo"
    ):
        client.sample(served, "label", "Bo", count=1)


def test_a_server_recognizes_by_name(served, black_png):
    found = client.recognize(served, black_png)
    name = NAMES[found["label"]]
    assert found["label_name"] == name.encode()
    assert client.described(found).startswith(f"label {name}, probability 0.")


def test_a_server_without_names_takes_numbers_only(connect):
    with connect() as model:
        by_text = client.sample(model, "label", "6", count=2)
        np.testing.assert_array_equal(by_text, client.sample(model, "label", 6, count=2))
        with pytest.raises(UserError, match="labels have no names, only whole numbers. .*: six"):
            client.sample(model, "label", "six", count=1)


def test_names_travel_through_tensorflows_c_api(version, exported):
    name = np.array(["Cé".encode(), b"Ann | Bo"], object)
    rows = {"seed": np.array([5, 6]), "c2": np.zeros(2, np.float32)}
    drawn, read = run(
        version,
        [
            ("sample_name", {**rows, "label_name": name}),
            ("recognize", {"image": np.zeros((1, 8, 8, 1), np.float32)}),
        ],
    )
    expected = exported.sample(2, seed=5, label=["Cé", "Ann | Bo"])
    np.testing.assert_allclose(drawn["image"], expected, atol=1e-6)
    assert read["label_name"][0].decode() in NAMES[1:]


def test_a_name_that_is_not_utf_8_is_one_line(served, tmp_path, capsys):
    protocol = "--url" if isinstance(served, RestModel) else "--grpc"
    out = tmp_path / "a.png"
    command = ["--label", "caf\udce9", "--out", str(out), protocol, served.address]
    assert client_program.main(command) == 2
    said = "infogan client: label must be text in UTF-8. Received: caf\\xe9.\n"
    assert capsys.readouterr() == ("", said)
    assert not out.exists()
