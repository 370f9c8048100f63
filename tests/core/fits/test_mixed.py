"""The mixed fit as a user meets it: what it promises to carry, and how its parts hang together."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from mlm_core.data.model import Model
from mlm_core.errors import ModelError
from mlm_core.fits.mixed import fit_mixed
from tests.core import dense
from tests.core.problems import METHODS
from tests.core.tolerances import EXACT


def blocks_of(fit, case):
    """Return Cov(b) / sigma^2 of every block from the printed table of variances."""
    table, found = fit.variances, []
    for groups, names in case.blocks:
        own = table[table["level"] == ":".join(reversed(groups))]
        terms = ["(Intercept)" if name == "1" else name for name in names]
        d = np.zeros((len(terms), len(terms)))
        for _, row in own.iterrows():
            pair = [row["term"], row["other"] or row["term"]]
            if set(pair) <= set(terms):
                i, j = (terms.index(term) for term in pair)
                d[i, j] = d[j, i] = row["variance"]
        found.append(d / fit.sigma**2)
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", dense.CASES)
def test_printed_variances_give_the_printed_criterion(name, method, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils, method=method)
    exact = dense.solve(pupils, case, blocks_of(fit, case), method)
    assert_allclose(fit.criterion, exact.criterion, rtol=EXACT)
    assert_allclose(fit.beta, exact.beta, rtol=EXACT, atol=1e-10)
    assert_allclose(fit.vcov, exact.vcov, rtol=1e-8, atol=1e-12)
    assert_allclose(fit.sigma**2, exact.sigma2, rtol=EXACT)


def test_likelihood_information_and_counts(pupils):
    fit = fit_mixed(Model("y ~ x + (x | s:d) + (1 | c:s:d)"), pupils, method="ML")
    assert fit.n_parameters == 2 + 3 + 1 + 1
    assert fit.log_likelihood == -0.5 * fit.criterion
    assert fit.aic == pytest.approx(fit.criterion + 14.0)
    assert fit.bic == pytest.approx(fit.criterion + 7.0 * np.log(54))
    assert fit.n_groups == {"s:d": 4, "c:s:d": 9}
    assert list(fit.n_groups) == ["s:d", "c:s:d"]
    assert (fit.n_obs, fit.method, fit.converged) == (54, "ML", True)


def test_theta_is_on_the_users_columns(pupils):
    fit = fit_mixed(Model("y ~ x + (x || s:d)"), pupils)
    assert_allclose(fit.theta * fit.sigma, fit.variances["sd"][:2], rtol=1e-9)
    moved = fit_mixed(Model("y ~ x + (0 + x | s:d)"), pupils.assign(x=pupils["x"] * 10))
    plain = fit_mixed(Model("y ~ x + (0 + x | s:d)"), pupils)
    assert_allclose(moved.theta, plain.theta / 10.0, rtol=1e-6)


def test_table_of_coefficients(pupils):
    fit = fit_mixed(Model("y ~ x + w + (1 | s:d)"), pupils)
    table = fit.coefficients
    assert tuple(table["term"]) == fit.terms == ("(Intercept)", "x", "w")
    assert_allclose(table["estimate"], fit.beta)
    assert_allclose(table["se"] ** 2, np.diag(fit.vcov))
    assert_allclose(table["t"], table["estimate"] / table["se"])
    assert_allclose(table["p"], 2.0 * stats.t.sf(table["t"].abs(), table["df"]), rtol=1e-9)
    half = stats.t.ppf(0.975, table["df"]) * table["se"]
    assert_allclose(table["upper"] - table["estimate"], half, rtol=1e-9)
    assert_allclose(table["estimate"] - table["lower"], half, rtol=1e-9)


def test_correlations_of_fixed_effects(pupils):
    fit = fit_mixed(Model("y ~ x + w + (1 | s:d)"), pupils)
    sd = np.sqrt(np.diag(fit.vcov))
    assert_allclose(fit.correlations * np.outer(sd, sd), fit.vcov, rtol=1e-12)
    assert_allclose(np.diag(fit.correlations), 1.0)


def test_a_fit_holds_no_rows_and_cannot_be_changed(classroom):
    fit = fit_mixed(Model("mathkind ~ ses + (1 | schoolid/classid)"), classroom)
    with pytest.raises(dataclasses.FrozenInstanceError):
        fit.method = "ML"
    arrays = [
        value for value in vars(fit.problem.moments).values() if isinstance(value, np.ndarray)
    ]
    assert arrays
    assert all(1190 not in array.shape for array in arrays)


def test_fitting_leaves_the_table_alone(pupils):
    before = pupils.copy(deep=True)
    fit_mixed(Model("y ~ k * x + (x | s:d/c)"), pupils)
    assert before.equals(pupils)


def test_without_a_random_part_there_is_nothing_mixed(pupils):
    with pytest.raises(ModelError, match=r"no random part.*fit_pooled"):
        fit_mixed(Model("y ~ x"), pupils)


@pytest.mark.parametrize("method", ["reml", "MLE", True])
def test_an_unknown_method_is_refused(method, pupils):
    with pytest.raises(ModelError, match="must be 'REML' or 'ML', not"):
        fit_mixed(Model("y ~ x + (1 | s:d)"), pupils, method=method)


def test_formula_and_plain_arguments_give_the_same_fit(classroom):
    written = fit_mixed(
        Model("mathkind ~ ses + (ses | schoolid) + (1 | classid:schoolid)"), classroom
    )
    plain = Model(
        outcome="mathkind",
        predictors=["ses"],
        levels=["schoolid", "classid"],
        slopes={"schoolid": ["ses"]},
    )
    assert fit_mixed(plain, classroom).criterion == written.criterion


def test_names_with_any_characters(pupils):
    names = {"x": "größe <b>(cm)</b>", "y": '`score` "final"', "s": "school id", "d": "O'Neil: d"}
    odd = pupils.rename(columns=names)
    model = Model(outcome=names["y"], predictors=[names["x"]], levels=[names["d"], names["s"]])
    fit = fit_mixed(model, odd)
    assert fit.terms == ("(Intercept)", names["x"])
    plain = fit_mixed(Model("y ~ x + (1 | d/s)"), pupils)
    assert fit.criterion == plain.criterion
    assert Model(fit.model.formula) == model
