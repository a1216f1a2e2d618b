"""SampleGrids: which pictures are written when, and of what."""

import numpy as np
import pytest
from PIL import Image

from keras_infogan.training.callbacks.sample_grids import SampleGrids
from keras_infogan.latents import Categorical, Uniform
from keras_infogan.run_dir import RunDir


@pytest.fixture
def run(tmp_path):
    run = RunDir(tmp_path / "run")
    run.create()
    return run


def names(run):
    return sorted(path.name for path in run.images.iterdir())


def make(run, model, every=500, seed=4):
    callback = SampleGrids(run, every, seed)
    callback.set_model(model)
    return callback


def test_files_are_named_after_picture_and_step(run, tiny_model):
    model = tiny_model(codes=[Categorical(3), Uniform(), Categorical(2), Uniform()])
    model.step.assign(123)
    make(run, model).save()
    assert names(run) == [
        "codes-by-noise-0000123.png",
        "noise-by-code-0000123.png",
        "traversal-c2-0000123.png",
        "traversal-c4-0000123.png",
    ]
    sizes = {}
    for path in run.images.iterdir():
        with Image.open(path) as picture:
            sizes[path.name.split("-0")[0]] = picture.size
    # Width, height: images of 8 pixels, 2 between; 3 codes, 10 noises; 9 columns of 10 rows.
    assert sizes == {
        "noise-by-code": (98, 28),
        "codes-by-noise": (28, 98),
        "traversal-c2": (88, 98),
        "traversal-c4": (88, 98),
    }


def test_the_two_grids_show_the_same_images_transposed(run, tiny_model):
    make(run, tiny_model(codes=[Categorical(3)])).save()
    by_code, by_noise = (
        np.asarray(Image.open(run.image(name, 0))) for name in ("noise-by-code", "codes-by-noise")
    )
    for code in range(3):
        for noise in range(10):
            rows, columns = (slice(10 * i, 10 * i + 8) for i in (code, noise))
            np.testing.assert_array_equal(by_code[rows, columns], by_noise[columns, rows])
    assert (by_code[:8, :8] != by_code[10:18, :8]).any()


def test_without_a_categorical_code_there_are_traversals_only(run, tiny_model):
    make(run, tiny_model(codes=[Uniform()])).save()
    assert names(run) == ["traversal-c1-0000000.png"]


def test_pictures_of_different_steps_have_the_same_latents(run, tiny_model, monkeypatch):
    model = tiny_model()
    drawn = []

    def note(latents):
        *shape, size = latents.shape
        drawn.append(latents.reshape(-1, size))
        return np.zeros((*shape, 8, 8, 1), np.float32)

    monkeypatch.setattr(model, "generate", note)
    for step in (100, 200):
        model.step.assign(step)
        make(run, model, seed=4).save()
    table, traversal, table_later, traversal_later = drawn
    np.testing.assert_array_equal(table, table_later)
    np.testing.assert_array_equal(traversal, traversal_later)
    # Ten codes, row after row; the same ten noises in each.
    np.testing.assert_array_equal(table[:, 3:13], np.repeat(np.eye(10), 10, axis=0))
    np.testing.assert_array_equal(table[:10, :3], table[90:, :3])
    np.testing.assert_allclose(traversal[:9, 13], np.linspace(-2, 2, 9))
    make(run, model, seed=5).save()
    assert (drawn[4][:, :3] != table[:, :3]).all()


def test_they_are_due_early_and_then_every_so_many_steps(run, tiny_model, monkeypatch):
    model = tiny_model()
    callback = make(run, model, every=400)
    saved = []
    monkeypatch.setattr(callback, "save", lambda: saved.append(int(model.step.numpy())))
    for step in (1, 99, 100, 101, 200, 300, 400, 500, 600, 799, 800, 1000, 1200):
        model.step.assign(step)
        callback.on_train_batch_end(0)
    assert saved == [100, 200, 300, 400, 500, 800, 1200]
