import errno
import os
import re
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_infogan
from keras_infogan import saving
from keras_infogan.errors import UserError
from keras_infogan.evaluation.digit_features import _shipped, digit_features
from keras_infogan.terms.picture_critic import PictureCritic
from keras_infogan.terms.two_looks import TwoLooks
from keras_infogan.transforms.distortion import RandomDistortion


def test_what_is_no_model_is_refused_by_name(tmp_path):
    path = tmp_path / "step-000000001.keras"
    path.write_bytes(b"not a zip")
    with pytest.raises(UserError, match="step-000000001.keras cannot be loaded"):
        keras_infogan.load_model(path)


def test_another_model_is_refused(tmp_path):
    path = tmp_path / "other.keras"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(path)
    with pytest.raises(UserError, match="does not hold a GAN but a Sequential"):
        keras_infogan.load_model(path)


@pytest.fixture
def model():
    """A small InfoGAN, compiled."""
    latents = keras_infogan.LatentSpec(2, [keras_infogan.Categorical(3)])
    build = keras_infogan.networks.get("mlp")
    networks = build(latents.size, latents.parameter_size, (4, 4, 1), units=4)
    model = keras_infogan.InfoGAN(**networks, latents=latents)
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    return model


def test_a_model_is_loaded_with_its_weights(model, tmp_path):
    path = tmp_path / "model.keras"
    model.save(path)
    z = model.latents.fixed(3, code_values={0: [0, 1, 2]})
    np.testing.assert_array_equal(keras_infogan.load_model(path).generate(z), model.generate(z))


def test_a_json_file_of_the_models_name_is_not_taken_for_its_checksums(model, tmp_path):
    path = tmp_path / "digits.keras"
    model.save(path)
    path.with_suffix(".json").write_text('{"author": "Ann"}')
    assert saving.load_model(path).built


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor"),
        OSError(errno.ENOSPC, "No space left on device", "/tmp/x"),
    ],
    ids=repr,
)
def test_a_lack_of_memory_or_disk_is_not_blamed_on_the_file(model, tmp_path, monkeypatch, error):
    def load(path):
        raise error

    model.save(tmp_path / "model.keras")
    monkeypatch.setattr(keras.models, "load_model", load)
    with pytest.raises(type(error)) as raised:
        keras_infogan.load_model(tmp_path / "model.keras")
    assert raised.value is error


def test_weights_that_are_no_hdf5_file_are_refused_by_name(model, tmp_path):
    """HDF5 tells of them by an `OSError`, as a disk does of its trouble."""
    model.save(tmp_path / "model.keras")
    with (
        zipfile.ZipFile(tmp_path / "model.keras") as sound,
        zipfile.ZipFile(tmp_path / "other.keras", "w") as other,
    ):
        for name in sound.namelist():
            other.writestr(name, b"x" * 100 if name.endswith(".h5") else sound.read(name))
    with pytest.raises(UserError, match="other.keras cannot be loaded: "):
        keras_infogan.load_model(tmp_path / "other.keras")


def test_what_a_file_holds_that_is_not_imported_is_named(tiny_model, tmp_path):
    @keras.saving.register_keras_serializable(package="elsewhere")
    class Mirrored(keras_infogan.Transform):
        def call(self, images, seed):
            return images[:, :, ::-1]

    tiny_model(transforms=[Mirrored()]).save(tmp_path / "model.keras")
    assert type(keras_infogan.load_model(tmp_path / "model.keras").transforms[0]) is Mirrored
    custom = keras.saving.get_custom_objects()
    del custom["elsewhere>Mirrored"]
    with pytest.raises(UserError, match="model.keras cannot be loaded: .*Mirrored") as raised:
        keras_infogan.load_model(tmp_path / "model.keras")
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize("name", ["InfoGAN", "LatentSpec"])
def test_an_import_of_a_class_registers_all_that_a_file_may_hold(root, name):
    """In a fresh process, where nothing else has imported them."""
    decorated = re.compile(
        r"^@keras\.saving\.register_keras_serializable.*\n(?:class|def) (\w+)", re.M
    )
    sources = (root / "keras_infogan").rglob("*.py")
    names = [found for path in sources for found in decorated.findall(path.read_text("utf-8"))]
    known = {"GAN", "InfoGAN", "ConditionalGAN", "RandomDistortion", "R1", "TwoLooks", "LogSumExp"}
    assert known | {"Conv2D", "BatchNormalization", "HoldThenDecay"} <= {*names}
    program = f"""from keras_infogan import {name}
import keras
missing = [name for name in {names}
           if keras.saving.get_registered_object("keras_infogan>" + name) is None]
assert not missing, missing
"""
    in_a_fresh_process(root, program)


