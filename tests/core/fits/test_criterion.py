"""The profiled criterion against the dense Gaussian likelihood, at points that are no optimum."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.criterion import ascend, criterion
from mlm_core.fits.curvature import evaluate
from mlm_core.fits.estimates import user_scale
from tests.core import dense
from tests.core.problems import METHODS, problem_of, random_theta, relative_covariances
from tests.core.tolerances import EXACT


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", dense.CASES)
def test_criterion_is_the_dense_likelihood(name, method, pupils):
    case = dense.CASES[name]
    problem = problem_of(case.formula, pupils, method)
    theta = random_theta(problem)
    exact = dense.solve(pupils, case, relative_covariances(problem, theta), method)
    assert_allclose(evaluate(problem, theta).value, exact.criterion, rtol=EXACT)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", dense.CASES)
def test_coefficients_are_generalised_least_squares(name, method, pupils):
    case = dense.CASES[name]
    problem = problem_of(case.formula, pupils, method)
    theta = random_theta(problem, seed=2)
    exact = dense.solve(pupils, case, relative_covariances(problem, theta), method)
    root, scale = ascend(problem, theta).root, user_scale(problem.moments)
    assert_allclose(scale.beta(root.beta), exact.beta, rtol=EXACT, atol=1e-12)
    vcov = scale.covariance(float(root.r2) / problem.df * root.inverse)
    assert_allclose(vcov, exact.vcov, rtol=EXACT, atol=1e-12)


@pytest.mark.parametrize("name", ["two levels", "two slopes", "uncorrelated"])
def test_criterion_is_even_in_every_column_of_lambda(name, pupils):
    problem = problem_of(dense.CASES[name].formula, pupils)
    theta = random_theta(problem)
    value = evaluate(problem, theta).value
    for block in problem.structure.blocks:
        for column in range(block.q):
            mirrored = theta.copy()
            for row in range(column, block.q):
                mirrored[block.entry(row, column)] *= -1.0
            assert_allclose(evaluate(problem, mirrored).value, value, rtol=1e-13)


def test_parallel_evaluations_are_the_single_ones(pupils):
    problem = problem_of(dense.CASES["slopes at two levels"].formula, pupils)
    points = np.stack([random_theta(problem, seed) for seed in range(3)], axis=-1)
    together = criterion(problem, ascend(problem, points))
    alone = [evaluate(problem, points[:, column]).value for column in range(3)]
    assert_allclose(together, alone, rtol=1e-13)


def test_degrees_of_freedom_of_sigma(pupils):
    assert problem_of("y ~ x + (1 | s:d)", pupils, "REML").df == 52
    assert problem_of("y ~ x + (1 | s:d)", pupils, "ML").df == 54


def test_without_variances_between_groups_it_is_the_linear_models(pupils):
    problem = problem_of("y ~ x + (x | s:d/c)", pupils, "ML")
    x = np.column_stack([np.ones(54), pupils["x"]])
    left = np.linalg.lstsq(x, pupils["y"], rcond=None)[1][0]
    expected = 54 * (1 + np.log(2 * np.pi * left / 54))
    at_zero = evaluate(problem, np.zeros(problem.structure.n_theta)).value
    assert_allclose(at_zero, expected, rtol=EXACT)
