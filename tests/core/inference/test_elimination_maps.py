"""Maps of eliminated effects: what they do to cross-products is what elimination does."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.criterion import ascend
from mlm_core.inference.elimination_maps import elimination_map
from mlm_core.moments.packed import unpack
from tests.core import problems


def cross_products(state):
    """Return M over constant and columns, outcome left out, shape (K, K, G)."""
    ones = np.concatenate([np.ones((1, state.means.shape[1])), state.means[:-1]])
    found = state.weight * ones[:, None] * ones
    found[1:, 1:] += unpack(state.products, state.k)[:-1, :-1]
    return found


@pytest.mark.parametrize("formula", ["y ~ x + w + (x | s:d)", "y ~ x + w + (x || s:d)"])
def test_the_map_eliminates(formula, pupils):
    problem = problems.problem_of(formula, pupils)
    ascent = ascend(problem, problems.random_theta(problem))
    for _, _, record in ascent.steps[0]:
        before = cross_products(record.before)
        z, transform = elimination_map(record)
        w = np.einsum("ijg,jg->ig", before, z)
        after = before - w[:, None] * w / record.pivot
        assert_allclose(np.einsum("ijg,jbg->ibg", before, transform), after, atol=1e-8)
        assert_allclose(1.0 + (z * w).sum(axis=0), record.pivot, rtol=1e-9)


def test_of_a_large_effect_something_is_left(pupils):
    """1 - x / (1 + x) formed as a difference would be lost to rounding; 1 / (1 + x) is not."""
    problem = problems.problem_of("y ~ x + (1 | s:d)", pupils)
    record = ascend(problem, np.array([1e9])).steps[0][0][2]
    _, transform = elimination_map(record)
    assert_allclose(transform[0, 0], 1.0 / (record.before.weight * 1e18), rtol=1e-9)
