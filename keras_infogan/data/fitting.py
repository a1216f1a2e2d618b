"""Images of any size, gray or in color → squares of one size, all gray or all in color."""

import dataclasses

import numpy as np
from PIL import Image

from keras_infogan import image_files
from keras_infogan.errors import UserError


@dataclasses.dataclass(frozen=True)
class Fitting:
    """What the images of a run are brought to.

    Args:
        image_size: Height and width that they will be used at.
        channels: 1 for gray, 3 for color, None for what the data is.
        crop: Side in pixels of the central square that is taken of each; None for the largest.
    """

    image_size: int = 28
    channels: int | None = None
    crop: int | None = None

    def square(self, image, channels, name, size=None):
        """The central square of an image.

        Args:
            image: A PIL image of mode L or RGB.
            channels: 1 or 3.
            name: What to call it in an error.
            size: Height and width of the result; `image_size` by default.

        Returns:
            uint8 array, `(size, size, channels)`; shrunk with antialiasing, or enlarged.

        Raises:
            UserError: If it is smaller than `crop`.
        """
        side = self.side(image.height, image.width, name)
        return image_files.square(image, side, size or self.image_size, channels)

    def squares(self, images, name):
        """`square` of each of the images `(n, height, width, channels)`, which are of one size.

        Smaller ones than `image_size` are not enlarged here: the pipeline does that batch by
        batch, and they take less room till then.
        """
        size, channels = self.shape(images.shape[1:], name)
        if images.shape[1:] == (size, size, channels):
            return images
        return self.resized(images, name, size)

    def resized(self, images, name, size=None):
        """`square` of each of the images `(n, height, width, channels)`."""
        channels = self.channels or images.shape[-1]
        gray = images.shape[-1] == 1
        arrays = [Image.fromarray(image[..., 0] if gray else image) for image in images]
        return np.stack([self.square(image, channels, name, size) for image in arrays])

    def shape(self, image_shape, name):
        """`(size, channels)` that `squares` brings images `(height, width, channels)` to.

        Raises:
            UserError: As `square`.
        """
        height, width, channels = image_shape
        size = min(self.side(height, width, name), self.image_size)
        return size, self.channels or channels

    def side(self, height, width, name):
        """Side of the central square that is taken of an image; raises as `square`."""
        largest = min(height, width)
        if self.crop is not None and self.crop > largest:
            raise UserError(
                f"--crop must not exceed the images, and {name} has {width}×{height} pixels. "
                f"Received: {self.crop}."
            )
        return self.crop or largest
