import math

import numpy as np
import pytest

from keras_infogan.evaluation.scores import (
    NO_LABEL,
    accuracy,
    ambiguous_codes,
    code_scores,
    code_table,
    codes_in_use,
    confusion,
    contingency,
    majority_table,
    one_to_one_table,
)


def test_code_table_in_words():
    table = {"0": 2, "1": None, "2": 0}
    assert code_table(table) == "0→2, 1→none, 2→0"
    assert code_table(table, ["Ann", "Bo", "Cé"]) == "0→Cé, 1→none, 2→Ann"


def test_contingency_counts_images_by_code_and_label():
    counts = contingency([0, 0, 1, 2, 2, 2], [1, 1, 0, 1, 0, 1], num_codes=4, num_labels=2)
    np.testing.assert_array_equal(counts, [[0, 2], [1, 0], [1, 2], [0, 0]])


def test_one_to_one_finds_the_permutation():
    counts = np.array([[0, 9, 1], [1, 0, 9], [8, 1, 1]])
    np.testing.assert_array_equal(one_to_one_table(counts), [1, 2, 0])


def test_one_to_one_maximizes_the_sum_and_not_each_code():
    # Taking 10 first leaves 0 for code 1: 10 + 0 < 9 + 8.
    np.testing.assert_array_equal(one_to_one_table(np.array([[10, 9], [8, 0]])), [1, 0])


def test_one_to_one_with_more_codes_than_labels_leaves_codes_without_a_label():
    counts = np.array([[1, 5], [2, 0], [9, 0], [0, 4]])
    np.testing.assert_array_equal(one_to_one_table(counts), [1, NO_LABEL, 0, NO_LABEL])


def test_one_to_one_with_more_labels_than_codes_leaves_labels_out():
    counts = np.array([[0, 3, 7, 0], [5, 0, 6, 0]])
    np.testing.assert_array_equal(one_to_one_table(counts), [2, 0])


def test_one_to_one_gives_no_code_a_label_that_no_image_has():
    counts = contingency([0, 1, 2, 3], [1, 2, 3, 3], num_codes=4, num_labels=4)
    assert sorted(one_to_one_table(counts)) == [NO_LABEL, 1, 2, 3]


def test_majority_takes_the_commonest_label_of_each_code():
    counts = np.array([[1, 5, 0], [0, 3, 2], [0, 0, 0], [0, 1, 7]])
    np.testing.assert_array_equal(majority_table(counts), [1, 1, NO_LABEL, 2])


def test_accuracy_is_the_share_of_images_whose_code_stands_for_their_label():
    table = np.array([1, 0, NO_LABEL])
    share = accuracy(table, codes=[0, 0, 1, 2, 2], labels=[1, 0, 0, 0, 1])
    assert isinstance(share, float)
    assert share == pytest.approx(2 / 5)


def test_scores_of_a_perfect_code_under_a_permutation():
    labels = np.tile([0, 1, 2], 10)
    codes = (labels + 1) % 3
    assert code_scores(codes, labels, codes, labels, num_codes=3) == {
        "code_accuracy": 1.0,
        "code_purity": 1.0,
        "code_nmi": pytest.approx(1.0),
        "code_ari": pytest.approx(1.0),
        "label_information": pytest.approx(math.log(3.0)),
        "codes_in_use": 1.0,
        "code_to_label": {"0": 2, "1": 0, "2": 1},
        "ambiguous_codes": {},
    }


def test_majority_flatters_where_two_codes_claim_one_label():
    # Codes 0 and 1 both mostly show label 0, and no code shows label 1: a code has collapsed.
    # Code 0: 10 of label 0. Code 1: 6 of label 0 and 4 of label 1.
    codes = [0] * 10 + [1] * 10
    labels = [0] * 16 + [1] * 4
    scores = code_scores(codes, labels, codes, labels, num_codes=2)
    assert scores["code_purity"] == pytest.approx(16 / 20)
    assert scores["code_accuracy"] == pytest.approx(14 / 20)
    assert scores["code_to_label"] == {"0": 0, "1": 1}


def test_scores_of_a_code_that_says_nothing():
    # Both codes hold both labels in equal parts.
    codes, labels = [0, 0, 1, 1], [0, 1, 0, 1]
    scores = code_scores(codes, labels, codes, labels, num_codes=2)
    assert scores["code_accuracy"] == pytest.approx(0.5)
    assert scores["label_information"] == pytest.approx(0.0, abs=1e-12)
    assert scores["code_nmi"] == pytest.approx(0.0, abs=1e-12)
    # Of the six pairs of images two share a code, two a label, none both: expected 2 · 2 / 6.
    assert scores["code_ari"] == pytest.approx((0 - 2 / 3) / (2 - 2 / 3))
    assert scores["ambiguous_codes"] == {"0": {"0": 0.5, "1": 0.5}, "1": {"0": 0.5, "1": 0.5}}


def test_mutual_information_by_hand():
    # p(c, y) = (1/2, 0; 1/4, 1/4): H(c) = ln 2, H(y) = ln 4 − 3/4 ln 3, H(c, y) = 3/2 ln 2.
    codes, labels = [0, 0, 1, 1], [0, 0, 0, 1]
    scores = code_scores(codes, labels, codes, labels, num_codes=2)
    expected = math.log(2.0) + math.log(4.0) - 0.75 * math.log(3.0) - 1.5 * math.log(2.0)
    assert scores["label_information"] == pytest.approx(expected)
    mean_entropy = (math.log(2.0) + math.log(4.0) - 0.75 * math.log(3.0)) / 2
    assert scores["code_nmi"] == pytest.approx(expected / mean_entropy)
    # One pair shares code and label, two pairs a code, three a label, of six: expected 1.
    assert scores["code_ari"] == pytest.approx(0.0, abs=1e-12)


