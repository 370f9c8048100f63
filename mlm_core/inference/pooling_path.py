"""From no pooling to complete pooling: the groups' coefficients at every strength between.

How far a group is drawn to the common line is decided by the covariance of the group effects
relative to the residual variance, D. The path multiplies the D of a level (and of the levels around
it) by one factor f: none of the pooling as f grows, all of it at f = 0, the fit itself at f = 1. A
position on the path is told by what it does to a typical group. With m = z'z of the effect that
varies most, in a group of median size, its mode is 1/(1 + m d) short of the group's own value; so

    pooling p = 1 / (1 + m f d),        f = ((1 - p) / p) / (m d).

Levels inside the one that is shown keep their ratio at the estimate and fade on both sides (factor
min(f, 1/f)), so that the ends are exactly the groups' own estimates and the one line of all rows.
A direction in which the fit has no variance is opened on the way to no pooling.

Symbols: T positions, G groups, k stored columns; all positions are evaluated side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.layout import INTERCEPT
from mlm_core.fits.boundary import SINGULAR, is_singular_block
from mlm_core.fits.criterion import Method, Problem, ascend, criterion
from mlm_core.fits.descent import descend
from mlm_core.fits.groups import counts_at, find_level, group_constants
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.structure import NO_COLUMN, CovarianceBlock, lower_factor
from mlm_core.moments.packed import position

Floats = NDArray[np.float64]

STEPS = 41
FEW_STEPS = 21
MANY_GROUPS = 400
"""Groups above which a path has fewer steps."""
LEAST = 1e-12
"""Pooling that stands for none: estimates differ from the groups' own in the last digits."""
_OPENED = 1e-2  # variance given to a closed direction, as a share of the open ones'
_PARALLEL = 20_000  # groups times positions evaluated at once, to bound memory
_SAME_PLACE = 0.2  # steps between a position and the estimate that are told apart


@dataclass(frozen=True, eq=False)
class PoolingPath:
    """The coefficients of all groups of a level along the path.

    Attributes
    ----------
    level : str
    method : {"REML", "ML"}
    pooling : ndarray (T,)
        Share of the way to the common line that a typical group is drawn, from 0 to 1.
    at_estimate : int
        Position of the fit itself.
    typical_size : float
        Median number of rows in a group.
    labels : ndarray of str (G,)
    sizes : ndarray (G,)
        Rows.
    coefficients : Mapping[str, ndarray (T, G)]
        By term: the group's coefficient, fixed part included.
    overall : Mapping[str, ndarray (T,)]
        By term: the fixed coefficient.
    constants : Mapping[str, ndarray (G,)]
        Predictors with one value in each group, and that value.
    rise : ndarray (T,)
        How far the criterion lies above the fit's own.
    """

    level: str
    method: Method
    pooling: Floats
    at_estimate: int
    typical_size: float
    labels: NDArray[np.object_]
    sizes: Floats
    coefficients: Mapping[str, Floats]
    overall: Mapping[str, Floats]
    constants: Mapping[str, Floats]
    rise: Floats

    def estimates(self, term: str) -> Floats:
        """Return the groups' estimates of a term that their own regressions have too, (T, G).

        The intercept of a group's own regression includes what predictors without variation inside
        the group contribute; so does the one here.
        """
        found = self.coefficients[term]
        if term == INTERCEPT.label:
            for name, values in self.constants.items():
                found = found + self.coefficients[name] * values
        return found


def pooling_path(fit: MixedFit, level: str, *, steps: int | None = None) -> PoolingPath:
    """Follow the groups of a level from their own lines to the common one.

    Parameters
    ----------
    fit : MixedFit
        The estimate; it is one of the positions.
    level : str
        Name of the level, or of its innermost column.
    steps : int, optional
        Positions at equal distances, before the estimate is put among them; by default 41, or 21
        when there are many groups.
    """
    index = find_level(fit.levels, level)
    grouping, moments = fit.levels[index], fit.problem.moments
    given = _typical_shrinkage(fit, index)
    usual = STEPS if grouping.n_groups <= MANY_GROUPS else FEW_STEPS
    pooling, place = _positions(1.0 / (1.0 + given), steps or usual)
    theta = np.column_stack([_theta(fit, index, float(p), given) for p in pooling])
    theta[:, place] = fit.at.theta
    coefficients, beta, value = _evaluate(fit.problem, theta, index)
    on_user_scale = _on_user_scale(fit.problem, coefficients)
    fixed = [fit.scale.beta(stored) for stored in beta.T]
    return PoolingPath(
        level=grouping.name,
        method=fit.method,
        pooling=pooling,
        at_estimate=place,
        typical_size=float(np.median(counts_at(moments, index))),
        labels=grouping.labels(),
        sizes=counts_at(moments, index),
        coefficients=on_user_scale,
        overall={term: np.array([each[i] for each in fixed]) for i, term in enumerate(fit.terms)},
        constants=group_constants(moments, index),
        rise=value - fit.criterion,
    )


