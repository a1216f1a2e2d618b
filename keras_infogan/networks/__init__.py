"""Network families: each builds a generator, a trunk and the heads on it.

A family is a function `build(latent_size, parameter_size, image_shape, **options)` that returns a
dict of Keras models:

- `generator`: latents `(latent_size,)` to images in [-1, 1].
- `trunk`: images to the features that the heads read.
- `discriminator`: features to one logit.
- `recognizer`: features to `parameter_size` numbers; not there if that is 0.

`conditional_dense` takes the number of labels in the place of `parameter_size`.
"""

from keras_infogan.registry import NETWORKS

get, names, register = NETWORKS.get, NETWORKS.names, NETWORKS.register
