"""Where the search starts.

Random intercepts start from the nested analysis of variance of the pooled residuals: at each level
the mean square between the groups of one parent, less that of the level inside, over the mean
group size. The search does not depend on its start (its certificate rules out false zeros), it
only gets there sooner. Slopes start at a fixed share of their column.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.root import solve_root
from mlm_core.fits.structure import NO_COLUMN
from mlm_core.moments.packed import unpack

FloatArray = NDArray[np.float64]
_SLOPE_SD = 0.25
# Relative standard deviations outside this range are too extreme to start from.
_LEAST, _MOST = 0.1, 10.0


def starting_theta(problem: Problem) -> FloatArray:
    """Return the first theta, shape (n_theta,)."""
    theta = np.zeros(problem.structure.n_theta)
    intercepts = _relative_deviations(problem) if problem.structure.blocks else []
    for block in problem.structure.blocks:
        for row, index in enumerate(block.indices):
            start = intercepts[block.level] if index == NO_COLUMN else _SLOPE_SD
            theta[block.entry(row, row)] = start
    return theta


def _relative_deviations(problem: Problem) -> list[float]:
    """Return a relative standard deviation for each level's intercept, outermost first."""
    moments = problem.moments
    n, states = moments.n_rows, moments.states[::-1]
    products = [state.products.sum(axis=-1) for state in states]
    groups = [len(state.weight) for state in states]
    overlaps = [
        float((np.add.reduceat(state.weight**2, family.starts) / parents.weight).sum())
        for state, parents, family in zip(
            states, states[1:], reversed(moments.families), strict=False
        )
    ]
    v = solve_root(states[-1], moments, problem.fixed).residual_coefficients[1:]
    squares = [float(v @ unpack(total, len(v)) @ v) for total in products]
    residual = inside = squares[0] / max(n - groups[0], 1)
    found = []
    for outer, overlap in enumerate(overlaps, start=1):
        df = max(groups[outer - 1] - groups[outer], 1)
        mean_square = (squares[outer] - squares[outer - 1]) / df
        mean_size = (n - overlap) / df
        variance = (mean_square - inside) / mean_size if mean_size > 0.0 else 0.0
        inside = mean_square
        ratio = variance / residual if residual > 0.0 else _MOST**2
        found.append(float(np.clip(np.sqrt(max(ratio, 0.0)), _LEAST, _MOST)))
    return found[::-1]
