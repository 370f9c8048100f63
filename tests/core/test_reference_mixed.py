"""Every mixed model of the three bundled tables against lme4 and lmerTest, number by number."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.inference.random_terms import drop_random_terms
from tests.core import tolerances
from tests.core.lmer_record import (
    assert_coefficients,
    assert_criterion,
    assert_modes,
    assert_variances,
    effects_of,
    keys_of,
    listed,
    reference,
)

RECORDS = {
    **{("classroom", name): record for name, record in reference("classroom")["mixed"].items()},
    **{("sleepstudy", name): record for name, record in reference("sleepstudy").items()},
    **{("hsb82", name): record for name, record in reference("hsb82").items()},
}


@pytest.fixture(params=RECORDS, ids=" ".join)
def record(request):
    return RECORDS[request.param]


@pytest.fixture
def fit(request, record, fitted):
    table, _ = request.node.callspec.params["record"]
    return fitted(record["formula"], table, "REML" if record["REML"] else "ML")


def test_every_reference_model_is_here():
    assert len(RECORDS) == 20 + 4 + 3


def test_criterion_and_what_is_counted(fit, record):
    assert_criterion(fit, record["criterion"])
    assert_allclose(fit.log_likelihood, record["logLik"], atol=tolerances.CRITERION)
    assert_allclose(fit.aic, record["AIC"], atol=tolerances.CRITERION)
    assert_allclose(fit.bic, record["BIC"], atol=tolerances.CRITERION)
    assert (fit.n_parameters, fit.n_obs) == (record["npar"], record["n"])
    counts = {keys_of(level): n for level, n in fit.n_groups.items()}
    assert counts == {keys_of(level): n for level, n in record["ngrps"].items()}


def test_variances_and_theta(fit, record):
    assert_variances(fit, record["varcorr"])
    assert_allclose(fit.sigma, record["sigma"], rtol=tolerances.VARIANCE_OF_RESIDUAL)
    assert fit.is_singular == record["singular"]
    expected, found = np.array(listed(record["theta"])), fit.theta
    if "||" in record["formula"]:  # lme4 may put the slope of an uncorrelated pair first
        expected, found = np.sort(expected), np.sort(found)
    assert_allclose(found, expected, rtol=tolerances.VARIANCE, atol=1e-4)


def test_fixed_effects_with_satterthwaites_degrees_of_freedom(fit, record):
    rows = record["fixef"]
    columns = {name: [row[name] for row in rows] for name in ("estimate", "se", "df", "t")}
    assert_coefficients(fit, [row["name"] for row in rows], **columns)
    largest = np.diag(record["vcov"]).max()
    assert_allclose(fit.vcov, record["vcov"], rtol=1e-4, atol=1e-6 * largest)


def test_p_values_are_those_of_the_t_and_df(fit, record):
    table = fit.coefficients.set_index("term")
    for row in record["fixef"]:
        # A relative error of 1e-2 in the degrees of freedom moves log p by as much.
        if row["p"] > 1e-300:
            log_p = np.log(table.loc[row["name"], "p"])
            assert log_p == pytest.approx(np.log(row["p"]), rel=tolerances.DF)
        else:
            assert table.loc[row["name"], "p"] < 1e-100


def test_quantiles_of_scaled_residuals(fit, record):
    expected = record["scaled_residual_quantiles"]
    assert_allclose(fit.residual_quantiles, expected, atol=tolerances.SCALED_RESIDUAL)


def test_few_evaluations(fit):
    assert 1 <= fit.evaluations <= tolerances.MOST_EVALUATIONS
    assert fit.converged


def test_conditional_modes_of_the_first_groups(fit, record):
    for level in record["ranef"]:
        for group in level["first"]:
            label, terms = group["level"], listed(level["terms"])
            assert_modes(fit, level["grp"], label, terms, group["mode"], group["condsd"])


def test_all_conditional_modes_together(fit, record):
    for level in record["ranef"]:
        name = next(n for n in fit.n_groups if keys_of(n) == keys_of(level["grp"]))
        modes = fit.effects(name)
        assert modes["group"].nunique() == level["n"]
        squares = (modes["mode"] ** 2).groupby(modes["term"]).sum()
        expected = listed(level["sum_sq"])
        assert_allclose(squares[listed(level["terms"])], expected, rtol=1e-3, atol=1e-6)


def test_single_random_terms_dropped(fit, record):
    rows = [row for row in record.get("ranova", []) if row["term"] != "<none>"]
    if not rows:
        assert not record["REML"] or "ranova" in record
        return
    table = drop_random_terms(fit).table.set_index("term")
    assert len(table) == 1 + len(rows)
    for row in rows:
        # Levels are named innermost key first here, whichever way a formula wrote them.
        own = table.loc[row["term"].replace("schoolid:classid", "classid:schoolid")]
        assert own["statistic"] == pytest.approx(row["LRT"], abs=tolerances.RANOVA)
        assert own["log_likelihood"] == pytest.approx(row["logLik"], abs=tolerances.RANOVA)
        assert (own["n_parameters"], own["df"]) == (row["npar"], row["df"])
        assert own["p"] == pytest.approx(row["p"], rel=1e-4)


def test_groups_are_found_by_tuple_not_by_joined_label(fitted):
    fit = fitted("mathkind ~ (1 | schoolid/classid)")
    assert len(effects_of(fit, "classid:schoolid", "1:61", ["(Intercept)"])) == 1
    assert effects_of(fit, "schoolid:classid", "1:160", ["(Intercept)"]).shape == (1, 2)
