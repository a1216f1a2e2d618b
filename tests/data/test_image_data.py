import numpy as np
import pytest

from keras_infogan.data import neighbors
from keras_infogan.data.image_data import ImageData, evenly_chosen, held_out, split
from keras_infogan.errors import UserError


@pytest.mark.parametrize(
    ("count", "held"),
    [(1, []), (2, [1]), (9, [8]), (10, [9]), (19, [9]), (20, [9, 19]), (31, [9, 19, 29])],
)
def test_every_tenth_is_held_out_or_the_last_of_fewer(count, held):
    assert np.flatnonzero(held_out(count)).tolist() == held


def test_each_label_gives_its_share():
    # Label 7 stands at 0 to 11, label 2 at 12 and 13, label 5 at 14 only.
    labels = np.array([7] * 12 + [2] * 2 + [5])
    assert np.flatnonzero(held_out(15, labels)).tolist() == [9, 13]


def numbered(count):
    return np.arange(count, dtype=np.uint16).astype(np.uint8).reshape(count, 1, 1, 1)


def test_split_keeps_images_with_their_labels():
    labels = np.arange(2500) % 2
    data = split("dots", np.arange(2500, dtype=np.int32).reshape(-1, 1, 1, 1), labels, ("a", "b"))
    assert (data.name, data.label_names, data.note) == ("dots", ("a", "b"), None)
    assert (len(data.train_images), len(data.test_images)) == (2250, 250)
    # Held out are the tenth of each label: positions 18 and 19 of every twenty.
    assert data.test_images[:4].ravel().tolist() == [18, 19, 38, 39]
    for images, of in (
        (data.train_images, data.train_labels),
        (data.test_images, data.test_labels),
    ):
        np.testing.assert_array_equal(images.ravel() % 2, of)
    both = np.concatenate([data.train_images.ravel(), data.test_images.ravel()])
    np.testing.assert_array_equal(np.sort(both), np.arange(2500))


def test_split_without_labels():
    data = split("dots", numbered(12))
    assert data.train_images.ravel().tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11]
    assert data.test_images.ravel().tolist() == [9]
    assert data.train_labels is data.test_labels is data.label_names is None


def test_nothing_to_hold_out_is_refused():
    with pytest.raises(UserError, match="^dots has nothing to hold out: it takes two images of"):
        split("dots", numbered(3), np.array([0, 1, 2]))


@pytest.mark.parametrize("total", [1, 2, 7, 100, 1001])
def test_a_limit_that_is_not_reached_chooses_all(total):
    for limit in (total, total + 1, 3 * total + 2, 5000):
        np.testing.assert_array_equal(evenly_chosen(total, limit), np.arange(total))


@pytest.mark.parametrize("total, limit", [(5, 2), (10, 3), (100, 99), (4000, 1000), (60_000, 7)])
def test_items_are_chosen_evenly_from_first_to_last(total, limit):
    chosen = evenly_chosen(total, limit)
    assert len(chosen) == limit
    assert (chosen[0], chosen[-1]) == (0, total - 1)
    steps = np.diff(chosen)
    assert steps.min() >= 1 and steps.max() - steps.min() <= 1


def test_one_item_is_the_first():
    np.testing.assert_array_equal(evenly_chosen(9, 1), [0])


@pytest.mark.parametrize("labelled", [True, False])
def test_validation_takes_the_place_of_the_test_images(labelled):
    images, labels = numbered(30), np.arange(30) // 10 if labelled else None
    data = split("dots", images, labels)  # 27 training images
    tuned = data.with_validation(3)
    held = [0, 13, 26]
    np.testing.assert_array_equal(tuned.test_images, data.train_images[held])
    np.testing.assert_array_equal(tuned.train_images, np.delete(data.train_images, held, axis=0))
    assert not set(tuned.test_images.ravel()) & set(data.test_images.ravel())
    if labelled:  # sorted by label: all labels are held out
        assert tuned.test_labels.tolist() == [0, 1, 2]
        np.testing.assert_array_equal(tuned.train_labels, np.delete(data.train_labels, held))
    else:
        assert tuned.train_labels is None and tuned.test_labels is None


def test_validation_takes_factors_along():
    factors = np.arange(40).reshape(20, 2)
    named = {"factor_names": ("a", "b"), "train_factors": factors, "test_factors": factors[:3]}
    tuned = ImageData("dots", numbered(20), None, numbered(3), None, **named).with_validation(5)
    held = evenly_chosen(20, 5)
    np.testing.assert_array_equal(tuned.train_factors, np.delete(factors, held, axis=0))
    np.testing.assert_array_equal(tuned.test_factors, factors[held])


def test_neighbors_are_searched_once_for_each_count(monkeypatch):
    searched = []

    def nearest(images, count):
        searched.append(count)
        return np.zeros((len(images), count), np.int32)

    monkeypatch.setattr(neighbors, "nearest", nearest)
    data = split("dots", numbered(30))
    assert [data.neighbors(count).shape for count in (2, 3, 2, 3)] == [(27, 2), (27, 3)] * 2
    assert searched == [2, 3]
    assert data.with_validation(3).neighbors(2).shape == (24, 2)


def test_validation_leaves_something_to_train_on():
    data = split("dots", numbered(30))
    with pytest.raises(UserError, match="must leave some of the 27 training images of dots. Rec"):
        data.with_validation(27)
