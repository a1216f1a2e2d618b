"""What Q reads from real images, and its scores against labels."""

import numpy as np

from keras_infogan.data.image_data import evenly_chosen
from keras_infogan.data.pipeline import evaluation_batches
from keras_infogan.evaluation.scores import CODE_SCORES, accuracy, code_scores, label_table

# Enough training images to learn which label each code stands for; all of them take minutes.
TABLE_IMAGES = 10_000
TABLES = ("code_to_label", "ambiguous_codes")  # what a combination of codes is too long for


def read_codes(model, images):
    """Q's most likely value of each categorical code.

    Args:
        model: A `GAN`, `ConditionalGAN` or `InfoGAN`.
        images: uint8, `(n, height, width, channels)`.

    Returns:
        Dict of a code's name to integers `(n,)`; empty for a model that reads no such code.
    """
    latents = model.latents
    if not (model.reads_codes and latents.categorical):
        return {}
    batches = evaluation_batches(images, model.generator.output_shape[1])
    read = latents.read(model.predict(batches, verbose=0)["code_parameters"])
    return {latents.names[i]: np.array(read[i]["value"]) for i in latents.categorical}


def evaluate_codes(model, data, test_codes=None):
    """Scores of the categorical codes on the test images.

    Args:
        model: A `GAN`, `ConditionalGAN` or `InfoGAN`.
        data: An `ImageData`.
        test_codes: What `read_codes` returns for the test images, if they have been read already.

    Returns:
        Dict with `code`, the name of the code whose one-to-one table is right for the most training
        images (the first code where there are no labels, None where no code is read), and its
        `code_scores`, each None where it cannot be measured. A model that was told the labels has
        their `code_to_label`. With several categorical codes there are also `each`,
        `{name: scores}`, and `together`, the scores of the combinations of all their values that
        occur, without `TABLES`.
    """
    nothing = dict.fromkeys(CODE_SCORES)
    if model.told_labels:
        told = dict(enumerate(np.unique(data.train_labels).tolist()))
        return {"code": None, **nothing, "code_to_label": told}
    latents = model.latents
    found = latents.categorical if model.reads_codes else []
    sizes = {latents.names[i]: latents.codes[i].num_values for i in found}
    if not sizes or data.train_labels is None:
        return {"code": next(iter(sizes), None), **nothing}
    chosen = evenly_chosen(len(data.train_images), TABLE_IMAGES)
    train, train_labels = read_codes(model, data.train_images[chosen]), data.train_labels[chosen]
    test = read_codes(model, data.test_images) if test_codes is None else test_codes

    def scores(train_codes, codes, num_codes):
        return code_scores(train_codes, train_labels, codes, data.test_labels, num_codes)

    def right(name):
        return accuracy(label_table(each[name]["code_to_label"]), train[name], train_labels)

    each = {name: scores(train[name], test[name], size) for name, size in sizes.items()}
    best = max(each, key=right)  # the first of equals
    result = {"code": best, **each[best]}
    if len(each) > 1:
        together = scores(*_combined(list(train.values()), list(test.values())))
        result["each"] = each
        result["together"] = {k: v for k, v in together.items() if k not in TABLES}
    return result


def _combined(train, test):
    """Numbers of the combinations of codes, `(n,)` and `(m,)`, and how many occur."""
    rows = np.concatenate([np.stack(train, axis=1), np.stack(test, axis=1)])
    found, numbers = np.unique(rows, axis=0, return_inverse=True)
    numbers = numbers.reshape(-1)
    return numbers[: len(train[0])], numbers[len(train[0]) :], len(found)
