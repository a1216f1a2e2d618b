import numpy as np
import pytest

from keras_infogan.evaluation import disentanglement as scores

# Two factors of two values, all four combinations equally often.
FACTORS = np.tile([[0, 0], [0, 1], [1, 0], [1, 1]], (100, 1))
SIGNS = 2.0 * FACTORS - 1.0
PERFECT = SIGNS
TURNED = np.stack([SIGNS[:, 0] + SIGNS[:, 1], SIGNS[:, 0] - SIGNS[:, 1]], axis=1)
RANDOM = np.random.default_rng(0).normal(size=(400, 2))
VOTES = 400, 400


def factor_vae(codes, factors=FACTORS, **options):
    return scores.factor_vae(codes, factors, codes, factors, VOTES, **options)


# The FactorVAE score


def test_factor_vae_of_perfect_codes_is_1():
    assert factor_vae(PERFECT) == 1.0
    assert factor_vae(PERFECT[:, ::-1] * [0.1, 30]) == 1.0  # whatever their order and scale


def test_factor_vae_of_turned_codes_is_chance():
    """With either factor held, both codes keep half of their variance."""
    assert factor_vae(TURNED) == pytest.approx(0.5, abs=0.06)
    assert factor_vae(RANDOM) == pytest.approx(0.5, abs=0.08)


def test_factor_vae_when_one_code_knows_one_of_two_factors():
    """Its factor held, it votes for sure; the other one held, it and the noise vote by chance."""
    codes = np.stack([SIGNS[:, 0], RANDOM[:, 0]], axis=1)
    assert factor_vae(codes) == pytest.approx(0.75, abs=0.1)


def test_factor_vae_takes_the_majority_of_the_votes():
    """A single code gets all votes and stands for one factor: right in every second vote."""
    assert factor_vae(PERFECT[:, :1]) == pytest.approx(0.5, abs=0.06)


def test_factor_vae_leaves_unused_codes_out():
    hardly = 0.04 * RANDOM[:, :1]  # under 0.05, though its variance would fall to 0 with no image
    unused = np.concatenate([PERFECT, hardly, np.zeros((400, 1))], axis=1)
    assert factor_vae(unused) == 1.0
    assert factor_vae(np.zeros((400, 2))) == 0.0


def test_factor_vae_follows_from_its_seed():
    assert factor_vae(TURNED) == factor_vae(TURNED) != factor_vae(TURNED, seed=1)


def test_factor_vae_is_scored_on_the_test_codes():
    swapped = scores.factor_vae(PERFECT, FACTORS, PERFECT[:, ::-1], FACTORS, VOTES)
    assert swapped == 0.0


# DCI


@pytest.mark.parametrize(
    "importance, disentangled, complete",
    [
        ([[1, 0], [0, 1]], 1, 1),
        ([[1, 1], [1, 1]], 0, 0),
        # One code for both factors, H(3/4, 1/4) = 0.8113 bits; each factor needs that code only.
        ([[3, 1], [0, 0]], 0.1887, 1),
        # Both codes for one factor alone: weights 3/4 and 1/4 of codes that are pure.
        ([[3, 0], [1, 0]], 1, 0.1887),
        # Four codes: two each share a factor, H = 1 bit of log2 4 = 2.
        ([[1, 0], [1, 0], [0, 1], [0, 1]], 1, 0.5),
        ([[0, 0], [0, 0]], 0, 0),
    ],
)
def test_disentanglement_and_completeness_by_hand(importance, disentangled, complete):
    assert scores.disentanglement(importance) == pytest.approx(disentangled, abs=1e-4)
    assert scores.completeness(importance) == pytest.approx(complete, abs=1e-4)


def dci(codes):
    return list(scores.dci(codes, FACTORS, codes[:200], FACTORS[:200]).values())


def test_dci_of_perfect_codes_is_1():
    assert dci(PERFECT) == pytest.approx([1, 1, 1], abs=1e-6)


