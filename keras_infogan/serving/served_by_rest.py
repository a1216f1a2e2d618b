"""TensorFlow Serving over REST (https://www.tensorflow.org/tfx/serving/api_rest)."""

import base64
import json
import urllib.parse

import numpy as np
import requests
import urllib3

from keras_infogan.errors import UserError
from keras_infogan.serving.served_model import ServedModel, on_this_machine


class RestModel(ServedModel):
    """A model behind TensorFlow Serving's REST port."""

    def _connect(self):
        given, self._url = self.address, self.address.rstrip("/")
        try:
            parts = urllib.parse.urlsplit(self._url)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
                raise ValueError
            for text in (parts.username, parts.password):
                urllib.parse.unquote(text or "").encode("latin-1")  # as requests sends it
        except ValueError:
            raise UserError(
                f"The URL must be like http://localhost:8501. Received: {given}."
            ) from None
        # What messages call it: a password is nothing for a log.
        self.address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        self._session = requests.Session()
        # A proxy of the environment would look for the server on its own machine.
        self._session.trust_env = not on_this_machine(parts.hostname)

    def close(self):
        """Closes the connection."""
        self._session.close()

    def _predict(self, signature, inputs, outputs):
        columns = [_written(array.tolist()) for array in inputs.values()]
        rows = [dict(zip(inputs, row, strict=True)) for row in zip(*columns, strict=True)]
        # JSON knows no NaN; TensorFlow Serving reads and writes it all the same, as json does.
        body = json.dumps({"signature_name": signature, "instances": rows})
        predictions = self._ask("POST", ":predict", body)["predictions"]
        if len(outputs) == 1:  # then the values come without the name
            (name,) = outputs
            predictions = [{name: value} for value in predictions]
        return {
            name: _read([row[name] for row in predictions], dtype)
            for name, dtype in outputs.items()
        }

    def _metadata(self):
        content = self._ask("GET", "/metadata")
        try:
            return {
                name: {
                    side: {tensor: info["dtype"] for tensor, info in signature[side].items()}
                    for side in ("inputs", "outputs")
                }
                for name, signature in content["metadata"]["signature_def"]["signature_def"].items()
            }
        except (KeyError, TypeError, AttributeError):
            raise self._strange("its metadata lists no signatures") from None

    def _ask(self, method, action, body=None):
        """Sends a request about the model and returns the answer's JSON."""
        version = "" if self.version is None else f"/versions/{self.version}"
        name = urllib.parse.quote(self.model, safe="")
        try:
            response = self._session.request(
                method,
                f"{self._url}/v1/models/{name}{version}{action}",
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=(self.timeout, self.timeout),
            )
        # A malformed host is urllib3's own error.
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            # A time-out in the middle of the answer is a ConnectionError to requests.
            if isinstance(error, requests.Timeout) or "timed out" in str(error):
                raise self._too_slow() from None
            raise self._unreachable(_reason(error)) from None
        try:
            content = response.json()
            message = str(content["error"]) if response.status_code != 200 else ""
        except (ValueError, KeyError, TypeError):
            what = f"status {response.status_code} and {len(response.content)} bytes of something"
            raise self._strange(f"{what} else than its JSON") from None
        if response.status_code == 200:
            return content
        if response.status_code == 404:
            raise self._unknown(message)
        if response.status_code == 400:
            raise self._refused(message)
        if response.status_code == 504:
            raise self._too_slow()
        raise self._failed(response.status_code, message)


def _written(value):
    """A value of a request as JSON has it: bytes in base 64."""
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    return [_written(part) for part in value] if isinstance(value, list) else value


def _read(values, dtype):
    """An output of an answer as an array."""
    if dtype is not np.object_:
        return np.asarray(values, dtype)
    return np.array([_bytes(value) for value in values], np.object_)


def _bytes(value):
    """Bytes of a string of an answer: base 64, if the tensor's name ends in _bytes."""
    if isinstance(value, dict):
        return base64.b64decode(value["b64"], validate=True)
    return value.encode()


def _reason(error):
    """Why there is no connection, in the system's words if it has any."""
    while error is not None:
        if isinstance(error, OSError) and error.strerror:
            return error.strerror
        error = error.__context__
    return "the connection broke"
