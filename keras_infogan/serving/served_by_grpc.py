"""TensorFlow Serving over gRPC: smaller messages than REST, and TensorFlow to import."""

import re

import grpc
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from keras_infogan.errors import UserError
from keras_infogan.serving.served_model import ServedModel, on_this_machine

REFUSED = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.OUT_OF_RANGE,
)


class GrpcModel(ServedModel):
    """A model behind TensorFlow Serving's gRPC port."""

    def _connect(self):
        parts = re.fullmatch(r"\[?([^/\s]+?)\]?:\d+", self.address)
        if parts is None or not self.address.isprintable():
            raise UserError(f"The address must be like localhost:8500. Received: {self.address}.")
        options = [
            ("grpc.max_receive_message_length", -1),  # else 4 MB: some 80 color images of 64×64
            # A proxy of the environment would look for the server on its own machine.
            ("grpc.enable_http_proxy", int(not on_this_machine(parts[1]))),
        ]
        self._channel = grpc.insecure_channel(self.address, options)
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(self._channel)

    def close(self):
        """Closes the connection."""
        self._channel.close()

    def _predict(self, signature, inputs, outputs):
        request = predict_pb2.PredictRequest()
        request.model_spec.signature_name = signature
        for name, array in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(array))
        answer = self._ask(self._stub.Predict, request)
        return {name: tf.make_ndarray(answer.outputs[name]) for name in outputs}

    def _metadata(self):
        request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
        answer = self._ask(self._stub.GetModelMetadata, request)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        if not answer.metadata["signature_def"].Unpack(signatures):
            raise self._strange("its metadata lists no signatures")
        return {
            name: {"inputs": _types(signature.inputs), "outputs": _types(signature.outputs)}
            for name, signature in signatures.signature_def.items()
        }

    def _ask(self, method, request):
        """Sends a request about the model and returns the answer."""
        request.model_spec.name = self.model
        if self.version is not None:
            request.model_spec.version.value = self.version
        try:
            return method(request, timeout=self.timeout)
        except grpc.RpcError as error:
            status, message = error.code(), error.details() or "no reason given"
        if status == grpc.StatusCode.UNAVAILABLE:
            raise self._unreachable(message)
        if status == grpc.StatusCode.DEADLINE_EXCEEDED:
            raise self._too_slow()
        if status == grpc.StatusCode.NOT_FOUND:
            raise self._unknown(message)
        if status in REFUSED:
            raise self._refused(message)
        raise self._failed(status.name, message)


def _types(tensors):
    return {name: types_pb2.DataType.Name(info.dtype) for name, info in tensors.items()}
