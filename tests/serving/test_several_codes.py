"""Cat(3), Cat(4) and a Gaussian code, of which the second has labels: by file, server and page."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from c_api import run
from fake_serving import Manager, Service, grpc_server, rest_server
from PIL import Image

from keras_infogan.commands import client as client_program
from keras_infogan.commands import generate
from keras_infogan.errors import UserError
from keras_infogan.latents import Categorical, Uniform
from keras_infogan.latents.codes import Code
from keras_infogan.serving import client, model_card
from keras_infogan.serving.answers import Answers
from keras_infogan.serving.servable import Servable
from keras_infogan.serving.served_by_grpc import GrpcModel
from keras_infogan.serving.served_by_rest import RestModel
from keras_infogan.serving.sheet import png_bytes, sheet

pytestmark = pytest.mark.no_cover


@pytest.fixture
def drawing(hand_made_model):
    """A model whose images are its latents / 4: a noise, Cat(3), Cat(4), U(−1, 1)."""
    return hand_made_model(
        [Categorical(3), Categorical(4), Uniform()],
        lambda latents: tf.reshape(latents / 4.0, (-1, 1, 9, 1)),
        lambda features: 8.0 * features[:, 1:9],
    )


def rows_of(image):
    """What `drawing` was given, without the noise."""
    return (2.0 * np.asarray(image)[:, 0, 1:, 0] - 1.0) * 4.0


def whole(*values):
    return tf.constant(values, tf.int64)


def test_the_labelled_code_is_asked_for_as_code_and_the_others_by_name(drawing):
    servable = Servable(drawing, {"0": 7, "1": 5, "2": 5}, code="c2")
    image = servable.sample_code(whole(1, 1), whole(3, 0), whole(2, 1), tf.constant([0.5, -1]))
    expected = [[0, 0, 1, 0, 0, 0, 1, 0.5], [0, 1, 0, 1, 0, 0, 0, -1]]
    np.testing.assert_allclose(rows_of(image["image"]), expected, atol=1e-5)
    sevens = servable.sample(whole(1), whole(7), whole(2), tf.zeros(1))
    np.testing.assert_allclose(rows_of(sevens["image"]), [[0, 0, 1, 1, 0, 0, 0, 0]], atol=1e-5)


def test_without_labels_the_first_categorical_code_is_code(drawing):
    image = Servable(drawing).sample_code(whole(1), whole(2), whole(3), tf.zeros(1))
    np.testing.assert_allclose(rows_of(image["image"]), [[0, 0, 1, 0, 0, 0, 1, 0]], atol=1e-5)


def test_all_codes_are_read(drawing):
    servable = Servable(drawing, {"0": 7, "1": 5, "2": 5}, code="c2")
    row = np.array([0, 0.1, 0.5, 0, 0.25, 0, 0.5, 0, -0.25], np.float32)
    found = servable.recognize(tf.reshape((row + 1) / 2, (1, 1, 9, 1)))
    first, second = np.exp(8 * row[1:4]), np.exp(8 * row[4:8])
    np.testing.assert_allclose(found["c1_probabilities"], [first / first.sum()], rtol=1e-5)
    np.testing.assert_allclose(found["code_probabilities"], [second / second.sum()], rtol=1e-5)
    assert (found["c1"].numpy(), found["code"].numpy()) == ([1], [2])
    assert found["label"].numpy() == [5]
    np.testing.assert_allclose(
        found["label_probability"], [(second[1] + second[2]) / second.sum()], rtol=1e-5
    )
    np.testing.assert_allclose(found["c3_mean"], [-2.0], atol=1e-5)


class Plane(Code):
    """A code of a user's own: an angle, of two numbers in the latent vector, read without a std."""

    latent_size = 2

    def sample(self, batch_size, seed):
        return self.encode(tf.random.stateless_uniform((batch_size,), seed, -3.0, 3.0))

    def log_prob(self, codes, parameters):
        return -tf.square(tf.atan2(codes[:, 1], codes[:, 0]) - parameters[:, 0])

    def entropy(self):
        return float(np.log(6.0))

    def middle(self):
        return 0.0

    def values(self, steps):
        return np.linspace(-3.0, 3.0, steps)

    def encode(self, values):
        return tf.stack([tf.cos(values), tf.sin(values)], axis=1)


