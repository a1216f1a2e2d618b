"""Rows of a study without a training."""

from keras_infogan.presets import PRESETS

CONFIG = PRESETS.get("quick").config


def summary(config, accuracy, **more):
    """What a finished run says of itself."""
    scores = {"code_accuracy": accuracy, "code_purity": 0.96, "code_nmi": 0.9}
    meaning = {"moves": "slant", "rank_correlation": 0.97, "digits_at_0.8": 0.9}
    return {
        "preset": config.preset,
        "dataset": "mnist5k",
        "seed": config.seed,
        "epochs": 96.77,
        "steps": 6000,
        "seconds": 180.0,
        "train_images": 4000,
        "test_images": 1000,
        "codes": {"code": "c1", **scores},
        "information": {"c1": {"nats": 2.2, "share": 0.95}, "c2": {"nats": 0.1, "share": None}},
        "continuous": {"c2": meaning},
        **more,
    }


def row(config, accuracy=0.5, environment=(), **more):
    """A row of runs.jsonl."""
    return {
        "config": config.to_json(),
        "summary": summary(config, accuracy, **more),
        "environment": dict(environment),
    }
