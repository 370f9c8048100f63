"""Pooled, unpooled and compared models of the classroom data against lm, separate lm and anova."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.pooled import fit_pooled
from mlm_core.fits.unpooled import fit_unpooled
from mlm_core.inference.comparison import compare
from mlm_core.inference.random_terms import compare_with_pooled
from tests.core import tolerances
from tests.core.lmer_record import listed, reference

RECORD = reference("classroom")
POOLED = RECORD["pooled"]
TESTS = RECORD["anova"]


@pytest.mark.parametrize("name", POOLED)
def test_pooled_coefficients(name, classroom):
    record, fit = POOLED[name], fit_pooled(Model(POOLED[name]["formula"]), classroom)
    assert list(fit.terms) == listed(record["names"])
    table = fit.coefficients
    rtol = tolerances.CLOSED_FORM
    assert_allclose(table["estimate"], listed(record["coef"]), rtol=rtol)
    assert_allclose(table["se"], listed(record["se"]), rtol=rtol)
    assert_allclose(table["t"], listed(record["t"]), rtol=rtol)
    assert_allclose(table["p"], listed(record["p"]), rtol=1e-7)


@pytest.mark.parametrize("name", POOLED)
def test_pooled_fit_as_a_whole(name, classroom):
    record, fit = POOLED[name], fit_pooled(Model(POOLED[name]["formula"]), classroom)
    rtol = tolerances.CLOSED_FORM
    assert fit.n_obs == record["n"]
    assert_allclose(fit.sigma, record["sigma"], rtol=rtol)
    assert_allclose(fit.r2, record["r2"], rtol=rtol, atol=1e-15)
    assert_allclose(fit.adjusted_r2, record["adj_r2"], rtol=rtol, atol=1e-15)
    assert_allclose(fit.residual_quantiles, record["resid_quantiles"], rtol=rtol)
    assert_allclose(fit.log_likelihood, record["logLik_ML"], rtol=rtol)
    assert_allclose(fit.restricted_log_likelihood, record["logLik_REML"], rtol=rtol)
    assert_allclose([fit.aic, fit.bic], [record["AIC"], record["BIC"]], rtol=rtol)


def test_overall_f_test(classroom):
    fit = fit_pooled(Model("mathkind ~ ses"), classroom)
    expected = POOLED["lm_ses"]["fstat"]
    assert_allclose([fit.f_statistic, *fit.f_df], expected, rtol=tolerances.CLOSED_FORM)
    assert fit.f_p == pytest.approx(POOLED["lm_ses"]["p"][1], rel=1e-7)
    assert np.isnan(fit_pooled(Model("mathkind ~ 1"), classroom).f_statistic)


def test_a_line_in_every_school(classroom):
    record = RECORD["unpooled"]
    fit = fit_unpooled(Model("mathkind ~ ses + (1 | schoolid)"), classroom)
    intercepts, slopes = fit.estimates
    # R listed the schools as they come in the file, which is by number here as well.
    assert list(fit.labels) == [str(school) for school in range(1, 108)]
    assert_allclose(slopes, record["slopes"], rtol=1e-8)
    assert_allclose(intercepts, record["intercepts"], rtol=1e-8)
    assert_allclose(fit.sizes, record["n"])
    assert [slopes.min(), slopes.max()] == pytest.approx(record["range"], rel=1e-8)


def test_standard_errors_of_every_schools_slope(classroom):
    fit = fit_unpooled(Model("mathkind ~ ses + (1 | schoolid)"), classroom)
    expected = np.array(RECORD["unpooled"]["se"], dtype=float)  # null, NaN here, for two pupils
    assert np.array_equal(np.isnan(fit.errors[1]), np.isnan(expected))
    assert_allclose(fit.errors[1], expected, rtol=1e-8)


def test_averages_over_schools(classroom):
    fit = fit_unpooled(Model("mathkind ~ ses + (1 | schoolid)"), classroom)
    ses = fit.averages.set_index("term").loc["ses"]
    record = RECORD["unpooled"]
    found = [ses["mean"], ses["median"], ses["size_weighted"]]
    assert found == pytest.approx([record["mean"], record["median"], record["weighted"]])


def assert_test(found, record):
    assert found.statistic == pytest.approx(record["chisq"], abs=tolerances.RANOVA)
    assert found.df == record["df"]
    assert found.p == pytest.approx(record["p"], rel=1e-4)
    table = found.table
    assert table["n_parameters"].tolist() == record["npar"]
    for ours, theirs in [("aic", "AIC"), ("bic", "BIC"), ("log_likelihood", "logLik")]:
        assert_allclose(table[ours], record[theirs], atol=tolerances.CRITERION)
    assert_allclose(table["deviance"], record["deviance"], atol=tolerances.CRITERION)


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("lm0_vs_umm_nested_printed", "mathkind ~ (1 | schoolid/classid)"),
        ("lm1_vs_ses_nested_printed", "mathkind ~ ses + (1 | schoolid/classid)"),
    ],
)
def test_mixed_against_pooled_as_printed(name, formula, fitted):
    assert_test(compare_with_pooled(fitted(formula)).as_printed, TESTS[name])


def test_mixed_against_pooled_by_maximum_likelihood(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)", "classroom", "ML")
    comparison = compare_with_pooled(fit)
    assert_test(comparison.like_with_like, TESTS["lm1_vs_ses_nested_ML"])
    assert_test(comparison.as_printed, TESTS["lm1_vs_ses_nested_ML"])


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_classes_within_schools(method, fitted):
    small = fitted("mathkind ~ ses + (1 | schoolid)", "classroom", method)
    big = fitted("mathkind ~ ses + (1 | schoolid/classid)", "classroom", method)
    found = compare(small, big)
    assert (found.method, found.is_refitted) == (method, False)
    assert_test(found, TESTS[f"ses_school_vs_ses_nested_{method}"])


def test_a_predictor_is_tested_by_maximum_likelihood(fitted):
    small = fitted("mathkind ~ (1 | schoolid)")
    big = fitted("mathkind ~ ses + (1 | schoolid)")
    found = compare(small, big)
    assert (found.method, found.is_refitted) == ("ML", True)
    assert_test(found, TESTS["umm_vs_ses_school_ML"])


def test_a_pooled_model_against_a_mixed_one(fitted, classroom):
    pooled = fit_pooled(Model("mathkind ~ ses"), classroom)
    big = fitted("mathkind ~ ses + (1 | schoolid/classid)", "classroom", "ML")
    assert_test(compare(pooled, big), TESTS["lm1_vs_ses_nested_ML"])
    # The exact test of the boundary by simulation (RLRsim) must agree with the mixture.
    small = fitted("mathkind ~ ses + (1 | schoolid)")
    exact = RECORD["exact_rlrt"]["class_given_school"]
    found = compare(small, fitted("mathkind ~ ses + (1 | schoolid/classid)"))
    assert found.statistic == pytest.approx(exact["stat"], abs=1e-6)
    assert found.p_boundary == pytest.approx(exact["p"], abs=0.02)
