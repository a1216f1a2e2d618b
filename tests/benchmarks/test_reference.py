"""The PyTorch reference has the layers, the distortion and the updates of the Keras model."""

import math
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from benchmarks import described, jobs
from keras_infogan import randomness
from keras_infogan.transforms.distortion import RandomDistortion

torch = pytest.importorskip("torch")

from benchmarks import reference  # noqa: E402

SMALL = "conv28(filters=2, units=8)"
ROOT = pathlib.Path(__file__).parents[2]


@pytest.mark.parametrize("preset", ["lab-plain", "quick"])
def test_networks_compute_the_same(preset):
    config = jobs.config_of(preset, **({} if preset == "lab-plain" else {"networks": SMALL}))
    model = jobs.make_model(config)
    draws = np.random.default_rng(0)
    latents = draws.normal(size=(3, model.latents.size)).astype(np.float32)
    images = draws.uniform(-1, 1, (3, config.image_size, config.image_size, 1)).astype(np.float32)
    for network, x in ((model.generator, latents), (model.trunk, images)):
        for training in (False, True):
            expected = network(x, training=training).numpy()
            twin = reference.translate(described.describe_layers(network)).train(training)
            given = torch.tensor(x)
            found = twin(given.permute(0, 3, 1, 2) if x.ndim == 4 else given).detach()
            found = found.permute(0, 2, 3, 1) if found.ndim == 4 else found
            np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("amount", [{"shear": 0.4}, {"scale": 0.2}, {"shift": 2.0}])
def test_distortion_is_the_same(amount, monkeypatch):
    images = np.random.default_rng(0).uniform(-1, 1, (2, 9, 9, 1)).astype(np.float32)
    strengths = {"shear": 0.0, "scale": 0.0, "shift": 0.0, **amount}

    def at_its_limit(shape, seed, low=0.0, high=1.0):
        return tf.fill(shape, tf.cast(high, tf.float32))

    monkeypatch.setattr(randomness, "uniform", at_its_limit)
    monkeypatch.setattr(torch, "rand", lambda *shape, **_: torch.ones(shape))
    expected = RandomDistortion(**strengths)(images, tf.constant([0, 0])).numpy()
    found = reference.distort(torch.tensor(images).permute(0, 3, 1, 2), **strengths)
    np.testing.assert_allclose(found.permute(0, 2, 3, 1), expected, atol=1e-5)


def test_information_losses_by_hand():
    codes = reference.Codes(0, 2, 1)
    parameters = torch.tensor([[0.0, 0.0, 0.5]])
    latents = torch.tensor([[1.0, 0.0, 0.0]])
    loss = codes.loss(parameters, latents, torch.tensor([0]), 2.0, 3.0)
    expected = 2.0 * math.log(2.0) + 3.0 * (0.125 + 0.5 * math.log(2.0 * math.pi))
    assert float(loss) == pytest.approx(expected, abs=1e-6)
    sure = torch.tensor([[50.0, 0.0, 0.0], [0.0, 50.0, 0.0]])
    assert float(codes.paired(sure, sure)) == pytest.approx(math.log(2.0), abs=1e-4)


def test_a_step_changes_every_network():
    config = jobs.config_of("quick", networks=SMALL, batch_size=4)
    one = reference.Reference(described.describe_model(jobs.make_model(config), config))
    params = [*one.d_params, *one.g_params]
    before = [param.detach().clone() for param in params]
    one.step(torch.rand(4, 1, 28, 28) * 2 - 1)
    assert all((param != old).any() for param, old in zip(params, before, strict=True))


def test_what_it_has_not_is_refused():
    config = jobs.config_of("quick", networks=SMALL, critic_told_codes=True)
    with pytest.raises(TypeError, match="The reference has no critic_told_codes"):
        reference.Reference(described.describe_model(jobs.make_model(config), config))


def test_its_process_has_no_tensorflow():
    """PyTorch 2.11 found no GPU in one that had loaded it."""
    program = (
        "import sys; from benchmarks import reference; "
        f"reference.train_step('quick', networks='{SMALL}', batch_size=4).call(); "
        "sys.exit('tensorflow' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
