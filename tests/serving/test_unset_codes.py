"""Codes that nobody sets stand at their middle, for a client as for an exported model."""

import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.latents import Categorical, Uniform
from keras_infogan.serving import client
from keras_infogan.serving.servable import Servable


class Served:
    """A `ServedModel` without a server."""

    model, address = "generator", "nowhere"

    def __init__(self, servable):
        self.table = servable.signatures()
        self.asked = []

    def signatures(self):
        """Their names."""
        return sorted(self.table)

    def inputs(self, signature):
        """NumPy types by name."""
        return {spec.name: spec.dtype.as_numpy_dtype for spec in self.table[signature][1]}

    def predict(self, signature, inputs):
        """What the signature's function makes of the inputs."""
        self.asked.append((signature, inputs))
        function, specs = self.table[signature]
        tensors = [tf.constant(inputs[spec.name], spec.dtype) for spec in specs]
        return {name: value.numpy() for name, value in function(*tensors).items()}


@pytest.fixture(scope="module")
def served(tiny_model):
    return Served(Servable(tiny_model([Categorical(3), Uniform(0.0, 4.0), Uniform()])))


def test_unset_codes_stand_at_their_middle(served):
    images = client.sample(served, "code", 1, count=2)
    expected = client.sample(served, "code", 1, count=2, values={"c2": 2.0, "c3": 0.0})
    np.testing.assert_array_equal(images, expected)
    other = client.sample(served, "code", 1, count=2, values={"c2": 0.0})
    assert np.abs(images - other).max() > 0
    signature, inputs = served.asked[1]
    assert (signature, inputs["c2"], inputs["c3"]) == ("sample_code", [2.0] * 2, [0.0] * 2)


def test_a_model_of_zeros_has_no_signature_for_them(tiny_model):
    assert "middle" not in Servable(tiny_model()).signatures()