def test_a_code_of_ones_own_is_encoded_and_read(hand_made_model):
    model = hand_made_model(
        [Plane()],
        lambda latents: tf.reshape(latents / 2.0, (-1, 1, 3, 1)),
        lambda features: features[:, :1],
    )
    servable = Servable(model)
    image = servable.sample_any(whole(1), tf.constant([np.pi / 2], tf.float32))["image"]
    np.testing.assert_allclose(2 * (2 * image[0, 0, 1:, 0] - 1), [0.0, 1.0], atol=1e-6)
    assert set(servable.recognize(image)) == {"c1_mean"}


def test_signatures_have_typed_inputs_and_outputs(several):
    about = json.loads((several.path / "about.json").read_text())

    def short(tensors):
        return {name: (info["dtype"], *info["shape"][1:]) for name, info in tensors.items()}

    others = {"seed": ("int64",), "c1": ("int64",), "c3": ("float32",)}
    signatures = about["signatures"]
    assert short(signatures["sample"]["inputs"]) == {**others, "label": ("int64",)}
    assert short(signatures["sample_code"]["inputs"]) == {**others, "code": ("int64",)}
    assert short(signatures["recognize"]["outputs"]) == {
        "code_probabilities": ("float32", 4),
        "code": ("int64",),
        "label": ("int64",),
        "label_probability": ("float32",),
        "c1_probabilities": ("float32", 3),
        "c1": ("int64",),
        "c3_mean": ("float32",),
        "c3_std": ("float32",),
    }
    assert about["codes"]["code"] == "c2"
    assert about["codes"]["all"] == {
        "c1": {"num_values": 3},
        "c2": {"num_values": 4},
        "c3": {"low": -2.0, "middle": 0.0, "high": 2.0},
    }


def test_exported_draws_by_all_codes(several):
    assert (several.codes, several.labels) == (4, [5, 7])
    assert list(several.others) == ["c1", "c3"]
    images = several.sample(2, seed=4, label=7, values={"c1": [2, 1], "c3": 0.5})
    np.testing.assert_array_equal(
        images[1:], several.sample(1, seed=5, code=0, values={"c1": 1, "c3": 0.5})
    )
    np.testing.assert_array_equal(
        several.sample(2, code=3), several.sample(2, code=3, values={"c1": 0, "c3": 0.0})
    )
    assert (several.sample(2, code=3) != several.sample(2, code=3, values={"c1": 1})).any()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"c1": 3}, "c1 must be one of 0, 1, 2. Received: 3."),
        ({"c1": 1.5}, "c1 must be a whole number, or one for each image. Received: 1.5."),
        ({"c2": 1}, "The codes that can be set are c1, c3. Received: c2."),
        ({"c3": 200}, "c3 must be from -100 to 100 and not NaN. Received: 200 to 200."),
    ],
)
def test_refusals_name_the_code(several, values, message):
    with pytest.raises(UserError) as refused:
        several.sample(1, code=0, values=values)
    assert str(refused.value) == message


def test_the_c_api_draws_and_reads_the_same(several, tiny_images):
    inputs = {"seed": np.array([3]), "code": np.array([2]), "c1": np.array([1])}
    image = (tiny_images(2) + 1) / 2
    drawn, read, refused = run(
        several.path,
        [
            ("sample_code", {**inputs, "c3": np.array([0.5], np.float32)}),
            ("recognize", {"image": image}),
            ("sample_code", {**inputs, "c1": np.array([7]), "c3": np.zeros(1, np.float32)}),
        ],
    )
    expected = several.sample(1, 3, code=2, values={"c1": 1, "c3": 0.5})
    np.testing.assert_allclose(drawn["image"], expected, atol=1e-6)
    for name, value in several.recognize(image).items():
        np.testing.assert_allclose(read[name], value, atol=1e-5)
    assert "c1 must be one of 0, 1, 2. Received: 7." in refused["error"]


@pytest.fixture(params=[RestModel, GrpcModel])
def served(request, several):
    """The model behind each kind of server."""
    kind, manager = request.param, Manager(several.path.parent)
    server = rest_server(manager) if kind is RestModel else grpc_server(Service(manager))
    with server as address, kind(address) as model:
        yield model


def test_a_server_draws_and_reads_all_codes(served, several, black_png):
    images = client.sample(served, "label", 5, 3, seed=2, values={"c1": 2, "c3": -1})
    np.testing.assert_allclose(
        images, several.sample(3, 2, label=5, values={"c1": 2, "c3": -1.0}), atol=1e-6
    )
    found = client.recognize(served, black_png)
    expected = several.recognize(np.zeros((1, 8, 8, 1)))
    assert client.described(found) == (
        f"label {expected['label'][0]}, probability {expected['label_probability'][0]:.3f}, "
        f"code {expected['code'][0]}, c1 {expected['c1'][0]}, c3 {expected['c3_mean'][0]:.2f}"
    )


