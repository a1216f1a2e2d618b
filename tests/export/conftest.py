import copy

import pytest
import tensorflow as tf

from export.saved_model import export_model
from keras_infogan.latents import Categorical, Uniform

# Codes 1 and 4 mean the same label, and code 9 means none.
CODE_TO_LABEL = {str(code): label for code, label in enumerate([3, 8, 1, 0, 8, 2, 5, 7, 6, None])}
ABOUT = {
    "config": {"preset": "tiny", "seed": 3},
    "summary": {
        "preset": "tiny",
        "dataset": "tiny",
        "steps": 10,
        "train_images": 44,
        "test_images": 10,
        "code_accuracy": 0.75,
        "code_purity": 0.8,
        "code_nmi": 0.6,
        "code_ari": 0.5,
        "information": {"c1": {"nats": 2.25, "share": 0.977}},
        "continuous_codes": {"c2": {"moves": "slant", "rank_correlation": 0.97}},
        "code_to_label": CODE_TO_LABEL,
    },
    "environment": {"packages": {"tensorflow": "2.21.0", "keras": "3.15.1"}},
}


@pytest.fixture(scope="session")
def trained(tiny_model, tiny_images):
    """A model after a step, so that BatchNorm's statistics are not the first ones."""
    model = tiny_model(codes=[Categorical(10), Uniform(), Uniform(std=None)])
    model.train_step(tf.constant(tiny_images(6)))
    return model


@pytest.fixture
def about():
    """What a run directory tells of `trained`."""
    return copy.deepcopy(ABOUT)


@pytest.fixture(scope="session")
def exported(trained, tmp_path_factory):
    """The version directory of `trained`."""
    return export_model(trained, tmp_path_factory.mktemp("exported") / "generator", ABOUT)
