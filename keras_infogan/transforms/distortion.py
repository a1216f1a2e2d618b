"""Random distortion of the images that D and Q see, real and generated alike.

A code that Q must read after a distortion cannot be one that the distortion destroys, so the
categorical code is pushed away from slant, size, place and pen and towards the kind of object. The
distortion is differentiable, so the generator learns through it (Zhao et al., "Differentiable
Augmentation for Data-Efficient GAN Training", 2020; Karras et al., 2020).
"""

import keras
import tensorflow as tf

from keras_infogan import randomness
from keras_infogan.transforms.transform import Transform

DARKEST = 1e-3


@keras.saving.register_keras_serializable(package="keras_infogan")
class RandomDistortion(Transform):
    """Shears, scales, shifts, thickens and brightens each image, and hides a part, by its seed.

    Resampling is linear and separable, and its gradient is exact. Rows are mixed by an
    interpolation matrix for each image; columns, whose sources differ from row to row, by a mean of
    two neighbors, so that memory grows with the images and not with their width times them. What
    lies outside an image is `background`.

    Args:
        shear: Largest horizontal shear, in columns per row.
        scale: Largest change of size; height and width are each multiplied by
            exp(U(-scale, scale)).
        shift: Largest shift in pixels, on each axis.
        thickness: Largest share of the way to the image's dilation over 3×3 pixels, or, as often
            and half as far, to its erosion; at most 1.
        hole: Side in pixels of a square set to the background, its middle anywhere in the image
            (DeVries and Taylor, "Improved Regularization of Convolutional Neural Networks with
            Cutout", 2017); 0 for none.
        brightness: Largest |log γ| of a gamma correction: gray values in [0, 1] are raised to the
            power γ = exp(U(-brightness, brightness)).
        background: Value outside the image.
    """

    def __init__(
        self,
        shear: float = 0.4,
        scale: float = 0.2,
        shift: float = 2.0,
        thickness: float = 0.0,
        hole: float = 0.0,
        brightness: float = 0.0,
        background: float = -1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if min(shear, scale, shift, thickness, hole, brightness) < 0 or thickness > 1:
            raise ValueError(
                "RandomDistortion needs shear, scale, shift, hole and brightness >= 0 and "
                f"thickness from 0 to 1. Received: shear={shear}, scale={scale}, shift={shift}, "
                f"thickness={thickness}, hole={hole}, brightness={brightness}."
            )
        self.shear = shear
        self.scale = scale
        self.shift = shift
        self.thickness = thickness
        self.hole = hole
        self.brightness = brightness
        self.background = background

    def call(self, images, seed):
        """Distorts a batch.

        Args:
            images: `(batch_size, height, width, channels)`.
            seed: Integer tensor of shape `(2,)`; equal seeds distort equally.

        Returns:
            Tensor of the same shape.
        """
        batch_size = tf.shape(images)[0]
        shape = images.shape[1:]
        unit = randomness.uniforms((batch_size,), randomness.split(seed, 8))

        def draw(index, limit):
            return tf.cast(unit[index] * (2.0 * limit) - limit, images.dtype)

        rows, columns = (
            tf.range(length, dtype=images.dtype) - 0.5 * (length - 1) for length in shape[:2]
        )
        # Source coordinates of each output pixel, measured from the image's center.
        source_rows = tf.exp(draw(0, self.scale))[:, None] * rows + draw(1, self.shift)[:, None]
        source_columns = (
            tf.exp(draw(2, self.scale))[:, None, None] * columns
            + draw(3, self.shear)[:, None, None] * rows[:, None]
            + draw(4, self.shift)[:, None, None]
        )
        if self.brightness:
            # A number that no other draw of this seed has.
            limits = (-self.brightness, self.brightness)
            drawn = randomness.uniform((batch_size,), randomness.fold_in(seed, 8), *limits)
            images = _brighten(images, tf.cast(tf.exp(drawn), images.dtype)[:, None, None, None])
        ink = images - self.background
        ink = tf.einsum("nyr,nrxc->nyxc", _linear_weights(source_rows, rows), ink)
        ink = _columns_at(ink, source_columns)
        if self.thickness:
            ink = _thicken(ink, draw(5, self.thickness)[:, None, None, None])
        if self.hole:
            middles = (draw(6 + axis, 0.5 * (shape[axis] - 1))[:, None] for axis in (0, 1))
            in_row, in_column = (
                tf.cast(2.0 * tf.abs(at - middle) < self.hole, ink.dtype)
                for at, middle in zip((rows, columns), middles, strict=True)
            )
            ink *= 1.0 - in_row[:, :, None, None] * in_column[:, None, :, None]
        return tf.ensure_shape(ink + self.background, (None, *shape))

    def get_config(self):
        return {
            **super().get_config(),
            "shear": self.shear,
            "scale": self.scale,
            "shift": self.shift,
            "thickness": self.thickness,
            "hole": self.hole,
            "brightness": self.brightness,
            "background": self.background,
        }


def _brighten(images, gamma):
    """Gamma correction of images in [-1, 1]; a little above 0, where its slope is finite.

    What noise has made darker than black stays black.
    """
    gray = tf.maximum(0.5 * (images + 1.0) + DARKEST, DARKEST)
    return 2.0 * (gray**gamma - DARKEST) - 1.0


def _thicken(ink, amount):
    """Moves ink by a signed share towards its dilation, or half of that to its erosion."""
    dilated = tf.nn.max_pool2d(ink, 3, 1, "SAME")
    eroded = -tf.nn.max_pool2d(-ink, 3, 1, "SAME")
    thicker = tf.nn.relu(amount) * (dilated - ink)
    return ink + thicker - 0.5 * tf.nn.relu(-amount) * (ink - eroded)


def _linear_weights(source, grid):
    """Weights `(..., len(source), len(grid))` of linear interpolation at `source`."""
    return tf.nn.relu(1.0 - tf.abs(source[..., None] - grid))


def _columns_at(ink, source):
    """Linear interpolation of each row's columns; 0 outside.

    Args:
        ink: `(batch_size, height, width, channels)`.
        source: Columns to look at, measured from the middle, `(batch_size, height, width)`.
    """
    middle = 0.5 * (ink.shape[2] - 1)
    source = tf.clip_by_value(source, -middle - 1.0, middle + 1.0)
    # The last left neighbor is the last column: right of it stands one column of zeros.
    left = tf.minimum(tf.floor(source + middle), ink.shape[2] - 1.0)
    share = (source - (left - middle))[..., None]
    padded = tf.pad(ink, ((0, 0), (0, 0), (1, 1), (0, 0)))
    index = tf.cast(left, tf.int32) + 1
    left, right = (tf.gather(padded, index + side, batch_dims=2) for side in (0, 1))
    return left + share * (right - left)
