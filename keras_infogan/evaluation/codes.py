"""What Q makes of real images, and its scores against labels."""

import numpy as np

from keras_infogan.data.pipeline import evaluation_batches, evenly_chosen
from keras_infogan.evaluation.scores import CODE_SCORES, code_scores

# As many training images as it takes to know a code's label; all of them would take minutes.
TABLE_IMAGES = 10_000


def read_codes(model, images):
    """Q's most likely value of the first categorical code.

    Args:
        model: An `InfoGAN`.
        images: uint8, `(n, height, width, channels)`.

    Returns:
        Integers `(n,)`.
    """
    batches = evaluation_batches(images, model.generator.output_shape[1])
    parameters = model.predict(batches, verbose=0)["code_parameters"]
    first = model.latents.categorical[0]
    return np.argmax(model.latents.split_parameters(parameters)[first], axis=1)


def evaluate_codes(model, data, test_codes=None):
    """Scores of the first categorical code on the test images.

    Args:
        model: A `GAN`, `ConditionalGAN` or `InfoGAN`.
        data: An `ImageData`.
        test_codes: What `read_codes` makes of the test images, if they have been read already.

    Returns:
        The dict of `code_scores`, with None for each score where the model reads no categorical
        code or the data has no labels; a model that was told the labels has their table.
    """
    if model.told_labels:
        told = dict(enumerate(np.unique(data.train_labels).tolist()))
        return dict.fromkeys(CODE_SCORES) | {"code_to_label": told}
    if not (model.reads_codes and model.latents.categorical) or data.train_labels is None:
        return dict.fromkeys(CODE_SCORES)
    chosen = evenly_chosen(len(data.train_images), TABLE_IMAGES)
    return code_scores(
        read_codes(model, data.train_images[chosen]),
        data.train_labels[chosen],
        read_codes(model, data.test_images) if test_codes is None else test_codes,
        data.test_labels,
        model.latents.codes[model.latents.categorical[0]].size,
    )
