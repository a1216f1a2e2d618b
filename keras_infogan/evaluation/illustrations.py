"""evaluation/*.png: confusion matrices, real images by code, traversals."""

import numpy as np

from keras_infogan.data.pipeline import sample_images
from keras_infogan.evaluation.codes import read_codes
from keras_infogan.evaluation.scores import confusion_table, scores_by_code
from keras_infogan.pictures import save_grid, save_matrix

COLUMNS = 16


def save_illustrations(folder, model, data, scores, seed=0, test_codes=None):
    """Draws what the scores count.

    - confusion.png: test images by true label and by the label of their code.
    - images-by-code.png: row k holds real test images that Q gives code k, evenly chosen.
    - traversal-<code>.png: continuous codes over their `picture_values`, all else fixed.

    Where there are several categorical codes, each has pictures of its own: confusion-<code>.png
    and images-by-code-<code>.png.

    Args:
        folder: Directory that exists.
        model: A `GAN`, `ConditionalGAN` or `InfoGAN`.
        data: An `ImageData`.
        scores: What `evaluate_model` returns; of a code without a confusion in it none is drawn.
        seed: Seed of the noise.
        test_codes: What `read_codes` returns for the test images, if they have been read already.
    """
    latents = model.latents
    several = len(latents.categorical) > 1

    def path(picture, name):
        return folder / (f"{picture}-{name}.png" if several else f"{picture}.png")

    if test_codes is None:
        test_codes = read_codes(model, data.test_images)
    for name, values in test_codes.items():
        num_values = latents.codes[latents.position(name)].num_values
        grid = _images_by_code(values, num_values, data, model.generator.output_shape[1])
        save_grid(path("images-by-code", name), grid)
    tables = {name: own["code_to_label"] for name, own in scores_by_code(scores["codes"]).items()}
    for name, counts in scores["confusion"].items():
        _save_confusion(path("confusion", name), counts, tables[name], data.label_names)
    for position in latents.pictured:
        picture = model.generate(latents.traversal(position, seed=seed))
        save_grid(folder / f"traversal-{latents.names[position]}.png", picture)


def _save_confusion(path, counts, code_to_label, names):
    rows, columns, counts = confusion_table(counts, code_to_label, names)
    title = f"{np.sum(counts):,} test images"
    save_matrix(
        path, np.array(counts), rows, columns, title, "label", "label that their code stands for"
    )


def _images_by_code(codes, num_codes, data, size):
    grid = np.ones((num_codes, COLUMNS, size, size, data.test_images.shape[-1]), np.float32)
    for code in np.unique(codes):
        images = sample_images(data.test_images[codes == code], COLUMNS, size)
        grid[code, : len(images)] = images
    return grid