def test_tables_are_fitted_on_training_labels_and_applied_to_test_images():
    # Training says code 0 is label 0; on the test images that holds for one image of four.
    scores = code_scores([0, 0, 1, 1], [0, 0, 1, 1], [0, 1, 1, 0], [0, 0, 0, 1], num_codes=2)
    assert scores["code_to_label"] == {"0": 0, "1": 1}
    assert scores["code_accuracy"] == pytest.approx(1 / 4)
    assert scores["code_purity"] == pytest.approx(1 / 4)


def test_a_code_that_training_never_showed_gets_no_image_right():
    # Code 2 is new on the test images: no label by majority; by one-to-one the label left over.
    scores = code_scores([0, 0, 1], [0, 0, 1], [0, 2, 2], [0, 1, 0], num_codes=3)
    assert scores["code_purity"] == pytest.approx(1 / 3)
    assert scores["code_accuracy"] == pytest.approx(1 / 3)
    assert scores["code_to_label"] == {"0": 0, "1": 1, "2": None}


def test_a_label_that_only_the_test_images_have_is_counted_as_wrong():
    scores = code_scores([0, 1], [0, 1], [0, 1, 1, 1], [0, 1, 2, 2], num_codes=2)
    assert scores["code_accuracy"] == pytest.approx(1 / 2)


def test_more_labels_than_codes_bound_the_accuracy():
    labels = [0, 1, 2, 3]
    scores = code_scores([0, 0, 1, 1], labels, [0, 0, 1, 1], labels, num_codes=2)
    assert scores["code_accuracy"] == pytest.approx(1 / 2)
    assert scores["label_information"] == pytest.approx(math.log(2.0))
    assert scores["code_to_label"] == {"0": 0, "1": 2}
    assert scores["code_nmi"] == pytest.approx(2 / 3)  # ln 2 over the mean of ln 2 and ln 4


def test_more_codes_than_labels_may_each_be_pure():
    # Codes 0 and 1 are both label 0, codes 2 and 3 both label 1; one of each pair has no label.
    codes, labels = [0, 0, 0, 1, 2, 2, 2, 3], [0, 0, 0, 0, 1, 1, 1, 1]
    scores = code_scores(codes, labels, codes, labels, num_codes=4)
    assert scores["code_to_label"] == {"0": 0, "1": None, "2": 1, "3": None}
    assert scores["code_accuracy"] == pytest.approx(6 / 8)
    assert scores["code_purity"] == 1.0
    assert scores["label_information"] == pytest.approx(math.log(2.0))
    assert scores["ambiguous_codes"] == {}
    # Six pairs share a code, all of them the label too; twelve of 28 pairs share a label.
    expected = 6 * 12 / 28
    assert scores["code_ari"] == pytest.approx((6 - expected) / ((6 + 12) / 2 - expected))


def test_a_set_of_twenty_six_classes():
    labels = np.tile(np.arange(26), 4)
    codes = 25 - labels
    scores = code_scores(codes, labels, codes, labels, num_codes=26)
    assert scores["code_accuracy"] == 1.0
    assert scores["code_nmi"] == pytest.approx(1.0)
    assert scores["label_information"] == pytest.approx(math.log(26.0))
    assert scores["code_to_label"]["0"] == 25


def test_confusion_counts_images_by_label_and_by_the_label_of_their_code():
    # Code 0 stands for label 1, code 1 for label 0, code 2 for none.
    table = np.array([1, 0, NO_LABEL])
    counts = confusion(table, codes=[0, 0, 0, 1, 2, 2], labels=[1, 1, 2, 0, 0, 1], num_labels=3)
    np.testing.assert_array_equal(counts, [[1, 0, 0, 1], [0, 2, 0, 1], [0, 1, 0, 0]])


def test_a_code_in_use_gets_a_tenth_of_an_even_share():
    # 80 images over 4 codes: an even share is 20, a tenth of it 2.
    codes = [0] * 77 + [1] * 2 + [2]
    assert codes_in_use(codes, num_codes=4) == pytest.approx(2 / 4)
    assert codes_in_use([0, 1, 2, 3], num_codes=4) == 1.0


def test_ambiguous_codes_are_named_with_their_labels():
    counts = np.array(
        [
            [0, 8, 2, 0],  # 0.8 is clear enough
            [30, 5, 0, 65],  # 0.05 is left out
            [0, 0, 0, 0],  # nothing to be ambiguous about
            [1, 1, 1, 0],
        ]
    )
    assert ambiguous_codes(counts) == {
        "1": {"3": 0.65, "0": 0.3},
        "3": {"0": 0.3333, "1": 0.3333, "2": 0.3333},
    }
    assert list(ambiguous_codes(counts)["1"]) == ["3", "0"]


def test_a_code_spread_over_many_labels_names_the_commonest():
    counts = np.ones((1, 20), int)
    counts[0, 7] = 2
    assert ambiguous_codes(counts) == {"0": {"7": round(2 / 21, 4)}}
