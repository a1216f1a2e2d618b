"""Every score of a model at once: what `evaluation.json` holds."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

from keras_infogan.data.image_data import evenly_chosen
from keras_infogan.data.pipeline import sample_images
from keras_infogan.errors import UserError
from keras_infogan.evaluation.codes import evaluate_codes, read_codes
from keras_infogan.evaluation.continuous import code_meanings
from keras_infogan.evaluation.extractors import extractor_of
from keras_infogan.evaluation.frechet import frechet_distance
from keras_infogan.evaluation.information import between_looks, information
from keras_infogan.evaluation.known_factors import evaluate_factors
from keras_infogan.evaluation.neighbors import K, copying, fidelity_and_variety, mean_distance
from keras_infogan.evaluation.scores import confusion, label_table, scores_by_code
from keras_infogan.evaluation.sharpness import relative_sharpness

IMAGES = 5000  # on each side of a distance; 1,000 move the Fréchet distance by its own size
TRAIN_IMAGES = 20_000  # looked through for copies
CONFUSION_LABELS = 100  # no picture shows more; omniglot has 1,623


def evaluate_model(model, data, seed=0):
    """All scores on the test images and on generated ones.

    Args:
        model: A `GAN`, `ConditionalGAN` or `InfoGAN`.
        data: An `ImageData`; without labels the scores that need them are None.
        seed: Seed of the generated images.

    Returns:
        Dict with `codes` (see `evaluate_codes`), `confusion` (a code's name to its
        `code_confusion`, where it has one), `information` and `between_looks` (see there),
        `continuous` (see `code_meanings`), `disentanglement` (see `evaluate_factors`), `diversity`
        (a categorical code's name to its `code_diversity`) and `generated`: `extractor`, `images`,
        `frechet` (generated against test images), `frechet_floor` (training against test images),
        the same two for the precision family, `sharpness` (see `relative_sharpness`), and
        `copying`; `labels_obeyed` (see there) for a model that was told labels.

    Raises:
        UserError: If there are too few images, or the generator's are not finite. Through the
            classifier's ReLUs they would come out as features like any others.
    """
    size = model.generator.output_shape[1]
    count = min(IMAGES, len(data.test_images), len(data.train_images))
    if count <= K:
        raise UserError(
            f"The scores take more than {K} test images and training images. Received: {count}."
        )
    latents = np.array(model.latents.sample(count, (seed, 2)))
    images = model.generate(latents)
    if not np.isfinite(images).all():
        raise UserError("The generator makes images that are not finite: nothing can be scored.")
    extractor = extractor_of(data.name)
    generated = extractor.features(images)
    test_images = sample_images(data.test_images, count, size)
    test = extractor.features(test_images)
    train = extractor.features(sample_images(data.train_images, TRAIN_IMAGES, size))
    train_sample = train[evenly_chosen(len(train), count)]

    test_codes = read_codes(model, data.test_images)
    codes = evaluate_codes(model, data, test_codes)
    drawn = _drawn_codes(model, latents)
    chosen = evenly_chosen(len(data.test_images), count)
    obeyed = None
    if model.told_labels:
        (values,) = drawn.values()
        told = np.array(list(codes["code_to_label"].values()))[values]
        known = data.train_labels[evenly_chosen(len(data.train_labels), TRAIN_IMAGES)]
        obeyed = labels_obeyed(generated, told, train, known)
    return {
        "codes": codes,
        "confusion": confusions(codes, test_codes, data),
        "information": information(model, seed=seed),
        "between_looks": between_looks(model, test_images, seed),
        "continuous": code_meanings(model, test_images, seed),
        "disentanglement": evaluate_factors(model, data, seed),
        "diversity": {
            name: code_diversity(drawn[name], generated, read[chosen], test)
            for name, read in test_codes.items()
        },
        "labels_obeyed": obeyed,
        "generated": {
            "extractor": extractor.name,
            "images": count,
            "frechet": frechet_distance(generated, test),
            "frechet_floor": frechet_distance(train_sample, test),
            **fidelity_and_variety(test, generated),
            "floor": fidelity_and_variety(test, train_sample),
            "sharpness": relative_sharpness(images, test_images),
            "copying": copying(generated, train, test),
        },
    }


def confusions(codes, test_codes, data):
    """The confusion of each code that has a table.

    Args:
        codes: What `evaluate_codes` returns.
        test_codes: What `read_codes` returns for the test images.
        data: An `ImageData`.

    Returns:
        `{name: counts}`, without those that have none.
    """
    tables = {name: scores["code_to_label"] for name, scores in scores_by_code(codes).items()}
    found = {name: code_confusion(t, test_codes[name], data) for name, t in tables.items()}
    return {name: counts for name, counts in found.items() if counts is not None}


def code_confusion(code_to_label, test_codes, data):
    """Test images by label and by the label that their code stands for.

    Args:
        code_to_label: As in `code_scores`, or None.
        test_codes: Integers `(n,)`.
        data: An `ImageData`.

    Returns:
        The counts of `confusion` as nested lists; None without a table, and for more than
        `CONFUSION_LABELS` labels.
    """
    if code_to_label is None:
        return None
    num_labels = int(max(np.max(data.train_labels), np.max(data.test_labels))) + 1
    if num_labels > CONFUSION_LABELS:
        return None
    return confusion(label_table(code_to_label), test_codes, data.test_labels, num_labels).tolist()


def labels_obeyed(generated, told, train, train_labels):
    """Share of generated images whose nearest training image has the label that was asked for.

    Args:
        generated: Features of generated images, `(n, features)`.
        told: The label that each was asked for, `(n,)`.
        train: Features of training images, `(m, features)`.
        train_labels: Their labels, `(m,)`.
    """
    nearest = NearestNeighbors(n_neighbors=1).fit(train).kneighbors(generated)[1][:, 0]
    return float(np.mean(train_labels[nearest] == told))


def code_diversity(generated_codes, generated, real_codes, real):
    """How much the images of one code differ, against the real images that Q puts there.

    Args:
        generated_codes: Code that each generated image was drawn from, `(n,)`.
        generated: Their features, `(n, features)`.
        real_codes: Q's code of each real image, `(m,)`.
        real: Their features, `(m, features)`.

    Returns:
        Dict of a code (as text) to the ratio of both mean distances between two images, 1 if
        they vary alike and near 0 where the generator has collapsed; None where either side has
        fewer than two images, or does not vary.
    """
    ratios = {}
    for code in range(int(max(np.max(generated_codes), np.max(real_codes))) + 1):
        ours, theirs = generated[generated_codes == code], real[real_codes == code]
        distance = mean_distance(theirs) if min(len(ours), len(theirs)) >= 2 else 0.0
        ratios[str(code)] = mean_distance(ours) / distance if distance > 0 else None
    return ratios


def _drawn_codes(model, latents):
    """The values of each categorical code that stand in latents, `{name: (n,)}`."""
    spec = model.latents
    _, parts = spec.split(latents)
    drawn = {}
    for position in spec.categorical:
        code = spec.codes[position]
        rows = np.array(code.encode(code.values(None)))  # of each value
        # The nearest row: |part - row|², but for |part|².
        distances = (rows**2).sum(axis=1) - 2.0 * np.array(parts[position]) @ rows.T
        drawn[spec.names[position]] = np.argmin(distances, axis=1)
    return drawn
