"""The model refitted without each group: all at once from where the whole one stands.

Every deletion takes quasi-Newton steps of its own (BFGS from the exact Hessian of the whole fit),
but the walks up and down the hierarchy are shared. A deletion that does not come to rest that way,
or whose optimum lies at or near a boundary, is refitted by itself from its own moments, with the
search's certificate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlm_core.errors import FitError
from mlm_core.fits.criterion import ascend, build_problem
from mlm_core.fits.descent import descend
from mlm_core.fits.groups import find_level
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.optimum import find_optimum
from mlm_core.inference.deletion import Deletions, is_estimable, moments_without

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
# Expected fall of the criterion after which a further step changes no digit that is shown.
_AT_REST = 1e-9
_MOST_STEPS = 12
# Share of the length of theta that a step may have, and what counts as a small theta.
_LONGEST = 0.5
# A relative standard deviation below this may be a false zero: the certificate decides.
_NEAR_ZERO = 0.03
# Rounding of a criterion, relative.
_NOISE = 1e-12
# Entries of the products of all deletions evaluated together.
_AT_ONCE = 2_000_000
# The same for all deletions together: below, nobody waits long for them.
_QUICK = 20_000_000


@dataclass(frozen=True, eq=False)
class Refits:
    """Estimates without each group, in units of the stored columns; NaN where there are none.

    Attributes
    ----------
    theta : ndarray (D, n_theta)
    beta : ndarray (D, p)
    r2 : ndarray (D,)
    df : ndarray (D,)
        What r2 is divided by for sigma^2.
    is_estimable : ndarray of bool (D,)
    """

    theta: FloatArray
    beta: FloatArray
    r2: FloatArray
    df: FloatArray
    is_estimable: BoolArray


Progress = Callable[[int, int], object]


def is_quick(fit: MixedFit, level: str) -> bool:
    """Tell whether refitting without each group of a level takes a few seconds at most."""
    n_groups = fit.levels[find_level(fit.levels, level)].n_groups
    return n_groups * fit.problem.moments.products.size <= _QUICK


def refit_without_groups(fit: MixedFit, level: int, progress: Progress | None = None) -> Refits:
    """Refit a model without each group of a level.

    Parameters
    ----------
    fit : MixedFit
    level : int
        Index of the level, outermost 0.
    progress : callable, optional
        Told how many groups are done, and of how many; it may raise to stop the work.
    """
    problem = fit.problem
    n_groups = problem.moments.levels[level].n_groups
    n_theta = problem.structure.n_theta
    every = Deletions(problem, level, np.arange(n_groups))
    found = Refits(
        theta=np.full((n_groups, n_theta), np.nan),
        beta=np.full((n_groups, problem.p), np.nan),
        r2=np.full(n_groups, np.nan),
        df=every.df,
        is_estimable=is_estimable(problem, level),
    )
    possible = np.flatnonzero(found.is_estimable)
    at_once = max(1, _AT_ONCE // problem.moments.products.size)
    for first in range(0, len(possible), at_once):
        chosen = possible[first : first + at_once]
        for position in chosen[~_side_by_side(fit, every.chunk(chosen), found)]:
            _by_itself(fit, level, int(position), found)
        if progress is not None:
            progress(first + len(chosen), len(possible))
    return found


def _side_by_side(fit: MixedFit, deletions: Deletions, found: Refits) -> BoolArray:
    """Refit some deletions together; return which came to rest well inside."""
    problem = fit.problem
    n = len(deletions.groups)
    came_to_rest, active = np.zeros(n, dtype=bool), np.arange(n)
    theta = np.repeat(fit.at.theta[:, None], n, axis=1)
    hessian = np.repeat(fit.curvature.hessian(problem, fit.at)[None], n, axis=0)
    step, before, value = theta, theta, np.full(n, np.inf)
    for count in range(_MOST_STEPS):
        now = _evaluated(deletions.chunk(active), theta)
        groups = deletions.groups[active]
        found.theta[groups], found.beta[groups] = theta.T, now.beta.T
        found.r2[groups] = now.r2
        if count:
            hessian = _learnt(hessian, step.T, (now.gradient - before).T)
        step, fall = _steps(hessian, now.gradient, theta)
        is_fine = np.isfinite(now.value) & ~(now.value > value + _NOISE * np.abs(now.value))
        came_to_rest[active[is_fine & (fall < _AT_REST)]] = True
        going = np.flatnonzero(is_fine & (fall >= _AT_REST))
        if not len(going):
            break
        active, hessian, step = active[going], hessian[going], step[:, going]
        theta, before, value = theta[:, going] + step, now.gradient[:, going], now.value[going]
    return came_to_rest & _is_inside(fit, found.theta[deletions.groups])


class _Values(NamedTuple):
    """The criterion of every deletion (D,), up to a constant, and what goes with it."""

    value: FloatArray
    gradient: FloatArray  # (n_theta, D)
    beta: FloatArray  # (p, D)
    r2: FloatArray


def _evaluated(deletions: Deletions, theta: FloatArray) -> _Values:
    """Evaluate each deletion at its own theta, shape (n_theta, D)."""
    problem, df = deletions.problem, deletions.df
    ascent = ascend(problem, theta, deletions.state())
    descent = descend(problem, ascent, theta.shape[1:])
    root = ascent.root
    value = ascent.log_pivots + df * np.log(root.r2 / df)
    if problem.method == "REML":
        value = value + root.log_det
    gradient = descent.log_det_gradient + df / root.r2 * descent.r2_gradient
    return _Values(value, gradient, root.beta, root.r2)


def _steps(
    hessian: FloatArray, gradient: FloatArray, theta: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return Newton's steps, none too long, and the falls of the criterion to be expected."""
    values, vectors = np.linalg.eigh(hessian)
    values = np.maximum(np.abs(values), 1e-9 * np.abs(values).max(axis=1, keepdims=True))
    slopes = np.einsum("dji,jd->di", vectors, gradient)
    parts = -slopes / values
    step = np.einsum("dji,di->jd", vectors, parts)
    longest = _LONGEST * np.linalg.norm(theta, axis=0)
    length = np.linalg.norm(step, axis=0)
    shortened = np.minimum(1.0, longest / np.where(length > 0.0, length, 1.0))
    return step * shortened, 0.5 * (slopes**2 / values).sum(axis=1)


