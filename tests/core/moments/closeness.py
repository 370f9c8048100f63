"""Moments that should be the same moments, compared to the promised digits."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

#: Promised between engines, chunks and sites.
SAME = 1e-9


def assert_same_moments(found, expected, tolerance=SAME):
    """Compare everything a fit can see of two moments."""
    assert found.columns == expected.columns
    assert found.layout.fixed == expected.layout.fixed
    assert [block.columns for block in found.layout.blocks] == [
        block.columns for block in expected.layout.blocks
    ]
    assert [level.name for level in found.levels] == [level.name for level in expected.levels]
    for own, other in zip(found.levels, expected.levels, strict=True):
        assert np.array_equal(own.parent, other.parent)
        for keys, wanted in zip(own.keys, other.keys, strict=True):
            assert keys.tolist() == wanted.tolist()
    assert_allclose(found.scale, expected.scale, rtol=tolerance)
    assert_allclose((found.shift - expected.shift) / expected.scale, 0.0, atol=tolerance)
    assert np.array_equal(found.counts, expected.counts)
    assert_allclose(found.means, expected.means, atol=tolerance)
    assert_allclose(found.products, expected.products, atol=tolerance * expected.n_rows)
    assert found.completeness.n_all == expected.completeness.n_all
    assert found.completeness.n_complete == expected.completeness.n_complete
    assert dict(found.completeness.missing) == dict(expected.completeness.missing)


def assert_same_fit(found, expected, tolerance=SAME):
    """Compare two mixed fits in everything a reader sees."""
    assert found.n_obs == expected.n_obs
    assert found.terms == expected.terms
    assert abs(found.criterion - expected.criterion) <= tolerance * abs(expected.criterion)
    se = expected.coefficients["se"].to_numpy()
    assert_allclose(found.beta / se, expected.beta / se, rtol=tolerance, atol=tolerance)
    variances = expected.variances["variance"]
    assert_allclose(
        found.variances["variance"], variances, rtol=tolerance, atol=tolerance * variances.max()
    )
    assert_allclose(found.coefficients["se"], se, rtol=tolerance)