def test_dci_of_turned_codes():
    """Both codes are needed for both factors, and together they tell them."""
    disentangled, complete, informative = dci(TURNED)
    assert disentangled < 0.2 and complete < 0.2
    assert informative == 1


def test_dci_of_random_codes():
    test = np.random.default_rng(1).normal(size=(400, 2))
    found = scores.dci(RANDOM, FACTORS, test, FACTORS)
    assert found["dci_disentanglement"] < 0.05
    assert found["dci_completeness"] < 0.05
    assert found["dci_informativeness"] == pytest.approx(0.5, abs=0.1)


# SAP


def sap(codes):
    return scores.sap(codes, FACTORS, codes, FACTORS)


def test_sap_of_perfect_codes_is_the_gap_to_chance():
    """Its own code tells a factor in all images, the other one in half of them."""
    assert sap(PERFECT) == pytest.approx(0.5)
    assert sap(PERFECT[:, :1]) == pytest.approx((1 + 0.5) / 2)  # no second best


def test_sap_of_turned_and_random_codes_is_0():
    """Each turned code is right in three of four images for both factors."""
    assert sap(TURNED) == pytest.approx(0, abs=1e-9)
    assert sap(RANDOM) == pytest.approx(0, abs=0.1)


def test_sap_is_scored_on_the_test_codes():
    """Taught that a code is a factor, on images where it is its opposite: 0 right, and 1/2."""
    assert scores.sap(PERFECT, FACTORS, -PERFECT, FACTORS) == pytest.approx(0.5)


# Scores of mutual information


def test_mutual_information_by_hand():
    """A turned code is ±2 in a quarter of the images each, else 0: H = 1.5 ln 2, and given a
    factor ln 2, which leaves half of ln 2."""
    np.testing.assert_allclose(
        scores.mutual_information(PERFECT, FACTORS), np.log(2) * np.eye(2), atol=1e-9
    )
    np.testing.assert_allclose(scores.mutual_information(TURNED, FACTORS), 0.5 * np.log(2))


def test_codes_are_cut_into_20_bins():
    """Of 40 equally likely values each bin holds two."""
    values = np.tile(np.arange(40), 10)
    information = scores.mutual_information(1.0 * values[:, None], values[:, None])
    assert information == pytest.approx(np.log(20))


def test_mig_by_hand():
    assert scores.mig(PERFECT, FACTORS) == pytest.approx(1)
    assert scores.mig(TURNED, FACTORS) == pytest.approx(0, abs=1e-9)
    assert scores.mig(PERFECT[:, [0, 1, 1]], FACTORS) == pytest.approx(0.5)  # one is doubled
    assert scores.mig(PERFECT[:, :1], FACTORS) == pytest.approx(0.5)
    assert scores.mig(RANDOM, FACTORS) == pytest.approx(0, abs=0.05)


def test_modularity_by_hand():
    assert scores.modularity(PERFECT, FACTORS) == pytest.approx(1)
    assert scores.modularity(TURNED, FACTORS) == pytest.approx(0, abs=1e-9)
    assert scores.modularity(PERFECT[:, [0, 1, 1]], FACTORS) == pytest.approx(1)
    # A code that is always the same knows nothing.
    assert scores.modularity(PERFECT * [1, 0], FACTORS) == pytest.approx(0.5)
    # Sixteen images of four factors; the code knows ln 2 of the first and as much of the second.
    four = np.array(list(np.ndindex(2, 2, 2, 2)))
    both = 1.0 * four[:, [0]] + 2.0 * four[:, [1]]
    assert scores.modularity(both, four) == pytest.approx(1 - 1 / 3)


def test_a_single_factor():
    one = FACTORS[:, :1]
    assert scores.modularity(PERFECT[:, :1], one) == 1.0
    assert scores.dci(PERFECT, one, PERFECT, one)["dci_disentanglement"] == 1.0
    assert scores.factor_vae(PERFECT, one, PERFECT, one, VOTES) == 1.0
