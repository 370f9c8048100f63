"""Likelihood-ratio tests by simulation: the right statistic, the right reference distribution."""

from __future__ import annotations

import pytest
from scipy import stats

from mlm_core.data.model import Model
from mlm_core.errors import ModelError, NotNestedError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.inference.bootstrap_ratio import bootstrap_test
from mlm_core.inference.comparison import compare
from tests.core.lmer_record import reference

NESTED = "mathkind ~ ses + (1 | schoolid/classid)"
SCHOOL = "mathkind ~ ses + (1 | schoolid)"
N = 1000


def test_class_given_school_as_the_exact_test_has_it(fitted):
    test = bootstrap_test(fitted(SCHOOL), fitted(NESTED), 2000, seed=1)
    expected = reference("classroom")["exact_rlrt"]["class_given_school"]
    assert test.statistic == pytest.approx(expected["stat"], abs=1e-5)
    assert test.p == pytest.approx(expected["p"], abs=4.0 * test.p_error)
    assert test.share_at_zero == pytest.approx(0.5, abs=0.06)
    assert (test.method, test.null_hypothesis) == (
        "REML",
        compare(fitted(SCHOOL), fitted(NESTED)).null_hypothesis,
    )


@pytest.mark.parametrize(
    ("small", "big"),
    [
        ("mathkind ~ 1 + (1 | schoolid)", SCHOOL),
        (SCHOOL, NESTED),
        (SCHOOL, "mathkind ~ ses + (ses | schoolid)"),
    ],
)
def test_statistic_is_that_of_compare(small, big, fitted):
    fits = fitted(small), fitted(big)
    for pair in (fits, fits[::-1]):
        test = bootstrap_test(*pair, 20, seed=1)
        assert test.statistic == pytest.approx(compare(*fits).statistic, abs=1e-6)
        assert test.method == compare(*fits).method


def test_a_fixed_effect_has_nearly_the_chi_square(fitted):
    test = bootstrap_test(fitted("mathkind ~ 1 + (1 | schoolid)"), fitted(SCHOOL), N, seed=2)
    assert stats.kstest(test.values, stats.chi2(1).cdf).pvalue > 0.001
    assert test.n_beyond == 0
    assert test.p == pytest.approx(1.0 / (N + 1.0))


def test_a_slope_with_its_covariance(fitted):
    fits = fitted(SCHOOL), fitted("mathkind ~ ses + (ses | schoolid)")
    test = bootstrap_test(*fits, N, seed=3)
    # Between the mixture of one and two degrees of freedom and the plain two.
    assert 1.0 < test.values.mean() < 2.0
    assert test.p == pytest.approx(compare(*fits).p_boundary, abs=0.1)


def test_against_a_pooled_fit(classroom, fitted):
    pooled = fit_pooled(Model("mathkind ~ ses"), classroom)
    test = bootstrap_test(pooled, fitted(NESTED), 200, seed=4)
    assert test.statistic == pytest.approx(compare(pooled, fitted(NESTED)).statistic, abs=1e-6)
    assert test.n_beyond == 0


def test_an_inner_level_dropped_or_an_outer(classroom, fitted):
    only_classes = fit_mixed(Model("mathkind ~ ses + (1 | classid:schoolid)"), classroom)
    test = bootstrap_test(only_classes, fitted(NESTED), 50, seed=5)
    assert test.statistic == pytest.approx(53.3592315475962, abs=1e-4)
    assert test.n_beyond == 0


def test_no_gain_is_no_evidence(pupils):
    small, big = (
        fit_mixed(Model(f), pupils) for f in ("y ~ x + (1 | c:s:d)", "y ~ x + (1 | s:d/c)")
    )
    test = bootstrap_test(small, big, 50, seed=6)
    assert test.statistic == 0.0
    assert test.p == 1.0


def test_stopping(fitted):
    fits = fitted(SCHOOL), fitted(NESTED)
    test = bootstrap_test(*fits, 500, seed=1, progress=lambda done, _: done < 100)
    assert (test.n, test.n_asked) == (100, 500)
    assert [note.code for note in test.notes] == ["stopped"]


def test_models_must_be_nested_and_replicates_enough(fitted):
    with pytest.raises(NotNestedError):
        bootstrap_test(fitted(SCHOOL), fitted("mathkind ~ 1 + (1 | classid:schoolid)"), 50, seed=1)
    with pytest.raises(ModelError, match="at least 20"):
        bootstrap_test(fitted(SCHOOL), fitted(NESTED), 5, seed=1)
