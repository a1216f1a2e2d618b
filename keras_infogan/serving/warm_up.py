"""Requests that TensorFlow Serving replays before a version takes traffic.

Format: a TFRecord of PredictionLog at assets.extra/tf_serving_warmup_requests
(https://www.tensorflow.org/tfx/serving/saved_model_warmup).
"""

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from keras_infogan.serving import png

BATCHES = (1, 64)  # one by one, and what a batching server puts together


def write_warm_up(path, servable):
    """Writes a request of each signature and each batch size below a version's directory."""
    folder = path / "assets.extra"
    folder.mkdir()
    with tf.io.TFRecordWriter(str(folder / "tf_serving_warmup_requests")) as writer:
        for name, (_, specs) in servable.signatures().items():
            for size in BATCHES:
                request = predict_pb2.PredictRequest()
                request.model_spec.signature_name = name
                for spec in specs:
                    values = example(servable, spec, size)
                    request.inputs[spec.name].CopyFrom(tf.make_tensor_proto(values))
                log = prediction_log_pb2.PredictLog(request=request)
                record = prediction_log_pb2.PredictionLog(predict_log=log)
                writer.write(record.SerializeToString())


def example(servable, spec, size):
    """Input of one signature that every model serves: zeros, a label that it has, a black PNG."""
    if spec.name == "label_name":
        return np.full(size, servable.label_names[servable.labels[0]].encode(), object)
    if spec.dtype == tf.string:
        return np.full(size, png.encode(tf.zeros(servable.image_shape)).numpy(), object)
    value = servable.labels[0] if spec.name == "label" else 0
    return np.full((size, *spec.shape[1:]), value, spec.dtype.as_numpy_dtype)
