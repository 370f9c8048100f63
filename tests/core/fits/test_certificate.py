"""The gradient in D, which sees what the gradient in theta cannot: false zeros."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlm_core.fits.certificate import NEGLIGIBLE_FALL, covariance_gradient, find_escape
from mlm_core.fits.curvature import evaluate
from mlm_core.fits.optimum import find_optimum
from tests.core import dense
from tests.core.lmer_record import REFERENCE
from tests.core.problems import METHODS, problem_of, random_theta, relative_covariances

NAMES = ["two levels", "slopes at two levels", "uncorrelated", "outer slope, inner intercept"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", NAMES)
def test_gradient_in_d_is_that_of_the_dense_likelihood(name, method, pupils):
    case = dense.CASES[name]
    problem = problem_of(case.formula, pupils, method)
    theta = random_theta(problem, seed=8)
    relative = relative_covariances(problem, theta)
    at = evaluate(problem, theta)
    rng = np.random.default_rng(9)
    for number, block in enumerate(problem.structure.blocks):
        half = rng.normal(size=(block.q, block.q))
        change = half + half.T  # any symmetric direction, on stored columns
        along = block.to_user @ change @ block.to_user.T

        def moved(step, number=number, along=along):
            blocks = [d + step * along if i == number else d for i, d in enumerate(relative)]
            return dense.solve(pupils, case, blocks, method).criterion

        expected = (moved(1e-6) - moved(-1e-6)) / 2e-6
        found = float((covariance_gradient(problem, at, block) * change).sum())
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("zero", [0, 1])
def test_a_false_zero_has_a_way_out(zero, classroom):
    problem = problem_of("mathkind ~ ses + (1 | schoolid/classid)", classroom)
    theta = find_optimum(problem).at.theta.copy()
    theta[zero] = 0.0
    at = evaluate(problem, theta)
    assert at.gradient[zero] == 0.0  # here a search that looks at theta alone would stop
    escape = find_escape(problem, at)
    assert escape is not None
    assert escape.block.first == zero
    assert escape.fall > NEGLIGIBLE_FALL
    left = escape.applied(theta, 1.0)
    assert left[zero] > 0.0
    assert left[1 - zero] == theta[1 - zero]
    assert evaluate(problem, left).value < at.value


def test_the_way_out_of_half_a_zero_keeps_the_other_half(sleepstudy):
    problem = problem_of("Reaction ~ Days + (Days | Subject)", sleepstudy)
    theta = np.array([0.9, 0.0, 0.0])
    escape = find_escape(problem, evaluate(problem, theta))
    assert escape is not None
    assert abs(escape.direction[1]) > 0.9  # towards the slope
    assert evaluate(problem, escape.applied(theta, 1.0)).value < evaluate(problem, theta).value


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", dense.CASES)
def test_an_optimum_has_no_way_out(name, method, pupils):
    problem = problem_of(dense.CASES[name].formula, pupils, method)
    assert find_escape(problem, find_optimum(problem).at) is None


def test_a_true_zero_is_certified():
    table = pd.read_csv(REFERENCE / "hard" / "h_negicc.csv")
    problem = problem_of("y ~ x + (1 | g)", table)
    at = evaluate(problem, np.zeros(1))
    assert find_escape(problem, at) is None
    assert covariance_gradient(problem, at, problem.structure.blocks[0])[0, 0] > 0.0
