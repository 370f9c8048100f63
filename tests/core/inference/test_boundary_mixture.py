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
