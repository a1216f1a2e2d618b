"""The lab networks against the same networks in PyTorch, weights copied over."""

import keras
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from keras_infogan.networks import dcgan64  # noqa: E402

BATCH = 4
LATENT_SIZE, PARAMETER_SIZE = 64, 10
TOLERANCE = 1e-4
KINDS = (
    keras.layers.Conv2D,
    keras.layers.Conv2DTranspose,
    keras.layers.BatchNormalization,
    keras.layers.Dense,
)


class FlattenChannelsLast(nn.Module):
    """Flattens `(n, c, h, w)` in Keras's order of height, width, channels."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def torch_generator():
    layers, channels = [nn.ConvTranspose2d(LATENT_SIZE, 512, 4, 1, 0, bias=False)], 512
    for filters in (256, 128, 64):
        layers += [nn.BatchNorm2d(channels), nn.ReLU()]
        layers += [nn.ConvTranspose2d(channels, filters, 4, 2, 1, bias=False)]
        channels = filters
    layers += [nn.BatchNorm2d(64), nn.ReLU(), nn.ConvTranspose2d(64, 1, 4, 2, 1, bias=False)]
    return nn.Sequential(*layers, nn.Tanh())


def torch_trunk():
    layers = [nn.Conv2d(1, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
    for channels in (64, 128, 256):
        layers += [nn.Conv2d(channels, 2 * channels, 4, 2, 1, bias=False)]
        layers += [nn.BatchNorm2d(2 * channels), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers)


def torch_discriminator():
    return nn.Sequential(nn.Conv2d(512, 1, 4, 1, 0, bias=False), nn.Flatten())


def torch_recognizer():
    return nn.Sequential(
        FlattenChannelsLast(), nn.Linear(8192, 100), nn.ReLU(), nn.Linear(100, PARAMETER_SIZE)
    )


def copy_weights(source, target):
    """Copies a Keras model's weights into a PyTorch one whose layers come in the same order."""
    keras_layers = [layer for layer in source.layers if isinstance(layer, KINDS)]
    torch_layers = [
        module
        for module in target.modules()
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.BatchNorm2d | nn.Linear)
    ]
    for layer, module in zip(keras_layers, torch_layers, strict=True):
        values = [torch.tensor(value) for value in layer.get_weights()]
        if isinstance(layer, keras.layers.BatchNormalization):
            names = ("weight", "bias", "running_mean", "running_var")
        elif isinstance(layer, keras.layers.Dense):
            names, values[0] = ("weight", "bias"), values[0].T
        else:
            # (h, w, in, out) → (out, in, h, w), or (h, w, out, in) → (in, out, h, w) if transposed
            names, values[0] = ("weight",), values[0].permute(3, 2, 0, 1)
        for name, value in zip(names, values, strict=True):
            tensor = getattr(module, name)
            assert tensor.shape == value.shape
            tensor.data.copy_(value)


@pytest.fixture(scope="module")
def pairs():
    """`{name: (Keras model, PyTorch model)}` with equal weights, none of them trivial."""
    keras.utils.set_random_seed(4)
    networks = dcgan64.build(LATENT_SIZE, PARAMETER_SIZE)
    generator = np.random.default_rng(4)
    for network in networks.values():
        for variable in network.weights:
            if len(variable.shape) == 1:  # scales, offsets, statistics and biases
                low, high = (0.5, 1.5) if "gamma" in variable.path else (-0.3, 0.3)
                low, high = (0.1, 2.0) if "variance" in variable.path else (low, high)
                variable.assign(generator.uniform(low, high, variable.shape))
    twins = {
        "generator": torch_generator(),
        "trunk": torch_trunk(),
        "discriminator": torch_discriminator(),
        "recognizer": torch_recognizer(),
    }
    for name, twin in twins.items():
        copy_weights(networks[name], twin)
    return {name: (networks[name], twins[name]) for name in twins}


def inputs(name):
    """A batch for a network, channels last."""
    generator = np.random.default_rng(6)
    shape = {"generator": (64,), "trunk": (64, 64, 1)}.get(name, (4, 4, 512))
    return generator.normal(0.0, 1.0, (BATCH, *shape)).astype(np.float32)


def run_torch(name, twin, x, training):
    """Channels last in, channels last out."""
    x = torch.tensor(x)
    x = x[:, :, None, None] if name == "generator" else x.permute(0, 3, 1, 2)
    twin.train(training)
    with torch.no_grad():
        y = twin(x)
    return (y.permute(0, 2, 3, 1) if y.ndim == 4 else y).numpy()


@pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize("name", ["generator", "trunk", "discriminator", "recognizer"])
def test_outputs_equal_those_of_pytorch(pairs, name, training):
    network, _ = pairs[name]
    twin = {"generator": torch_generator, "trunk": torch_trunk}.get(name, lambda: pairs[name][1])()
    copy_weights(network, twin)
    x = inputs(name)
    with keras.StatelessScope():  # the statistics stay as they are for the other tests
        ours = network(x, training=training).numpy()
    theirs = run_torch(name, twin, x, training)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, atol=TOLERANCE)
    assert ours.std() > 0.02  # not constant, so that equality says something


def test_image_passes_through_both_chains_alike(pairs):
    z = inputs("generator")
    with keras.StatelessScope():
        ours = pairs["generator"][0](z, training=False)
        features = pairs["trunk"][0](ours, training=False)
        read = {name: pairs[name][0](features).numpy() for name in ("discriminator", "recognizer")}
    image = run_torch("generator", pairs["generator"][1], z, False)
    features = run_torch("trunk", pairs["trunk"][1], image, False)
    for name, value in read.items():
        theirs = run_torch(name, pairs[name][1], features, False)
        np.testing.assert_allclose(value, theirs, atol=TOLERANCE)


@pytest.mark.parametrize("name", ["generator", "trunk"])
def test_running_statistics_move_as_in_pytorch(pairs, name):
    network, _ = pairs[name]
    twin = {"generator": torch_generator, "trunk": torch_trunk}[name]()
    copy_weights(network, twin)
    layer = next(x for x in network.layers if isinstance(x, keras.layers.BatchNormalization))
    module = next(x for x in twin.modules() if isinstance(x, nn.BatchNorm2d))
    old_mean, old_variance = (value.numpy() for value in layer.variables[2:])
    x = inputs(name)
    scope = keras.StatelessScope()
    with scope:
        network(x, training=True)
    mean, variance = (scope.get_current_value(v).numpy() for v in layer.variables[2:])
    run_torch(name, twin, x, True)
    np.testing.assert_allclose(mean, module.running_mean.numpy(), atol=TOLERANCE)
    # PyTorch keeps the unbiased variance of the batch, Keras the biased one.
    positions = BATCH * (4 * 4 if name == "generator" else 16 * 16)
    batch_share = (module.running_var.numpy() - 0.9 * old_variance) * (positions - 1) / positions
    np.testing.assert_allclose(variance, 0.9 * old_variance + batch_share, atol=TOLERANCE)
    assert np.abs(mean - old_mean).max() > 1e-3
