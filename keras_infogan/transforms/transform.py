"""What a transform of images is."""

import keras


class Transform(keras.layers.Layer):
    """A differentiable function of images, through which D and Q see real and generated ones.

    A subclass implements `call(images, seed)`: images `(batch_size, height, width, channels)` in
    [-1, 1] and an integer seed `(2,)` to images of the same shape; equal seeds transform equally.
    """
