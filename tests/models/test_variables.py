"""The variables that a step reads and writes."""

import pytest
import tensorflow as tf

from keras_infogan.registry import PRESETS
from keras_infogan.training.assembly import build_model

SMALL = "conv28(filters=2, units=8)"


@pytest.mark.parametrize("preset", ["quick", "fashion", "gan"])
def test_all_of_them_can_lie_in_a_gpu(preset):
    """TensorFlow keeps int32 in the host's memory, where no step that XLA compiled can read it."""
    config = PRESETS.get(preset).config.with_options(networks=SMALL)
    if config.critic_weight:
        config = config.with_options(critic_networks=SMALL)
    model = build_model(config, 1, 10)
    step = tf.function(model.train_step).get_concrete_function(tf.zeros((4, 28, 28, 1)))
    kinds = {variable.name: variable.dtype for variable in step.variables}
    assert any("not_finite" in name for name in kinds)
    assert not [name for name, dtype in kinds.items() if dtype == tf.int32]
