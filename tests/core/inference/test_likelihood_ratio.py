"""A test assembled from two criteria: statistic, degrees of freedom, table."""

from __future__ import annotations

import pytest
from scipy import stats

from mlm_core.data.layout import INTERCEPT
from mlm_core.inference.boundary_mixture import covariances_of
from mlm_core.inference.likelihood_ratio import Pair, build_test, likelihood_ratio

PAIR = Pair(names=("small", "big"), criteria=(110.0, 104.0), counts=(3, 5), n_obs=50)


def test_statistic_and_plain_p_value() -> None:
    test = build_test(PAIR, null="nothing", method="ML", zero=())
    assert (test.statistic, test.df, test.p_boundary) == (6.0, 2, None)
    assert test.p == pytest.approx(stats.chi2.sf(6.0, 2), rel=1e-12)


def test_table_has_the_smaller_model_first_and_the_test_beside_the_larger() -> None:
    table = build_test(PAIR, null="nothing", method="ML", zero=()).table
    assert table["model"].tolist() == ["small", "big"]
    assert table["aic"].tolist() == [116.0, 114.0]
    assert table["bic"][1] == pytest.approx(104.0 + 5 * 3.912023005428146)
    assert table["log_likelihood"].tolist() == [-55.0, -52.0]
    assert table["statistic"].isna().tolist() == [True, False]


def test_several_variances_carry_a_note() -> None:
    zero = (*covariances_of(("a",), [INTERCEPT]), *covariances_of(("a", "b"), [INTERCEPT]))
    test = build_test(PAIR, null="nothing", method="REML", zero=zero)
    assert [note.code for note in test.notes] == ["several-variances"]
    assert test.p_boundary is not None
    assert test.p_boundary < test.p


@pytest.mark.parametrize(("small", "expected"), [(100.0, 0.0), (100.0 - 1e-9, 0.0), (99.0, -1.0)])
def test_rounding_is_no_statistic_but_a_real_difference_is(small: float, expected: float) -> None:
    assert likelihood_ratio(small, 100.0) == expected
