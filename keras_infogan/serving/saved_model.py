"""A trained model → a version directory that TensorFlow Serving can load."""

import tensorflow as tf

from keras_infogan import checksums, files
from keras_infogan.errors import UserError
from keras_infogan.serving.about import FILE, OF_RUN, describe_codes, without_paths
from keras_infogan.serving.model_card import FILE as CARD
from keras_infogan.serving.model_card import model_card
from keras_infogan.serving.servable import Servable
from keras_infogan.serving.versions import new_version
from keras_infogan.serving.warm_up import write_warm_up


def export_model(model, base, about):
    """Writes the next free version below `base`, see `new_version`.

    Args:
        model: An `InfoGAN`, `ConditionalGAN` or `GAN`.
        base: Directory of the versions.
        about: Dict of `config`, `summary` and `environment`, as the run directory holds them;
            anything else in it is not looked at.

    Returns:
        Path of the version's directory.

    Raises:
        UserError: If a weight is not finite; nothing is written then.
        StorageError: If it cannot be written.
    """
    if broken := model.broken_weight():
        raise UserError(f"A model with weights that are not finite is not exported: {broken}.")
    servable = Servable.of(model, about)
    return new_version(base, lambda part: write(servable, part, about))


def write(servable, path, about):
    """Writes all files of a version into a directory."""
    module = tf.Module()
    # What the functions use; they hold it as tensors, and a SavedModel stores what it can see.
    model = servable.model
    used = [model.sampler] + ([model.trunk, model.recognizer] if model.reads_codes else [])
    module.weights = [weight.value for network in used for weight in network.weights]
    functions = {
        name: tf.function(function, inputs, autograph=False).get_concrete_function()
        for name, (function, inputs) in servable.signatures().items()
    }
    signatures = {**functions, "serving_default": functions["generate"]}
    tf.saved_model.save(module, str(path), signatures=signatures)
    _make_outputs_separable(path)
    write_warm_up(path, servable)
    facts = {"codes": describe_codes(servable), "signatures": describe(path)}
    about = {**without_paths({key: about[key] for key in OF_RUN}), **facts}
    files.write_json(path / FILE, about)
    checksums.write(path)
    (path / CARD).write_text(model_card(about), encoding="utf-8")


def _make_outputs_separable(path):
    """Gives each output of a signature a node of its own, `sample/image:0`.

    As saved, all outputs belong to one call, and fetching one computes all: who wants images would
    wait for PNG files. Behind nodes of their own, TensorFlow prunes those that are not fetched.
    """
    content = _read(path)
    graph = content.meta_graphs[0]
    for name, signature in _signatures(content).items():
        for key, info in signature.outputs.items():
            node = graph.graph_def.node.add(name=f"{name}/{key}", op="Identity", input=[info.name])
            node.attr["T"].type = info.dtype
            info.name = f"{name}/{key}:0"
    (path / "saved_model.pb").write_bytes(content.SerializeToString(deterministic=True))
    # Its checksum is of the original file.
    (path / "fingerprint.pb").unlink(missing_ok=True)


def describe(path):
    """The signatures of a SavedModel, as it says itself.

    Returns:
        Dict of name to `inputs` and `outputs`, each a dict of name to `tensor` (its name in the
        graph), `dtype` and `shape` (-1 for any).
    """

    def described(tensors):
        return {
            name: {
                "tensor": info.name,
                "dtype": tf.as_dtype(info.dtype).name,
                "shape": [dimension.size for dimension in info.tensor_shape.dim],
            }
            for name, info in sorted(tensors.items())
        }

    return {
        name: {"inputs": described(signature.inputs), "outputs": described(signature.outputs)}
        for name, signature in _signatures(_read(path)).items()
    }


def _read(path):
    from tensorflow.core.protobuf import saved_model_pb2

    return saved_model_pb2.SavedModel.FromString((path / "saved_model.pb").read_bytes())


def _signatures(content):
    """The signatures of what `_read` returns, by name, without TensorFlow's own."""
    found = content.meta_graphs[0].signature_def
    return {name: found[name] for name in sorted(found) if not name.startswith("__")}
