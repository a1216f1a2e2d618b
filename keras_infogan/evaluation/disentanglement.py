"""How well codes separate the known factors of variation of images, by the field's scores.

Formulas are those of the papers named below; choices that these leave open (classifiers, numbers of
samples, bins) are those of Locatello et al., "Challenging Common Assumptions in the Unsupervised
Learning of Disentangled Representations", 2019, and its library disentanglement_lib.

Everywhere, codes are floats `(n, codes)`, what is read from n images, and factors integers
`(n, factors)`, what is in them; each factor takes two values at least.
"""

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import mutual_info_score
from sklearn.svm import LinearSVC

BINS = 20
BATCH = 64
VOTES = 10_000, 5_000  # to learn from, and to score
ACTIVE = 0.05  # standard deviation below which a code is taken for unused


def factor_vae(codes, factors, test_codes, test_factors, votes=VOTES, seed=0):
    """The FactorVAE score: Kim and Mnih, "Disentangling by Factorising", 2018, section 4.

    A vote: one factor is held at one value in a batch of 64 images, and the code whose variance
    falls most, relative to its variance over all images, votes for that factor. A table from code
    to factor is the majority of the votes on the first images. Codes with a standard deviation
    under 0.05 are left out.

    Args:
        codes: Codes to learn the table from.
        factors: Their factors.
        test_codes: Codes to score it on.
        test_factors: Their factors.
        votes: Number of votes to learn from and to score.
        seed: Seed of the batches.

    Returns:
        Share of votes that the table predicts, in [0, 1]; 1 / factors by chance, and 0 if no code
        is active.
    """
    scale = codes.std(axis=0, ddof=1)
    active = scale >= ACTIVE
    if not active.any():
        return 0.0
    train, test = (
        _votes(read[:, active] / scale[active], known, count, np.random.default_rng([seed, part]))
        for part, (read, known, count) in enumerate(
            [(codes, factors, votes[0]), (test_codes, test_factors, votes[1])]
        )
    )
    table = train.argmax(axis=1)
    return float(test[np.arange(len(test)), table].sum() / test.sum())


def _votes(codes, factors, count, draws):
    """How many times each code votes for each factor, `(codes, factors)`."""
    votes = np.zeros((codes.shape[1], factors.shape[1]), int)
    held = draws.integers(factors.shape[1], size=count)
    for factor in range(factors.shape[1]):
        order = np.argsort(factors[:, factor], kind="stable")
        values = factors[order, factor]
        chosen = factors[draws.integers(len(factors), size=np.sum(held == factor)), factor]
        first = np.searchsorted(values, chosen)[:, None]
        last = np.searchsorted(values, chosen, side="right")[:, None]
        batches = codes[order[draws.integers(first, last, size=(len(chosen), BATCH))]]
        steadiest = batches.var(axis=1, ddof=1).argmin(axis=1)
        votes[:, factor] = np.bincount(steadiest, minlength=len(votes))
    return votes


def dci(codes, factors, test_codes, test_factors):
    """DCI: Eastwood and Williams, "A Framework for the Quantitative Evaluation of Disentangled
    Representations", 2018, section 2.

    For each factor, gradient boosted trees learn its value from all codes; R is how much each code
    contributes, `(codes, factors)`.

    Args:
        codes: Codes to learn from.
        factors: Their factors.
        test_codes: Codes to score on.
        test_factors: Their factors.

    Returns:
        Dict of three figures in [0, 1]: `dci_disentanglement` (see `disentanglement` of R),
        `dci_completeness` (see `completeness` of R), and `dci_informativeness`, the accuracy of
        the trees on the test codes, mean over factors.
    """
    importance, accuracies = [], []
    for known, test_known in zip(factors.T, test_factors.T, strict=True):
        trees = GradientBoostingClassifier(random_state=0).fit(codes, known)
        importance.append(trees.feature_importances_)
        accuracies.append(np.mean(trees.predict(test_codes) == test_known))
    importance = np.stack(importance, axis=1)
    return {
        "dci_disentanglement": disentanglement(importance),
        "dci_completeness": completeness(importance),
        "dci_informativeness": float(np.mean(accuracies)),
    }


