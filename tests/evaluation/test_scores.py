import math

import numpy as np
import pytest

from keras_infogan.evaluation.scores import (
    NO_LABEL,
    accuracy,
    code_scores,
    contingency,
    majority_table,
    one_to_one_table,
)


def test_contingency_counts_images_by_code_and_label():
    counts = contingency([0, 0, 1, 2, 2, 2], [1, 1, 0, 1, 0, 1], num_codes=4, num_labels=2)
    np.testing.assert_array_equal(counts, [[0, 2], [1, 0], [1, 2], [0, 0]])


def test_one_to_one_finds_the_permutation():
    counts = np.array([[0, 9, 1], [1, 0, 9], [8, 1, 1]])
    np.testing.assert_array_equal(one_to_one_table(counts), [1, 2, 0])


def test_one_to_one_maximises_the_sum_and_not_each_code():
    # Taking 10 first leaves 0 for code 1: 10 + 0 < 9 + 8.
    np.testing.assert_array_equal(one_to_one_table(np.array([[10, 9], [8, 0]])), [1, 0])


def test_one_to_one_with_more_codes_than_labels_leaves_codes_without_a_label():
    counts = np.array([[1, 5], [2, 0], [9, 0], [0, 4]])
    np.testing.assert_array_equal(one_to_one_table(counts), [1, NO_LABEL, 0, NO_LABEL])


def test_one_to_one_with_more_labels_than_codes_leaves_labels_out():
    counts = np.array([[0, 3, 7, 0], [5, 0, 6, 0]])
    np.testing.assert_array_equal(one_to_one_table(counts), [2, 0])


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
        "mutual_information_nats": pytest.approx(math.log(3.0)),
        "code_to_label": {"0": 2, "1": 0, "2": 1},
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
    assert scores["mutual_information_nats"] == pytest.approx(0.0, abs=1e-12)


def test_mutual_information_by_hand():
    # p(c, y) = (1/2, 0; 1/4, 1/4): H(c) = ln 2, H(y) = ln 4 − 3/4 ln 3, H(c, y) = 3/2 ln 2.
    codes, labels = [0, 0, 1, 1], [0, 0, 0, 1]
    scores = code_scores(codes, labels, codes, labels, num_codes=2)
    expected = math.log(2.0) + math.log(4.0) - 0.75 * math.log(3.0) - 1.5 * math.log(2.0)
    assert scores["mutual_information_nats"] == pytest.approx(expected)


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
    assert scores["mutual_information_nats"] == pytest.approx(math.log(2.0))
