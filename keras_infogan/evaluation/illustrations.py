"""evaluation/*.png: confusion matrix, real images by code, traversals."""

import numpy as np

from keras_infogan.data.pipeline import sample_images
from keras_infogan.evaluation.codes import read_codes
from keras_infogan.evaluation.scores import label_name
from keras_infogan.pictures import save_grid, save_matrix

COLUMNS = 16


def save_illustrations(folder, model, data, scores, seed=0):
    """Draws what the scores count.

    - confusion.png: test images by true label and by the label of their code.
    - images-by-code.png: row k holds real test images that Q gives code k, evenly chosen.
    - traversal-<code>.png: each continuous code from -2 to 2, all else fixed.

    Args:
        folder: Directory that exists.
        model: A `GAN`, `ConditionalGAN` or `InfoGAN`.
        data: An `ImageData`.
        scores: What `evaluate_model` returns; without a confusion in it none is drawn.
        seed: Seed of the noise.
    """
    latents = model.latents
    if model.reads_codes and latents.categorical:
        save_grid(folder / "images-by-code.png", _images_by_code(model, data))
    if scores["confusion"] is not None:
        _save_confusion(folder / "confusion.png", scores, data.label_names)
    for position in latents.continuous:
        path = folder / f"traversal-{latents.names[position]}.png"
        save_grid(path, model.generate(latents.traversal(position, seed=seed)))


def _save_confusion(path, scores, names):
    counts = np.array(scores["confusion"])
    labels = [label_name(label, names) for label in range(len(counts))]
    columns = [*labels, "none"]
    if None not in scores["codes"]["code_to_label"].values():
        counts, columns = counts[:, :-1], labels
    title = f"{counts.sum():,} test images"
    save_matrix(path, counts, labels, columns, title, "label", "label that their code stands for")


def _images_by_code(model, data):
    codes = read_codes(model, data.test_images)
    num_codes = model.latents.codes[model.latents.categorical[0]].size
    size = model.generator.output_shape[1]
    grid = np.ones((num_codes, COLUMNS, size, size, data.test_images.shape[-1]), np.float32)
    for code in np.unique(codes):
        images = sample_images(data.test_images[codes == code], COLUMNS, size)
        grid[code, : len(images)] = images
    return grid
