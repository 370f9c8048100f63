"""Second derivatives against differences of the gradient; where no likelihood is left."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.errors import PerfectFitError
from mlm_core.fits import walks
from mlm_core.fits.criterion import ascend
from mlm_core.fits.curvature import (
    evaluate,
    evaluate_twice,
    exact_curvature,
    expected_hessian,
    value_at,
)
from tests.core import dense
from tests.core.problems import METHODS, differences, problem_of, random_theta


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", dense.CASES)
def test_hessian_is_that_of_the_criterion(name, method, pupils):
    problem = problem_of(dense.CASES[name].formula, pupils, method)
    theta = random_theta(problem, seed=5)
    hessian = exact_curvature(problem, theta).hessian(problem, evaluate(problem, theta))
    expected = differences(lambda at: evaluate(problem, at).gradient, theta)
    assert_allclose(hessian, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("method", METHODS)
def test_derivative_of_the_covariance_of_beta(method, pupils):
    problem = problem_of(dense.CASES["uncorrelated"].formula, pupils, method)
    theta = random_theta(problem, seed=6)
    expected = differences(lambda at: ascend(problem, at).root.inverse, theta)
    found = exact_curvature(problem, theta).inverse
    assert_allclose(found, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())


def test_expected_hessian_is_symmetric_and_never_bends_down(pupils):
    problem = problem_of(dense.CASES["slopes at two levels"].formula, pupils)
    at = evaluate(problem, random_theta(problem))
    hessian = expected_hessian(problem, at)
    assert hessian.shape == (6, 6)
    assert_allclose(hessian, hessian.T, rtol=1e-12)
    assert np.linalg.eigvalsh(hessian)[0] > -1e-9 * np.abs(hessian).max()


def test_a_perfect_fit_has_no_likelihood(pupils):
    exact = pupils.assign(y=1.0 + 2.0 * pupils["x"])
    problem = problem_of("y ~ x + (1 | s:d)", exact)
    with pytest.raises(PerfectFitError, match="'y' exactly"):
        evaluate(problem, np.array([0.5]))


@pytest.mark.parametrize("method", METHODS)
def test_few_groups_and_many_are_evaluated_alike(method, pupils, monkeypatch):
    found = []
    for most in (0, 10**9):  # by branches, then side by side
        monkeypatch.setattr(walks, "_MANY_GROUPS", most)
        problem = problem_of("y ~ x + w + (1 | d/s)", pupils, method)
        theta = np.array([0.7, 0.4])
        at, bend = evaluate_twice(problem, theta)
        once = evaluate(problem, theta)
        assert_allclose(once.gradient, at.gradient, rtol=1e-9)
        assert_allclose(exact_curvature(problem, theta).r2, bend.r2, rtol=1e-12)
        found.append((value_at(problem, theta), at.value, at.gradient, bend.hessian(problem, at),
                      at.innermost, once.innermost))  # fmt: skip
    for one, other in zip(*found, strict=True):
        assert_allclose(one, other, rtol=1e-8)
