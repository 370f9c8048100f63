"""The table of variances: order, units, correlations."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.covariances import RESIDUAL, variance_table
from tests.core import dense
from tests.core.problems import problem_of, random_theta, relative_covariances


def table_of(name, pupils, sigma=3.0):
    problem = problem_of(dense.CASES[name].formula, pupils)
    theta = random_theta(problem)
    return variance_table(problem, theta, sigma), relative_covariances(problem, theta)


def test_outermost_level_first_residual_last(pupils):
    table, blocks = table_of("three levels", pupils)
    assert table["level"].tolist() == ["d", "s:d", "c:s:d", RESIDUAL]
    expected = [9.0 * block[0, 0] for block in reversed(blocks)]
    assert_allclose(table["variance"], [*expected, 9.0])
    assert_allclose(table["sd"] ** 2, table["variance"])


def test_variances_of_a_block_first_then_its_covariances(pupils):
    table, (block,) = table_of("two slopes", pupils)
    names = list(zip(table["term"], table["other"], strict=True))
    one, x, w = "(Intercept)", "x", "w"
    assert names == [(one, ""), (x, ""), (w, ""), (one, x), (one, w), (x, w), ("", "")]
    entries = [block[i, j] for i, j in [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]]
    assert_allclose(table["variance"][:6], 9.0 * np.array(entries))
    sd = np.sqrt(np.diag(block))
    expected = [block[i, j] / (sd[i] * sd[j]) for i, j in [(0, 1), (0, 2), (1, 2)]]
    assert_allclose(table["corr"][3:6], expected)
    assert table["corr"].isna().tolist() == [True, True, True, False, False, False, True]
    assert table["sd"].isna().tolist() == [False, False, False, True, True, True, False]


def test_uncorrelated_slopes_have_no_covariance(pupils):
    table, _ = table_of("uncorrelated", pupils)
    assert table["other"].tolist() == ["", "", ""]
    assert table["term"].tolist() == ["(Intercept)", "x", ""]


def test_a_correlation_with_a_zero_variance_is_unknown(pupils):
    problem = problem_of("y ~ x + (x | s:d)", pupils)
    table = variance_table(problem, np.zeros(3), 2.0)
    assert np.isnan(table["corr"][2])
    assert table["variance"].tolist() == pytest.approx([0.0, 0.0, 0.0, 4.0])
