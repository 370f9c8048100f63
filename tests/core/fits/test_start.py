"""Where the search starts: never at a zero, never at a unit."""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.start import find_start
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


def test_units_do_not_move_the_start(pupils):
    formula = "y ~ x + (x | s:d/c)"
    moved = pupils.assign(x=pupils["x"] * 1e6 + 3e7, y=pupils["y"] * 1e-3 + 40.0)
    start = find_start(problem_of(formula, pupils))[0]
    assert_allclose(find_start(problem_of(formula, moved))[0], start, rtol=1e-6)
