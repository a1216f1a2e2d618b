import numpy as np
import pytest

from keras_infogan.data import sources
from keras_infogan.data.pipeline import to_model_range
from keras_infogan.evaluation import digit_features as module
from keras_infogan.evaluation.digit_features import FEATURES, _shipped, digit_features


@pytest.fixture(scope="module")
def digits():
    return sources.load("mnist5k")


@pytest.fixture(scope="module")
def few(digits):
    """Every tenth test digit, in [-1, 1]: ten of each."""
    return to_model_range(digits.test_images[::10], 28).numpy()


def logits_of(features):
    """The logits that the shipped classifier makes of its features."""
    kernel, bias = _shipped().get_weights()[-2:]
    return features @ kernel + bias


def test_the_shipped_classifier_reads_digits(digits):
    images = to_model_range(digits.test_images, 28).numpy()
    read = _shipped().predict(images, batch_size=500, verbose=0)["logits"].argmax(axis=1)
    assert np.mean(read == digits.test_labels) >= 0.97


def test_features_are_what_the_classifier_decides_by(few):
    features = digit_features(few)
    assert features.shape == (100, FEATURES) == (100, 32)
    assert features.dtype == np.float32
    expected = _shipped().predict(few, batch_size=500, verbose=0)["logits"]
    np.testing.assert_allclose(logits_of(features), expected, rtol=1e-3, atol=1e-3)


def test_digits_of_one_class_lie_together(few, digits):
    features, labels = digit_features(few), digits.test_labels[::10]
    distances = np.linalg.norm(features[:, None] - features[None], axis=-1)
    same = labels[:, None] == labels[None]
    np.fill_diagonal(same, False)
    assert distances[same].mean() < 0.7 * distances[labels[:, None] != labels[None]].mean()


def test_images_of_another_size_are_resized(few):
    large = few.repeat(2, axis=1).repeat(2, axis=2)
    found = logits_of(digit_features(large)).argmax(axis=1)
    assert np.mean(found == logits_of(digit_features(few)).argmax(axis=1)) >= 0.95
    assert digit_features(few[:3, ::4, ::4]).shape == (3, 32)


def test_channels_are_averaged(few):
    grey = few[:8] * 0.5
    color = np.concatenate([grey + 0.3, grey, grey - 0.3], axis=-1)
    np.testing.assert_allclose(digit_features(color), digit_features(grey), rtol=1e-3, atol=1e-3)


def test_training_learns_digits(digits, capsys):
    train, test = slice(None, None, 2), slice(None, None, 4)
    _, accuracy = module.train(
        digits.train_images[train],
        digits.train_labels[train],
        digits.test_images[test],
        digits.test_labels[test],
        epochs=1,
    )
    assert 0.3 < accuracy <= 1.0  # one of ten by chance


def test_what_is_written_is_what_is_read(digits, few, tmp_path, monkeypatch, capsys):
    fresh = module.build()
    monkeypatch.setattr(module, "train", lambda *data: (fresh, 0.5))
    monkeypatch.setattr(sources, "load", lambda name, data_dir: digits)
    path = tmp_path / "weights.npz"
    module.main(["--out", str(path)])
    assert capsys.readouterr().out == "Accuracy on 1000 test images: 0.5000.\n"
    monkeypatch.setattr(module, "WEIGHTS", path)
    stored = _shipped.__wrapped__()
    for expected, found in zip(fresh.get_weights(), stored.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-3)  # half precision
