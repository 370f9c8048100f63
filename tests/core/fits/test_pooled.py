"""Pooled regression against statsmodels: naive, cluster-robust, and all that R's summary prints."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.pooled import fit_pooled
from tests.core import dense
from tests.core.tolerances import SAME_CRITERION

# What the same line says twice must agree to rounding.
ROUNDING = 1e-9
DESIGNS = {
    "y ~ x": ("1", "x"),
    "y ~ k * x + w": ("1", "kb", "kc", "x", "w", "kb:x", "kc:x"),
    "y ~ x * w": ("1", "x", "w", "x:w"),
    "y ~ 0 + x + w": ("x", "w"),
    "y ~ 0 + k + x": ("ka", "kb", "kc", "x"),
    "y ~ 1": ("1",),
}


@pytest.fixture(params=DESIGNS)
def formula(request):
    return request.param


@pytest.fixture
def fit(formula, pupils):
    return fit_pooled(Model(f"{formula} + (1 | s:d)"), pupils)


@pytest.fixture
def ols(formula, pupils):
    return sm.OLS(pupils["y"].to_numpy(), dense.matrix(pupils, DESIGNS[formula]))


def columns(formula, fit):
    """Return the position of each of the design's columns among the fit's terms."""
    names = ["(Intercept)" if name == "1" else name for name in DESIGNS[formula]]
    return [fit.terms.index(name) for name in names]


def test_coefficients_and_tests(formula, fit, ols):
    expected = ols.fit()
    table = fit.coefficients.iloc[columns(formula, fit)]
    for name, values in [
        ("estimate", expected.params),
        ("se", expected.bse),
        ("t", expected.tvalues),
        ("p", expected.pvalues),
        ("lower", expected.conf_int()[:, 0]),
        ("upper", expected.conf_int()[:, 1]),
    ]:
        assert_allclose(table[name], values, rtol=1e-8, atol=1e-14, err_msg=name)
    assert (table["df"] == expected.df_resid).all()


def test_cluster_robust_standard_errors(formula, fit, ols, pupils):
    groups = pupils.groupby(["d", "s"]).ngroup().to_numpy()
    expected = ols.fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    order = columns(formula, fit)
    assert_allclose(fit.robust_vcov[np.ix_(order, order)], expected.cov_params(), rtol=1e-7)
    table = fit.coefficients.iloc[order]
    assert_allclose(table["robust_se"], expected.bse, rtol=1e-8)
    assert_allclose(table["robust_t"], expected.tvalues, rtol=1e-8)
    assert_allclose(table["robust_p"], expected.pvalues, rtol=1e-7)
    assert_allclose(table["robust_lower"], expected.conf_int()[:, 0], rtol=1e-7)
    assert_allclose(table["robust_upper"], expected.conf_int()[:, 1], rtol=1e-7)
    assert (fit.cluster, fit.n_clusters) == ("s:d", 4)


def test_fit_as_a_whole(formula, fit, ols):
    expected = ols.fit()
    n, p = 54, len(DESIGNS[formula])
    assert (fit.n_obs, fit.df_residual, fit.n_parameters) == (n, n - p, p + 1)
    assert fit.sigma**2 == pytest.approx(expected.mse_resid, rel=ROUNDING)
    assert fit.log_likelihood == pytest.approx(expected.llf, rel=ROUNDING)
    # R counts the residual variance as a parameter, statsmodels does not.
    assert fit.aic == pytest.approx(expected.aic + 2.0, rel=ROUNDING)
    assert fit.bic == pytest.approx(expected.bic + np.log(n), rel=ROUNDING)
    quantiles = np.quantile(expected.resid, [0.0, 0.25, 0.5, 0.75, 1.0])
    assert_allclose(fit.residual_quantiles, quantiles, atol=1e-9)


def test_r_squared_and_f(formula, fit, ols):
    expected = ols.fit()
    if formula.startswith("y ~ 0 + k"):
        # R judges by the formula: no intercept, no centring, though indicators span one.
        y = ols.endog
        assert fit.r2 == pytest.approx(1.0 - expected.ssr / (y @ y), rel=ROUNDING)
        return
    assert fit.r2 == pytest.approx(expected.rsquared, rel=ROUNDING, abs=1e-12)
    assert fit.adjusted_r2 == pytest.approx(expected.rsquared_adj, rel=ROUNDING, abs=1e-12)
    if formula == "y ~ 1":
        assert np.isnan(fit.f_statistic)
        assert np.isnan(fit.f_p)
        return
    assert fit.f_statistic == pytest.approx(expected.fvalue, rel=1e-8)
    assert fit.f_p == pytest.approx(expected.f_pvalue, rel=1e-7)
    assert fit.f_df == (expected.df_model, expected.df_resid)


def test_without_groups_there_is_nothing_robust(pupils):
    fit = fit_pooled(Model("y ~ x"), pupils)
    assert (fit.cluster, fit.n_clusters, fit.robust_vcov) == (None, 0, None)
    assert fit.coefficients["robust_se"].isna().all()
    grouped = fit_pooled(Model("y ~ x + (1 | d/s)"), pupils)
    assert_allclose(fit.beta, grouped.beta, rtol=1e-12)
    assert grouped.cluster == "d"


def test_units_and_origins_do_not_matter(pupils):
    plain = fit_pooled(Model("y ~ x + w + (1 | s:d)"), pupils)
    moved = fit_pooled(
        Model("y ~ x + w + (1 | s:d)"),
        pupils.assign(x=2020.0 + pupils["x"], w=1e6 * pupils["w"], y=1e8 + pupils["y"]),
    )
    assert moved.beta[1] == pytest.approx(plain.beta[1], rel=1e-6)
    assert moved.beta[2] == pytest.approx(plain.beta[2] / 1e6, rel=1e-6)
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood, rel=SAME_CRITERION)
    assert moved.r2 == pytest.approx(plain.r2, rel=1e-6)
    robust = moved.coefficients["robust_se"] / plain.coefficients["robust_se"]
    assert_allclose(robust[1:], [1.0, 1e-6], rtol=1e-6)


def test_restricted_likelihood(pupils):
    fit = fit_pooled(Model("y ~ x + w"), pupils)
    x = dense.matrix(pupils, ("1", "x", "w"))
    assert fit.log_det_x == pytest.approx(np.linalg.slogdet(x.T @ x)[1], rel=ROUNDING)


def test_a_dropped_column_is_named(pupils):
    fit = fit_pooled(Model("y ~ x + v"), pupils.assign(v=2.0 * pupils["x"] - 1.0))
    assert (fit.dropped, fit.terms) == (("v",), ("(Intercept)", "x"))
    assert [note.code for note in fit.notes] == ["predictor-dropped"]
