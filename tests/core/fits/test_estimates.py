"""Fixed coefficients on the user's scale, tests in the far tail, the linear model's likelihood."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from mlm_core.fits.estimates import (
    likelihood_of_variance,
    t_table,
    two_sided,
    user_scale,
)
from tests.core.problems import moments_of


def test_with_an_intercept_shifts_go_into_it(pupils):
    moments = moments_of("y ~ x + w + (1 | s:d)", pupils)
    scale = user_scale(moments)
    stored = np.array([0.3, -0.2, 0.7])
    beta = scale.beta(stored)
    rows = pupils[["x", "w"]].to_numpy()
    inside = stored[0] + ((rows - moments.shift[:2]) / moments.scale[:2]) @ stored[1:]
    expected = moments.shift[2] + moments.scale[2] * inside
    assert_allclose(beta[0] + rows @ beta[1:], expected, rtol=1e-12)


def test_without_an_intercept_only_units_change(pupils):
    moments = moments_of("y ~ 0 + x + w + (1 | s:d)", pupils)
    scale = user_scale(moments)
    expected = moments.scale[2] * np.array([2.0, 3.0]) / moments.scale[:2]
    assert_allclose(scale.beta(np.array([2.0, 3.0])), expected, rtol=1e-12)


def test_covariances_follow_the_coefficients(pupils):
    scale = user_scale(moments_of("y ~ x + w + (1 | s:d)", pupils))
    half = np.random.default_rng(1).normal(size=(3, 3))
    change = np.stack([scale.beta(row) - scale.beta(np.zeros(3)) for row in half.T], axis=1)
    assert_allclose(scale.covariance(half @ half.T), change @ change.T, rtol=1e-10)
    many = np.stack([half @ half.T, np.eye(3)], axis=-1)
    assert_allclose(scale.covariance(many)[..., 1], scale.covariance(np.eye(3)), rtol=1e-12)


def test_table_of_coefficients():
    table = t_table(("a", "b"), np.array([2.0, -1.0]), np.array([0.5, 2.0]), np.array([10.0, 3.5]))
    assert list(table.columns) == ["term", "estimate", "se", "df", "t", "p", "lower", "upper"]
    assert table["t"].tolist() == [4.0, -0.5]
    assert_allclose(table["p"], 2.0 * stats.t.sf([4.0, 0.5], [10.0, 3.5]), rtol=1e-12)
    low, high = stats.t.interval(0.95, [10.0, 3.5], [2.0, -1.0], [0.5, 2.0])
    assert_allclose(table["lower"], low, rtol=1e-12)
    assert_allclose(table["upper"], high, rtol=1e-12)


@given(st.floats(0.0, 40.0), st.floats(1.0, 1e6))
def test_two_sided_p_values(t, df):
    assert_allclose(two_sided(np.array([t]), df), 2.0 * stats.t.sf(t, df), rtol=1e-7)
    assert_allclose(two_sided(np.array([-t]), df), two_sided(np.array([t]), df))


@pytest.mark.parametrize("df", [1.0, 3277.0, 1e6])
def test_p_values_near_one_keep_their_digits(df):
    p = float(two_sided(np.array([1e-6]), df)[0])
    assert 1.0 - p == pytest.approx(2e-6 * stats.t.pdf(0.0, df), rel=1e-6)


def test_p_values_do_not_drown_in_rounding():
    p = float(two_sided(np.array([200.0]), 100.0)[0])
    assert p == pytest.approx(2.0 * stats.t.sf(200.0, 100.0), rel=1e-8)
    assert 0.0 < p < 1e-100


def test_likelihood_of_the_linear_model(pupils):
    x = np.column_stack([np.ones(54), pupils["x"]])
    left = np.linalg.lstsq(x, pupils["y"], rcond=None)[1][0]
    residual = pupils["y"] - x @ np.linalg.lstsq(x, pupils["y"], rcond=None)[0]
    full = stats.norm.logpdf(residual, scale=np.sqrt(left / 54)).sum()
    assert likelihood_of_variance(left, 54, None, 2) == pytest.approx(full, rel=1e-12)
    log_det = np.linalg.slogdet(x.T @ x)[1]
    restricted = (
        stats.norm.logpdf(residual, scale=np.sqrt(left / 52)).sum()
        + np.log(2.0 * np.pi * left / 52)
        - 0.5 * log_det
    )
    assert likelihood_of_variance(left, 54, log_det, 2) == pytest.approx(restricted, rel=1e-12)


def test_whoever_changes_a_table_changes_it_alone():
    estimate, se = np.array([1.0, 2.0]), np.array([0.5, 0.5])
    table = t_table(("a", "b"), estimate, se, 10.0)
    table.loc[:, ["estimate", "se", "df"]] = 0.0
    assert (estimate.tolist(), se.tolist()) == ([1.0, 2.0], [0.5, 0.5])
