"""Random intercepts from one pass over branches: the same numbers as the other ways."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.criterion import ascend, build_problem
from mlm_core.fits.descent import descend
from mlm_core.fits.intercept_sums import remainders, walk_once, walk_twice
from mlm_core.fits.intercepts import walk
from mlm_core.moments.tree import branches
from tests.core.problems import INTERCEPTS, METHODS, problem_of, random_theta

_SAME = 1e-9
_STEP = 1e-20


def _cut(problem):
    """Return a problem whose tree is cut into branches of one outermost group each."""
    moments = replace(problem.moments)
    moments.__dict__["branches"] = branches(moments.families, 1)
    assert len(moments.branches) > 1
    return replace(problem, moments=moments)


@pytest.mark.parametrize("size", [1e-4, 1.0, 1e4])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("formula", INTERCEPTS)
def test_criterion_and_gradient_are_those_of_the_general_walks(formula, method, size, table):
    problem = problem_of(formula, table, method)
    theta = size * random_theta(problem, seed=2)
    ascent = ascend(problem, theta)
    descent = descend(problem, ascent)
    for found in (walk_once(problem, theta), walk_once(_cut(problem), theta)):
        assert_allclose(found.log_pivots, ascent.log_pivots, rtol=1e-11)
        for part, expected in zip(found.root, ascent.root, strict=True):
            assert_allclose(part, expected, rtol=_SAME, atol=1e-11)
        assert_allclose(found.r2_gradient, descent.r2_gradient, rtol=1e-8)
        assert_allclose(found.log_det_gradient, descent.log_det_gradient, rtol=1e-8)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("formula", INTERCEPTS)
def test_second_derivatives_are_those_by_complex_step(formula, method, table):
    problem = problem_of(formula, table, method)
    theta = random_theta(problem, seed=4)
    sides = walk(problem, theta[:, None] + 1j * _STEP * np.eye(len(theta)))
    once, bend = walk_twice(_cut(problem), theta)
    assert_allclose(once.r2_gradient, walk_once(problem, theta).r2_gradient, rtol=_SAME)
    for found, expected in zip(
        bend, (sides.log_det_gradient, sides.r2_gradient, sides.root.inverse), strict=True
    ):
        expected = expected.imag / _STEP
        assert_allclose(found, expected, rtol=_SAME, atol=_SAME * np.abs(expected).max())


@pytest.mark.parametrize("formula", INTERCEPTS)
def test_what_is_left_of_every_group(formula, table):
    problem = problem_of(formula, table)
    theta = random_theta(problem, seed=3)
    ascent = ascend(problem, theta)
    v = descend(problem, ascent).coefficients[-1]
    expected = v[0] + (v[1:] * problem.moments.means).sum(axis=0)
    found = remainders(_cut(problem), theta, ascent.root)
    assert_allclose(found, expected, rtol=1e-7, atol=_SAME)


@pytest.mark.parametrize("dropped", [0, 1])
def test_a_level_without_an_effect_is_passed_through(dropped, table):
    moments = problem_of("y ~ x + (1 | s/d)", table).moments
    blocks = tuple(block for block in moments.layout.blocks if block.level != dropped)
    problem = build_problem(replace(moments, layout=replace(moments.layout, blocks=blocks)), "REML")
    theta = np.array([0.7])
    sides = walk(problem, theta[:, None] + 1j * _STEP)
    found, bend = walk_twice(problem, theta)
    ascent = ascend(problem, theta)
    assert_allclose(found.r2_gradient, descend(problem, ascent).r2_gradient, rtol=_SAME)
    assert_allclose(bend.log_det, sides.log_det_gradient.imag / _STEP, rtol=_SAME)
    assert_allclose(bend.r2, sides.r2_gradient.imag / _STEP, rtol=_SAME)


def test_no_variance_at_all(table):
    problem = problem_of("y ~ x + (1 | s/d)", table)
    found, bend = walk_twice(problem, np.zeros(2))
    assert not found.r2_gradient.any()
    assert not found.log_det_gradient.any()
    assert not bend.inverse.any()
    # Only what theta^2 does remains: twice the slope by theta^2, as a small theta shows.
    small = walk_once(problem, np.array([1e-5, 0.0]))
    assert_allclose(bend.r2[0, 0], small.r2_gradient[0] / 1e-5, rtol=1e-6)
    assert bend.r2[0, 1] == 0.0
