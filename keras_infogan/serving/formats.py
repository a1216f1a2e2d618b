"""The generator in the formats of other runtimes, each file run in its own before it is kept."""

import contextlib
import dataclasses
import os
import pathlib
import warnings
from collections.abc import Callable

import numpy as np

from keras_infogan import files
from keras_infogan.errors import UserError

TOLERANCE = 1e-4  # between the images of the file and of the model, which are in [-1, 1]
CHECKED = 8  # images


@dataclasses.dataclass(frozen=True)
class Format:
    """A format that `keras.Model.export` writes.

    Args:
        suffix: Of its file.
        run: Function of a file and of latents `(n, size)` to images, in the format's runtime.
        extra: The package's extra that has what it needs.
    """

    suffix: str
    run: Callable
    extra: str


def export_generator(model, kind, path):
    """Writes a model's generator, from latents to images in [-1, 1].

    Args:
        model: A `GAN`, `ConditionalGAN` or `InfoGAN`.
        kind: One of `FORMATS`.
        path: The file, with the suffix of the format, in capitals too; OpenVINO's weights go
            beside it.

    Raises:
        UserError: If what the format needs is not installed, or the file's images differ from the
            model's by more than `TOLERANCE`.
        StorageError: If it cannot be written.
    """
    path, one = pathlib.Path(path), FORMATS[kind]
    latents = np.asarray(model.latents.fixed(CHECKED), np.float32)
    with _full_float32():
        expected = model.generate(latents)
    with files.new_directory(path.parent) as folder, files.writing(path):
        part = folder / f"{path.stem}{one.suffix}"  # Keras takes it in small letters alone
        try:
            with warnings.catch_warnings():  # of the converters, about themselves
                warnings.simplefilter("ignore")
                model.sampler.export(str(part), format=kind, verbose=False)
                found = one.run(part, latents)
        except ImportError as error:
            raise UserError(
                f"--format {kind} needs {error.name or error}: "
                f'pip install "keras-infogan[{one.extra}]".'
            ) from None
        difference = float(np.abs(found - expected).max())
        if not difference <= TOLERANCE:
            raise UserError(
                f"The images of the {kind} file must be within {TOLERANCE} of the model's. "
                f"Received: a difference of {difference:.2g}."
            )
        part.rename(folder / path.name)
        files.flush_tree(folder)
        for file in sorted(folder.iterdir()):
            os.replace(file, path.parent / file.name)
        files.flush(path.parent)


@contextlib.contextmanager
def _full_float32():
    """A context without TensorFloat-32, to which a GPU rounds and the runtimes do not."""
    import tensorflow as tf

    before = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(before)


def _run_onnx(path, latents):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: latents})[0]


def _run_litert(path, latents):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path))
    entry = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(entry, latents.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(entry, latents)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def _run_openvino(path, latents):
    import openvino

    precision = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(str(path), "CPU", precision)
    return compiled(latents)[0]


FORMATS = {
    "onnx": Format(".onnx", _run_onnx, "onnx"),
    "litert": Format(".tflite", _run_litert, "litert"),
    "openvino": Format(".xml", _run_openvino, "openvino"),
}
