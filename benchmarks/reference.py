"""The same networks and updates in PyTorch, which only these benchmarks need.

Networks are translated layer by layer from Keras's, weights included. Tuned as far as known: memory
in channels-last order, fused Adam, no gradient that nothing uses, G's images for D's update made
without a graph, one call for each batch of draws.
"""

import math
import pathlib
import pickle
import tempfile

import torch
from torch import nn
from torch.nn import functional as F

from benchmarks import jobs
from benchmarks.turns import once
from benchmarks.worker import Job

ACTIVATIONS = {"linear": None, "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


class Flatten(nn.Module):
    """`(n, c, h, w)` → `(n, h·w·c)`, in Keras's order; a view where memory is channels-last."""

    def forward(self, x):
        """Flattens; vectors stay as they are."""
        return x.permute(0, 2, 3, 1).flatten(1) if x.ndim == 4 else x


class Reshape(nn.Module):
    """`(n, h·w·c)` → `(n, c, h, w)`, in Keras's order."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        """Reshapes."""
        return x.reshape(-1, *self.shape).permute(0, 3, 1, 2)


class Affine(nn.Module):
    """x · scale + offset."""

    def __init__(self, scale, offset):
        super().__init__()
        self.scale, self.offset = scale, offset

    def forward(self, x):
        """Scales and shifts."""
        return x * self.scale + self.offset


def translate(layers):
    """A PyTorch module with the layers and weights of a Keras network.

    Args:
        layers: Its layers, as `described.describe_layers` gives them.

    Returns:
        `nn.Sequential`; images are `(n, c, h, w)`, in channels-last memory.
    """
    modules = [module for layer in layers for module in _translated(layer)]
    return nn.Sequential(*modules).to(memory_format=torch.channels_last)


def _translated(layer):
    options = layer.options
    values = [torch.tensor(value) for value in layer.weights]
    shape = options["shape"]
    if layer.kind == "BatchNormalization":
        norm = nn.BatchNorm2d if len(shape) == 4 else nn.BatchNorm1d
        module = norm(shape[-1], eps=options["epsilon"], momentum=1.0 - options["momentum"])
        module.weight.data, module.bias.data = values[0], values[1]
        module.running_mean, module.running_var = values[2], values[3]
        return [module]
    if layer.kind == "LeakyReLU":
        return [nn.LeakyReLU(options["negative_slope"], inplace=True)]
    if layer.kind == "ReLU":
        return [nn.ReLU(inplace=True)]
    if layer.kind == "Flatten":
        return [Flatten()]
    if layer.kind == "Reshape":
        return [Reshape(options["target_shape"])]
    if layer.kind == "Rescaling":
        return [Affine(options["scale"], options["offset"])]
    if layer.kind == "Dense":
        module = nn.Linear(*values[0].shape, bias=options["use_bias"])
        module.weight.data = values[0].T.contiguous()
    else:
        kernel, stride = options["kernel_size"][0], options["strides"][0]
        # Half of what a kernel overlaps, as "same" pads where it halves or doubles the size.
        padding = (kernel - stride) // 2 if options["padding"] == "same" else 0
        kind = nn.ConvTranspose2d if layer.kind == "Conv2DTranspose" else nn.Conv2d
        module = kind(
            shape[-1], options["filters"], kernel, stride, padding, bias=options["use_bias"]
        )
        # (h, w, in, out) → (out, in, h, w), and (h, w, out, in) → (in, out, h, w).
        module.weight.data = values[0].permute(3, 2, 0, 1).contiguous()
    if options["use_bias"]:
        module.bias.data = values[1]
    activation = ACTIVATIONS[options["activation"]]
    return [module] + ([] if activation is None else [activation()])


def distort(images, shear, scale, shift, thickness=0.0):
    """What `RandomDistortion` does, by PyTorch's grid sampling."""
    n, _, height, width = images.shape
    draws = 2.0 * torch.rand(6, n, device=images.device) - 1.0
    theta = torch.zeros(n, 2, 3, device=images.device)
    theta[:, 0, 0] = torch.exp(scale * draws[2])
    theta[:, 0, 1] = shear * draws[3] * height / width
    theta[:, 0, 2] = 2.0 * shift * draws[4] / width
    theta[:, 1, 1] = torch.exp(scale * draws[0])
    theta[:, 1, 2] = 2.0 * shift * draws[1] / height
    grid = F.affine_grid(theta, images.shape, align_corners=False)
    ink = F.grid_sample(images + 1.0, grid, align_corners=False)
    if thickness:
        amount = (thickness * draws[5])[:, None, None, None]
        dilated = F.max_pool2d(ink, 3, 1, 1)
        eroded = -F.max_pool2d(-ink, 3, 1, 1)
        ink = ink + F.relu(amount) * (dilated - ink) - 0.5 * F.relu(-amount) * (ink - eroded)
    return ink - 1.0


class Codes:
    """Noise, one categorical code, then uniform ones with a Gaussian Q of standard deviation 1."""

    def __init__(self, noise, values, uniform):
        self.noise, self.values, self.uniform = noise, values, uniform

    def draw(self, count, device):
        """`(latents, values of the categorical code)`."""
        values = torch.randint(self.values, (count,), device=device)
        parts = [
            torch.randn(count, self.noise, device=device),
            F.one_hot(values, self.values).float(),
            2.0 * torch.rand(count, self.uniform, device=device) - 1.0,
        ]
        return torch.cat(parts, 1), values

    def loss(self, parameters, latents, values, weight, continuous_weight):
        """−λ L_I without H(c)."""
        loss = weight * F.cross_entropy(parameters[:, : self.values], values)
        if self.uniform:
            apart = parameters[:, self.values :] - latents[:, -self.uniform :]
            log_density = -0.5 * apart.square() - 0.5 * math.log(2.0 * math.pi)
            loss = loss - continuous_weight * log_density.sum(1).mean()
        return loss

    def paired(self, first, second):
        """I(c; c′) of two looks."""
        first, second = (F.softmax(p[:, : self.values], 1) for p in (first, second))
        joint = first.T @ second / len(first)
        joint = (0.5 * (joint + joint.T)).clamp_min(1e-8)
        marginal = joint.sum(0)
        return (joint * (joint / (marginal[:, None] * marginal[None, :])).log()).sum()


class Reference:
    """InfoGAN in PyTorch: the updates of `InfoGAN.train_step` for a config.

    Args:
        model: The Keras model, as `described.describe_model` gives it.
        device: `"cpu"` or `"cuda"`.
        compiled: Mode of `torch.compile` for the networks; None for eager.
        graph: Whether the step is to be captured in a CUDA graph.
    """

    def __init__(self, model, device="cpu", compiled=None, graph=False):
        config = model.config
        lacking = ("brightness", "hole", "critic_told_codes")
        if used := [name for name in lacking if getattr(config, name)]:
            raise TypeError(f"The reference has no {used[0]}.")
        names = ("generator", "trunk", "discriminator", "recognizer")
        networks = [translate(model.networks[name]).to(device) for name in names]
        if model.critic:
            networks.append(translate(model.critic).to(device))
        self.d_params = [p for n in networks[1:3] + networks[4:] for p in n.parameters()]
        self.g_params = [p for i in (0, 3) for p in networks[i].parameters()]
        if compiled:
            networks = [torch.compile(network, mode=compiled) for network in networks]
        self.generator, self.trunk, self.discriminator, self.recognizer = networks[:4]
        self.critic = networks[4] if model.critic else None
        self.config, self.device = config, device
        self.codes = Codes(*model.latents)
        self.d_adam, self.g_adam = (
            torch.optim.Adam(
                params, rate, (config.adam_beta_1, 0.999), eps=1e-7, fused=True, capturable=graph
            )
            for params, rate in (
                (self.d_params, config.d_learning_rate),
                (self.g_params, config.g_learning_rate),
            )
        )

    def seen(self, images):
        """Images as D sees them."""
        config = self.config
        if not config.distorts:
            return images
        return distort(images, config.shear, config.scale, config.shift)

    def step(self, real):
        """One update of D and one of G, on a batch of real images."""
        config, count = self.config, len(real)
        weights = (config.information_weight, config.continuous_weight)
        latents, values = self.codes.draw(count, self.device)
        with torch.no_grad():
            images = self.generator(latents)
        features = self.trunk(self.seen(real))
        generated = self.trunk(self.seen(images))
        loss = F.softplus(-self.discriminator(features)).mean()
        loss = loss + F.softplus(self.discriminator(generated)).mean()
        if config.trunk_learns_information:
            parameters = self.recognizer(generated)
            loss = loss + self.codes.loss(parameters, latents, values, *weights)
        if config.real_information_weight:
            second = distort(real, config.shear, config.scale, config.shift, config.thickness)
            looks = (self.recognizer(f) for f in (features, self.trunk(second)))
            loss = loss - config.real_information_weight * self.codes.paired(*looks)
        if self.critic:
            loss = loss + F.softplus(-self.critic(real)).mean()
            loss = loss + F.softplus(self.critic(images)).mean()
        _update(self.d_adam, loss, self.d_params)
        latents, values = self.codes.draw(count, self.device)
        images = self.generator(latents)
        features = self.trunk(self.seen(images))
        loss = config.adversarial_weight * F.softplus(-self.discriminator(features)).mean()
        if self.critic:
            loss = loss + config.critic_weight * F.softplus(-self.critic(images)).mean()
        loss = loss + self.codes.loss(self.recognizer(features), latents, values, *weights)
        _update(self.g_adam, loss, self.g_params)


def _update(adam, loss, params):
    for param, gradient in zip(params, torch.autograd.grad(loss, params), strict=True):
        param.grad = gradient
    adam.step()


def captured(step):
    """Captures a step in a CUDA graph, after three steps that warm it up.

    Returns:
        A function that replays it.
    """
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def train_step(preset, device="cpu", compiled=None, graph=False, precision="float32", **options):
    """The train step of a preset in PyTorch.

    Args:
        preset: Its name.
        device: `"cpu"` or `"cuda"`.
        compiled: Mode of `torch.compile`; None for eager.
        graph: Whether to capture the step in a CUDA graph.
        precision: `"float32"`, or `"float16"` and `"bfloat16"` for mixed precision.
        **options: Of the config.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "model.pickle")
        once("benchmarks.described:save", path=str(path), preset=preset, **options)
        model = pickle.loads(path.read_bytes())
    config = model.config
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    reference = Reference(model, device, compiled, graph)
    images = torch.tensor(jobs.random_images(config.batch_size, config)).permute(0, 3, 1, 2)
    images = (images.float() / 127.5 - 1.0).to(device, memory_format=torch.channels_last)

    def step():
        with torch.autocast(device, getattr(torch, precision), enabled=precision != "float32"):
            reference.step(images)

    step = captured(step) if graph else step

    def call():
        step()
        if device == "cuda":
            torch.cuda.synchronize()

    return Job(call, config.batch_size)
