"""What the tests share: the repository on the path, tiny networks, tiny data, tiny models."""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as in the programs that tests start
ROOT = pathlib.Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import keras  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

from keras_infogan.config import RunConfig  # noqa: E402
from keras_infogan.data.image_data import ImageData  # noqa: E402
from keras_infogan.latents import Categorical, LatentSpec, Uniform  # noqa: E402
from keras_infogan.models.conditional_gan import ConditionalGAN  # noqa: E402
from keras_infogan.models.gan import GAN  # noqa: E402
from keras_infogan.models.infogan import InfoGAN  # noqa: E402
from keras_infogan.networks import conv28  # noqa: E402
from keras_infogan.networks.rewrites import Rewrite, rewrite_all  # noqa: E402
from keras_infogan.registry import REGISTRIES  # noqa: E402

SIZE = 8
pytest_plugins = ["browser", "rights", "serving_fixtures"]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    """Every test, and the fixtures set up for it, start from the same random state."""
    keras.utils.set_random_seed(0)


@pytest.fixture(scope="module", autouse=True)
def parts_of_this_module():
    """Parts that the tests of a module register are gone after it."""
    REGISTRIES["preset"].names()  # registered when first asked for, and not again
    before = {kind: dict(table._things) for kind, table in REGISTRIES.items()}
    yield
    for kind, table in REGISTRIES.items():
        table._things.clear()
        table._things.update(before[kind])


@pytest.fixture(scope="session")
def root():
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def tiny_networks():
    """A function: latents → the four conv28 networks for 8×8 images, with equal first weights."""

    def build(latents, channels=1):
        keras.utils.set_random_seed(11)
        return conv28.build(
            latents.size, latents.parameter_size, (SIZE, SIZE, channels), filters=2, units=8
        )

    return build


@pytest.fixture(scope="session")
def tiny_model(tiny_networks):
    """A function that makes a compiled InfoGAN of tiny networks; SGD unless told otherwise."""

    def make(
        codes=None,
        noise=3,
        d_optimizer=None,
        g_optimizer=None,
        transforms=(),
        terms=(),
        average_generator=None,
        trunk_learns_information=True,
        seed=7,
        **compile_options,
    ):
        latents = LatentSpec(noise, codes or [Categorical(10), Uniform()])
        model = InfoGAN(
            **tiny_networks(latents),
            latents=latents,
            transforms=transforms,
            terms=terms,
            average_generator=average_generator,
            trunk_learns_information=trunk_learns_information,
            seed=seed,
        )
        model.compile(
            d_optimizer or keras.optimizers.SGD(0.5),
            g_optimizer or keras.optimizers.SGD(0.25),
            **compile_options,
        )
        return model

    return make


@pytest.fixture(scope="session")
def tiny_gan_networks():
    """A function: latents → three networks for 4×4 images, of equal first weights.

    The trunk is told labels too where there are any. D has no BatchNorm: its logits of an image do
    not depend on the others.
    """

    def build(latents, num_labels=0):
        layers = keras.layers
        keras.utils.set_random_seed(11)
        z = keras.Input((latents.size,))
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(layers.Dense(6)(z)))
        x = layers.Reshape((4, 4, 1))(layers.Dense(16, "tanh")(x))
        generator = keras.Model(z, x, name="generator")

        inputs = images = keras.Input((4, 4, 1))
        x = layers.Flatten()(layers.LeakyReLU(0.2)(layers.Conv2D(3, 3, 2, "same")(images)))
        if num_labels:
            inputs = [images, keras.Input((num_labels,))]
            x = layers.Concatenate()([x, inputs[1]])
        trunk = keras.Model(inputs, x, name="trunk")

        features = keras.Input(trunk.output_shape[1:])
        x = layers.LeakyReLU(0.2)(layers.Dense(5)(features))
        discriminator = keras.Model(features, layers.Dense(1)(x), name="discriminator")
        return {"generator": generator, "trunk": trunk, "discriminator": discriminator}

    return build


