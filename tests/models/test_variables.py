"""The variables that a step reads and writes."""

import pytest
import tensorflow as tf

from keras_infogan.registry import PRESETS
from keras_infogan.training.assembly import build_model

SMALL = "conv28(filters=2, units=8)"


@pytest.mark.parametrize(
    ("preset", "options"),
    [
        ("quick", {"critic_networks": SMALL}),
        ("fashion", {"critic_networks": SMALL, "precision": "mixed_float16"}),
        ("gan", {"d_pretraining": 2}),
    ],
)
def test_no_variable_of_a_step_is_int32(preset, options):
    """TensorFlow keeps them in host memory, where a step compiled for a GPU cannot read them."""
    config = PRESETS.get(preset).config.with_options(networks=SMALL, **options)
    model = build_model(config, 1, 10)
    step = tf.function(model.train_step).get_concrete_function(tf.zeros((4, 28, 28, 1)))
    assert any("not_finite" in variable.name for variable in step.variables)
    assert [one.name for one in step.variables if one.dtype == tf.int32] == []
