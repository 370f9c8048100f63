"""Where the search starts: never at a zero, never at a unit."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.criterion import build_problem
from mlm_core.fits.start import find_start
from mlm_core.inference.simulation import LevelDesign, NestedDesign
from mlm_core.inference.simulation_draws import draw_table
from mlm_core.moments.making import moments
from tests.core import dense
from tests.core.problems import problem_of


@pytest.mark.parametrize("name", dense.CASES)
def test_no_variance_starts_at_zero_and_no_correlation_elsewhere(name, pupils):
    problem = problem_of(dense.CASES[name].formula, pupils)
    theta = find_start(problem)[0]
    assert theta.shape == (problem.structure.n_theta,)
    for block in problem.structure.blocks:
        for row in range(block.q):
            assert theta[block.entry(row, row)] > 0.0
            assert all(theta[block.entry(row, column)] == 0.0 for column in range(row))


@pytest.mark.parametrize("sd", [0.5, 2.0])
def test_slopes_start_near_their_spread(sd):
    level = LevelDesign("school", groups=200, intercept_sd=1.0, slope_sd=sd)
    design = NestedDesign((level,), rows=50, residual_sd=2.0)
    problem = build_problem(moments(design.model, draw_table(design, seed=1)), "REML")
    (block,) = problem.structure.blocks
    start = block.relative_covariance(find_start(problem)[0])
    assert_allclose(np.sqrt(np.diag(start))[1], sd / 2.0, rtol=0.1)


def test_units_do_not_move_the_start(pupils):
    formula = "y ~ x + (x | s:d/c)"
    moved = pupils.assign(x=pupils["x"] * 1e6 + 3e7, y=pupils["y"] * 1e-3 + 40.0)
    start = find_start(problem_of(formula, pupils))[0]
    assert_allclose(find_start(problem_of(formula, moved))[0], start, rtol=1e-6)
