"""SampleGrids: which pictures are written when, and of what."""

import numpy as np
from PIL import Image

from keras_infogan.latents import Categorical, Uniform
from keras_infogan.training.listeners.sample_grids import SampleGrids


def names(run):
    return sorted(path.name for path in run.images.iterdir())


def make(run, model, every=500, seed=4):
    listener = SampleGrids(run, every, seed)
    listener.begin(model, 0)
    return listener


def test_files_are_named_after_picture_and_step(run, tiny_model):
    model = tiny_model(codes=[Categorical(3), Uniform(), Uniform()])
    make(run, model).save(123)
    assert names(run) == [
        "codes-by-noise-0000123.png",
        "noise-by-code-0000123.png",
        "traversal-c2-0000123.png",
        "traversal-c3-0000123.png",
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
        "traversal-c3": (88, 98),
    }


def test_the_two_grids_show_the_same_images_transposed(run, tiny_model):
    make(run, tiny_model(codes=[Categorical(3)])).save(0)
    by_code, by_noise = (
        np.asarray(Image.open(run.image(name, 0))) for name in ("noise-by-code", "codes-by-noise")
    )
    for code in range(3):
        for noise in range(10):
            rows, columns = (slice(10 * i, 10 * i + 8) for i in (code, noise))
            np.testing.assert_array_equal(by_code[rows, columns], by_noise[columns, rows])
    assert (by_code[:8, :8] != by_code[10:18, :8]).any()


def test_without_a_categorical_code_there_are_traversals_only(run, tiny_model):
    make(run, tiny_model(codes=[Uniform()])).save(0)
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
        make(run, model, seed=4).save(step)
    table, traversal, table_later, traversal_later = drawn
    np.testing.assert_array_equal(table, table_later)
    np.testing.assert_array_equal(traversal, traversal_later)
    # Ten codes, row after row; the same ten noises in each.
    np.testing.assert_array_equal(table[:, 3:13], np.repeat(np.eye(10), 10, axis=0))
    np.testing.assert_array_equal(table[:10, :3], table[90:, :3])
    np.testing.assert_allclose(traversal[:9, 13], np.linspace(-2, 2, 9))
    make(run, model, seed=5).save(0)
    assert (drawn[4][:, :3] != table[:, :3]).all()


def test_each_of_several_categorical_codes_has_grids(run, tiny_model):
    make(run, tiny_model(codes=[Categorical(3), Categorical(2)])).save(7)
    assert names(run) == [
        "codes-by-noise-c1-0000007.png",
        "codes-by-noise-c2-0000007.png",
        "noise-by-code-c1-0000007.png",
        "noise-by-code-c2-0000007.png",
    ]
    with Image.open(run.image("noise-by-code-c2", 7)) as picture:
        assert picture.size == (98, 18)


def test_without_codes_there_are_samples(run, tiny_gan):
    make(run, tiny_gan()).save(7)
    assert names(run) == ["samples-0000007.png"]
    with Image.open(run.image("samples", 7)) as picture:
        assert picture.size == (58, 58)  # ten images of 4 pixels, 2 between


def note_saves(listener, monkeypatch):
    saved = []

    def note(step):
        listener.last_step = step
        saved.append(step)

    monkeypatch.setattr(listener, "save", note)
    return saved


def test_they_are_due_early_and_then_every_so_many_steps(run, tick, monkeypatch):
    listener = make(run, "model", every=400)
    saved = note_saves(listener, monkeypatch)
    for step in range(100, 1301, 100):
        listener.tick(tick(step, step - 100))
    assert saved == [100, 200, 300, 400, 500, 800, 1200]


def test_they_are_due_at_the_end_once(run, tick, monkeypatch):
    listener = make(run, "model", every=400)
    saved = note_saves(listener, monkeypatch)
    listener.tick(tick(1250, 1200, last=True))
    listener.end(1250)
    assert saved == [1250]


def test_a_run_that_stops_leaves_pictures_of_its_last_step(run, tick, monkeypatch):
    listener = make(run, "model", every=400)
    saved = note_saves(listener, monkeypatch)
    listener.end(0)  # not a step was taken
    listener.tick(tick(400, 300))
    listener.end(437)
    assert saved == [400, 437]


def test_an_animation_shows_the_first_grid_over_the_steps(run, tiny_model, tick):
    listener = make(run, tiny_model(codes=[Categorical(3), Uniform()]), every=10)
    for step in (10, 20, 30):
        listener.tick(tick(step, step - 10))
    assert not (run.images / "evolution.gif").exists()
    listener.end(30)
    with Image.open(run.images / "evolution.gif") as animation:
        assert animation.n_frames in (1, 3)  # equal frames become one
        assert animation.size == (98, 28)


def test_the_newest_picture_is_known(run, tiny_model, tick):
    listener = make(run, tiny_model(codes=[Uniform()]), every=10)
    assert listener.newest is None
    listener.tick(tick(10, 0))
    assert listener.newest == run.image("traversal-c1", 10)
