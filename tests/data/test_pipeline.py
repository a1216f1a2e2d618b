import itertools

import numpy as np
import pytest

from keras_infogan.data.pipeline import (
    evaluation_batches,
    sample_images,
    steps_per_epoch,
    to_model_range,
    training_batches,
)
from keras_infogan.errors import UserError


def numbered_images(count, size=2):
    """Images of one grey value each: image i is all i."""
    return np.broadcast_to(
        np.arange(count, dtype=np.uint8)[:, None, None, None], (count, size, size, 1)
    )


def drawn(steps, count=11, batch_size=3, seed=0, first_step=0):
    """Which images the batches hold, `(steps, batch_size)`."""
    dataset = training_batches(numbered_images(count), 2, batch_size, seed, first_step)
    batches = np.stack(list(dataset.take(steps).as_numpy_iterator()))
    assert batches.shape == (steps, batch_size, 2, 2, 1)
    numbers = np.rint((batches + 1.0) * 127.5).astype(int)
    assert np.all(numbers == numbers[:, :, :1, :1])
    return numbers[:, :, 0, 0, 0]


def test_an_epoch_is_a_permutation_of_whole_batches():
    # 11 images make 3 whole batches of 3; 2 images are left out, others in each epoch.
    epochs = drawn(steps=60).reshape(20, 9)
    for epoch in epochs:
        assert len(set(epoch)) == 9
        assert set(epoch) <= set(range(11))
    assert set(epochs.ravel()) == set(range(11))


def test_an_epoch_that_divides_evenly_leaves_nothing_out():
    assert sorted(drawn(steps=4, count=12).ravel()) == list(range(12))


def test_epochs_differ():
    epochs = drawn(steps=12, count=12).reshape(3, 12)
    for first, second in itertools.combinations(epochs, 2):
        assert np.any(first != second)


def test_order_follows_from_the_seed():
    np.testing.assert_array_equal(drawn(steps=7, seed=5), drawn(steps=7, seed=5))
    assert np.any(drawn(steps=7, seed=5) != drawn(steps=7, seed=6))
    # The greatest seed that a RunConfig allows.
    assert np.any(drawn(steps=7, seed=2**31 - 1) != drawn(steps=7, seed=5))


@pytest.mark.parametrize("first_step", [1, 2, 3, 4, 8, 9])
def test_first_step_goes_on_as_if_never_interrupted(first_step):
    # An epoch has 3 steps: these begin inside, at the end of and after one.
    whole = drawn(steps=14)
    rest = drawn(steps=14 - first_step, first_step=first_step)
    np.testing.assert_array_equal(rest, whole[first_step:])


def test_training_never_ends():
    assert drawn(steps=1000, count=3).shape == (1000, 3)


def test_scaling_is_exact_at_the_ends():
    images = np.array([0, 51, 255], np.uint8).reshape(3, 1, 1, 1)
    scaled = to_model_range(images, 1).numpy()
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled.ravel(), [-1.0, -0.6, 1.0], rtol=1e-6)
    assert scaled[0] == -1.0
    assert scaled[2] == 1.0


def test_images_of_the_right_size_are_not_resized():
    images = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3)).astype(np.uint8)
    np.testing.assert_allclose(to_model_range(images, 4), images / 127.5 - 1.0, atol=1e-6)


def test_resizing_keeps_range_and_place():
    # The left half is black, the right half white.
    images = np.zeros((1, 4, 4, 1), np.uint8)
    images[:, :, 2:] = 255
    large = to_model_range(images, 8).numpy()
    assert large.shape == (1, 8, 8, 1)
    np.testing.assert_allclose(large[0, :, :3], -1.0, atol=1e-5)
    np.testing.assert_allclose(large[0, :, 5:], 1.0, atol=1e-5)
    # Pixels beside the edge lie a quarter of the way between the old pixels' centers.
    np.testing.assert_allclose(large[0, :, 3], -0.5, atol=1e-5)
    np.testing.assert_allclose(large[0, :, 4], 0.5, atol=1e-5)


def test_shrinking_averages():
    # Every fourth row is white: a filter that looks at neighbors only would see black.
    images = np.zeros((1, 16, 16, 1), np.uint8)
    images[:, ::4] = 255
    small = to_model_range(images, 4).numpy()
    assert small.shape == (1, 4, 4, 1)
    np.testing.assert_allclose(small[0, 1:3], -0.5, atol=1e-4)


def test_training_batches_are_resized():
    batch = next(training_batches(numbered_images(4), 5, 2, seed=0).as_numpy_iterator())
    assert batch.shape == (2, 5, 5, 1)
    assert batch.dtype == np.float32
    training = training_batches(numbered_images(4), 5, 2, seed=0)
    assert training.element_spec.shape.as_list()[1:] == [5, 5, 1]


