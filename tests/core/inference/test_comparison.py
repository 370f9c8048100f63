"""Fits compared: what may be compared, by which likelihood, against which distribution."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from mlm_core.data.model import Model
from mlm_core.errors import DifferentRowsError, NotNestedError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.inference.comparison import compare, covariances
from mlm_core.inference.likelihood_ratio import Pair, build_test
from tests.core.conftest import made_up_pupils

SCHOOL = "mathkind ~ ses + (1 | schoolid)"
NESTED = "mathkind ~ ses + (1 | schoolid/classid)"
SLOPE = "mathkind ~ ses + (ses | schoolid)"


def codes(test):
    return [note.code for note in test.notes]


def test_one_variance_halves_the_p_value(fitted):
    test = compare(fitted(SCHOOL), fitted(NESTED))
    assert test.statistic == pytest.approx(fitted(SCHOOL).criterion - fitted(NESTED).criterion)
    assert test.p == pytest.approx(stats.chi2.sf(test.statistic, 1), rel=1e-10)
    assert test.p_boundary == pytest.approx(test.p / 2.0, rel=1e-12)
    assert test.weights == ((0, 0.5), (1, 0.5))
    assert (test.df, test.method, test.is_refitted, test.notes) == (1, "REML", False, ())
    assert test.null_hypothesis == "the intercept does not vary between classid:schoolid"


def test_a_slope_with_its_covariance_has_the_mixture_of_one_and_two(fitted):
    test = compare(fitted(SCHOOL), fitted(SLOPE))
    one, two = (stats.chi2.sf(test.statistic, df) for df in (1, 2))
    assert test.df == 2
    assert test.p == pytest.approx(two, rel=1e-10)
    assert test.p_boundary == pytest.approx(0.5 * one + 0.5 * two, rel=1e-10)
    assert test.null_hypothesis == "the slope of ses does not vary between schoolid"


def test_a_slope_without_covariance_has_the_mixture_of_nothing_and_one(sleepstudy):
    small, big = (
        fit_mixed(Model(f), sleepstudy)
        for f in ("Reaction ~ Days + (1 | Subject)", "Reaction ~ Days + (Days || Subject)")
    )
    test = compare(small, big)
    assert test.p_boundary == pytest.approx(stats.chi2.sf(test.statistic, 1) / 2.0, rel=1e-10)


def test_a_covariance_alone_is_no_boundary(fitted):
    small = fitted("Reaction ~ Days + (Days || Subject)", "sleepstudy")
    test = compare(small, fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy"))
    assert (test.df, test.p_boundary, test.weights) == (1, None, ())
    assert "covariances that only the larger model has are zero" in test.null_hypothesis


def test_two_variances_at_once_have_the_binomial_mixture(fitted, classroom):
    test = compare(fit_pooled(Model("mathkind ~ ses"), classroom), fitted(NESTED))
    expected = 0.5 * stats.chi2.sf(test.statistic, 1) + 0.25 * stats.chi2.sf(test.statistic, 2)
    assert test.p_boundary == pytest.approx(expected, rel=1e-9)
    assert codes(test) == ["several-variances"]
    assert (test.df, test.method, test.is_refitted) == (2, "REML", False)


def test_variances_with_covariances_at_once_have_no_known_mixture(fitted, classroom):
    test = compare(fit_pooled(Model("mathkind ~ ses"), classroom), fitted(SLOPE))
    assert (test.df, test.p_boundary) == (3, None)
    assert codes(test) == ["no-mixture"]
    assert "upper bound" in test.notes[0].message


def test_the_order_of_the_fits_does_not_matter(fitted):
    one, two = fitted(SCHOOL), fitted(NESTED)
    assert compare(one, two).table.equals(compare(two, one).table)


@pytest.mark.parametrize("methods", [("REML", "REML"), ("REML", "ML"), ("ML", "REML")])
def test_different_fixed_parts_are_compared_by_ml(methods, fitted):
    small = fitted("mathkind ~ (1 | schoolid)", "classroom", methods[0])
    test = compare(small, fitted(SCHOOL, "classroom", methods[1]))
    by_ml = [fitted(f, "classroom", "ML").criterion for f in ("mathkind ~ (1 | schoolid)", SCHOOL)]
    assert test.statistic == pytest.approx(by_ml[0] - by_ml[1], abs=1e-7)
    assert (test.method, test.is_refitted, codes(test)) == ("ML", True, ["refitted"])
    assert "differ in their fixed part" in test.notes[0].message
    assert test.null_hypothesis == "the coefficient of ses is zero"
    assert test.p_boundary is None


def test_ml_fits_are_taken_as_they_are(fitted):
    test = compare(
        fitted("mathkind ~ (1 | schoolid)", "classroom", "ML"), fitted(SCHOOL, "classroom", "ML")
    )
    assert (test.method, test.is_refitted, test.notes) == ("ML", False, ())


def test_mixed_methods_are_compared_by_ml(fitted):
    test = compare(fitted(SCHOOL, "classroom", "ML"), fitted(NESTED))
    alike = compare(fitted(SCHOOL, "classroom", "ML"), fitted(NESTED, "classroom", "ML"))
    assert test.statistic == pytest.approx(alike.statistic, abs=1e-7)
    assert (test.method, test.is_refitted) == ("ML", True)
    assert "One model was fitted by ML, the other by REML" in test.notes[0].message


def test_the_table_holds_both_models(fitted):
    small, big = fitted(SCHOOL), fitted(NESTED)
    table = compare(small, big).table
    assert table["model"].tolist() == [SCHOOL, NESTED]
    assert table["n_parameters"].tolist() == [4, 5]
    for name, values in [
        ("aic", [small.aic, big.aic]),
        ("bic", [small.bic, big.bic]),
        ("log_likelihood", [small.log_likelihood, big.log_likelihood]),
        ("deviance", [small.criterion, big.criterion]),
    ]:
        assert_allclose(table[name], values, rtol=1e-12)
    assert table[["statistic", "df", "p"]].isna().to_numpy().tolist() == [[True] * 3, [False] * 3]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("y ~ x + (1 | s:d)", "y ~ w + (1 | s:d)"),
        ("y ~ x + (1 | s:d)", "y ~ x + (1 | d)"),
        ("y ~ x + w + (1 | s:d)", "y ~ x + (x | s:d)"),
        ("y ~ x + (0 + x | s:d)", "y ~ x + (1 | s:d)"),
        ("y ~ x + (1 | s:d)", "y ~ x + (1 | s:d)"),
    ],
)
def test_models_that_are_not_nested_are_refused(first, second, pupils):
    fits = [fit_mixed(Model(formula), pupils) for formula in (first, second)]
    with pytest.raises(NotNestedError, match="Neither of these models is a special case"):
        compare(*fits)
    with pytest.raises(NotNestedError):
        compare(*reversed(fits))


@pytest.mark.parametrize("change", ["fewer", "other outcome", "other unit"])
def test_different_rows_or_outcomes_are_refused(change, pupils):
    frame = {
        "fewer": pupils.assign(w=pupils["w"].mask(pupils.index == 4)),
        "other outcome": pupils.assign(y=pupils["y"] + 1.0),
        "other unit": pupils.assign(y=pupils["y"] * 2.0 - pupils["y"].mean()),
    }[change]
    small = fit_mixed(Model("y ~ x + (1 | s:d)"), pupils)
    big = fit_mixed(Model("y ~ x + w + (1 | s:d)"), frame)
    with pytest.raises(DifferentRowsError, match="different rows or outcomes"):
        compare(small, big)


def test_another_order_of_the_same_rows_is_accepted(pupils):
    small = fit_mixed(Model("y ~ x + (1 | s:d)"), pupils.iloc[::-1])
    big = fit_mixed(Model("y ~ x + w + (1 | s:d)"), pupils)
    assert compare(small, big).df == 1


def test_rounding_below_zero_is_zero_and_more_is_shown(pupils):
    def test_of(difference):
        pair = Pair(("a", "b"), (100.0 + difference, 100.0), (3, 4), 50)
        return build_test(pair, null="", method="REML", zero=())

    assert test_of(-1e-8).statistic == 0.0
    assert test_of(-1e-8).p == 1.0
    # Restricted against full likelihood can be negative: R prints it, and so do we.
    assert test_of(-2.5).statistic == pytest.approx(-2.5)
    assert test_of(-2.5).p == 1.0


def test_variances_and_covariances_of_a_model(pupils):
    slope = fit_mixed(Model("y ~ x + (x | s:d) + (1 | c:s:d)"), pupils)
    names = {(groups, frozenset((one.label, two.label))) for groups, one, two in covariances(slope)}
    school, group, one = ("d", "s"), ("d", "s", "c"), "(Intercept)"
    assert names == {
        (school, frozenset((one,))),
        (school, frozenset(("x",))),
        (school, frozenset((one, "x"))),
        (group, frozenset((one,))),
    }
    assert covariances(fit_pooled(Model("y ~ x"), pupils)) == set()


def test_under_the_null_the_mixture_is_right():
    # Thirty groups of four that do not differ: the estimate is zero in about half of the samples.
    rng = np.random.default_rng(11)
    group, found = np.repeat(np.arange(30), 4), []
    for _ in range(150):
        frame = pd.DataFrame({"y": rng.normal(size=120), "g": group})
        small = fit_pooled(Model("y ~ 1"), frame)
        found.append(compare(small, fit_mixed(Model("y ~ 1 + (1 | g)"), frame)).p_boundary)
    p = np.array(found)
    assert np.mean(p == 1.0) == pytest.approx(0.5, abs=0.15)
    # Of the rest, p-values are uniform below one half.
    assert stats.kstest(2.0 * p[p < 0.5], "uniform").pvalue > 0.01


def test_a_statistic_of_rounding_size_is_zero():
    frame = made_up_pupils(seed=20)
    zero = fit_mixed(Model("y ~ x + (1 | s:d/c)"), frame)
    assert zero.variances["variance"][0] == 0.0
    small = fit_mixed(Model("y ~ x + (1 | c:s:d)"), frame)
    for factor in (1.0, 3.7, 1e6, 1e-6):
        scaled = frame.assign(y=factor * frame["y"])
        fits = [fit_mixed(fit.model, scaled) for fit in (small, zero)]
        assert compare(*fits).p_boundary == 1.0


def test_predictors_and_variances_together_say_why_there_is_no_corrected_p(fitted):
    test = compare(fitted("mathkind ~ 1 + (1 | schoolid)"), fitted(NESTED))
    assert test.p_boundary is None
    assert codes(test) == ["refitted", "no-mixture"]