@pytest.fixture(scope="session")
def tiny_gan(tiny_gan_networks):
    """A function that makes a compiled GAN, whose networks the rewrites have changed; SGD.

    With `conditional`, a ConditionalGAN of three labels; with `codes`, an InfoGAN.
    """

    def make(
        rewrites=(),
        terms=(),
        transforms=(),
        average_generator=None,
        conditional=False,
        codes=(),
        num_labels=0,
        d_optimizer=None,
        g_optimizer=None,
        seed=7,
        **compile_options,
    ):
        latents = LatentSpec(3, [Categorical(3)] if conditional else codes)
        networks = tiny_gan_networks(latents, 3 if conditional else 0)
        if codes:
            features = keras.Input(networks["trunk"].output_shape[1:])
            parameters = keras.layers.Dense(latents.parameter_size)(features)
            networks["recognizer"] = keras.Model(features, parameters, name="recognizer")
        # A term such as LabelClasses changes the networks too.
        rewrites = [*rewrites, *(term for term in terms if isinstance(term, Rewrite))]
        networks = rewrite_all(networks, rewrites, latents, num_labels, seed)
        kind = ConditionalGAN if conditional else InfoGAN if codes else GAN
        model = kind(
            **networks,
            latents=latents,
            transforms=transforms,
            terms=terms,
            average_generator=average_generator,
            seed=seed,
        )
        model.compile(
            d_optimizer or keras.optimizers.SGD(0.5),
            g_optimizer or keras.optimizers.SGD(0.25),
            **compile_options,
        )
        return model

    return make


@pytest.fixture(scope="session")
def small_images():
    """A function: n → float32 images `(n, 4, 4, 1)` in [-1, 1]."""

    def make(n, seed=0):
        generator = np.random.default_rng(seed)
        return generator.uniform(-1.0, 1.0, (n, 4, 4, 1)).astype(np.float32)

    return make


@pytest.fixture(scope="session")
def hand_made_model():
    """A function that makes an InfoGAN of two functions, so that what it draws and reads is known.

    `draw` goes from latents `(n, size)` to images; `read` from images, flat, to Q's parameters,
    all of them 0 by default.
    """

    def make(codes, draw, read=None, noise=1):
        latents = LatentSpec(noise, codes)
        z = keras.Input((latents.size,))
        generator = keras.Model(z, keras.layers.Lambda(draw)(z))
        images = keras.Input(generator.output_shape[1:])
        trunk = keras.Model(images, keras.layers.Flatten()(images))
        features = keras.Input(trunk.output_shape[1:])
        discriminator = keras.Model(features, keras.layers.Dense(1)(features))
        if read is None:
            parameters = keras.layers.Dense(latents.parameter_size, kernel_initializer="zeros")
        else:
            parameters = keras.layers.Lambda(read)
        features = keras.Input(trunk.output_shape[1:])
        recognizer = keras.Model(features, parameters(features))
        return InfoGAN(generator, trunk, discriminator, recognizer, latents)

    return make


@pytest.fixture(scope="session")
def tiny_images():
    """A function: n → float32 images `(n, 8, 8, 1)` in [-1, 1], each with a bright bar."""

    def make(n, seed=0):
        generator = np.random.default_rng(seed)
        images = generator.uniform(-1.0, -0.6, (n, SIZE, SIZE, 1)).astype(np.float32)
        images[np.arange(n), generator.integers(0, SIZE, n)] = 0.9
        return images

    return make


@pytest.fixture(scope="session")
def tiny_data():
    """`ImageData` of 44 training and 10 test images of 8×8, with labels 0 to 9."""
    generator = np.random.default_rng(5)
    images = generator.integers(0, 256, (54, SIZE, SIZE, 1), dtype=np.uint8)
    labels = np.arange(54) % 10
    return ImageData("tiny", images[:44], labels[:44], images[44:], labels[44:])


@pytest.fixture(scope="session")
def tiny_config():
    """A RunConfig for `tiny_data`: 2 epochs of 5 steps, 4 of 44 images left out of each."""
    return RunConfig(
        preset="tiny",
        networks="conv28(filters=2, units=8)",
        image_size=SIZE,
        latents="normal(3) + cat(10) + uniform(-1, 1)",
        dataset="tiny",
        epochs=2,
        batch_size=8,
        seed=3,
    )


@pytest.fixture(scope="session")
def arrays():
    """A function: variables → NumPy copies of their values."""
    return lambda variables: [np.array(variable.numpy()) for variable in variables]
