"""Images of a step."""

import pytest
import tensorflow as tf
from infogans import BATCH


@pytest.fixture
def real_images(tiny_images):
    """A batch of real images, 8×8."""
    return tf.constant(tiny_images(BATCH))
