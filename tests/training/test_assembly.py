"""RunConfigs that cannot be assembled are refused in one sentence."""

import dataclasses

import pytest

from keras_infogan.training import assembly
from keras_infogan.errors import UserError
from keras_infogan.presets import PRESETS


@pytest.mark.parametrize(
    ("preset", "changes", "message"),
    [
        ("quick", {"networks": "dcgan", "network_options": ()}, "64×64"),
        ("quick", {"networks": "conditional_dense", "network_options": ()}, "no recognizer, which"),
        ("cgan", {"networks": "conv28"}, "The trunk must take .* and 4 labels, one-hot"),
        (
            "gan",
            {"networks": "conditional_dense", "network_options": ()},
            "a one-hot label, so num_labels",
        ),
        ("gan", {"d_pretraining": 10}, "must leave G some of the run's 10 steps. Received: 10"),
        (
            "infogan-dense",
            {"shear": 0.4, "real_information_weight": 1.0},
            "this one has no weights",
        ),
        ("gan", {"stabilizers": (("virtual_batch_norm", 1e12),)}, "from 2 to 4096"),
        ("gan", {"stabilizers": (("minibatch_discrimination", 1e12),)}, "from 1 to 1024"),
        ("gan", {"network_options": (("width", 3),)}, "unexpected keyword argument 'width'"),
        ("gan", {"stabilizers": (("label_classes", None),)}, "at least two labels"),
        ("gan", {"stabilizers": (("label_smoothing", None),), "generator_loss": "hinge"}, "hinge"),
    ],
)
def test_what_does_not_fit_is_named(preset, changes, message):
    config = dataclasses.replace(PRESETS[preset].config, **changes)
    labels = 0 if "label_classes" in str(changes) else 4
    with pytest.raises(UserError, match=message) as refused:
        assembly.build_model(config, channels=1, total_steps=10, num_labels=labels)
    assert "\n" not in str(refused.value)