# --- the path -------------------------------------------------------------------------------------


def _positions(estimate: float, steps: int) -> tuple[Floats, int]:
    """Return the positions with the estimate among them, and which it is."""
    grid = np.linspace(0.0, 1.0, steps)
    place = int(np.searchsorted(grid, estimate))
    for near in (place - 1, place):
        is_near = 0 <= near < steps and abs(grid[near] - estimate) < _SAME_PLACE / (steps - 1)
        if is_near and (0 < near < steps - 1 or grid[near] == estimate):
            grid[near] = estimate
            return grid, near
    return np.insert(grid, place, estimate), place


def _typical_shrinkage(fit: MixedFit, level: int) -> float:
    """Return m d of the effect that varies most, in a group of median size; zero if none varies."""
    largest = 0.0
    for block in fit.problem.structure.at_level(level):
        factor = block.factor(fit.at.theta)
        variances = np.diag(factor @ factor.T)
        for effect, variance in enumerate(variances):
            if variance > SINGULAR**2:
                squares = float(np.median(_squares(fit.problem, block, effect)))
                largest = max(largest, squares * float(variance))
    return largest


def _squares(problem: Problem, block: CovarianceBlock, effect: int) -> Floats:
    """Return z'z of one effect in every group, shape (G,)."""
    state = problem.moments.states[block.level + 1]
    index, value = block.indices[effect], block.offsets[effect]
    if index == NO_COLUMN:
        return np.asarray(state.weight * value**2)
    inside = state.products[position(state.k)[index, index]]
    return np.asarray(inside + state.weight * (value + state.means[index]) ** 2)


def _theta(fit: MixedFit, level: int, pooling: float, given: float) -> Floats:
    """Return theta at one position; ``given`` is m d at the estimate."""
    odds = (1.0 - pooling) / max(pooling, LEAST)
    theta = fit.at.theta.copy()
    for block in fit.problem.structure.blocks:
        if block.level > level:
            share = pooling if not given else min(odds / given, given / odds if odds else 0.0)
            changed = block.factor(theta) * np.sqrt(share)
        elif not given and block.level == level:
            typical = float(np.median(_squares(fit.problem, block, 0)))
            changed = np.eye(block.q) * np.sqrt(odds / max(typical, 1.0))
        else:
            changed = _scaled(block, fit.at.theta, odds / given if given else odds)
        theta[block.first : block.first + block.size] = block.entries(changed)
    return theta


def _scaled(block: CovarianceBlock, theta: Floats, factor: float) -> Floats:
    """Return Lambda with its covariance multiplied, closed directions opened beyond the fit."""
    root = block.factor(theta)
    if factor <= 1.0 or not is_singular_block(block, theta):
        return np.asarray(root * np.sqrt(factor))
    covariance = root @ root.T
    open_part = _OPENED * (float(np.trace(covariance)) / block.q or 1.0)
    return lower_factor(factor * covariance + (factor - 1.0) * open_part * np.eye(block.q))


# --- evaluation -----------------------------------------------------------------------------------


def _evaluate(problem: Problem, theta: Floats, level: int) -> tuple[Floats, Floats, Floats]:
    """Return coefficients (k + 1, T, G) as the descent has them, beta (p, T), criterion (T,).

    Unlike a search, the way may touch a perfect fit (groups of one row, not pooled): coefficients
    exist there, the criterion does not.
    """
    at_once = max(1, _PARALLEL // len(problem.moments.counts))
    parts = []
    for first in range(0, theta.shape[1], at_once):
        some = theta[:, first : first + at_once]
        n = some.shape[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            ascent = ascend(problem, some)
            value = np.broadcast_to(criterion(problem, ascent), (n,))
            found = descend(problem, ascent, (n,)).coefficients[level]
        beta = np.broadcast_to(ascent.root.beta, (problem.p, n))
        parts.append((np.broadcast_to(found, (len(found), n, found.shape[-1])), beta, value))
    coefficients, betas, values = zip(*parts, strict=True)
    return (
        np.concatenate(coefficients, axis=1),
        np.concatenate(betas, axis=1),
        np.concatenate(values),
    )


def _on_user_scale(problem: Problem, stored: Floats) -> dict[str, Floats]:
    """Turn (-coefficients, 1) of stored columns into coefficients of the user's, by term."""
    moments = problem.moments
    scale, shift = moments.scale, moments.shift
    intercept = shift[-1] - scale[-1] * stored[0]
    found = {}
    for index, column in enumerate(moments.columns):
        slope = -stored[1 + index] * (scale[-1] / scale[index])
        intercept = intercept - slope * shift[index]
        found[column.label] = slope
    return {INTERCEPT.label: intercept, **found}
