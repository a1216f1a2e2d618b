"""PNG files of all kinds as images of one size."""

import functools
import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from keras_infogan.data.fitting import Fitting
from keras_infogan.image_files import over_white
from keras_infogan.serving import png

GREY = np.array([[0, 51, 102], [153, 204, 255]], np.uint8)


def file(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


@functools.cache
def decoder(shape, digits, crop):
    return tf.function(lambda text: png.decode(text, shape, digits, crop))


def decode(content, shape=(3, 3, 1), digits=True, crop=None):
    return decoder(shape, digits, crop)(tf.constant(content)).numpy()


# Two rows of three, in the middle of a square: half a row of black is not to be had, so one below.
PADDED = np.zeros((3, 3))
PADDED[:2] = GREY / 255.0


@pytest.mark.parametrize(
    "image",
    [
        Image.fromarray(GREY),
        Image.fromarray(GREY).convert("RGB"),
        Image.fromarray(GREY).convert("RGBA"),
        Image.fromarray(GREY).convert("LA"),
        Image.fromarray(GREY).convert("P"),
        Image.fromarray(GREY.astype(np.uint16) * 257),
    ],
    ids=["grey", "color", "color and alpha", "grey and alpha", "palette", "sixteen bits"],
)
def test_every_color_depth_is_the_same_picture(image):
    np.testing.assert_allclose(decode(file(image))[..., 0], PADDED, atol=1e-6)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_few_bits_are_as_bright_as_many(bits):
    colors = 2**bits
    image = Image.fromarray(((GREY > 127) * (colors - 1)).astype(np.uint8))
    image.putpalette(np.repeat(np.linspace(0, 255, colors).astype(np.uint8), 3).tolist())
    content = file(image)
    assert content[24] == bits
    np.testing.assert_array_equal(decode(content)[:2, :, 0], GREY > 127)


def test_one_bit_without_a_palette():
    image = Image.fromarray(GREY > 127)
    assert image.mode == "1"
    np.testing.assert_array_equal(decode(file(image))[:2, :, 0], GREY > 127)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("crop", [None, 12])
@pytest.mark.parametrize("size", [(20, 40), (41, 20)])
def test_other_pictures_are_what_training_makes_of_them(size, crop, channels):
    rng = np.random.default_rng(0)
    rough = rng.integers(0, 256, (3, 3, 4), dtype=np.uint8)
    image = Image.fromarray(rough, "RGBA").resize(size, Image.Resampling.BICUBIC)
    expected = Fitting(8, channels, crop).square(over_white(image), channels, "it") / 255.0
    found = decode(file(image), (8, 8, channels), digits=False, crop=crop)
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_a_picture_smaller_than_the_crop_has_been_cut_already():
    content = file(Image.fromarray(np.arange(0, 240, 10, dtype=np.uint8).reshape(4, 6)))
    cut, whole = (decode(content, digits=False, crop=crop) for crop in (12, None))
    np.testing.assert_array_equal(cut, whole)


def test_transparent_is_black():
    image = Image.fromarray(GREY).convert("LA")
    image.putalpha(Image.fromarray(np.array([[255, 255, 0], [51, 0, 255]], np.uint8)))
    expected = [[0, 0.2, 0], [0.12, 0, 1]]
    np.testing.assert_allclose(decode(file(image))[:2, :, 0], expected, atol=1e-6)


def test_colors_count_as_bright_as_they_look():
    image = Image.new("RGB", (3, 3), (255, 0, 0))
    np.testing.assert_allclose(decode(file(image)), 0.299, atol=1e-6)


def test_a_model_in_color_keeps_colors():
    image = Image.new("RGB", (2, 2), (255, 51, 0))
    np.testing.assert_allclose(decode(file(image), (2, 2, 3))[0, 0], [1.0, 0.2, 0.0], atol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (28, 28), (4000, 4000), (4096, 1), (1, 4096)])
def test_every_size_is_brought_to_one(size):
    image = decode(file(Image.new("L", size, 255)), (8, 8, 1))
    assert image.shape == (8, 8, 1)
    width, height = size
    share = min(size) / max(size)  # of the square that is white
    assert image.mean() == pytest.approx(share, abs=0.02)


def test_a_large_picture_is_averaged_not_picked_from():
    stripes = np.tile(np.array([[0, 255]], np.uint8), (80, 40))
    np.testing.assert_allclose(
        decode(file(Image.fromarray(stripes)), (4, 4, 1))[1:3, 1:3], 0.5, atol=0.02
    )


def test_a_square_of_the_right_size_is_not_touched():
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8), dtype=np.uint8)
    image = decode(file(Image.fromarray(pixels)), (8, 8, 1))
    np.testing.assert_allclose(image[..., 0], pixels / 255.0, atol=1e-6)


@pytest.mark.parametrize("size", [(4097, 1), (1, 5000), (70000, 70000)])
def test_enormous_pictures_are_refused_before_they_are_decoded(size):
    content = bytearray(file(Image.new("1", (9, 9))))
    content[16:24] = b"".join(length.to_bytes(4, "big") for length in size)
    with pytest.raises(tf.errors.InvalidArgumentError, match="1 to 4096 pixels a side. Received"):
        decode(bytes(content))


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"GIF89a" + 40 * b"x"])
def test_what_is_no_png_is_refused(content):
    with pytest.raises(tf.errors.InvalidArgumentError, match="png_bytes must be PNG files"):
        decode(content)


def test_a_torn_file_is_refused():
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8), dtype=np.uint8)
    with pytest.raises(tf.errors.InvalidArgumentError, match="(?i)png"):
        decode(file(Image.fromarray(pixels))[:60])


def test_encoded_and_decoded_again():
    image = tf.constant(np.random.default_rng(1).integers(0, 256, (5, 5, 3)) / 255.0, tf.float32)
    np.testing.assert_allclose(decode(png.encode(image).numpy(), (5, 5, 3)), image, atol=1e-6)
