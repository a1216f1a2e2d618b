"""What is read out of signatures and their refusals."""

from keras_infogan.serving.wording import assertion, other_codes


def test_assertions_are_read_out_of_tensorflows_reports():
    report = "Graph execution error:\n\nassertion failed: [it\\'s 2\\303\\2273 [px].]\n\t [[{{n}}]]"
    assert assertion(report) == "it's 2×3 [px]."
    assert assertion("assertion failed: [no]") == "no"
    assert assertion("Invalid reduction dimension") is None


def test_a_sentence_that_is_no_c_string_is_read_all_the_same():
    assert assertion("assertion failed: [\\d of \\x, 100 \\\\]") == "d of x, 100 \\"
    assert assertion("assertion failed: [\\]") == "\\"


def test_other_codes_are_in_order_of_their_numbers():
    outputs = ["c10_mean", "code", "code_probabilities", "c2_std", "c2_mean", "label"]
    outputs += ["c3", "c3_probabilities", "label_probability"]
    assert other_codes(outputs) == ["c2", "c3", "c10"]
