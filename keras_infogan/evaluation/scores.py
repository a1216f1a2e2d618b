"""What the categorical code learned, measured against labels that training never saw.

A code table says which label each code stands for. It is fitted on training labels and applied to
test images. Two ways to fit it: one-to-one (Hungarian), in which no two codes may claim one label
while another goes without; and majority, in which each code takes its commonest label, so that
scores are higher.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import (
    adjusted_rand_score,
    mutual_info_score,
    normalized_mutual_info_score,
)

NO_LABEL = -1
# A code whose commonest label holds less than this share of its images is called ambiguous.
CLEAR_SHARE = 0.8
# A code is in use if it gets at least this share of what an even spread would give it.
USE_SHARE = 0.1

# The keys of `code_scores`.
CODE_SCORES = (
    "code_accuracy",
    "code_purity",
    "code_nmi",
    "code_ari",
    "label_information",
    "codes_in_use",
    "code_to_label",
    "ambiguous_codes",
)


def label_name(label, names=None):
    """What a label is called: its number as text, unless there are names; "none" for None."""
    if label is None:
        return "none"
    return str(label) if names is None else names[int(label)]


def scores_by_code(codes):
    """The scores of each code that has some, `{name: scores}`, from `codes.evaluate_codes`."""
    return codes.get("each") or ({} if codes["code"] is None else {codes["code"]: codes})


def code_table(code_to_label, names=None):
    """A code table in words, `"0→7, 1→3"`, with the labels' names if they have any."""
    return ", ".join(f"{code}→{label_name(v, names)}" for code, v in code_to_label.items())


def contingency(codes, labels, num_codes, num_labels):
    """Counts `(num_codes, num_labels)` of images by code and label.

    Args:
        codes: Integers `(n,)` in [0, num_codes).
        labels: Integers `(n,)` in [0, num_labels).
    """
    table = np.zeros((num_codes, num_labels), np.int64)
    np.add.at(table, (np.asarray(codes), np.asarray(labels)), 1)
    return table


def one_to_one_table(counts):
    """The assignment of codes to labels that gets most images right.

    Kuhn, "The Hungarian method for the assignment problem", 1955. With more codes than labels,
    the codes left over stand for no label; with more labels than codes, labels are left over. A
    label that no image has stands for none: the numbers of labels may have gaps.

    Args:
        counts: `(num_codes, num_labels)`, from `contingency`.

    Returns:
        Integers `(num_codes,)`: a label, or `NO_LABEL`.
    """
    table = np.full(len(counts), NO_LABEL)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    table[rows] = np.where(counts.sum(axis=0)[columns] > 0, columns, NO_LABEL)
    return table


def majority_table(counts):
    """The commonest label of each code; `NO_LABEL` for a code that no image has.

    Args:
        counts: `(num_codes, num_labels)`, from `contingency`.

    Returns:
        Integers `(num_codes,)`.
    """
    return np.where(counts.sum(axis=1) > 0, counts.argmax(axis=1), NO_LABEL)


def accuracy(table, codes, labels):
    """Share of images whose code stands for their label."""
    return float(np.mean(np.asarray(table)[np.asarray(codes)] == np.asarray(labels)))


def confusion(table, codes, labels, num_labels):
    """Counts of images by true label and by the label that their code stands for.

    Args:
        table: Label of each code, from `one_to_one_table`.
        codes: Integers `(n,)`.
        labels: Integers `(n,)` in [0, num_labels).
        num_labels: Number of labels.

    Returns:
        Integers `(num_labels, num_labels + 1)`; the last column counts images whose code stands
        for no label.
    """
    read = np.asarray(table)[np.asarray(codes)]
    read = np.where(read == NO_LABEL, num_labels, read)
    return contingency(labels, read, num_labels, num_labels + 1)


def confusion_table(counts, code_to_label, names=None):
    """What is shown of a `confusion`: its last column only where a value of the code has no label.

    Args:
        counts: As `confusion` gives them, or nested lists.
        code_to_label: The code's table, as in `code_scores`.
        names: Names of the labels, or None.

    Returns:
        Names of the rows, names of the columns, and the counts.
    """
    rows = [label_name(label, names) for label in range(len(counts))]
    if None in code_to_label.values():
        return rows, [*rows, label_name(None)], counts
    return rows, rows, [row[:-1] for row in counts]


def codes_in_use(codes, num_codes):
    """Share of the codes that get at least `USE_SHARE` of an even share of the images."""
    counts = np.bincount(np.asarray(codes), minlength=num_codes)
    return float(np.mean(counts >= USE_SHARE * len(codes) / num_codes))


def ambiguous_codes(counts):
    """The codes that no single label describes.

    Args:
        counts: `(num_codes, num_labels)`, from `contingency`.

    Returns:
        Dict of such a code (as text) to its labels, the commonest first, as
        `{label: share of the code's images}`, those under a tenth left out, the commonest never.
    """
    found = {}
    for code, row in enumerate(counts):
        shares = row / max(row.sum(), 1)
        if row.sum() and shares.max() < CLEAR_SHARE:
            order = np.argsort(-shares, kind="stable")
            found[str(code)] = {
                str(label): round(float(shares[label]), 4)
                for label in order
                if shares[label] >= min(0.1, shares.max())
            }
    return found


def label_table(code_to_label):
    """The `code_to_label` of `code_scores` as a table: a label or `NO_LABEL` for each code."""
    return [NO_LABEL if label is None else label for label in code_to_label.values()]


def code_scores(train_codes, train_labels, test_codes, test_labels, num_codes):
    """Scores of a categorical code on test images, its tables fitted on training labels.

    Args:
        train_codes: Q's most likely code of each training image, integers `(n,)`.
        train_labels: Integers `(n,)` from 0.
        test_codes: The same of the test images, `(m,)`.
        test_labels: Integers `(m,)`.
        num_codes: Values of the code.

    Returns:
        Dict with `code_accuracy` (one-to-one), `code_purity` (majority), `code_nmi` (normalized by
        the arithmetic mean of both entropies: the V-measure of Rosenberg and Hirschberg,
        "V-measure", 2007), `code_ari` (Hubert and Arabie, "Comparing partitions", 1985),
        `label_information` (between code and label on the test images, in nats; at most
        ln min(num_codes, number of labels)), `codes_in_use`, `code_to_label`
        (`{"0": label or None, ...}`) and `ambiguous_codes`.
    """
    num_labels = int(max(np.max(train_labels), np.max(test_labels))) + 1
    counts = contingency(train_codes, train_labels, num_codes, num_labels)
    table = one_to_one_table(counts)
    return {
        "code_accuracy": accuracy(table, test_codes, test_labels),
        "code_purity": accuracy(majority_table(counts), test_codes, test_labels),
        "code_nmi": float(normalized_mutual_info_score(test_labels, test_codes)),
        "code_ari": float(adjusted_rand_score(test_labels, test_codes)),
        "label_information": float(mutual_info_score(test_labels, test_codes)),
        "codes_in_use": codes_in_use(test_codes, num_codes),
        "code_to_label": {
            str(code): None if label == NO_LABEL else int(label) for code, label in enumerate(table)
        },
        "ambiguous_codes": ambiguous_codes(counts),
    }