def test_evaluation_batches_hold_all_images_in_order():
    batches = list(evaluation_batches(numbered_images(7), 2, batch_size=3).as_numpy_iterator())
    assert [len(batch) for batch in batches] == [3, 3, 1]
    numbers = np.rint((np.concatenate(batches)[:, 0, 0, 0] + 1.0) * 127.5)
    np.testing.assert_array_equal(numbers, np.arange(7))


def test_evaluation_batches_are_resized():
    (batch,) = evaluation_batches(numbered_images(2), 3).as_numpy_iterator()
    assert batch.shape == (2, 3, 3, 1)
    np.testing.assert_allclose(batch[1], 1 / 127.5 - 1.0, rtol=1e-5)


def test_steps_per_epoch_counts_whole_batches():
    assert steps_per_epoch(4000, 64) == 62
    assert steps_per_epoch(60_000, 128) == 468
    assert steps_per_epoch(5, 5) == 1


def test_a_batch_larger_than_the_data_is_refused():
    with pytest.raises(UserError, match="--batch-size.* 5 training images. Received: 6"):
        steps_per_epoch(5, 6)
    with pytest.raises(UserError, match="Received: 12"):
        training_batches(numbered_images(11), 2, 12, seed=0)


def test_sampled_images_are_in_range_and_resized():
    images = sample_images(numbered_images(201), 3, 4)
    assert isinstance(images, np.ndarray) and images.dtype == np.float32
    assert images.shape == (3, 4, 4, 1)
    expected = np.array([0, 100, 200]) / 127.5 - 1.0
    np.testing.assert_allclose(images[:, 0, 0, 0], expected, rtol=1e-5)
    assert sample_images(numbered_images(5), 100, 2).shape == (5, 2, 2, 1)


@pytest.fixture
def mapped(tmp_path):
    """A function: images → the same in a file that is mapped."""

    def make(images):
        found = np.memmap(tmp_path / "images", np.uint8, "w+", shape=images.shape)
        found[:] = images
        return found

    return make


def test_images_on_disk_give_the_batches_of_those_in_memory(mapped):
    images = np.random.default_rng(0).integers(0, 256, (11, 4, 4, 3), dtype=np.uint8)
    for first_step in (0, 4):
        held, read = (
            training_batches(source, 6, 3, 5, first_step) for source in (images, mapped(images))
        )
        assert held.element_spec == read.element_spec
        batches = zip(
            held.take(8).as_numpy_iterator(), read.take(8).as_numpy_iterator(), strict=True
        )
        for one, other in batches:
            np.testing.assert_array_equal(one, other)
    (held,), (read,) = (
        list(evaluation_batches(source, 4).as_numpy_iterator())
        for source in (images, mapped(images))
    )
    np.testing.assert_array_equal(held, read)
    np.testing.assert_array_equal(sample_images(images, 5, 4), sample_images(mapped(images), 5, 4))


NEAR = np.array([[(i + 1) % 11, (i + 3) % 11] for i in range(11)], np.int32)


def pairs(steps, first_step=0, part=None, **options):
    """Numbers of the images and of their neighbors, each `(steps, rows)`."""
    dataset = training_batches(
        numbered_images(11), 2, 4, 0, first_step, part=part, neighbors=NEAR, **options
    )
    drawn = list(dataset.take(steps).as_numpy_iterator())
    return tuple(
        np.stack([np.rint((one[key][:, 0, 0, 0] + 1.0) * 127.5).astype(int) for one in drawn])
        for key in ("images", "neighbors")
    )


def test_each_image_comes_with_one_of_its_neighbors():
    images, near = pairs(60)
    np.testing.assert_array_equal(images, drawn(60, batch_size=4))
    steps = (near - images) % 11
    assert set(steps.ravel()) == {1, 3}
    assert 0.35 < np.mean(steps == 1) < 0.65


def test_neighbors_are_drawn_anew_in_each_epoch_and_go_on_as_if_never_interrupted():
    images, near = pairs(40)
    assert len(set(near[images == 5])) == 2
    for part, whole in zip(pairs(7, first_step=3), (images, near), strict=True):
        np.testing.assert_array_equal(part, whole[3:10])


def test_replicas_share_the_neighbors_of_a_batch():
    whole = pairs(4)
    parts = [pairs(4, part=(number, 1, 2)) for number in (0, 1)]
    for one, both in zip(whole, zip(*parts, strict=True), strict=True):
        np.testing.assert_array_equal(one, np.concatenate(both, axis=1))


def test_labels_stand_beside_images_and_neighbors():
    dataset = training_batches(
        numbered_images(11), 2, 4, 0, labels=np.arange(11) * 2, neighbors=NEAR
    )
    pair, labels = next(dataset.as_numpy_iterator())
    numbers = np.rint((pair["images"][:, 0, 0, 0] + 1.0) * 127.5)
    np.testing.assert_array_equal(labels, 2 * numbers)
