"""A model behind TensorFlow Serving, whatever the transport: names, types and errors.

Imports no TensorFlow, so that what needs none of it starts at once.
"""

import ipaddress
import re

import numpy as np

from keras_infogan.errors import UserError
from keras_infogan.serving.wording import assertion

# By TensorFlow's names of them; strings are bytes in an array of objects.
DTYPES = {
    "DT_FLOAT": np.float32,
    "DT_DOUBLE": np.float64,
    "DT_INT32": np.int32,
    "DT_INT64": np.int64,
    "DT_STRING": np.object_,
}
LONGEST = 300  # of what a server says, in characters


class ServedModel:
    """What `RestModel` and `GrpcModel` share. Use it in a `with` block, or `close()` it.

    Args:
        address: Of the server: a URL such as `http://localhost:8501` for `RestModel`, `host:port`
            such as `localhost:8500` for `GrpcModel`.
        model: Name under which it is served.
        version: Integer; None for the one that the server takes, usually the latest.
        timeout: Seconds to wait for the connection, and for each answer.

    Raises:
        UserError: If the address is of another kind.
    """

    def __init__(self, address, model="generator", version=None, timeout=10.0):
        self.address = address
        self.model = model
        self.version = version
        self.timeout = timeout
        self._known = None
        self._connect()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _connect(self):
        """Checks the address and prepares the connection."""
        raise NotImplementedError

    def close(self):
        """Closes the connection."""
        raise NotImplementedError

    def signatures(self):
        """Names of what the server can be asked for.

        Raises:
            UserError: As `predict`.
        """
        if self._known is None:
            self._known = self._metadata()
        return sorted(name for name in self._known if not name.startswith("__"))

    def inputs(self, signature):
        """Dict of an input's name to its NumPy type, as the server says.

        Raises:
            UserError: As `predict`.
        """
        return self._signature(signature)["inputs"]

    def predict(self, signature, inputs):
        """Calls a signature.

        Args:
            signature: Its name.
            inputs: Dict of every input's name to an array `(n, ...)`, or nested lists. Strings are
                bytes.

        Returns:
            Dict of every output's name to an array `(n, ...)`. Strings are bytes, in an array of
            objects.

        Raises:
            UserError: If the inputs are not those of the signature, or the server does not answer,
                does not serve this model and version, or refuses the request.
        """
        wanted = self._signature(signature)
        if set(inputs) != set(wanted["inputs"]):
            raise UserError(
                f"{signature} takes {', '.join(sorted(wanted['inputs']))}. "
                f"Received: {', '.join(sorted(inputs))}."
            )
        arrays = {
            name: _array(name, inputs[name], dtype) for name, dtype in wanted["inputs"].items()
        }
        counts = {name: len(array) for name, array in arrays.items()}
        if len(set(counts.values())) != 1 or not min(counts.values()):
            text = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
            raise UserError(
                f"All inputs of {signature} must have as many rows, at least one. Received: {text}."
            )
        try:
            outputs = self._predict(signature, arrays, wanted["outputs"])
            if {len(array) for array in outputs.values()} != set(counts.values()):
                raise ValueError
        except UserError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise self._strange(f"its answer to {signature} does not fit the metadata") from None
        return outputs

    def _predict(self, signature, inputs, outputs):
        """As `predict`, with arrays of the right types; `outputs` has the types of the result."""
        raise NotImplementedError

    def _metadata(self):
        """Dict of a signature's name to its `inputs` and `outputs`, dicts of name to "DT_..."."""
        raise NotImplementedError

    def _signature(self, name):
        names = self.signatures()
        if name not in self._known:
            raise UserError(
                f"{self.model} at {self.address} has no signature {name}; "
                f"it has {', '.join(names)}."
            )
        return {
            side: {tensor: DTYPES.get(dtype) for tensor, dtype in tensors.items()}
            for side, tensors in self._known[name].items()
        }

    def _unreachable(self, reason):
        return UserError(f"No answer from {self.address}: {sentence(reason)}")

    def _too_slow(self):
        return UserError(f"{self.address} did not answer within {self.timeout:g} seconds.")

    def _unknown(self, message):
        version = "" if self.version is None else f" version {self.version}"
        return UserError(
            f"{self.address} does not serve {self.model}{version}: {sentence(message)}"
        )

    def _refused(self, message):
        return UserError(f"{self.address} refused the request: {sentence(message)}")

    def _failed(self, status, message):
        return UserError(f"{self.address} failed with status {status}: {sentence(message)}")

    def _strange(self, what):
        return UserError(f"{self.address} does not answer as TensorFlow Serving would: {what}.")


def sentence(message):
    """What a server says, in one line, without what TensorFlow puts around it.

    What is no failed assertion has the graph's nodes in double brackets.
    """
    text = assertion(message) or re.sub(r"\[\[.*?\]\]", "", message)
    text = " ".join(text.split())
    if len(text) > LONGEST:
        text = text[:LONGEST] + "…"
    return text if text.endswith((".", "…")) else text + "."


def on_this_machine(host):
    """Whether a host's name means the machine itself, which no proxy can reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _array(name, values, dtype):
    try:
        # Bytes in an array of their own type would lose trailing zeros.
        array = np.asarray(values, np.object_ if dtype is np.object_ else None)
        if array.dtype == np.uint64:  # which NumPy would wrap round
            raise ValueError
        array = array.astype(dtype, casting="same_kind") if array.size else array
    except (TypeError, ValueError):
        raise UserError(f"{name} must be an array of {np.dtype(dtype).name}.") from None
    if not array.ndim:
        raise UserError(f"{name} must have one row a sample. Received: a single value.")
    return array
