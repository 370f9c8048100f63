"""Steps of the search: exact on parabolas, in theta and in u = log(1 + n theta^2)."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.criterion import ascend
from mlm_core.fits.curvature import effect_products, effect_rows
from mlm_core.fits.steps import bent_step, group_weights, trust_region_step
from tests.core.problems import problem_of

_HESSIAN = np.array([[4.0, 1.0], [1.0, 3.0]])


def test_a_parabola_is_solved_in_one_step():
    gradient = np.array([1.0, -2.0])
    step, fall = trust_region_step(gradient, _HESSIAN, 10.0)
    assert_allclose(_HESSIAN @ step, -gradient, rtol=1e-12)
    assert_allclose(fall, -(gradient @ step + 0.5 * step @ _HESSIAN @ step), rtol=1e-12)


def test_no_step_leaves_the_radius():
    step, fall = trust_region_step(np.array([30.0, -20.0]), _HESSIAN, 0.5)
    assert_allclose(np.linalg.norm(step), 0.5, rtol=1e-5)
    assert fall > 0.0


def test_a_summit_is_left_downhill():
    step, fall = trust_region_step(np.array([0.1, 0.0]), np.diag([-2.0, 1.0]), 10.0)
    assert step[0] < 0.0
    assert fall > 0.0


@pytest.mark.parametrize("theta", [np.array([0.4, 0.9]), np.array([-0.4, 0.9])])
def test_a_parabola_in_u_is_solved_in_one_step(theta):
    weights, target = np.array([4.0, 11.0]), np.array([1.3, 0.8])
    growth = weights * theta**2
    first = 2.0 * weights * theta / (1.0 + growth)  # du / d theta
    second = 2.0 * weights * (1.0 - growth) / (1.0 + growth) ** 2
    slopes = _HESSIAN @ (np.log1p(growth) - target)
    gradient = slopes * first
    hessian = _HESSIAN * np.outer(first, first) + np.diag(slopes * second)
    step, fall = bent_step(theta, gradient, hessian, weights)
    found = theta + step
    assert_allclose(np.log1p(weights * found**2), target, rtol=1e-10)
    assert np.all(np.sign(found) == np.sign(theta))
    miss = np.log1p(growth) - target
    assert_allclose(fall, 0.5 * miss @ _HESSIAN @ miss, rtol=1e-10)


@pytest.mark.parametrize(
    ("theta", "gradient", "hessian"),
    [
        (np.array([0.4]), np.array([9.0]), np.array([[2.0]])),  # the minimum lies beyond zero
        (np.array([0.4]), np.array([0.1]), np.array([[-2.0]])),  # a summit
        (np.array([1e-4]), np.array([0.1]), np.array([[2.0]])),  # too near zero
        (np.array([0.4]), np.array([-1e3]), np.array([[-276.54]])),  # beyond all numbers
    ],
)
def test_where_u_is_no_coordinate_there_is_no_step(theta, gradient, hessian):
    assert bent_step(theta, gradient, hessian, np.array([5.0])) is None


def test_effects_that_vary_together_have_no_weight(pupils):
    problem = problem_of("y ~ x + (x | s) + (1 | s:d)", pupils)
    weights = group_weights(problem)
    assert weights[0] == pytest.approx(len(pupils) / problem.moments.levels[1].n_groups)
    assert_allclose(weights[1:], 0.0)
    assert bent_step(np.ones(4), np.ones(4), np.eye(4), np.zeros(4)) is None


def test_weight_of_a_slope_is_what_it_multiplies(pupils):
    problem = problem_of("y ~ x + (0 + x | s)", pupils)
    block = problem.structure.blocks[0]
    state = ascend(problem, np.zeros(1)).outputs[0]
    products = effect_products(effect_rows(state, block), block)
    assert_allclose(group_weights(problem), products.mean(), rtol=1e-12)
