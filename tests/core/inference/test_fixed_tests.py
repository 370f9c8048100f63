"""F tests of fixed effects against lmerTest and pbkrtest, and against themselves."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from mlm_core.data.model import Model
from mlm_core.errors import ModelError, UnknownColumnError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.fixed_tests import (
    FixedInference,
    contrast,
    f_tail,
    term_tests,
    wald_test,
)
from tests.core.lmer_record import listed, reference
from tests.core.tolerances import DF, EXACT, FIXED, VARIANCE

RECORDS = reference("fixed_tests")
MODELS = reference("inference")["models"]
METHODS = {"satterthwaite": "Satterthwaite", "kenward": "Kenward-Roger"}
CASES = [
    (name, method, kind)
    for name, record in RECORDS.items()
    for method in METHODS
    for kind in ("I", "II", "III")
    if f"{method}_{kind}" in record
]
# Statistics are squares of estimates over squares of standard errors.
STATISTIC = 10.0 * FIXED


@pytest.mark.parametrize(("name", "method", "kind"), CASES)
def test_every_term_as_r(name, method, kind, factor_fits):
    record = RECORDS[name][f"{method}_{kind}"]
    result = term_tests(factor_fits(name), kind=kind, method=METHODS[method])
    table = result.table
    assert list(table["term"]) == record["term"]
    assert list(table["df"]) == record["ndf"]
    assert_allclose(table["df_denominator"], record["ddf"], rtol=DF)
    assert_allclose(table["statistic"], record["F"], rtol=STATISTIC)
    assert_allclose(np.log(table["p"]), np.log(record["p"]), rtol=1e-4)


@pytest.mark.parametrize("name", [name for name in MODELS if MODELS[name]["inference"]])
def test_the_anova_tables_of_the_reference_models(name, fitted):
    record = MODELS[name]["inference"]["anova"]
    fit = fitted(MODELS[name]["formula"], MODELS[name]["data"])
    table = term_tests(fit).table
    assert list(table["term"]) == listed(record["rn"])
    # These tables stand at lmerTest's own, looser optimum; F4 above is H1 tightly optimised.
    assert_allclose(table["statistic"], listed(record["F"]), rtol=VARIANCE)
    assert_allclose(table["df_denominator"], listed(record["ddf"]), rtol=DF)


def test_one_coefficient_is_its_t_squared(fitted):
    fit = fitted("mathkind ~ ses + minority + (1 | schoolid/classid)")
    row = fit.coefficients.set_index("term").loc["ses"]
    test = wald_test(fit, ["ses"])
    assert test.statistic == pytest.approx(row["t"] ** 2, rel=EXACT)
    assert test.df_denominator == pytest.approx(row["df"], rel=EXACT)
    assert test.p == pytest.approx(row["p"], rel=1e-8)
    assert "ses" in test.null_hypothesis


def test_a_block_does_not_feel_how_it_is_written(pupils):
    fit = fit_mixed(Model("y ~ k + x + w + (1 | s:d)"), pupils)
    block = wald_test(fit, ["k", "x"], method="Kenward-Roger")
    singly = wald_test(fit, ["x", "kc", "kb", "kc"], method="Kenward-Roger")
    assert (block.df, singly.df) == (3, 3)
    assert block.p == pytest.approx(singly.p, rel=1e-8)
    inference = FixedInference(fit, "asymptotic")
    rows = np.eye(5)[[1, 2]]
    twice = np.vstack([rows, rows.sum(axis=0), 1e6 * rows[0]])
    assert inference.test("", twice).df == 2
    assert inference.test("", twice).p == pytest.approx(inference.test("", rows).p, rel=1e-8)


def test_the_asymptotic_test_is_chi_square(pupils):
    fit = fit_mixed(Model("y ~ k + x + (1 | s:d)"), pupils)
    test = wald_test(fit, ["k"], method="asymptotic")
    value = fit.beta[1:3]
    chi2 = value @ np.linalg.solve(fit.vcov[1:3, 1:3], value)
    assert test.p == pytest.approx(stats.chi2.sf(chi2, 2), rel=1e-8)
    assert np.isinf(test.df_denominator)
    single = contrast(fit, {"x": 1.0}, method="asymptotic").iloc[0]
    assert single["p"] == pytest.approx(2 * stats.norm.sf(abs(single["t"])), rel=1e-8)


def test_a_contrast_is_a_weighted_sum(pupils):
    fit = fit_mixed(Model("y ~ k + x + (1 | s:d)"), pupils)
    row = contrast(fit, {"kb": 1.0, "kc": -1.0}).iloc[0]
    other = fit_mixed(Model("y ~ k + x + (1 | s:d)", reference={"k": "c"}), pupils)
    expected = other.coefficients.set_index("term").loc["kb"]
    for column in ("estimate", "se", "df", "p", "lower"):
        assert row[column] == pytest.approx(expected[column], rel=1e-5)
    assert row["term"] == "1 kb + -1 kc"


@pytest.mark.parametrize(("statistic", "df", "rest"), [(0.3, 2, 7.5), (250.0, 3, 900.0)])
def test_tail_of_f(statistic, df, rest):
    assert f_tail(statistic, df, rest) == pytest.approx(stats.f.sf(statistic, df, rest), rel=1e-9)


def test_what_is_refused(pupils):
    fit = fit_mixed(Model("y ~ x + (1 | s:d)"), pupils)
    with pytest.raises(UnknownColumnError, match="'z'"):
        wald_test(fit, ["z"])
    with pytest.raises(UnknownColumnError, match="'z'"):
        contrast(fit, {"z": 1.0})
    with pytest.raises(ModelError, match="nothing to test"):
        wald_test(fit, [])
    with pytest.raises(ModelError, match="not 0"):
        contrast(fit, {"x": 0.0})
    with pytest.raises(ModelError, match="'exact'"):
        wald_test(fit, ["x"], method="exact")