def test_files_are_read_whatever_keras_json_says_of_channels(tmp_path):
    """A second discriminator builds its networks when it is loaded; scores build the classifier."""
    latents = keras_infogan.LatentSpec(2, [keras_infogan.Categorical(3)])
    family = keras_infogan.networks.get("conv28(filters=2, units=4)")
    model = keras_infogan.InfoGAN(
        **family(latents.size, latents.parameter_size, (8, 8, 1)),
        latents=latents,
        terms=[PictureCritic(networks="conv28(filters=2, units=4)")],
    )
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    model.save(tmp_path / "model.keras")
    images = np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 1))
    features = digit_features(images)
    keras.config.set_image_data_format("channels_first")
    try:
        _shipped.cache_clear()
        np.testing.assert_allclose(digit_features(images), features, rtol=1e-5)
        loaded = keras_infogan.load_model(tmp_path / "model.keras")
    finally:
        keras.config.set_image_data_format("channels_last")
        _shipped.cache_clear()
    read = [one(images)["code_parameters"] for one in (model, loaded)]
    np.testing.assert_allclose(*read, rtol=1e-5)


def in_a_fresh_process(root, program, **environment):
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr


def test_keras_alone_reads_a_file_once_the_class_of_its_model_is_imported(
    root, tiny_model, tmp_path
):
    """From its own module too."""
    tiny_model().save(tmp_path / "model.keras")
    program = f"""import keras
from keras_infogan.models.infogan import InfoGAN
assert isinstance(keras.models.load_model({str(tmp_path / "model.keras")!r}), InfoGAN)
"""
    in_a_fresh_process(root, program)


def test_models_are_built_in_float32_whatever_keras_json_says(root, tmp_path):
    (tmp_path / "keras.json").write_text('{"floatx": "float16"}')
    program = """import keras
from keras_infogan.config import RunConfig
from keras_infogan.training.assembly import build_model
assert keras.config.floatx() == "float16"
config = RunConfig(preset="x", networks="conv28(filters=2, units=4)", latents="cat(2)")
assert build_model(config, 1, 10).trunk.compute_dtype == "float32"
"""
    in_a_fresh_process(root, program, KERAS_HOME=str(tmp_path))


@pytest.mark.parametrize("name", ["InfoGAN", "LatentSpec", "networks"])
def test_another_backend_of_keras_is_told_by_the_name_of_the_setting(monkeypatch, name):
    monkeypatch.delitem(vars(keras_infogan), name, raising=False)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(UserError, match="^KERAS_BACKEND must be tensorflow. Received: jax.$"):
        getattr(keras_infogan, name)


def test_a_small_file_that_holds_a_large_config_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", " " * (saving.MAX_CONFIG + 1))
    with pytest.raises(UserError, match=r"its config.json has 16,777,217 bytes, more than"):
        keras_infogan.load_model(path)


def test_a_model_for_use_draws_and_reads_alike_without_what_only_training_needs(tmp_path):
    latents = keras_infogan.LatentSpec(2, [keras_infogan.Categorical(3)])
    networks = keras_infogan.networks.get("mlp")(3 + 2, 3, (4, 4, 1), units=4)
    model = keras_infogan.InfoGAN(
        **networks,
        latents=latents,
        terms=[PictureCritic(networks="mlp(units=4)"), TwoLooks(2.0)],
        transforms=[RandomDistortion()],
        average_generator=0.5,
    )
    model.compile(keras.optimizers.Adam(0.1), keras.optimizers.Adam(0.1))
    images = np.random.default_rng(0).uniform(-1, 1, (8, 4, 4, 1)).astype("float32")
    model.fit(images, batch_size=4, verbose=0)
    saving.for_use(model).save(tmp_path / "model.keras")
    found = keras_infogan.load_model(tmp_path / "model.keras")
    z = latents.fixed(3, code_values={0: [0, 1, 2]})
    np.testing.assert_array_equal(found.generate(z), model.generate(z))
    for name, value in model(images).items():
        np.testing.assert_array_equal(found(images)[name], value)
    assert [type(term) for term in found.terms] == [TwoLooks]
    own = (found.generator, found.trunk, found.discriminator, found.recognizer)
    assert found.average is None
    assert found.count_params() == sum(network.count_params() for network in own)
    found.compile(keras.optimizers.Adam(0.1), keras.optimizers.Adam(0.1))
    found.fit(images, batch_size=4, verbose=0)
