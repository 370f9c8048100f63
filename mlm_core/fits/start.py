"""Where the search starts.

Random intercepts start from the nested analysis of variance of the pooled residuals: at each level
the mean square between the groups of one parent, less that of the level inside, over the mean
group size. Slopes start from the spread of the groups' own, less what is left inside the groups, as
studies of unequal precision are compared (DerSimonian & Laird 1986, Controlled Clinical Trials 7).
The search does not depend on its start (its certificate rules out false zeros), it only gets there
sooner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.curvature import value_at
from mlm_core.fits.root import solve_root
from mlm_core.fits.structure import NO_COLUMN
from mlm_core.moments.moments import NO_VARIATION
from mlm_core.moments.packed import position

FloatArray = NDArray[np.float64]
# Relative standard deviations outside this range are too extreme to start from.
_LEAST, _MOST = 0.1, 1e8
_RIDGE = 1e-8
# Starts whose logarithms are this near lead to the same place.
_ALIKE = 0.5
# Without a predictor pooled and within-group slopes cannot differ.
_FEWEST_COEFFICIENTS = 2


def find_start(problem: Problem) -> tuple[FloatArray, int]:
    """Return the first theta and how many evaluations of the criterion it took to find it."""
    if not problem.structure.blocks:
        return np.zeros(0), 0
    anova = _Anova(problem)
    pooled = solve_root(problem.moments.root, problem.moments, problem.fixed)
    first = _theta(problem, anova, pooled.residual_coefficients)
    if problem.p < _FEWEST_COEFFICIENTS:
        return first, 0
    # Where the slopes within groups differ from the pooled ones the criterion can have a minimum on
    # either side (Simpson's paradox): start on the lower.
    within = anova.coefficients_within(problem, pooled.residual_coefficients)
    second = _theta(problem, anova, within)
    if np.all(np.abs(np.log(np.maximum(second, _LEAST) / np.maximum(first, _LEAST))) < _ALIKE):
        return first, 0
    values = [value_at(problem, theta) for theta in (first, second)]
    return (first if values[0] <= values[1] else second), 2


def _theta(problem: Problem, anova: _Anova, coefficients: FloatArray) -> FloatArray:
    """Return theta where residuals from these coefficients put it."""
    theta = np.zeros(problem.structure.n_theta)
    intercepts = anova.relative_deviations(coefficients)
    for block in problem.structure.blocks:
        for row, index in enumerate(block.indices):
            theta[block.entry(row, row)] = (
                intercepts[block.level]
                if index == NO_COLUMN
                else anova.deviation_of_slopes(block.level, index, coefficients)
            )
    return theta


class _Anova:
    """The nested analysis of variance of any residuals, from the products at every level."""

    def __init__(self, problem: Problem) -> None:
        self._moments = moments = problem.moments
        counts = moments.row_counts[::-1]
        self._n, self._k = moments.n_rows, moments.k
        self._products = moments.within[::-1]
        self._groups = [len(rows) for rows in counts]
        self._overlaps = [
            float((family.sums(rows**2) / parents).sum())
            for rows, parents, family in zip(
                counts, counts[1:], reversed(moments.families), strict=False
            )
        ]

    def coefficients_within(self, problem: Problem, pooled: FloatArray) -> FloatArray:
        """Return pooled coefficients with those of columns that vary inside groups replaced.

        Shape (k + 1,) as for ``relative_deviations``; the others are regressed on as they are.
        """
        inside = self._products[0]
        least = NO_VARIATION * self._n
        columns = [j for j in problem.fixed if j != NO_COLUMN and inside[j, j] > least]
        others = [j for j in range(self._k - 1) if j not in columns]
        found = pooled.copy()
        # What the outcome is without the part of the other columns, against the ones that vary.
        right = inside[:, -1] + inside[:, others] @ pooled[1:][others]
        # Columns tied inside groups only share what is theirs: a ridge keeps them apart.
        root = np.sqrt(inside[columns, columns])
        unit = inside[columns][:, columns] / (root[:, None] * root) + _RIDGE * np.eye(len(root))
        slopes = np.linalg.solve(unit, right[columns] / root) / root
        found[[1 + j for j in columns]] = -slopes
        return found

    def relative_deviations(self, coefficients: FloatArray) -> list[float]:
        """Return each level's standard deviation of residuals over the residual one's.

        ``coefficients`` (k + 1,) has the constant first and the outcome (1) last.
        """
        v, groups = coefficients[1:], self._groups
        squares = [float(v @ total @ v) for total in self._products]
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

    def deviation_of_slopes(self, level: int, index: int, coefficients: FloatArray) -> float:
        """Return the standard deviation of a column's slopes over the residual one.

        The groups' own slopes of the residuals (see :meth:`relative_deviations`) spread as the
        slopes do, and as what is left inside groups makes them.
        """
        v, state = coefficients[1:], self._moments.states[level + 1]
        where = position(state.k)[index]
        along = state.products[where[index]]
        varies = along > NO_VARIATION * state.weight
        along, across = along[varies], (v @ state.products[where])[varies]
        explained, n = float((across**2 / along).sum()), len(along)
        left = float(v @ self._moments.within[level + 1] @ v) - explained
        if not n:
            return _LEAST
        residual = left / max(self._n - len(varies) - n, 1)
        ratio = (explained / residual - n) / along.sum() if residual > 0.0 else _MOST**2
        return float(np.clip(np.sqrt(max(ratio, 0.0)), _LEAST, _MOST))
