"""The generator for other runtimes: each file draws what the model draws."""

import numpy as np
import pytest

from keras_infogan.errors import UserError
from keras_infogan.serving import formats


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


def test_a_file_that_draws_something_else_is_not_kept(trained, tmp_path, monkeypatch):
    wrong = formats.Format(".tflite", lambda path, latents: np.zeros((8, 8, 8, 1)), "litert")
    monkeypatch.setitem(formats.FORMATS, "litert", wrong)
    with pytest.raises(UserError, match="must be within 0.0001 of the model's"):
        formats.export_generator(trained, "litert", tmp_path / "generator.tflite")
    assert not list(tmp_path.iterdir())


def test_what_is_not_installed_is_named(trained, tmp_path, monkeypatch):
    def missing(path, latents):
        raise ModuleNotFoundError("No module named 'onnxruntime'", name="onnxruntime")

    monkeypatch.setitem(formats.FORMATS, "litert", formats.Format(".tflite", missing, "onnx"))
    with pytest.raises(UserError, match=r'needs onnxruntime: pip install "keras-infogan\[onnx\]"'):
        formats.export_generator(trained, "litert", tmp_path / "generator.tflite")
