"""Network families: each builds a generator, a trunk and the heads on it.

A family is a function `build(latent_size, parameter_size, image_shape, **options)` that returns a
dict with `generator`, `trunk`, `discriminator` and, unless `parameter_size` is 0, `recognizer`;
`conditional_dense` takes the number of labels in its place. Generators make images in [-1, 1];
discriminators give logits.
"""

from keras_infogan.registry import NETWORKS

get, names, register = NETWORKS.get, NETWORKS.names, NETWORKS.register
