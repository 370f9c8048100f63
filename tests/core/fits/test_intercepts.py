"""Random intercepts only: the same numbers as the general walks, whatever the levels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.criterion import ascend, build_problem
from mlm_core.fits.curvature import evaluate
from mlm_core.fits.descent import descend
from mlm_core.fits.intercepts import walk
from tests.core.problems import INTERCEPTS, METHODS, problem_of, random_theta

_SAME = 1e-11


@pytest.mark.parametrize("size", [1e-4, 1.0, 1e4])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("formula", INTERCEPTS)
def test_it_agrees_with_the_general_walks(formula, method, size, table):
    problem = problem_of(formula, table, method)
    theta = size * random_theta(problem, seed=2)
    found = walk(problem, theta)
    ascent = ascend(problem, theta)
    descent = descend(problem, ascent)
    assert_allclose(found.log_pivots, ascent.log_pivots, rtol=_SAME)
    for part, expected in zip(found.root, ascent.root, strict=True):
        assert_allclose(part, expected, rtol=1e-9, atol=_SAME)
    assert_allclose(found.r2_gradient, descent.r2_gradient, rtol=1e-8)
    assert_allclose(found.log_det_gradient, descent.log_det_gradient, rtol=1e-8)


@pytest.mark.parametrize("formula", INTERCEPTS)
def test_what_is_left_of_every_group(formula, table):
    problem = problem_of(formula, table)
    at = evaluate(problem, random_theta(problem, seed=3))
    assert at.walks is None
    assert_allclose(at.innermost, at.descent.coefficients[-1], rtol=1e-9, atol=_SAME)


def test_evaluations_side_by_side_are_those_apart(table):
    problem = problem_of("y ~ x + z + (1 | s/d/c)", table)
    points = np.stack([random_theta(problem, seed=seed) for seed in range(3)], axis=1)
    together = walk(problem, points)
    for column in range(3):
        alone = walk(problem, points[:, column])
        assert_allclose(together.log_pivots[column], alone.log_pivots, rtol=_SAME)
        assert_allclose(together.r2_gradient[:, column], alone.r2_gradient, rtol=_SAME)
        assert_allclose(together.log_det_gradient[:, column], alone.log_det_gradient, rtol=1e-9)


@pytest.mark.parametrize("dropped", [0, 1])
def test_a_level_without_an_effect_is_passed_through(dropped, table):
    moments = problem_of("y ~ x + (1 | s/d)", table).moments
    blocks = tuple(block for block in moments.layout.blocks if block.level != dropped)
    problem = build_problem(replace(moments, layout=replace(moments.layout, blocks=blocks)), "REML")
    assert problem.structure.has_only_intercepts
    theta = np.array([0.7])
    found, ascent = walk(problem, theta), ascend(problem, theta)
    assert_allclose(found.log_pivots, ascent.log_pivots, rtol=_SAME)
    assert_allclose(found.r2_gradient, descend(problem, ascent).r2_gradient, rtol=1e-9)
    assert_allclose(evaluate(problem, theta).gradient.shape, (1,))


@pytest.mark.parametrize(
    "formula",
    [
        "y ~ x",
        "y ~ x + (x | s)",
        "y ~ x + (0 + x | s)",
        "y ~ x + (1 | s) + (0 + x | s)",
        "y ~ x + (1 | d) + (0 + x | d:s)",
    ],
)
def test_anything_else_is_left_to_the_general_walks(formula, pupils):
    assert not problem_of(formula, pupils).structure.has_only_intercepts
