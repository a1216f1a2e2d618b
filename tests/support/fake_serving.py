"""TensorFlow Serving in the test's own process: its REST and gRPC ports, answered by TensorFlow.

Follows the server's sources: http_rest_api_util.cc (paths), json_tensor.cc (rows, base 64, floats),
http_server.cc (status codes), predict_util.cc and basic_manager.cc (errors).
"""

import base64
import concurrent.futures
import contextlib
import http.server
import json
import re
import threading
import urllib.parse

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

PREDICT = re.compile(
    r"/v1/models/([^/:]+)(?:(?:/versions/(\d+))|(?:/labels/([^/:]+)))?:(classify|regress|predict)",
    re.IGNORECASE,
)
STATUS = re.compile(
    r"/v1/models(?:/([^/:]+))?(?:(?:/versions/(\d+))|(?:/labels/([^/:]+)))?(?:/(metadata))?",
    re.IGNORECASE,
)
HTTP = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.NOT_FOUND: 404,
}


class ServerError(Exception):
    """What a request fails with: a gRPC status code and a message."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message):
    return ServerError(grpc.StatusCode.INVALID_ARGUMENT, message)


class Manager:
    """The versions below a directory, under a model's name.

    Attributes:
        requests: `(signature, rows)` of every prediction.
    """

    def __init__(self, base, name="generator"):
        self.name = name
        self.versions = {}
        self.requests = []
        for path in base.iterdir():
            if path.name.isdigit():
                content = (path / "saved_model.pb").read_bytes()
                (graph,) = saved_model_pb2.SavedModel.FromString(content).meta_graphs
                model = tf.saved_model.load(str(path))
                self.versions[int(path.name)] = (model, graph.signature_def)

    def find(self, name, version=None):
        """The version, the model and its signatures' protobufs."""
        asked = f"Latest({name})" if version is None else f"Specific({name}, {version})"
        version = max(self.versions) if version is None else version
        if name != self.name or version not in self.versions:
            message = f"Servable not found for request: {asked}"
            raise ServerError(grpc.StatusCode.NOT_FOUND, message)
        return version, *self.versions[version]

    def predict(self, name, version, signature, inputs):
        """Runs a signature on a dict of arrays; returns one."""
        _, model, definitions = self.find(name, version)
        if signature not in definitions:
            message = f'Serving signature key "{signature}" not found.'
            raise ServerError(grpc.StatusCode.FAILED_PRECONDITION, message)
        wanted = definitions[signature].inputs
        if set(inputs) != set(wanted):
            raise invalid(
                f"input size does not match signature: {len(inputs)}!={len(wanted)}. "
                f"Sent extra: {set(inputs) - set(wanted)}. "
                f"Missing but required: {set(wanted) - set(inputs)}."
            )
        for key, array in inputs.items():
            if tf.as_dtype(array.dtype) != tf.as_dtype(wanted[key].dtype):
                raise invalid(f"Expects {key} to be {tf.as_dtype(wanted[key].dtype).name}")
        self.requests.append((signature, len(next(iter(inputs.values())))))
        try:
            outputs = model.signatures[signature](
                **{key: tf.constant(array) for key, array in inputs.items()}
            )
        except tf.errors.OpError as error:
            # What Python puts around it, a server does not.
            message = error.message.split("<stack traces unavailable>\n")[-1].split(" [Op:")[0]
            raise ServerError(grpc.StatusCode.INVALID_ARGUMENT, message) from None
        return {key: tensor.numpy() for key, tensor in outputs.items()}

    def metadata(self, name, version):
        """The GetModelMetadataResponse, and the SignatureDefMap in it."""
        version, _, definitions = self.find(name, version)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        for key, definition in definitions.items():
            signatures.signature_def[key].CopyFrom(definition)
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        response.model_spec.name = name
        response.model_spec.version.value = version
        response.metadata["signature_def"].Pack(signatures)
        return response, signatures


def tensor_of_rows(rows, name, dtype):
    """Values of one input, one a row, as JSON has them → an array."""

    def value(item):
        if isinstance(item, list):
            return [value(part) for part in item]
        whole = isinstance(item, int) and not isinstance(item, bool)
        if dtype == tf.string:
            if isinstance(item, dict) and set(item) == {"b64"}:
                return base64.b64decode(item["b64"], validate=True)
            if isinstance(item, str):
                return item.encode()
        elif dtype == tf.int64 and whole and -(2**63) <= item < 2**63:
            return item
        elif dtype == tf.float32 and (whole or isinstance(item, float)):
            return item
        raise invalid(
            f"Failed to process element: 0 key: {name} of 'instances' list. Error: "
            f"INVALID_ARGUMENT: JSON Value: {json.dumps(item)} "
            f"is not of expected type: {dtype.name}"
        )

    try:
        return np.array([value(row) for row in rows], dtype.as_numpy_dtype)
    except ValueError:
        raise invalid(f"Expecting tensor size of {name} to be alike") from None


