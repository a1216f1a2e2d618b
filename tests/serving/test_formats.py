"""The generator for other runtimes: each file draws what the model draws."""

import errno
import os

import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.errors import StorageError, UserError
from keras_infogan.serving import formats

pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize(
    ("kind", "needs"), [("litert", "ai_edge_litert"), ("openvino", "openvino"), ("onnx", "tf2onnx")]
)
def test_a_file_draws_what_the_model_draws(trained, tmp_path, kind, needs):
    pytest.importorskip(needs)
    one = formats.FORMATS[kind]
    path = tmp_path / f"generator{one.suffix}"
    formats.export_generator(trained, kind, path)
    latents = trained.latents.fixed(5, seed=9).astype("float32")
    np.testing.assert_allclose(one.run(path, latents), trained.generate(latents), atol=1e-4)
    assert all(file.name.startswith("generator.") for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("kind", "needs"), [("litert", "ai_edge_litert"), ("openvino", "openvino"), ("onnx", "tf2onnx")]
)
def test_a_suffix_in_capitals_is_kept(trained, tmp_path, kind, needs):
    pytest.importorskip(needs)
    path = tmp_path / f"G{formats.FORMATS[kind].suffix.upper()}"
    formats.export_generator(trained, kind, path)
    beside = ["G.bin"] if kind == "openvino" else []
    assert sorted(file.name for file in tmp_path.iterdir()) == [path.name, *beside]
    latents = trained.latents.fixed(5, seed=9).astype("float32")
    found = formats.FORMATS[kind].run(path, latents)
    np.testing.assert_allclose(found, trained.generate(latents), atol=1e-4)


def test_a_file_that_draws_something_else_is_not_kept(trained, tmp_path, monkeypatch):
    wrong = formats.Format(".tflite", lambda path, latents: np.zeros((8, 8, 8, 1)), "litert")
    monkeypatch.setitem(formats.FORMATS, "litert", wrong)
    with pytest.raises(UserError, match="must be within 0.0001 of the model's"):
        formats.export_generator(trained, "litert", tmp_path / "generator.tflite")
    assert not list(tmp_path.iterdir())


def test_the_model_draws_in_full_float32_to_be_compared(trained, tmp_path, monkeypatch):
    """A GPU's TensorFloat-32 has errors of 1e-3."""
    enabled = tf.config.experimental.tensor_float_32_execution_enabled
    seen, generate = [], trained.generate

    def watched(latents):
        seen.append(enabled())
        return generate(latents)

    monkeypatch.setattr(trained, "generate", watched)
    same = formats.Format(".tflite", lambda path, latents: generate(latents), "litert")
    monkeypatch.setitem(formats.FORMATS, "litert", same)
    before = enabled()
    formats.export_generator(trained, "litert", tmp_path / "generator.tflite")
    assert seen == [False] and enabled() == before


def test_what_is_not_installed_is_named(trained, tmp_path, monkeypatch):
    def missing(path, latents):
        raise ModuleNotFoundError("No module named 'onnxruntime'", name="onnxruntime")

    monkeypatch.setitem(formats.FORMATS, "litert", formats.Format(".tflite", missing, "onnx"))
    with pytest.raises(UserError, match=r'needs onnxruntime: pip install "keras-infogan\[onnx\]"'):
        formats.export_generator(trained, "litert", tmp_path / "generator.tflite")


def test_a_full_disk_is_one_line_and_leaves_the_old_file(trained, tmp_path, monkeypatch):
    def full(path, latents):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setitem(formats.FORMATS, "litert", formats.Format(".tflite", full, "litert"))
    path = tmp_path / "generator.tflite"
    path.write_text("old")
    with pytest.raises(StorageError) as error:
        formats.export_generator(trained, "litert", path)
    assert str(error.value) == f"Cannot write {path}: No space left on device."
    assert list(tmp_path.iterdir()) == [path] and path.read_text() == "old"


def test_a_file_is_on_the_disk_before_it_has_its_name(trained, tmp_path, monkeypatch):
    right = formats.Format(".tflite", lambda path, latents: trained.generate(latents), "litert")
    monkeypatch.setitem(formats.FORMATS, "litert", right)
    fsync, replace, calls = os.fsync, os.replace, []

    def noted_fsync(descriptor):
        calls.append(("fsync", os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}"))))
        fsync(descriptor)

    def noted_replace(part, path):
        calls.append(("replace", os.path.basename(path)))
        replace(part, path)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    (tmp_path / ".part-dead").mkdir()  # of a process that was killed
    name = "generator.tflite"
    formats.export_generator(trained, "litert", tmp_path / name)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert calls[0] == ("fsync", name)
    assert calls[-2:] == [("replace", name), ("fsync", tmp_path.name)]
