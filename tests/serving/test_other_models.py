"""Exports of models that read no codes: a GAN, a conditional GAN, an averaged generator."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from c_api import run
from fake_serving import Manager, Service, grpc_server, rest_server
from PIL import Image
from serving_fixtures import facts

from keras_infogan import networks, terms
from keras_infogan.commands import client as program
from keras_infogan.commands import generate
from keras_infogan.errors import UserError
from keras_infogan.latents import Categorical, LatentSpec, Noise
from keras_infogan.models.conditional_gan import ConditionalGAN
from keras_infogan.models.gan import GAN
from keras_infogan.models.infogan import InfoGAN
from keras_infogan.networks.rewrites import rewrite_all
from keras_infogan.serving import client, row_noise
from keras_infogan.serving.exported import Exported
from keras_infogan.serving.saved_model import export_model
from keras_infogan.serving.served_by_grpc import GrpcModel
from keras_infogan.serving.served_by_rest import RestModel
from keras_infogan.serving.sheet import sheet

pytestmark = pytest.mark.no_cover

SHAPE = (8, 8, 1)


def export(model, folder, code_to_label=None):
    about = facts(code_to_label, preset="tiny", dataset="tiny")
    return Exported(export_model(model, folder, about))


def card(exported):
    return (exported.path / "README.md").read_text()


def compiled(model):
    model.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.5))
    return model


@pytest.fixture(scope="module")
def gan():
    latents = LatentSpec(4, [])
    parts = networks.get("conv28")(latents.size, 0, SHAPE, filters=2, units=8)
    return compiled(GAN(**parts, latents=latents))


@pytest.fixture(scope="module")
def exported_gan(gan, tmp_path_factory):
    return export(gan, tmp_path_factory.mktemp("gan"))


@pytest.fixture(scope="module")
def conditional():
    latents = LatentSpec(Noise(4, "uniform"), [Categorical(3)])
    parts = networks.get("conditional_dense")(latents.size, 3, SHAPE, units=8)
    return compiled(ConditionalGAN(**parts, latents=latents))


@pytest.fixture(scope="module")
def exported_conditional(conditional, tmp_path_factory):
    return export(conditional, tmp_path_factory.mktemp("cgan"), {"0": 2, "1": 5, "2": 8})


def image_of(model, seed, code=None):
    latents = row_noise.draw(model.latents.noise, tf.constant([seed], tf.int64)).numpy()
    if code is not None:
        latents = np.concatenate([latents, np.eye(3, dtype=np.float32)[[code]]], axis=1)
    return 0.5 * (model.generator(latents, training=False).numpy()[0] + 1.0)


def test_a_gan_is_asked_by_seed_alone(gan, exported_gan):
    images = exported_gan.sample(3, seed=5)
    for number, image in enumerate(images):
        np.testing.assert_allclose(image, image_of(gan, 5 + number), atol=1e-6)
    assert np.abs(images[0] - images[1]).max() > 1e-3
    assert (exported_gan.codes, exported_gan.labels, exported_gan.others) == (0, [], {})


def test_generate_of_a_gan_takes_noise_alone(gan, exported_gan):
    noise = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    module = tf.saved_model.load(str(exported_gan.path))
    found = module.signatures["generate"](noise=tf.constant(noise))["image"].numpy()
    expected = 0.5 * (gan.generator(noise, training=False).numpy() + 1.0)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert set(module.signatures) == {"generate", "serving_default", "sample"}


@pytest.mark.parametrize("asked", [{"label": 3}, {"code": 0}])
def test_a_gan_has_no_labels_or_codes(exported_gan, asked):
    with pytest.raises(UserError, match="neither labels nor codes"):
        exported_gan.sample(2, **asked)


def test_a_gan_reads_nothing(exported_gan):
    with pytest.raises(UserError, match="no signature recognize"):
        exported_gan.recognize(np.zeros((1, *SHAPE)))


def test_a_sheet_of_a_gan(exported_gan, tmp_path):
    out = tmp_path / "sheet.png"
    assert generate.main([str(exported_gan.path), "--grid", "--count", "4", "--out", str(out)]) == 0
    np.testing.assert_array_equal(
        generate.table(exported_gan, count=4), exported_gan.sample(4, seed=0)
    )
    assert out.stat().st_size > 0


def test_the_c_api_draws_what_python_draws(exported_gan, exported_conditional):
    seeds = np.array([3, 9])
    [answer] = run(exported_gan.path, [("sample", {"seed": seeds})])
    np.testing.assert_allclose(answer["image"][0], exported_gan.sample(1, seed=3)[0], atol=1e-6)
    labels = np.array([5, 8])
    [answer] = run(exported_conditional.path, [("sample", {"seed": seeds, "label": labels})])
    [expected] = exported_conditional.sample(1, seed=9, label=8)
    np.testing.assert_allclose(answer["image"][1], expected, atol=1e-6)


def test_a_conditional_gan_draws_the_label_that_it_was_told(conditional, exported_conditional):
    assert exported_conditional.labels == [2, 5, 8]
    for code, label in enumerate([2, 5, 8]):
        [image] = exported_conditional.sample(1, seed=9, label=label)
        np.testing.assert_allclose(image, image_of(conditional, 9, code), atol=1e-6)
        [same] = exported_conditional.sample(1, seed=9, code=code)
        np.testing.assert_array_equal(image, same)
    assert exported_conditional.codes == 3
    with pytest.raises(UserError, match="label must be one of 2, 5, 8. Received: 3"):
        exported_conditional.sample(1, label=3)


def test_cards_say_what_the_model_is(exported_gan, exported_conditional):
    assert "A GAN's generator" in card(exported_gan)
    assert "an image follows from noise alone." in card(exported_gan)
    assert "A conditional GAN's generator" in card(exported_conditional)
    assert "Given in training:\n\n| c1 | label |" in card(exported_conditional)
    for exported in (exported_gan, exported_conditional):
        assert "recognizer" not in card(exported)
        assert "InfoGAN" not in card(exported)


@pytest.mark.parametrize("taught", [False, True])
def test_the_card_of_an_infogan_says_whether_labels_were_seen(tmp_path, taught):
    latents = LatentSpec(4, [Categorical(3)])
    parts = networks.get("conv28")(latents.size, 3, SHAPE, filters=2, units=8)
    used = [terms.get("label_classes")] if taught else []
    parts = rewrite_all(parts, used, latents, 3)
    model = compiled(InfoGAN(**parts, latents=latents, terms=used))
    text = card(export(model, tmp_path, {"0": 2, "1": 5, "2": 8}))
    assert ("learned without labels" in text) == (not taught)
    assert ("which were used for nothing else" in text) == (not taught)
    assert ("beside labels, which D was taught" in text) == taught


def test_an_averaged_generator_is_what_is_exported(tmp_path):
    latents = LatentSpec(4, [])
    parts = networks.get("conv28")(latents.size, 1, SHAPE, filters=2, units=8)
    del parts["recognizer"]
    model = compiled(GAN(**parts, latents=latents, average_generator=0.9))
    model.generator.layers[-1].bias.assign([0.5])  # what the average has not followed yet
    [image] = export(model, tmp_path).sample(1, seed=1)
    noise = row_noise.draw(latents.noise, tf.constant([1], tf.int64))
    expected = 0.5 * (model.average.network(noise, training=False).numpy()[0] + 1.0)
    np.testing.assert_allclose(image, expected, atol=1e-6)
    assert np.abs(image - image_of(model, 1)).max() > 0.1


@pytest.fixture(params=[RestModel, GrpcModel])
def served_gan(request, exported_gan):
    kind, manager = request.param, Manager(exported_gan.path.parent)
    server = rest_server(manager) if kind is RestModel else grpc_server(Service(manager))
    with server as address, kind(address) as model:
        yield model


def test_the_client_asks_a_gan_by_seed_alone(served_gan, exported_gan, tmp_path):
    images = client.sample(served_gan, None, None, count=3, seed=5)
    np.testing.assert_array_equal(images, exported_gan.sample(3, seed=5))
    for kind, message in (("label", "label"), ("code", "sample_code")):
        with pytest.raises(UserError, match=message):
            client.sample(served_gan, kind, 0, count=1)
    protocol = "--url" if isinstance(served_gan, RestModel) else "--grpc"
    out = tmp_path / "any.png"
    command = ["--any", "--count", "3", "--seed", "5", "--out", str(out)]
    assert program.main([*command, protocol, served_gan.address]) == 0
    np.testing.assert_array_equal(np.asarray(Image.open(out)), sheet(images))


def test_the_client_must_name_a_label_where_there_are_some(exported_conditional):
    with rest_server(Manager(exported_conditional.path.parent)) as address:
        with RestModel(address) as model, pytest.raises(UserError, match="asked for by label"):
            client.sample(model, None, None, count=1)


def test_the_page_of_a_conditional_gan_has_nothing_to_draw_on(exported_conditional, root):
    pytest.importorskip("gradio", reason="requirements-demo.txt is not installed")
    # In a process of its own, since Gradio leaves an event loop open.
    program = """
import sys
from keras_infogan.serving.demo_page import build_page
from keras_infogan.serving.exported import Exported
page = build_page(Exported(sys.argv[1]))
tabs = [block.label for block in page.blocks.values() if type(block).__name__ == "Tab"]
print(page.title, tabs, sep="\\n")
"""
    command = [sys.executable, "-c", program, str(exported_conditional.path)]
    found = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout == "Conditional GAN on tiny\n['Ask for a label']\n"
