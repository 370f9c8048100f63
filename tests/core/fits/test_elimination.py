"""Taking one random effect out of all groups, against the plain matrix update it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.elimination import Loading, eliminate
from mlm_core.moments.packed import unpack
from mlm_core.moments.tree import State
from tests.core.problems import moments_of

LOADINGS = {
    "constant": Loading(0.7, ()),
    "column": Loading(0.0, ((1, 0.4),)),
    "both": Loading(-0.6, ((0, 0.3), (1, 1.2))),
}


@pytest.fixture
def state(pupils):
    return moments_of("y ~ x + w + (1 | d/s/c)", pupils).initial_state()


def full(state: State, group: int) -> np.ndarray:
    """Return M = S + kappa (1, m)(1, m)' of one group over constant and columns."""
    ones = np.concatenate([[1.0], state.means[:, group]])
    found = state.weight[group] * np.outer(ones, ones)
    found[1:, 1:] += unpack(state.products, state.k)[:, :, group]
    return found


@pytest.mark.parametrize("name", LOADINGS)
def test_eliminating_an_effect_is_a_rank_one_update(name, state):
    loading = LOADINGS[name]
    z = np.zeros(state.k + 1)
    z[0] = loading.constant
    for index, weight in loading.columns:
        z[1 + index] = weight
    after, record, log_pivots = eliminate(state, loading)
    for group in range(len(state.weight)):
        m = full(state, group)
        pivot = 1.0 + z @ m @ z
        assert_allclose(full(after, group), m - np.outer(m @ z, m @ z) / pivot, atol=1e-12)
        assert_allclose(log_pivots[group], np.log(pivot), rtol=1e-12)
        assert_allclose(record.pivot[group], pivot, rtol=1e-12)


def test_no_effect_changes_nothing(state):
    after, _, log_pivots = eliminate(state, Loading(0.0, ((0, 0.0),)))
    assert np.array_equal(after.products, state.products)
    assert np.array_equal(after.means, state.means)
    assert not log_pivots.any()


def test_a_huge_effect_leaves_the_products_inside_groups_untouched(state):
    after, _, log_pivots = eliminate(state, Loading(1e8, ()))
    assert np.array_equal(after.products, state.products)
    assert_allclose(after.weight, 1e-16, rtol=1e-12)
    assert_allclose(log_pivots, np.log(state.weight * 1e16), rtol=1e-12)


def test_a_tiny_effect_still_shows_in_the_determinant(state):
    _, _, log_pivots = eliminate(state, Loading(1e-10, ()))
    assert_allclose(log_pivots, state.weight * 1e-20, rtol=1e-9)
