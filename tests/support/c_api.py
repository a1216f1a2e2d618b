"""A SavedModel through TensorFlow's C API: what a server does, and no Python of TensorFlow.

    python c_api.py VERSION_DIRECTORY < requests.json > answers.json

A request is `{"signature": ..., "inputs": {name: array}}`, arrays as `pack` makes them; the answers
stand in the same order, each with `outputs` or an `error`. about.json beside the model names the
tensors.
"""

import base64
import ctypes
import importlib.util
import json
import pathlib
import subprocess
import sys

import numpy as np

FLOAT, STRING, INT64 = 1, 7, 9
DTYPES = {FLOAT: np.float32, INT64: np.int64}
PROGRAM = pathlib.Path(__file__)
STRING_BYTES = 24  # sizeof(TF_TString)


class Output(ctypes.Structure):
    _fields_ = [("operation", ctypes.c_void_p), ("index", ctypes.c_int)]


def load_library():
    """libtensorflow_cc of the installed wheel, whose Python is not imported."""
    (folder,) = importlib.util.find_spec("tensorflow").submodule_search_locations
    ctypes.CDLL(f"{folder}/libtensorflow_framework.so.2")
    library = ctypes.CDLL(f"{folder}/libtensorflow_cc.so.2")
    pointer, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    for name, result, arguments in (
        ("TF_NewStatus", pointer, []),
        ("TF_GetCode", number, [pointer]),
        ("TF_Message", ctypes.c_char_p, [pointer]),
        ("TF_DeleteStatus", None, [pointer]),
        ("TF_NewGraph", pointer, []),
        ("TF_NewSessionOptions", pointer, []),
        (
            "TF_LoadSessionFromSavedModel",
            pointer,
            [pointer] * 2
            + [ctypes.c_char_p, ctypes.POINTER(ctypes.c_char_p), number]
            + [pointer] * 3,
        ),
        ("TF_GraphOperationByName", pointer, [pointer, ctypes.c_char_p]),
        ("TF_AllocateTensor", pointer, [number, ctypes.POINTER(ctypes.c_int64), number, size]),
        ("TF_TensorData", pointer, [pointer]),
        ("TF_TensorType", number, [pointer]),
        ("TF_NumDims", number, [pointer]),
        ("TF_Dim", ctypes.c_int64, [pointer, number]),
        ("TF_TensorByteSize", size, [pointer]),
        ("TF_DeleteTensor", None, [pointer]),
        ("TF_StringInit", None, [pointer]),
        ("TF_StringCopy", None, [pointer, ctypes.c_char_p, size]),
        ("TF_StringGetDataPointer", pointer, [pointer]),
        ("TF_StringGetSize", size, [pointer]),
        ("TF_StringDealloc", None, [pointer]),
        (
            "TF_SessionRun",
            None,
            [pointer, pointer]
            + [pointer, pointer, number] * 2
            + [pointer, number, pointer, pointer],
        ),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class Session:
    """A loaded version.

    Args:
        path: The version's directory.
    """

    def __init__(self, path):
        self.c = load_library()
        about = json.loads((pathlib.Path(path) / "about.json").read_text())
        self.signatures = about["signatures"]
        self.graph = self.c.TF_NewGraph()
        tags = (ctypes.c_char_p * 1)(b"serve")
        with self._status() as status:
            self.session = self.c.TF_LoadSessionFromSavedModel(
                self.c.TF_NewSessionOptions(),
                None,
                str(path).encode(),
                tags,
                1,
                self.graph,
                None,
                status,
            )

    def run(self, signature, inputs, outputs=None):
        """Outputs of a signature, all or some, as arrays; RuntimeError has TensorFlow's words."""
        described = self.signatures[signature]
        fed = [self._tensor(described["inputs"][name], value) for name, value in inputs.items()]
        sources = (Output * len(fed))(
            *(self._place(described["inputs"][name]["tensor"]) for name in inputs)
        )
        names = list(outputs or described["outputs"])
        wanted = (Output * len(names))(
            *(self._place(described["outputs"][name]["tensor"]) for name in names)
        )
        results = (ctypes.c_void_p * len(names))()
        try:
            with self._status() as status:
                self.c.TF_SessionRun(
                    self.session,
                    None,
                    sources,
                    (ctypes.c_void_p * len(fed))(*fed),
                    len(fed),
                    wanted,
                    results,
                    len(names),
                    None,
                    0,
                    None,
                    status,
                )
            return {name: self._array(r) for name, r in zip(names, results, strict=True)}
        finally:
            for tensor in fed:
                self._delete(tensor, own=True)
            for tensor in results:
                if tensor:
                    self._delete(tensor, own=False)

    def _status(self):
        return _Status(self.c)

    def _place(self, tensor):
        name, index = tensor.split(":")
        operation = self.c.TF_GraphOperationByName(self.graph, name.encode())
        assert operation, tensor
        return Output(operation, int(index))

    def _tensor(self, described, value):
        kind = {"float32": FLOAT, "int64": INT64, "string": STRING}[described["dtype"]]
        value = np.asarray(value, DTYPES.get(kind, object))
        dimensions = (ctypes.c_int64 * value.ndim)(*value.shape)
        width = STRING_BYTES if kind == STRING else value.itemsize
        tensor = self.c.TF_AllocateTensor(kind, dimensions, value.ndim, width * value.size)
        data = self.c.TF_TensorData(tensor)
        if kind == STRING:
            for i, item in enumerate(value.ravel()):
                self.c.TF_StringInit(data + i * STRING_BYTES)
                self.c.TF_StringCopy(data + i * STRING_BYTES, item, len(item))
        else:
            ctypes.memmove(data, np.ascontiguousarray(value).ctypes.data, value.nbytes)
        return tensor

    def _array(self, tensor):
        shape = [self.c.TF_Dim(tensor, i) for i in range(self.c.TF_NumDims(tensor))]
        kind, data = self.c.TF_TensorType(tensor), self.c.TF_TensorData(tensor)
        if kind != STRING:
            raw = ctypes.string_at(data, self.c.TF_TensorByteSize(tensor))
            return np.frombuffer(raw, DTYPES[kind]).reshape(shape)
        items = np.empty(int(np.prod(shape)), object)
        for i in range(len(items)):
            item = data + i * STRING_BYTES
            items[i] = ctypes.string_at(
                self.c.TF_StringGetDataPointer(item), self.c.TF_StringGetSize(item)
            )
        return items.reshape(shape)

    def _delete(self, tensor, own):
        if own and self.c.TF_TensorType(tensor) == STRING:
            data = self.c.TF_TensorData(tensor)
            for i in range(self.c.TF_TensorByteSize(tensor) // STRING_BYTES):
                self.c.TF_StringDealloc(data + i * STRING_BYTES)
        self.c.TF_DeleteTensor(tensor)


class _Status:
    """A TF_Status that raises what went wrong."""

    def __init__(self, c):
        self.c = c

    def __enter__(self):
        self.status = self.c.TF_NewStatus()
        return self.status

    def __exit__(self, kind, *_):
        code, message = self.c.TF_GetCode(self.status), self.c.TF_Message(self.status)
        self.c.TF_DeleteStatus(self.status)
        if kind is None and code:
            raise RuntimeError(message.decode())


def pack(array):
    """An array as JSON holds it."""
    array = np.asarray(array)
    if array.dtype == object:
        return {"bytes": [base64.b64encode(item).decode() for item in array]}
    return {"dtype": array.dtype.name, "values": array.tolist()}


def unpack(packed):
    """Inverse of `pack`."""
    if "bytes" in packed:
        return np.array([base64.b64decode(item) for item in packed["bytes"]], object)
    return np.array(packed["values"], packed["dtype"])


def run(exported, requests):
    """Answers of a process of its own that has only the C API.

    Args:
        exported: A version's directory.
        requests: `(signature, inputs)`, inputs a dict of arrays.
    """
    packed = [
        {"signature": name, "inputs": {key: pack(value) for key, value in inputs.items()}}
        for name, inputs in requests
    ]
    done = subprocess.run(
        [sys.executable, PROGRAM, exported],
        input=json.dumps(packed),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [
        answer
        if "error" in answer
        else {name: unpack(value) for name, value in answer["outputs"].items()}
        for answer in json.loads(done.stdout)
    ]


def main():
    session = Session(sys.argv[1])
    answers = []
    for request in json.load(sys.stdin):
        try:
            inputs = {name: unpack(value) for name, value in request["inputs"].items()}
            outputs = session.run(request["signature"], inputs)
            answers.append({"outputs": {name: pack(value) for name, value in outputs.items()}})
        except RuntimeError as error:
            answers.append({"error": str(error)})
    assert "tensorflow" not in sys.modules
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
