"""Pictures → images as the recognizer knows them, by numbers worked out by hand."""

import io

import numpy as np
import pytest
from PIL import Image

from keras_infogan.errors import UserError
from keras_infogan.serving import drawing

SHAPE = (28, 28, 1)


def rectangle(rows, columns, size=(100, 120), ink=1.0, paper=0.0):
    """A picture with one filled rectangle."""
    pixels = np.full((*size, 3), paper, np.float32)
    pixels[rows, columns] = ink
    return pixels


def box(image):
    """First and last row and column of an image's ink."""
    rows, columns = ((image[..., 0] > 0).any(axis=axis).nonzero()[0] for axis in (1, 0))
    return rows[0], rows[-1], columns[0], columns[-1]


def test_ink_is_cropped_scaled_to_20_pixels_and_centered():
    # 80×40 becomes 20×10; center of mass at 9.5 and 4.5 within it, and 14 within the image:
    # it begins at 4.5 and 9.5, of two pixels the first.
    image = drawing.center(rectangle(slice(5, 85), slice(60, 100)), SHAPE)
    expected = np.zeros(SHAPE, np.float32)
    expected[4:24, 9:19] = 1.0
    np.testing.assert_array_equal(image, expected)
    assert image.dtype == np.float32


def test_where_and_how_large_it_was_drawn_does_not_matter():
    one = drawing.center(rectangle(slice(5, 85), slice(60, 100)), SHAPE)
    other = drawing.center(rectangle(slice(70, 80), slice(3, 8)), SHAPE)
    np.testing.assert_array_equal(one, other)


def test_a_wide_drawing_is_fitted_by_its_width():
    image = drawing.center(rectangle(slice(10, 20), slice(0, 100)), SHAPE)
    assert box(image) == (13, 14, 4, 23)  # 10×100 becomes 2×20


def test_the_center_of_mass_is_centered_not_the_box():
    # A column of 80 with a foot of 80 to its right, 8 thick: 20×20 in the image, 2 thick. Mass in
    # each row from its top: 18 rows of 2 and 2 of 20, so (2·153 + 20·37) / 76 = 13.76 down; by
    # the same sum 5.24 from the left. It begins at the pixel nearest to 0.24, and to 8.76, which
    # is 1 too far to the right to fit.
    pixels = rectangle(slice(10, 90), slice(10, 18))
    pixels[82:90, 10:90] = 1.0
    image = drawing.center(pixels, SHAPE)
    assert box(image) == (0, 19, 8, 27)


def test_other_sizes_of_image_keep_the_proportions():
    image = drawing.center(rectangle(slice(5, 85), slice(60, 100)), (64, 64, 1))
    top, bottom, left, right = box(image)
    assert (bottom - top + 1, right - left + 1) == (46, 23)  # 20/28 of 64, and half
    assert (top, left) == (9, 21)  # the centers of mass, 22.5 and 11, at 32


def test_dark_on_bright_paper_is_turned_round():
    place = (slice(5, 85), slice(60, 100))
    image = drawing.center(rectangle(*place, ink=0.1, paper=0.9), SHAPE)
    np.testing.assert_allclose(image, drawing.center(rectangle(*place), SHAPE), atol=1e-6)


def test_faint_background_is_not_ink():
    pixels = rectangle(slice(5, 85), slice(60, 100))
    pixels[95, 3] = 0.15
    np.testing.assert_array_equal(
        drawing.center(pixels, SHAPE),
        drawing.center(rectangle(slice(5, 85), slice(60, 100)), SHAPE),
    )


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_an_empty_sheet_is_black(level):
    assert not drawing.center(np.full((30, 20, 3), level, np.float32), SHAPE).any()


def test_a_drawing_for_a_model_in_color_is_white():
    one = drawing.center(rectangle(slice(5, 85), slice(60, 100)), SHAPE)
    three = drawing.center(rectangle(slice(5, 85), slice(60, 100)), (28, 28, 3))
    np.testing.assert_array_equal(three, np.repeat(one, 3, axis=-1))


def png(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def test_fit_takes_the_central_square_over_white():
    picture = Image.new("RGBA", (80, 40), (0, 0, 255, 255))
    picture.paste((255, 0, 0, 255), (20, 0, 60, 40))
    picture.paste((9, 9, 9, 0), (40, 0, 60, 40))
    image = drawing.fit(png(picture), (8, 8, 3))
    np.testing.assert_allclose(image[:, :3], np.broadcast_to([1.0, 0.0, 0.0], (8, 3, 3)))
    np.testing.assert_allclose(image[:, 5:], 1.0)
    assert drawing.fit(png(picture), (8, 8, 3), crop=10)[:, 5:].min() == 1.0
    assert drawing.fit(png(picture), (8, 4, 1)).shape == (8, 4, 1)


def test_a_picture_smaller_than_the_crop_has_been_cut_already():
    content = png(Image.fromarray(np.arange(121, dtype=np.uint8).reshape(11, 11)))
    cut, whole = (drawing.fit(content, (8, 8, 1), crop) for crop in (12, None))
    np.testing.assert_array_equal(cut, whole)


PNG_OF_11 = png(Image.new("L", (11, 11)))


def test_pictures_are_read_as_rgb():
    picture = Image.fromarray(np.array([[0, 51], [102, 255]], np.uint8))
    pixels = drawing.read_picture(png(picture))
    np.testing.assert_allclose(pixels[..., 1], [[0, 0.2], [0.4, 1.0]], atol=1e-6)
    assert pixels.shape == (2, 2, 3)


@pytest.mark.parametrize(("ink", "paper"), [(0, 1.0), (255, 0.0)])
def test_ink_on_nothing_is_seen(ink, paper):
    array = np.array([[[ink] * 3 + [255], [7, 7, 7, 0]]], np.uint8)
    pixels = drawing.read_picture(png(Image.fromarray(array)))
    np.testing.assert_allclose(pixels[0, :, 0], [ink / 255, paper])


def test_large_pictures_are_made_smaller():
    assert drawing.read_picture(png(Image.new("L", (3000, 1500)))).shape == (512, 1024, 3)


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n"])
def test_other_files_are_refused_in_a_sentence(content):
    with pytest.raises(UserError, match="^This file is not a picture that can be read.$"):
        drawing.read_picture(content)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_enormous_pictures_are_not_decoded(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    monkeypatch.setattr(Image.Image, "load", lambda image: pytest.fail("decoded"))
    with pytest.raises(UserError, match="^This file is not a picture that can be read.$"):
        drawing.read_picture(PNG_OF_11)


def test_the_picture_of_a_url_is_what_it_holds():
    assert drawing.picture_of_url("data:image/png;base64,AAEC") == b"\0\1\2"


@pytest.mark.parametrize(
    "url",
    [None, 3, [], "data:image/png;base64,?", "data:;base64,A", ";base64," + "A" * (28 * 2**20)],
    ids=lambda url: repr(url)[:30],
)
def test_a_url_of_something_else_is_refused_in_a_sentence(url):
    with pytest.raises(UserError, match="^This is not a drawing that can be read.$"):
        drawing.picture_of_url(url)


def test_pictures_of_16_bits_keep_their_shades():
    content = io.BytesIO()
    Image.fromarray(np.array([[0, 257 * 51], [257 * 102, 65535]], np.uint16)).save(content, "PNG")
    pixels = drawing.read_picture(content.getvalue())
    np.testing.assert_allclose(pixels[..., 0], [[0.0, 0.2], [0.4, 1.0]], atol=1e-6)