def inputs_of_rows(instances, wanted):
    """The "instances" of a request → a dict of arrays."""
    if not isinstance(instances, list):
        raise invalid("Expecting 'instances' to be an list/array")
    if not instances:
        raise invalid("No values in 'instances' array")
    named = [isinstance(row, dict) and set(row) != {"b64"} for row in instances]
    if not any(named) and len(wanted) == 1:
        (name,) = wanted
        instances = [{name: row} for row in instances]
    elif not all(named):
        raise invalid("instances is a plain list, but expecting list of objects")
    for position, row in enumerate(instances):
        if set(row) != set(wanted):
            raise invalid(
                f"Failed to process element: {position} of 'instances' list. JSON object: "
                f"{json.dumps(row)[:256]} keys must be equal to: {','.join(sorted(wanted))}"
            )
    return {
        name: tensor_of_rows([row[name] for row in instances], name, tf.as_dtype(info.dtype))
        for name, info in wanted.items()
    }


def json_of_tensor(values, name):
    """An output → what stands in JSON for it."""
    if isinstance(values, np.ndarray | list):
        return [json_of_tensor(value, name) for value in values]
    if isinstance(values, bytes):
        encoded = base64.b64encode(values).decode()
        return {"b64": encoded} if name.endswith("_bytes") else values.decode()
    if isinstance(values, np.float32):
        # Six digits, or nine where six do not give the same number.
        short = f"{values:g}"
        return float(short if np.float32(short) == values else f"{values:.9g}")
    return values.item()


def predictions_of(outputs):
    """Outputs → the value of "predictions": rows, bare if there is one output only."""
    columns = {name: json_of_tensor(array, name) for name, array in outputs.items()}
    if len(columns) == 1:
        return next(iter(columns.values()))
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def answer(manager, method, path, body):
    """One REST request → the JSON of its answer."""
    match = (PREDICT if method == "POST" else STATUS).fullmatch(path)
    if match is None:
        raise invalid(f"Malformed request: {method} {path}")
    name = urllib.parse.unquote(match[1] or "")
    version = None if match[2] is None else int(match[2])
    if method == "POST":
        try:
            content = json.loads(body)
        except ValueError:
            raise invalid("JSON Parse error: Invalid value. at offset: 0") from None
        signature = content.get("signature_name", "serving_default")
        _, _, definitions = manager.find(name, version)
        if signature not in definitions:
            raise invalid(f'Serving signature name: "{signature}" not found in signature def')
        if "instances" not in content:
            raise invalid("Missing 'inputs' or 'instances' key")
        inputs = inputs_of_rows(content["instances"], definitions[signature].inputs)
        return {"predictions": predictions_of(manager.predict(name, version, signature, inputs))}
    if match[4]:
        response, signatures = manager.metadata(name, version)
        return {
            "model_spec": as_json(response.model_spec),
            "metadata": {"signature_def": as_json(signatures)},
        }
    version, *_ = manager.find(name, version)
    status = {"error_code": "OK", "error_message": ""}
    state = {"version": str(version), "state": "AVAILABLE", "status": status}
    return {"model_version_status": [state]}


def as_json(message):
    return json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )


@contextlib.contextmanager
def http_server(respond):
    """A server on a free port, while the block runs.

    Args:
        respond: Function of method, path, headers and body that returns status and bytes.

    Yields:
        Its URL.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            status, content = respond(self.command, self.path, self.headers, body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def rest_server(manager):
    """TensorFlow Serving's REST port; yields its URL."""

    def respond(method, path, headers, body):
        if not path.lower().startswith("/v1/"):
            return 404, b"<HTML><HEAD>\n<TITLE>404 Not Found</TITLE>\n</HEAD></HTML>\n"
        try:
            status, content = 200, answer(manager, method, path, body)
        except ServerError as error:
            status, content = HTTP[error.code], {"error": error.message}
        return status, json.dumps(content, indent=4).encode()

    with http_server(respond) as url:
        yield url


class Service(prediction_service_pb2_grpc.PredictionServiceServicer):
    """TensorFlow Serving's gRPC methods that a client of this model calls."""

    def __init__(self, manager):
        self.manager = manager

    def Predict(self, request, context):  # noqa: N802
        spec = request.model_spec
        inputs = {name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()}
        signature = spec.signature_name or "serving_default"
        try:
            outputs = self.manager.predict(spec.name, version_of(spec), signature, inputs)
        except ServerError as error:
            context.abort(error.code, error.message)
        response = predict_pb2.PredictResponse(model_spec=spec)
        for name, array in outputs.items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(array))
        return response

    def GetModelMetadata(self, request, context):  # noqa: N802
        if list(request.metadata_field) != ["signature_def"]:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Metadata field is not supported")
        spec = request.model_spec
        try:
            return self.manager.metadata(spec.name, version_of(spec))[0]
        except ServerError as error:
            context.abort(error.code, error.message)


def version_of(spec):
    return spec.version.value if spec.HasField("version") else None


@contextlib.contextmanager
def grpc_server(service):
    """A server of PredictionService on a free port; yields `host:port`."""
    pool = concurrent.futures.ThreadPoolExecutor(2)
    server = grpc.server(pool)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(service, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
        pool.shutdown()
