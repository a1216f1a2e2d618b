"""evaluation/*.png: confusion matrix, real images by code, traversals."""

import numpy as np
import tensorflow as tf

from keras_infogan.data.pipeline import evenly_chosen, to_model_range
from keras_infogan.evaluation.codes import read_codes, table_images
from keras_infogan.evaluation.scores import NO_LABEL, confusion, contingency, one_to_one_table
from keras_infogan.pictures import save_grid, save_matrix

COLUMNS = 16


def save_illustrations(folder, model, data, seed=0):
    """Draws what the scores count.

    - confusion.png: test images by true label and by the label of their code.
    - images-by-code.png: row k holds real test images that Q gives code k, evenly chosen.
    - traversal-<code>.png: each continuous code from -2 to 2, all else fixed.

    Args:
        folder: Directory that exists.
        model: An `InfoGAN`.
        data: An `ImageData`; without labels there is no confusion matrix.
        seed: Seed of the noise.
    """
    latents = model.latents
    if latents.categorical:
        num_codes = latents.codes[latents.categorical[0]].size
        codes = read_codes(model, data.test_images)
        save_grid(folder / "images-by-code.png", _images_by_code(model, data, codes, num_codes))
        if data.test_labels is not None:
            train_images, train_labels = table_images(data)
            num_labels = int(max(train_labels.max(), data.test_labels.max())) + 1
            table = one_to_one_table(
                contingency(read_codes(model, train_images), train_labels, num_codes, num_labels)
            )
            counts = confusion(table, codes, data.test_labels, num_labels)
            columns = [str(label) for label in range(num_labels)] + ["none"]
            if not (table == NO_LABEL).any():
                counts, columns = counts[:, :-1], columns[:-1]
            save_matrix(
                folder / "confusion.png",
                counts,
                [str(label) for label in range(num_labels)],
                columns,
                f"{len(codes):,} test images",
                "label",
                "label that their code stands for",
            )
    for position in latents.continuous:
        table = latents.traversal(position, seed=seed)
        rows, columns, size = table.shape
        images = model.generate(table.reshape(rows * columns, size))
        path = folder / f"traversal-{latents.names[position]}.png"
        save_grid(path, images.reshape(rows, columns, *images.shape[1:]))


def _images_by_code(model, data, codes, num_codes):
    size = model.trunk.input_shape[1]
    grid = np.ones((num_codes, COLUMNS, size, size, data.test_images.shape[-1]), np.float32)
    for code in range(num_codes):
        of_code = np.flatnonzero(codes == code)
        if len(of_code):
            images = data.test_images[of_code[evenly_chosen(len(of_code), COLUMNS)]]
            grid[code, : len(images)] = to_model_range(tf.constant(images), size).numpy()
    return grid