def test_the_client_checks_whole_numbers(served, several, tmp_path, capsys):
    protocol = "--url" if isinstance(served, RestModel) else "--grpc"
    out = tmp_path / "a.png"
    command = ["--code", "3", "--count", "2", "--out", str(out), protocol, served.address]
    assert client_program.main([*command, "--set", "c1=1.5"]) == 2
    assert capsys.readouterr().err == "infogan client: c1 must be a whole number. Received: 1.5.\n"
    assert client_program.main([*command, "--set", "c1=4"]) == 2
    assert capsys.readouterr().err.endswith("c1 must be one of 0, 1, 2. Received: 4.\n")
    assert client_program.main([*command, "--set", "c1=2", "--set", "c3=1"]) == 0
    expected = several.sample(2, code=3, values={"c1": 2, "c3": 1.0})
    np.testing.assert_array_equal(np.asarray(Image.open(out)), sheet(expected))


def test_generate_sets_and_sweeps_categorical_codes(several, tmp_path, capsys):
    out = tmp_path / "a.png"
    command = [str(several.path), "--label", "7", "--count", "2", "--out", str(out)]
    assert generate.main([*command, "--set", "c1=2", "--sweep", "c3"]) == 0
    columns = [
        several.sample(2, label=7, values={"c1": 2, "c3": value}) for value in np.linspace(-2, 2, 9)
    ]
    np.testing.assert_array_equal(np.asarray(Image.open(out)), sheet(np.stack(columns, axis=1)))
    assert generate.main([*command, "--sweep", "c1"]) == 0
    columns = [several.sample(2, label=7, values={"c1": value}) for value in range(3)]
    np.testing.assert_array_equal(np.asarray(Image.open(out)), sheet(np.stack(columns, axis=1)))
    assert generate.main([*command, "--set", "c1=0.5"]) == 2
    assert "c1 must be a whole number" in capsys.readouterr().err


def test_the_page_asks_for_and_reads_all_codes(several):
    answers = Answers(several)
    assert (answers.by, answers.choices) == ("label", [5, 7])
    assert answers.titles == {"c1": "c1", "c3": "c3"}
    shown = answers.sheet(7, 3, 2, 2, 0.5)
    assert shown == answers.sheet(7, 3, 2, 2.0, 0.5) != answers.sheet(7, 3, 2, 1, 0.5)
    bars, _, table = answers.read(png_bytes(np.full((8, 8, 3), 200, np.uint8)))
    assert list(bars) == ["7 (code 0)", "5 (code 1)", "5 (code 2)", "no label (code 3)"]
    for name in ("label", "code", "c1", "c3"):
        assert f"<th>{name}</th>" in table


def test_the_page_has_a_control_for_each_code(several, root):
    pytest.importorskip("gradio", reason="Gradio is not installed")
    # In a process of its own, since Gradio leaves an event loop open.
    code = """
import sys
from keras_infogan.serving.demo_page import build_page
from keras_infogan.serving.exported import Exported
page = build_page(Exported(sys.argv[1]))
kinds = {block.elem_id: type(block).__name__ for block in page.blocks.values()}
print([kinds[name] for name in ("choice", "c1", "c3")])
"""
    command = [sys.executable, "-c", code, str(several.path)]
    found = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout == "['Radio', 'Dropdown', 'Slider']\n"


def test_the_card_tells_all_codes_and_scores(several):
    card = (several.path / "README.md").read_text()
    assert "| c1 | 0 to 2 |\n| c2 | 0 to 3 |\n| c3 | continuous, shown from -2 to 2 |" in card
    assert "| c2 | label |\n|---|---|\n| 0 | 7 |" in card
    assert '"instances": [{"seed": 1, "label": 5, "c1": 0, "c3": 0.0}]' in card
    names = {}
    code = card.split("```python\n")[1].split("```")[0]
    exec(code.replace("VERSION_DIRECTORY", str(several.path)), names)
    assert names["images"].shape == (1, 8, 8, 1)

    def scores(value):
        return dict.fromkeys(model_card.SCORES, value)

    codes = {"code": "c2", "each": {"c1": scores(0.25), "c2": scores(0.5)}, **scores(0.5)}
    about = {**several.about, "summary": {"codes": {**codes, "together": scores(0.75)}}}
    rows = model_card.scores(about).splitlines()[2:]
    assert [row.split(" | ")[:2] for row in rows] == [
        ["| c1", "0.2500"], ["| c2", "0.5000"], ["| all together", "0.7500"],
    ]  # fmt: skip
