"""Mixtures of chi-squares against their definitions, and which mixture belongs to which null."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mlm_core.data.expressions import Variable
from mlm_core.data.layout import INTERCEPT, Column, Factor
from mlm_core.inference.boundary_mixture import (
    boundary_weights,
    chi_square_tail,
    covariances_of,
    log_chi_square_tail,
    log_mixture_tail,
    mixture_tail,
    n_variances,
)

SCHOOL, CLASS = ("school",), ("school", "class")
SES = Column((Factor(Variable("ses")),))


def test_covariances_of_a_block_do_not_depend_on_the_order_of_its_effects() -> None:
    one = covariances_of(SCHOOL, [INTERCEPT, SES])
    assert set(one) == set(covariances_of(SCHOOL, [SES, INTERCEPT]))
    assert (len(one), n_variances(one)) == (3, 2)


def test_one_variance_alone_halves_the_p_value() -> None:
    weights = boundary_weights(covariances_of(SCHOOL, [INTERCEPT]))
    assert weights == ((0, 0.5), (1, 0.5))
    assert mixture_tail(2.7, weights) == pytest.approx(0.5 * stats.chi2.sf(2.7, 1), rel=1e-12)


def test_a_slope_with_its_covariance_mixes_one_and_two_degrees_of_freedom() -> None:
    whole = set(covariances_of(SCHOOL, [INTERCEPT, SES]))
    added = sorted(whole - set(covariances_of(SCHOOL, [INTERCEPT])), key=str)
    weights = boundary_weights(added)
    expected = 0.5 * stats.chi2.sf(4.0, 1) + 0.5 * stats.chi2.sf(4.0, 2)
    assert weights == ((1, 0.5), (2, 0.5))
    assert mixture_tail(4.0, weights) == pytest.approx(expected, rel=1e-12)


def test_two_separate_variances_mix_binomially() -> None:
    zero = (*covariances_of(SCHOOL, [INTERCEPT]), *covariances_of(CLASS, [INTERCEPT]))
    weights = boundary_weights(zero)
    expected = 0.5 * stats.chi2.sf(2, 1) + 0.25 * stats.chi2.sf(2, 2)
    assert weights == ((0, 0.25), (1, 0.5), (2, 0.25))
    assert mixture_tail(np.array([2.0]), weights)[0] == pytest.approx(expected, rel=1e-12)


def test_no_mixture_is_made_up_where_none_is_known() -> None:
    assert boundary_weights(covariances_of(SCHOOL, [INTERCEPT, SES])) == ()
    covariance = [each for each in covariances_of(SCHOOL, [INTERCEPT, SES]) if each[1] != each[2]]
    assert boundary_weights(covariance) == ()


def test_no_degrees_of_freedom_is_a_mass_at_zero() -> None:
    assert chi_square_tail([0.0, 0.1], 0).tolist() == [1.0, 0.0]


def test_tails_far_out_do_not_vanish() -> None:
    assert chi_square_tail(121.22899729, 2) == pytest.approx(4.7365e-27, rel=1e-4)


@pytest.mark.parametrize("df", range(7))
def test_the_logarithm_of_a_tail_is_that_of_the_tail(df):
    x = np.array([0.0, 1e-9, 0.5, 3.84, 40.0, 1_000.0])
    with np.errstate(divide="ignore"):
        wanted = np.log(chi_square_tail(x, df))
    assert log_chi_square_tail(x, df) == pytest.approx(wanted, rel=1e-11, abs=1e-14)
    weights = ((0, 0.25), (1, 0.5), (df, 0.25))
    wanted = np.log(mixture_tail(x, weights))
    assert log_mixture_tail(x, weights) == pytest.approx(wanted, rel=1e-11, abs=1e-14)


@pytest.mark.parametrize("df", [1, 2, 3, 6])
def test_it_goes_on_where_the_tail_is_no_float(df):
    # Integrated from there on: the density falls by e over 2 units, so 80 hold all digits.
    x = 50_000.0
    steps = np.linspace(0.0, 80.0, 160_001)
    density = stats.chi2(df).logpdf(x + steps)
    wanted = density[0] + np.log(np.trapezoid(np.exp(density - density[0]), steps))
    assert log_chi_square_tail(x, df) == pytest.approx(wanted, rel=1e-10)
