"""What a run records of its data, and what is said of others."""

import dataclasses
import json

import numpy as np
import pytest

from keras_infogan.data import identity
from keras_infogan.data.image_data import ImageData
from keras_infogan.errors import UserError


@pytest.fixture
def data():
    """Three training images and one test image of cats and dogs."""
    images = np.arange(4 * 4, dtype=np.uint8).reshape(4, 2, 2, 1)
    labels = np.array([0, 1, 1, 0])
    names = ("cats", "dogs")
    return ImageData("pets", images[:3], labels[:3], images[3:], labels[3:], label_names=names)


def refusal(data, recorded):
    with pytest.raises(UserError) as refused:
        identity.check(data, recorded, "runs/a")
    return str(refused.value)


def test_an_identity_is_json_and_does_not_depend_on_the_name(data):
    found = data.identity
    assert json.loads(json.dumps(found)) == found
    assert {name: found[name] for name in list(found)[:-1]} == {
        "channels": 1,
        "train_images": 3,
        "test_images": 1,
        "label_names": ["cats", "dogs"],
    }
    elsewhere = dataclasses.replace(data, name="folder:/elsewhere", note="moved")
    assert elsewhere.identity == found
    identity.check(elsewhere, found, "runs/a")
    identity.check(elsewhere, None, "runs/a")


def test_a_fingerprint_does_not_depend_on_how_images_are_kept(data, monkeypatch):
    found = data.identity
    monkeypatch.setattr(identity, "BLOCK", 2)
    labels = data.train_labels.astype(np.int32)
    images = np.asfortranarray(data.train_images)
    assert dataclasses.replace(data, train_images=images, train_labels=labels).identity == found


def test_what_differs_is_told_in_a_line(data):
    swapped = dataclasses.replace(data, label_names=("dogs", "zcats"))
    assert refusal(swapped, data.identity) == (
        "pets must hold what runs/a was trained on: labels cats, dogs. "
        "Received: labels dogs, zcats."
    )
    colored = dataclasses.replace(
        data,
        train_images=np.repeat(data.train_images[:2], 3, axis=-1),
        train_labels=data.train_labels[:2],
        label_names=None,
    )
    assert refusal(colored, data.identity) == (
        "pets must hold what runs/a was trained on: 1 channels; 3 training images; labels cats, "
        "dogs. Received: 3 channels; 2 training images; labels without names."
    )


@pytest.mark.parametrize("part", ["train_images", "train_labels", "test_images", "test_labels"])
def test_a_change_of_anything_is_told(data, part):
    values = getattr(data, part).copy()
    values.flat[0] ^= 1
    changed = dataclasses.replace(data, **{part: values})
    wanted, received = data.identity["fingerprint"], changed.identity["fingerprint"]
    assert refusal(changed, data.identity) == (
        f"pets must hold what runs/a was trained on: content {wanted}. "
        f"Received: content {received}."
    )


def test_of_many_labels_some_are_told(data):
    many = dataclasses.replace(data, label_names=tuple("abcdefghijkl"))
    line = refusal(many, data.identity)
    assert line.endswith("Received: labels a, b, c, d, e, f, g, h and 4 more.")
