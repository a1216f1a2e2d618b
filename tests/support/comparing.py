"""Comparisons of lists of arrays, such as a model's weights before and after a step."""

import numpy as np


def assert_equal(first, second):
    """Every array equals its partner to the bit."""
    assert len(first) == len(second) > 0
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def assert_close(first, second, **tolerance):
    """Every array equals its partner within a tolerance."""
    assert len(first) == len(second) > 0
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one, other, **tolerance)


def assert_all_differ(first, second):
    """No array equals its partner."""
    assert len(first) == len(second) > 0
    for one, other in zip(first, second, strict=True):
        assert np.abs(one - other).max() > 0


def largest_change(first, second):
    """The largest difference of any number."""
    return max(np.abs(one - other).max() for one, other in zip(first, second, strict=True))


def state(model):
    """Copies of everything that a file keeps: weights, optimizers, sums of metrics."""
    variables = list(model.variables)
    for name in ("d_optimizer", "g_optimizer", "q_optimizer"):
        optimizer = getattr(model, name, None)
        variables += optimizer.variables if optimizer is not None else []
    return [np.array(variable.numpy()) for variable in variables]
