"""What a run will do, worked out once."""

import dataclasses

import numpy as np
import pytest

from keras_infogan.data import neighbors, sources
from keras_infogan.errors import UserError
from keras_infogan.training import starts
from keras_infogan.training.plan import make_plan


@pytest.fixture(autouse=True)
def tiny_source(tiny_data, monkeypatch):
    """Every data set is the tiny one."""
    monkeypatch.setattr(sources, "load", lambda *arguments: tiny_data)


def test_length_and_names_are_worked_out(tiny_config, tiny_data):
    plan = make_plan(dataclasses.replace(tiny_config, dataset=None))
    assert plan.config == tiny_config  # which names the data set that was taken
    assert plan.data is tiny_data
    assert (plan.steps_per_epoch, plan.total_steps) == (5, 10)
    assert (plan.channels, plan.num_labels) == (1, 10)


def test_a_limit_of_steps_ends_a_run(tiny_config):
    assert make_plan(dataclasses.replace(tiny_config, max_steps=7)).total_steps == 7
    assert make_plan(dataclasses.replace(tiny_config, max_steps=70)).total_steps == 10


def test_data_without_labels_have_none(tiny_config, tiny_data, monkeypatch):
    unlabeled = dataclasses.replace(tiny_data, train_labels=None, test_labels=None)
    monkeypatch.setattr(sources, "load", lambda *arguments: unlabeled)
    assert make_plan(tiny_config).num_labels == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 45}, "--batch-size must not exceed the 44 training images. Received: 45"),
        (
            {"d_pretraining": 10},
            "--d-pretraining must leave the generator some of the run's 10 steps. Received: 10",
        ),
        (
            {"d_pretraining": 4, "starts": 2, "choose_at": 0.4, "shear": 0.1},
            "--d-pretraining must leave the generator some of the start's 4 steps. Received: 4",
        ),
        (
            {"real_information_weight": 1.0, "shear": 0.1, "neighbors": 44},
            "--neighbors 44 needs more than 44 training images",
        ),
    ],
)
def test_a_config_that_the_data_cannot_serve_is_refused(tiny_config, changes, message):
    with pytest.raises(UserError, match=message):
        make_plan(dataclasses.replace(tiny_config, **changes))


def test_batches_from_a_later_step_are_those_of_the_uninterrupted_run(tiny_config):
    plan = make_plan(tiny_config)

    def take(first, count):
        batches = plan.batches(first, with_labels=True).take(count)
        return [[np.array(part) for part in batch] for batch in batches]

    whole = take(0, 8)
    assert whole[0][0].shape == (8, 8, 8, 1) and whole[0][1].shape == (8,)
    for one, other in zip(take(3, 5), whole[3:], strict=True):
        for part, same in zip(one, other, strict=True):
            np.testing.assert_array_equal(part, same)


def test_neighbors_are_searched_once_for_a_run_and_its_starts(tiny_config, tiny_data, monkeypatch):
    searched, nearest = [], neighbors.nearest

    def search(images, count):
        searched.append(count)
        return nearest(images, count)

    monkeypatch.setattr(neighbors, "nearest", search)
    monkeypatch.setattr(sources, "load", lambda *arguments: dataclasses.replace(tiny_data))
    plan = make_plan(
        dataclasses.replace(
            tiny_config, real_information_weight=1.0, shear=0.1, neighbors=3, starts=2
        )
    )
    for one in (plan, *starts.plans(plan)):
        [batch] = one.batches(0, with_labels=False).take(1)
        assert set(batch) == {"images", "neighbors"}
    assert searched == [3]


def test_labels_are_numbered_from_0_and_given_only_where_they_are_learned_from(
    tiny_config, tiny_data, monkeypatch
):
    gaps = dataclasses.replace(tiny_data, train_labels=10 * tiny_data.train_labels + 5)
    monkeypatch.setattr(sources, "load", lambda *arguments: gaps)
    plan = make_plan(tiny_config)
    [(_, labels)] = plan.batches(0, with_labels=True).take(1)
    assert set(np.array(labels)) <= set(range(10))
    [images] = plan.batches(0, with_labels=False).take(1)
    assert images.shape == (8, 8, 8, 1)
