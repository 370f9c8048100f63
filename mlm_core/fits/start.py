"""Where the search starts, and whether there is anything to search for.

Starting values are relative standard deviations that are right within a factor of a few for most data;
the search does not depend on them (its certificate rules out false zeros).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlm_core.errors import PerfectFitError
from mlm_core.fits.criterion import Problem, ascend
from mlm_core.fits.structure import NO_COLUMN
from mlm_core.moments.packed import position

FloatArray = NDArray[np.float64]
_INTERCEPT_SD = 0.5
_SLOPE_SD = 0.25
# With random effects this free, what is left is what groups and predictors cannot reproduce.
_UNBOUNDED = 1e8
# A residual share of the variation inside groups that is rounding only.
_NOTHING_LEFT = 1e-12


def starting_theta(problem: Problem) -> FloatArray:
    """Return the first theta, shape (n_theta,)."""
    return _diagonal_theta(problem, _INTERCEPT_SD, _SLOPE_SD)


def _diagonal_theta(problem: Problem, intercept: float, slope: float) -> FloatArray:
    theta = np.zeros(problem.structure.n_theta)
    for block in problem.structure.blocks:
        for row, index in enumerate(block.indices):
            theta[block.entry(row, row)] = intercept if index == NO_COLUMN else slope
    return theta


def refuse_perfect_fit(problem: Problem) -> None:
    """Check that groups and predictors leave some residual.

    Raises
    ------
    PerfectFitError
        They reproduce the outcome.
    """
    moments = problem.moments
    own = position(moments.k)[-1, -1]
    inside = float(moments.products[own].sum())
    theta = _diagonal_theta(problem, _UNBOUNDED, _UNBOUNDED)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = float(ascend(problem, theta).root.r2)
    # A stored outcome has variance one: its variation around the overall mean is n.
    is_constant_inside = inside <= _NOTHING_LEFT**2 * moments.n_rows
    if is_constant_inside or not left > _NOTHING_LEFT * inside:
        outcome = str(moments.layout.model.outcome)
        raise PerfectFitError(outcome)