def _learnt(hessian: FloatArray, step: FloatArray, change: FloatArray) -> FloatArray:
    """Return the BFGS updates of Hessians (D, n, n) by what the last steps (D, n) showed."""
    along = np.einsum("dij,dj->di", hessian, step)
    bend, expected = (step * change).sum(axis=1), (step * along).sum(axis=1)
    can_learn = (bend > 0.0) & (expected > 0.0)
    bend, expected = np.where(can_learn, bend, 1.0), np.where(can_learn, expected, 1.0)
    update = change[:, :, None] * (change / bend[:, None])[:, None, :]
    update -= along[:, :, None] * (along / expected[:, None])[:, None, :]
    return np.asarray(hessian + np.where(can_learn[:, None, None], update, 0.0))


def _is_inside(fit: MixedFit, theta: FloatArray) -> BoolArray:
    """Tell for each theta (D, n_theta) whether no variance is near zero, no correlation near 1."""
    inside = np.ones(len(theta), dtype=bool)
    for block in fit.problem.structure.blocks:
        factors = np.moveaxis(block.factor(theta.T), -1, 0)
        least = np.linalg.svd(factors, compute_uv=False)[:, -1]
        inside &= least > _NEAR_ZERO
    return inside


def _by_itself(fit: MixedFit, level: int, group: int, found: Refits) -> None:
    """Refit one deletion with the full search."""
    rest = moments_without(fit.problem.moments, level, group)
    found.theta[group], found.beta[group], found.r2[group] = np.nan, np.nan, np.nan
    try:
        at = find_optimum(build_problem(rest, fit.method)).at
    except FitError:  # what is left fits perfectly, say: there is no estimate without this group
        found.is_estimable[group] = False
        return
    found.theta[group], found.beta[group] = at.theta, at.root.beta
    found.r2[group] = float(at.root.r2)
