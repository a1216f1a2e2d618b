"""The exported generator, read without Keras and without this package."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from export import __main__ as program
from export import saved_model
from export.saved_model import export_generator
from keras_infogan.run_dir import RunDir

# What a server does: TensorFlow alone reads the directory.
READER = """
import json, sys
sys.modules["keras"] = sys.modules["keras_infogan"] = sys.modules["export"] = None
import numpy as np
import tensorflow as tf
loaded = tf.saved_model.load(sys.argv[1])
signature = loaded.signatures["serving_default"]
latents = np.load(sys.argv[2])
images = [signature(latents=tf.constant(rows))["images"].numpy() for rows in (latents, latents[:1])]
np.savez(sys.argv[3], all=images[0], one=images[1])
print(json.dumps({
    "signatures": list(loaded.signatures),
    "inputs": {k: [str(v.dtype), list(v.shape)]
               for k, v in signature.structured_input_signature[1].items()},
    "outputs": {k: [str(v.dtype), list(v.shape)]
                for k, v in signature.structured_outputs.items()},
}))
"""


@pytest.fixture(scope="module")
def trained(tiny_model, tiny_images):
    """A model after a step, so that BatchNorm's statistics are not the first ones."""
    model = tiny_model()
    model.train_step(tf.constant(tiny_images(6)))
    return model


@pytest.fixture(scope="module")
def run(trained, tiny_config, tmp_path_factory):
    """A run directory with a checkpoint."""
    run = RunDir(tmp_path_factory.mktemp("export") / "run")
    run.create()
    run.config.write_text(json.dumps({**tiny_config.to_json(), "run": {}}))
    trained.save(run.checkpoint(1))
    return run


@pytest.fixture(scope="module")
def served(trained, run, tmp_path_factory):
    """What a process without Keras reads and computes: description, latents, images."""
    folder = tmp_path_factory.mktemp("served")
    version = export_generator(trained.generator, folder / "generator", version=1)
    latents = trained.latents.sample(5, [3, 4]).numpy()
    np.save(folder / "latents.npy", latents)
    done = subprocess.run(
        [sys.executable, "-c", READER, version, folder / "latents.npy", folder / "images.npz"],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    with np.load(folder / "images.npz") as images:
        return json.loads(done.stdout), latents, images["all"], images["one"]


def test_images_equal_those_of_the_generator(trained, served):
    _, latents, images, one = served
    expected = trained.generator(latents, training=False).numpy()
    assert images.shape == (5, 8, 8, 1)
    np.testing.assert_allclose(images, expected, atol=1e-6)
    assert images.std() > 1e-3
    # One row alone gives the same image: inference mode, whatever stands beside it.
    np.testing.assert_allclose(one, expected[:1], atol=1e-6)
    with keras.StatelessScope():
        in_training = trained.generator(latents, training=True).numpy()
    assert np.abs(images - in_training).max() > 1e-3


def test_signature_has_the_names_that_the_docstring_gives(served):
    description = served[0]
    assert description["signatures"] == ["serving_default"]
    assert description["inputs"] == {"latents": ["<dtype: 'float32'>", [None, 14]]}
    assert description["outputs"] == {"images": ["<dtype: 'float32'>", [None, 8, 8, 1]]}


@pytest.fixture
def watch_writing(monkeypatch):
    """A function: have `watch(write, path)` called where an archive would write to `path`."""

    def install(watch):
        make = saved_model.ExportArchive

        def watched():
            archive = make()
            write = archive.write_out
            archive.write_out = lambda path, **options: watch(lambda: write(path, **options), path)
            return archive

        monkeypatch.setattr(saved_model, "ExportArchive", watched)

    return install


def test_version_appears_whole(trained, tmp_path, watch_writing):
    base = tmp_path / "generator"
    seen = []

    def watch(write, path):
        write()
        assert (base / path / "saved_model.pb").exists()
        # A server takes every directory with a number for a name to be a version.
        seen.append([found.name for found in base.iterdir() if found.name.isdigit()])

    watch_writing(watch)
    path = export_generator(trained.generator, base, version=3)
    assert seen == [[]]
    assert path == base / "3"
    assert [found.name for found in base.iterdir()] == ["3"]
    assert (path / "saved_model.pb").exists() and (path / "variables").is_dir()


def test_an_export_that_fails_leaves_no_version_and_no_part(trained, tmp_path, watch_writing):
    def watch(write, path):
        write()
        raise OSError("disk full")

    watch_writing(watch)
    with pytest.raises(OSError, match="disk full"):
        export_generator(trained.generator, tmp_path / "generator", version=1)
    assert list((tmp_path / "generator").iterdir()) == []


def images_of(path, latents):
    signature = tf.saved_model.load(str(path)).signatures["serving_default"]
    return signature(latents=tf.constant(latents))["images"].numpy()


def test_a_version_that_is_there_is_replaced(trained, tiny_model, tmp_path):
    latents = trained.latents.sample(3, [1, 1]).numpy()
    other = tiny_model()
    for model in (trained, other):
        path = export_generator(model.generator, tmp_path / "generator", version=1)
        np.testing.assert_allclose(images_of(path, latents), model.generate(latents), atol=1e-6)
    assert np.abs(trained.generate(latents) - other.generate(latents)).max() > 1e-3
    assert [found.name for found in (tmp_path / "generator").iterdir()] == ["1"]


def test_program_writes_the_next_version_of_the_last_checkpoint(run, trained, capsys):
    latents = trained.latents.sample(3, [1, 1]).numpy()
    for version in ("1", "2"):
        assert program.main([str(run.path)]) == 0
        assert capsys.readouterr().out == f"{run.export / version}\n"
        images = images_of(run.export / version, latents)
        np.testing.assert_allclose(images, trained.generate(latents), atol=1e-6)
    assert sorted(path.name for path in run.export.iterdir()) == ["1", "2"]


def break_config(run):
    run.config.write_text("{")


def break_checkpoint(run):
    run.checkpoint(1).write_bytes(b"not a zip")


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda run: run.config.unlink(), "is not a run: there is no "),
        (break_config, "config.json is damaged."),
        (lambda run: None, "has no checkpoint yet."),
        (break_checkpoint, "step-000000001.keras cannot be loaded: "),
    ],
    ids=["no run", "damaged config", "no checkpoint", "damaged checkpoint"],
)
def test_program_refuses_in_one_line(tmp_path, capfd, prepare, message):
    run = RunDir(tmp_path / "run")
    run.create()
    run.config.write_text('{"run": {}}')
    prepare(run)
    capfd.readouterr()
    assert program.main([str(run.path)]) == 2
    err = capfd.readouterr().err
    assert err.startswith("python -m export: ") and message in err and err.count("\n") == 1
    assert not run.export.exists()


def test_program_without_a_run_exits_with_2(capsys):
    with pytest.raises(SystemExit) as stop:
        program.main([])
    assert stop.value.code == 2
    assert "the following arguments are required: run" in capsys.readouterr().err
