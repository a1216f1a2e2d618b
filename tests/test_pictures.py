import numpy as np
import pytest
from PIL import Image

from keras_infogan import pictures
from keras_infogan.pictures import drawable, drawing, save_curves, save_grid, save_matrix, tile


def test_tile_lays_images_out_by_rows_and_columns():
    # Two rows of three images of 1×2 pixels, with a gap of one white pixel.
    values = np.array([[-1.0, 0.0, 1.0], [0.5, -0.5, -1.0]])
    table = np.broadcast_to(values[:, :, None, None, None], (2, 3, 1, 2, 1))
    # −1 → 0, −0.5 → 64 (63.75), 0 → 128 (127.5), 0.5 → 191 (191.25), 1 → 255.
    picture = tile(table, gap=1)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(
        picture,
        [
            [0, 0, 255, 128, 128, 255, 255, 255],
            [255] * 8,
            [191, 191, 255, 64, 64, 255, 0, 0],
        ],
    )


def test_tile_keeps_rows_and_columns_of_an_image():
    image = np.array([[-1.0, 1.0, -1.0], [1.0, 1.0, -1.0]])
    np.testing.assert_array_equal(tile(image[None, None, :, :, None]), [[0, 255, 0], [255, 255, 0]])


def test_tile_has_a_gap_of_two_and_no_margin():
    picture = tile(np.full((10, 10, 28, 28, 1), -1.0))
    assert picture.shape == (298, 298)  # 10 · 28 + 9 · 2
    assert picture[0, 0] == picture[-1, -1] == 0
    # Black over white: 10 · 28 rows and columns of ink.
    assert np.count_nonzero(picture == 0) == 280 * 280


def test_tile_keeps_colors():
    table = np.full((1, 2, 1, 1, 3), -1.0)
    table[0, 0, 0, 0, 0] = 1.0
    table[0, 1, 0, 0, 2] = 1.0
    picture = tile(table, gap=1)
    assert picture.shape == (1, 3, 3)
    np.testing.assert_array_equal(picture, [[[255, 0, 0], [255, 255, 255], [0, 0, 255]]])


def test_tile_clips_what_lies_out_of_range():
    table = np.array([-1.5, 1.5]).reshape(1, 2, 1, 1, 1)
    np.testing.assert_array_equal(tile(table, gap=0), [[0, 255]])


@pytest.mark.parametrize("channels, mode", [(1, "L"), (3, "RGB")])
def test_save_grid_writes_a_png_of_the_tiles(tmp_path, channels, mode):
    table = np.random.default_rng(0).uniform(-1.0, 1.0, (2, 3, 4, 5, channels))
    path = tmp_path / "grid.png"
    save_grid(path, table)
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.mode == mode
        assert picture.size == (3 * 5 + 2 * 2, 2 * 4 + 2)
        np.testing.assert_array_equal(np.asarray(picture), tile(table))
    assert [file.name for file in tmp_path.iterdir()] == ["grid.png"]


def test_save_grid_replaces_an_older_picture(tmp_path):
    path = tmp_path / "grid.png"
    path.write_text("old")
    save_grid(path, np.zeros((1, 1, 2, 2, 1)))
    with Image.open(path) as picture:
        np.testing.assert_array_equal(np.asarray(picture), [[128, 128], [128, 128]])


def read(path):
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB")).astype(int)


def test_save_curves_writes_a_png(tmp_path):
    path = tmp_path / "losses.png"
    steps = np.arange(100, 1100, 100)
    curves = {
        label: dict(zip(steps, values, strict=True))
        for label, values in (("D", np.sqrt(steps)), ("G", np.log(steps)))
    }
    save_curves(path, curves, "Losses", "nats")
    picture = read(path)
    assert picture.shape == (400, 700, 3)
    # matplotlib draws its first curve blue and its second orange.
    blue = (picture[..., 2] > picture[..., 0] + 80).sum()
    orange = (picture[..., 0] > picture[..., 2] + 80).sum()
    assert blue > 300
    assert orange > 300
    assert [file.name for file in tmp_path.iterdir()] == ["losses.png"]


