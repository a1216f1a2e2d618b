"""Random affine distortion of the images that D and Q see, real and generated alike.

A code that Q must read after a distortion cannot be one that the distortion destroys, so the
categorical code is pushed away from slant, size and place and towards the kind of object. The
distortion is differentiable, so the generator learns through it (Zhao et al., "Differentiable
Augmentation for Data-Efficient GAN Training", 2020; Karras et al., 2020).
"""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="keras_infogan")
class RandomAffine(keras.layers.Layer):
    """Shears, scales and shifts each image by amounts drawn from its seed.

    Resampling is linear, written as two products with interpolation matrices (rows, then
    columns), whose gradient is exact and which XLA compiles. What lies outside an image is
    `background`.

    Args:
        shear: Largest horizontal shear, in columns per row.
        scale: Largest change of size; height and width are each multiplied by
            exp(U(-scale, scale)).
        shift: Largest shift in pixels, on each axis.
        background: Value outside the image.
    """

    def __init__(self, shear=0.4, scale=0.2, shift=2.0, background=-1.0, **kwargs):
        super().__init__(**kwargs)
        if min(shear, scale, shift) < 0:
            raise ValueError(
                "RandomAffine needs shear, scale and shift >= 0. "
                f"Received: shear={shear}, scale={scale}, shift={shift}."
            )
        self.shear = shear
        self.scale = scale
        self.shift = shift
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
        seeds = tf.random.split(seed, 5)

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
        return tf.ensure_shape(ink + self.background, (None, *shape))

    def get_config(self):
        return {
            **super().get_config(),
            "shear": self.shear,
            "scale": self.scale,
            "shift": self.shift,
            "background": self.background,
        }


def _linear_weights(source, grid):
    """Weights `(..., len(source), len(grid))` of linear interpolation at `source`."""
    return tf.nn.relu(1.0 - tf.abs(source[..., None] - grid))
