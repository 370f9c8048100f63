"""Random terms dropped one by one, and all at once against the pooled model."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.inference.comparison import compare
from mlm_core.inference.random_terms import compare_with_pooled, drop_random_terms

# Formula, and for each label of the table the formula without that term.
DROPPED = {
    "y ~ x + (1 | s:d/c)": {
        "(1 | c:s:d)": "y ~ x + (1 | s:d)",
        "(1 | s:d)": "y ~ x + (1 | c:s:d)",
    },
    "y ~ x + (x | s:d)": {"x in (x | s:d)": "y ~ x + (1 | s:d)"},
    "y ~ x + (x || s:d)": {
        "(1 | s:d)": "y ~ x + (0 + x | s:d)",
        "x in (0 + x | s:d)": "y ~ x + (1 | s:d)",
    },
    "y ~ x + w + (x + w | s:d)": {
        "x in (x + w | s:d)": "y ~ x + w + (w | s:d)",
        "w in (x + w | s:d)": "y ~ x + w + (x | s:d)",
    },
    "y ~ k + (k | s:d)": {"k in (k | s:d)": "y ~ k + (1 | s:d)"},
    "y ~ x + (1 | s:d) + (0 + x | c:s:d)": {
        "(1 | s:d)": "y ~ x + (0 + x | c:s:d)",
        "x in (0 + x | c:s:d)": "y ~ x + (1 | s:d)",
    },
}


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("formula", DROPPED)
def test_each_row_is_the_model_without_the_term(formula, method, pupils):
    fit = fit_mixed(Model(formula), pupils, method=method)
    found = drop_random_terms(fit)
    table = found.table.set_index("term")
    assert found.method == method
    assert next(iter(table.index)) == "<none>"
    assert set(table.index) == {"<none>", *DROPPED[formula]}
    assert table.loc["<none>", "log_likelihood"] == fit.log_likelihood
    for label, without in DROPPED[formula].items():
        smaller = fit_mixed(Model(without), pupils, method=method)
        row = table.loc[label]
        expected = max(smaller.criterion - fit.criterion, 0.0)
        assert row["statistic"] == pytest.approx(expected, abs=1e-7)
        assert row["log_likelihood"] == pytest.approx(smaller.log_likelihood, abs=1e-7)
        assert row["n_parameters"] == smaller.n_parameters
        assert row["df"] == fit.n_parameters - smaller.n_parameters
        assert row["aic"] == pytest.approx(smaller.aic, abs=1e-7)
        assert row["p"] == pytest.approx(stats.chi2.sf(row["statistic"], row["df"]), rel=1e-8)


def test_boundary_p_values_are_those_of_the_comparison(pupils):
    fit = fit_mixed(Model("y ~ x + (x | s:d)"), pupils)
    row = drop_random_terms(fit).table.iloc[1]
    test = compare(fit_mixed(Model("y ~ x + (1 | s:d)"), pupils), fit)
    assert row["p_boundary"] == pytest.approx(test.p_boundary, rel=1e-6)
    assert row["p_boundary"] < row["p"]


def test_a_term_with_several_variances_has_no_boundary_p_value_but_a_note(pupils):
    found = drop_random_terms(fit_mixed(Model("y ~ k + (k | s:d)"), pupils))
    assert np.isnan(found.table["p_boundary"][1])
    assert found.table["df"][1] == 5
    assert [note.code for note in found.notes] == ["no-mixture"]
    one = drop_random_terms(fit_mixed(Model("y ~ x + (1 | s:d)"), pupils))
    assert one.notes == ()


def test_a_variance_of_zero_changes_nothing(pupils):
    fit = fit_mixed(Model("y ~ x + (1 | s:d/c)"), pupils)
    row = drop_random_terms(fit).table.set_index("term").loc["(1 | s:d)"]
    assert fit.variances["variance"][0] == 0.0
    assert (row["statistic"], row["p"], row["p_boundary"]) == pytest.approx((0.0, 1.0, 1.0))


def test_marginal_terms_stay_while_an_interaction_varies(pupils):
    fit = fit_mixed(Model("y ~ x * w + (x * w | d)"), pupils)
    labels = drop_random_terms(fit).table["term"].tolist()
    assert len(labels) == 2
    assert labels[1].startswith("x:w in ")


def test_against_the_pooled_model_like_with_like(pupils):
    for method in ("REML", "ML"):
        fit = fit_mixed(Model("y ~ x + (x | s:d)"), pupils, method=method)
        pooled = fit_pooled(Model("y ~ x"), pupils)
        found = compare_with_pooled(fit).like_with_like
        likelihood = pooled.log_likelihood if method == "ML" else pooled.restricted_log_likelihood
        expected = 2.0 * (fit.log_likelihood - likelihood)
        assert found.statistic == pytest.approx(expected, rel=1e-9)
        assert (found.method, found.df) == (method, 3)
        assert found.null_hypothesis == "nothing varies between groups"
        assert found.table["model"].tolist() == ["y ~ x", fit.model.formula]


def test_as_printed_holds_the_restricted_against_the_full_likelihood(pupils):
    fit = fit_mixed(Model("y ~ x + (1 | s:d)"), pupils)
    found = compare_with_pooled(fit)
    pooled = fit_pooled(Model("y ~ x"), pupils)
    expected = 2.0 * (fit.log_likelihood - pooled.log_likelihood)
    assert found.as_printed.statistic == pytest.approx(expected, rel=1e-9)
    assert found.note.code == "printed-comparison"
    assert found.note.numbers["printed"] == found.as_printed.statistic
    assert found.note.numbers["alike"] == found.like_with_like.statistic
    assert f"prints {found.as_printed.statistic:.2f}" in found.note.message


def test_by_maximum_likelihood_there_is_one_test(pupils):
    found = compare_with_pooled(fit_mixed(Model("y ~ x + (1 | s:d)"), pupils, method="ML"))
    assert found.as_printed.statistic == found.like_with_like.statistic
    assert "prints the same test" in found.note.message