def test_save_curves_shows_a_single_point(tmp_path):
    path = tmp_path / "losses.png"
    save_curves(path, {"D": {100: 1.0}}, "Losses", "nats")
    one_point = read(path)
    save_curves(path, {"D": {100: float("nan")}}, "Losses", "nats")
    no_point = read(path)
    # Without a marker, a curve of one point is nothing but its line in the legend.
    blue = [(picture[..., 2] > picture[..., 0] + 80).sum() for picture in (one_point, no_point)]
    assert blue[0] > blue[1] + 10


def test_save_curves_draws_a_level(tmp_path):
    path = tmp_path / "information.png"
    curves = {"L_I": {0: 0.0, 500: 1.0, 1000: 2.0}}
    save_curves(path, curves, "Information", "nats")
    without = read(path)
    save_curves(path, curves, "Information", "nats", level=(2.3, "H(c)"))
    with_level = read(path)

    def dashes(picture):
        """The most grey pixels in a row: 128 is matplotlib's grey."""
        return np.all(np.abs(picture - 128) < 12, axis=2).sum(axis=1).max()

    assert dashes(with_level) > 100
    assert dashes(without) < 100


def save_counts(path, counts):
    names = [[str(i) for i in range(length)] for length in np.shape(counts)]
    save_matrix(path, np.array(counts), *names, "10 images", "label", "code")
    return read(path)


def count_blue(picture):
    """Pixels in the color of a row's whole share."""
    return (np.abs(picture - [8, 48, 107]).max(axis=-1) < 4).sum()


def test_save_matrix_shades_each_row_by_its_shares(tmp_path):
    path = tmp_path / "confusion.png"
    # A row of few images is as dark as a row of many.
    whole = count_blue(save_counts(path, [[900, 0], [0, 1]]))
    half = count_blue(save_counts(path, [[900, 0], [1, 1]]))
    none = count_blue(save_counts(path, [[2, 2], [1, 1]]))
    assert whole > 1.8 * half > 1000
    assert none == 0
    assert [file.name for file in tmp_path.iterdir()] == ["confusion.png"]


def test_save_matrix_writes_the_counts_that_are_not_zero(tmp_path):
    path = tmp_path / "confusion.png"
    empty = save_counts(path, [[0, 0], [0, 0]])
    for counts in ([[0, 3], [0, 0]], [[0, 0], [8, 0]]):
        assert (save_counts(path, counts) != empty).any()
    # Nothing but the two numbers differs: the shares are the same.
    written = save_counts(path, [[50, 50], [0, 0]]) != save_counts(path, [[60, 60], [0, 0]])
    assert 0 < written.any(axis=-1).sum() < 200


def test_save_matrix_grows_with_the_table(tmp_path):
    path = tmp_path / "confusion.png"
    small, large = (save_counts(path, np.eye(size, dtype=int)) for size in (10, 26))
    assert large.shape[0] > 1.5 * small.shape[0] and large.shape[1] > 1.5 * small.shape[1]
    wide = save_counts(path, np.ones((2, 11), int))
    assert wide.shape[1] > wide.shape[0]


@pytest.mark.parametrize("name", ["$a_b$", "$a_b_c$", "\\frac{", "a\nb", "貓", "\udce9", "_x"])
def test_any_name_is_drawn(tmp_path, name):
    save_matrix(tmp_path / "a.png", np.eye(2, dtype=int), [name, "b"], [name, "b"], "", "", "")
    save_curves(tmp_path / "b.png", {"d_loss": {1: 1.0, 2: 2.0}}, name, "")
    for picture in ("a.png", "b.png"):
        with Image.open(tmp_path / picture) as drawn:
            assert min(drawn.size) > 100


def test_texts_are_drawn_as_they_are_written(tmp_path):
    """A formula would be narrower than its text."""
    with drawing(tmp_path / "a.png", (3, 2)) as figure:
        text = figure.text(0, 0, "$a_{bcdefgh}$")
        same = figure.text(0, 0, "$a_{bcdefgh}", usetex=False, parse_math=False)
    assert text.get_window_extent().width > same.get_window_extent().width


def test_letters_without_a_font_are_escaped(monkeypatch):
    pictures._font_with.cache_clear()
    from matplotlib import font_manager

    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    assert drawable("é 貓") == "é \\u8c93"
    pictures._font_with.cache_clear()


def test_a_name_that_is_drawn_stays_in_its_line():
    assert drawable("two\nlines\t$x$") == "two\\nlines\\t$x$"