def disentanglement(importance):
    """Σ_i ρ_i (1 − H(P_i)): whether each code contributes to one factor only.

    P_i are the shares of code i in all factors, H is their entropy to the base of the number of
    factors, ρ_i the code's share of all importance.

    Args:
        importance: R, `(codes, factors)`, 0 or more.

    Returns:
        Float in [0, 1]; 0 if nothing is of importance.
    """
    importance = np.asarray(importance, np.float64)
    if importance.sum() == 0 or importance.shape[1] == 1:
        return float(importance.sum() > 0)
    whole = importance.sum(axis=1)
    shares = importance / np.where(whole > 0, whole, 1)[:, None]
    spread = -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=1)
    return float(whole / whole.sum() @ (1 - spread / np.log(importance.shape[1])))


def completeness(importance):
    """Whether each factor needs one code only: `disentanglement` with codes and factors swapped."""
    return disentanglement(np.transpose(importance))


def sap(codes, factors, test_codes, test_factors):
    """SAP: Kumar et al., "Variational Inference of Disentangled Latent Concepts from Unlabeled
    Observations", 2018, section 3.

    For each factor, a linear support vector machine (C = 0.01, balanced classes) learns its value
    from each code by itself. The score is the gap between the best and the second best code's
    accuracy on the test codes, mean over factors. A line tells neighboring values of a factor
    apart badly, so it stays well under 1 where factors take many values.

    Args:
        codes: Codes to learn from.
        factors: Their factors.
        test_codes: Codes to score on.
        test_factors: Their factors.

    Returns:
        Float in [0, 1].
    """
    accuracies = np.zeros((codes.shape[1], factors.shape[1]))
    for code, factor in np.ndindex(*accuracies.shape):
        machine = LinearSVC(C=0.01, class_weight="balanced", random_state=0)
        machine.fit(codes[:, [code]], factors[:, factor])
        right = machine.predict(test_codes[:, [code]]) == test_factors[:, factor]
        accuracies[code, factor] = np.mean(right)
    return float(np.mean(_gaps(accuracies)))


def mutual_information(codes, factors):
    """I(code; factor) in nats, `(codes, factors)`; codes are cut into 20 bins of equal width."""
    binned = [np.digitize(code, np.histogram_bin_edges(code, BINS)[1:-1]) for code in codes.T]
    return np.array([[mutual_info_score(known, code) for known in factors.T] for code in binned])


def entropies(factors):
    """H(factor) in nats, `(factors,)`."""
    return np.array([mutual_info_score(known, known) for known in factors.T])


def mig(codes, factors):
    """The mutual information gap: Chen et al., "Isolating Sources of Disentanglement in Variational
    Autoencoders", 2018, section 4.1.

    (I(best code; factor) − I(second best code; factor)) / H(factor), mean over factors. A factor
    of more than 20 values cannot reach 1, since codes have 20 bins.

    Args:
        codes: Codes.
        factors: Their factors.

    Returns:
        Float in [0, 1].
    """
    return float(np.mean(_gaps(mutual_information(codes, factors)) / entropies(factors)))


def modularity(codes, factors):
    """Modularity: Ridgeway and Mozer, "Learning Deep Disentangled Embeddings with the F-Statistic
    Loss", 2018, section 3.

    1 − Σ_f I(code; f)² / ((factors − 1)·I(code; best factor)²) over all factors f but the best,
    mean over codes; 0 for a code without information. It asks whether a code has one factor, not
    how much of it, so codes that know next to nothing may score high.

    Args:
        codes: Codes.
        factors: Their factors.

    Returns:
        Float in [0, 1].
    """
    squares = np.sort(mutual_information(codes, factors) ** 2, axis=1)
    best, others = squares[:, -1], squares[:, :-1]
    informed = best > 0
    leak = others.mean(axis=1) if others.size else np.zeros(len(best))
    return float(np.mean(np.where(informed, 1 - leak / np.where(informed, best, 1), 0)))


def _gaps(scores):
    """For each factor, the best score of a code less the second best, which is 0 if there is none.

    Args:
        scores: `(codes, factors)`.
    """
    ordered = np.sort(scores, axis=0)
    return ordered[-1] - (ordered[-2] if len(ordered) > 1 else 0.0)
