"""Where the search starts.

Random intercepts start from the nested analysis of variance of the pooled residuals: at each level
the mean square between the groups of one parent, less that of the level inside, over the mean
group size. The search does not depend on its start (its certificate rules out false zeros), it
only gets there sooner. Slopes start at a fixed share of their column.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem, ascend, criterion
from mlm_core.fits.root import solve_root
from mlm_core.fits.structure import NO_COLUMN
from mlm_core.moments.packed import unpack

FloatArray = NDArray[np.float64]
_SLOPE_SD = 0.25
# Relative standard deviations outside this range are too extreme to start from.
_LEAST, _MOST = 0.1, 100.0
# A relative standard deviation that leaves groups to themselves.
_FREE = 30.0
# Starts whose logarithms are this near lead to the same place.
_ALIKE = 0.5
# Without a predictor pooled and within-group slopes cannot differ.
_FEWEST_COEFFICIENTS = 2


def starting_theta(problem: Problem) -> FloatArray:
    """Return the first theta, shape (n_theta,)."""
    return find_start(problem)[0]


def find_start(problem: Problem) -> tuple[FloatArray, int]:
    """Return the first theta and how many evaluations of the criterion it took to find it."""
    if not problem.structure.blocks:
        return np.zeros(0), 0
    anova = _Anova(problem)
    pooled = solve_root(problem.moments.states[0], problem.moments, problem.fixed)
    first = _theta(problem, anova.relative_deviations(pooled.residual_coefficients))
    if problem.p < _FEWEST_COEFFICIENTS:
        return first, 0
    # With groups left free the slopes are those within groups. Where they differ from the pooled
    # ones the criterion can have a minimum on either side (Simpson's paradox): take the lower.
    within = ascend(problem, _theta(problem, [_FREE] * len(problem.moments.levels))).root
    second = _theta(problem, anova.relative_deviations(within.residual_coefficients))
    if np.all(np.abs(np.log(np.maximum(second, _LEAST) / np.maximum(first, _LEAST))) < _ALIKE):
        return first, 1
    values = [float(criterion(problem, ascend(problem, theta))) for theta in (first, second)]
    return (first if values[0] <= values[1] else second), 3


def _theta(problem: Problem, intercepts: Sequence[float]) -> FloatArray:
    """Return theta with these relative standard deviations of intercepts, outermost first."""
    theta = np.zeros(problem.structure.n_theta)
    for block in problem.structure.blocks:
        for row, index in enumerate(block.indices):
            start = intercepts[block.level] if index == NO_COLUMN else _SLOPE_SD
            theta[block.entry(row, row)] = start
    return theta


class _Anova:
    """The nested analysis of variance of any residuals, from the products at every level."""

    def __init__(self, problem: Problem) -> None:
        moments = problem.moments
        states = moments.states[::-1]
        self._n, self._k = moments.n_rows, moments.k
        self._products = [state.products.sum(axis=-1) for state in states]
        self._groups = [len(state.weight) for state in states]
        self._overlaps = [
            float((np.add.reduceat(state.weight**2, family.starts) / parents.weight).sum())
            for state, parents, family in zip(
                states, states[1:], reversed(moments.families), strict=False
            )
        ]

    def relative_deviations(self, coefficients: FloatArray) -> list[float]:
        """Return each level's standard deviation of residuals over the residual one's.

        ``coefficients`` (k + 1,) has the constant first and the outcome (1) last.
        """
        v, groups = coefficients[1:], self._groups
        squares = [float(v @ unpack(total, self._k) @ v) for total in self._products]
        residual = inside = squares[0] / max(self._n - groups[0], 1)
        found = []
        for outer, overlap in enumerate(self._overlaps, start=1):
            df = max(groups[outer - 1] - groups[outer], 1)
            mean_square = (squares[outer] - squares[outer - 1]) / df
            mean_size = (self._n - overlap) / df
            variance = (mean_square - inside) / mean_size if mean_size > 0.0 else 0.0
            inside = mean_square
            ratio = variance / residual if residual > 0.0 else _MOST**2
            found.append(float(np.clip(np.sqrt(max(ratio, 0.0)), _LEAST, _MOST)))
        return found[::-1]
