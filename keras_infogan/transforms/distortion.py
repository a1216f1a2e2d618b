"""Random distortion of the images that D and Q see, real and generated alike.

A code that Q must read after a distortion cannot be one that the distortion destroys, so the
categorical code is pushed away from slant, size, place and pen and towards the kind of object. The
distortion is differentiable, so the generator learns through it (Zhao et al., "Differentiable
Augmentation for Data-Efficient GAN Training", 2020; Karras et al., 2020).
"""

import keras
import tensorflow as tf

from keras_infogan.transforms.transform import Transform


@keras.saving.register_keras_serializable(package="keras_infogan")
class RandomDistortion(Transform):
    """Shears, scales, shifts and thickens each image, and hides a part, as its seed draws.

    Resampling is linear, written as two products with interpolation matrices (rows, then
    columns), whose gradient is exact and which XLA compiles. What lies outside an image is
    `background`.

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
        background: Value outside the image.
    """

    def __init__(
        self,
        shear: float = 0.4,
        scale: float = 0.2,
        shift: float = 2.0,
        thickness: float = 0.0,
        hole: float = 0.0,
        background: float = -1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if min(shear, scale, shift, thickness, hole) < 0 or thickness > 1:
            raise ValueError(
                "RandomDistortion needs shear, scale, shift and hole >= 0 and thickness from 0 to "
                f"1. Received: shear={shear}, scale={scale}, shift={shift}, "
                f"thickness={thickness}, hole={hole}."
            )
        self.shear = shear
        self.scale = scale
        self.shift = shift
        self.thickness = thickness
        self.hole = hole
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
        seeds = tf.random.split(seed, 8)

        def draw(index, limit):
            return tf.random.stateless_uniform(
                (batch_size,), seeds[index], minval=-limit, maxval=limit, dtype=images.dtype
            )

        rows, columns = (
            tf.range(length, dtype=images.dtype) - 0.5 * (length - 1) for length in shape[:2]
        )
        # Source coordinates of each output pixel, measured from the image's centre.
        source_rows = tf.exp(draw(0, self.scale))[:, None] * rows + draw(1, self.shift)[:, None]
        source_columns = (
            tf.exp(draw(2, self.scale))[:, None, None] * columns
            + draw(3, self.shear)[:, None, None] * rows[:, None]
            + draw(4, self.shift)[:, None, None]
        )
        row_weights = _linear_weights(source_rows, rows)
        column_weights = _linear_weights(source_columns, columns)

        ink = images - self.background
        ink = tf.einsum("nyr,nrxc->nyxc", row_weights, ink)
        ink = tf.matmul(column_weights, ink)
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
            "background": self.background,
        }


def _thicken(ink, amount):
    """Moves ink by a signed share towards its dilation, or half of that to its erosion."""
    dilated = tf.nn.max_pool2d(ink, 3, 1, "SAME")
    eroded = -tf.nn.max_pool2d(-ink, 3, 1, "SAME")
    thicker = tf.nn.relu(amount) * (dilated - ink)
    return ink + thicker - 0.5 * tf.nn.relu(-amount) * (ink - eroded)


def _linear_weights(source, grid):
    """Weights `(..., len(source), len(grid))` of linear interpolation at `source`."""
    return tf.nn.relu(1.0 - tf.abs(source[..., None] - grid))
