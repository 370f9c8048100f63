"""The gradient against differences of the dense likelihood, and the modes it passes on the way."""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.criterion import ascend
from mlm_core.fits.curvature import evaluate
from mlm_core.fits.descent import descend
from tests.core import dense
from tests.core.problems import (
    METHODS,
    differences,
    problem_of,
    random_theta,
    relative_covariances,
)
from tests.core.tolerances import DIFFERENCES


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", dense.CASES)
def test_gradient_is_that_of_the_dense_likelihood(name, method, pupils):
    case = dense.CASES[name]
    problem = problem_of(case.formula, pupils, method)
    theta = random_theta(problem, seed=3)

    def brute_force(at):
        return dense.solve(pupils, case, relative_covariances(problem, at), method).criterion

    gradient = evaluate(problem, theta).gradient
    assert_allclose(gradient, differences(brute_force, theta), rtol=DIFFERENCES, atol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_determinant_and_squares_are_differentiated_apart(method, pupils):
    problem = problem_of(dense.CASES["slopes at two levels"].formula, pupils, method)
    theta = random_theta(problem, seed=4)

    def log_det(at):
        ascent = ascend(problem, at)
        return ascent.log_pivots + (ascent.root.log_det if method == "REML" else 0.0)

    down = descend(problem, ascend(problem, theta))
    assert_allclose(down.log_det_gradient, differences(log_det, theta), rtol=1e-6, atol=1e-6)
    squares = differences(lambda at: ascend(problem, at).root.r2, theta)
    assert_allclose(down.r2_gradient, squares, rtol=1e-6, atol=1e-6)


def test_gradient_vanishes_where_a_column_of_lambda_is_zero(pupils):
    problem = problem_of("y ~ x + (1 | s:d/c)", pupils)
    theta = random_theta(problem)
    theta[1] = 0.0
    assert evaluate(problem, theta).gradient[1] == 0.0
    assert evaluate(problem, theta).gradient[0] != 0.0
