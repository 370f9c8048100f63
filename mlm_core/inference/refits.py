<<<<<<< HEAD
"""The model refitted without each group: all at once from where the whole one stands.

Every deletion takes quasi-Newton steps of its own (BFGS from the exact Hessian of the whole fit),
but the walks up and down the hierarchy are shared. A deletion that does not come to rest that way,
or whose optimum lies at or near a boundary, is refitted by itself from its own moments, with the
search's certificate.
=======
"""Many outcomes refitted at once: one vectorised search for all replicates.

Each replicate has its own theta; all walk up and down the hierarchy side by side. The search is
quasi-Newton (inverse BFGS) from the truth, with the exact curvature of the data there; replicates
leave when they are done, and the few that take too long are searched for alone. As for a single
fit, a variance that ended at zero is tried again next to zero: where the criterion falls there, the
zero was a false one.

Shapes: B replicates, theta (B, n_theta).
>>>>>>> 26d02ad (Parametric bootstrap on the moments: intervals of any statistic, likelihood-ratio tests)
"""

from __future__ import annotations

<<<<<<< HEAD
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
=======
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
>>>>>>> 26d02ad (Parametric bootstrap on the moments: intervals of any statistic, likelihood-ratio tests)

import numpy as np
from numpy.typing import NDArray

<<<<<<< HEAD
from mlm_core.errors import FitError
from mlm_core.fits.criterion import ascend, build_problem
from mlm_core.fits.descent import descend
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
=======
from mlm_core.fits.boundary import SINGULAR
from mlm_core.fits.criterion import Problem, ascend, criterion
from mlm_core.fits.curvature import evaluate, exact_curvature
from mlm_core.fits.descent import descend
from mlm_core.fits.intercepts import only_intercepts, walk
from mlm_core.fits.optimum import find_optimum
from mlm_core.fits.root import Root
from mlm_core.inference.replicated_moments import ReplicatedMoments

FloatArray = NDArray[np.float64]
# Expected fall of the criterion at which a replicate is done.
_DONE = 1e-8
_MOST_STEPS = 60
_RADIUS = 0.7
# A relative standard deviation below the first may be a false zero; it is tried again at the
# second.
_NEAR_ZERO, _BESIDE_ZERO = 0.02, 0.03
_ALWAYS_CURVED = 1e-6
>>>>>>> 26d02ad (Parametric bootstrap on the moments: intervals of any statistic, likelihood-ratio tests)


@dataclass(frozen=True, eq=False)
class Refits:
<<<<<<< HEAD
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


Progress = Callable[[int, int], None]


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
=======
    """Fits of all replicates.

    Attributes
    ----------
    theta : ndarray (B, n_theta)
        On stored columns.
    criterion : ndarray (B,)
    r2 : ndarray (B,)
    beta : ndarray (B, p)
        In stored units.
    """

    theta: FloatArray
    criterion: FloatArray
    r2: FloatArray
    beta: FloatArray


class _At(NamedTuple):
    """Values (B,), gradients (B, n_theta) and roots of some replicates."""

    value: FloatArray
    gradient: FloatArray
    root: Root


class Refitter:
    """Refits replicates of one model, starting from one theta.

    Parameters
    ----------
    problem : Problem
        The model over the moments of the data.
    theta : ndarray (n_theta,)
        Where to start.
    """

    def __init__(self, problem: Problem, theta: FloatArray) -> None:
        self._problem = problem
        self._diagonal = np.array(
            [block.entry(i, i) for block in problem.structure.blocks for i in range(block.q)],
            dtype=np.intp,
        )
        self._start = theta.copy()
        small = self._diagonal[np.abs(theta[self._diagonal]) < _BESIDE_ZERO]
        self._start[small] = _BESIDE_ZERO
        self._inverse = np.zeros((0, 0))
        if len(theta):
            curvature = exact_curvature(problem, self._start)
            self._inverse = _positive_inverse(
                curvature.hessian(problem, evaluate(problem, self._start))
            )

    def __call__(self, moments: ReplicatedMoments) -> Refits:
        """Refit all replicates."""
        n = len(moments.means)
        theta = np.tile(self._start, (n, 1))
        theta = self._search(moments, theta)
        if len(self._diagonal):
            theta = self._leave_false_zeros(moments, theta)
            theta[:, self._diagonal] = np.where(
                np.abs(theta[:, self._diagonal]) < SINGULAR, 0.0, theta[:, self._diagonal]
            )
        at = self._evaluate(moments, theta)
        return Refits(theta, at.value, _rows(at.root.r2, n), _rows(at.root.beta, n))

    def _evaluate(self, moments: ReplicatedMoments, theta: FloatArray) -> _At:
        problem, at = replace(self._problem, moments=moments), theta.T
        if only_intercepts(problem):
            found = walk(problem, at)
            parts = found.log_det_gradient, found.r2_gradient
            value, root = criterion(problem, found), found.root
        else:
            ascent = ascend(problem, at)
            descent = descend(problem, ascent, at.shape[1:])
            parts = descent.log_det_gradient, descent.r2_gradient
            value, root = criterion(problem, ascent), ascent.root
        gradient = parts[0] + problem.df / root.r2 * parts[1]
        return _At(np.asarray(value), gradient.T, root)

    def _search(self, moments: ReplicatedMoments, theta: FloatArray) -> FloatArray:
        """Return the optimum of every replicate from its start."""
        found = theta.copy()
        if not theta.shape[1]:
            return found
        left = np.arange(len(theta))
        at = self._evaluate(moments, theta)
        value, gradient = at.value, at.gradient
        inverse = np.tile(self._inverse, (len(theta), 1, 1))
        share = np.ones(len(theta))
        for _ in range(_MOST_STEPS):
            step = -(inverse @ gradient[..., None])[..., 0]
            fall = -(gradient * step).sum(axis=1)
            going = (fall > _DONE) & (share > 1e-9)
            if going.sum() < 0.7 * len(left) or not going.all():
                found[left[~going]] = theta[~going]
                left, theta, value, share = left[going], theta[going], value[going], share[going]
                gradient, inverse, step = gradient[going], inverse[going], step[going]
                moments = moments.chosen(going)
                if not len(left):
                    return found
            step = share[:, None] * _within(step, theta)
            trial = self._evaluate(moments, theta + step)
            inverse = _updated(inverse, step, trial.gradient - gradient)
            better = trial.value <= value + 1e-12 * np.abs(value)
            share = np.where(better, 1.0, 0.3 * share)
            theta = np.where(better[:, None], theta + step, theta)
            gradient = np.where(better[:, None], trial.gradient, gradient)
            value = np.where(better, trial.value, value)
        for place, replicate in enumerate(left):  # few, if any: each is searched for alone
            alone = replace(self._problem, moments=moments.one(place))
            found[replicate] = find_optimum(alone).at.theta
        return found

    def _leave_false_zeros(self, moments: ReplicatedMoments, theta: FloatArray) -> FloatArray:
        """Go on where the criterion falls beside a variance that ended at zero."""
        for entry in self._diagonal:
            near = np.flatnonzero(np.abs(theta[:, entry]) < _NEAR_ZERO)
            if not len(near):
                continue
            beside = theta[near]
            beside[:, entry] = _BESIDE_ZERO
            some = moments.chosen(near)
            here, there = self._evaluate(some, theta[near]), self._evaluate(some, beside)
            falls = there.value < here.value - _DONE
            if falls.any():
                theta[near[falls]] = self._search(some.chosen(falls), beside[falls])
        return theta


def _rows(values: Any, n: int) -> FloatArray:
    """Return values of the root, replicates last, as (B, ...)."""
    values = np.asarray(values)
    return np.broadcast_to(np.moveaxis(values, -1, 0), (n, *values.shape[:-1])).copy()


def _positive_inverse(hessian: FloatArray) -> FloatArray:
    scale = np.sqrt(np.abs(np.diag(hessian)))
    scale[scale == 0.0] = 1.0
    values, vectors = np.linalg.eigh(hessian / np.outer(scale, scale))
    bent = np.maximum(np.abs(values), _ALWAYS_CURVED)
    return np.asarray((vectors / bent) @ vectors.T / np.outer(scale, scale))


def _within(step: FloatArray, theta: FloatArray) -> FloatArray:
    """Shorten steps that are long for their theta."""
    length = np.linalg.norm(step, axis=1)
    most = _RADIUS * np.maximum(1.0, np.linalg.norm(theta, axis=1))
    return np.asarray(step * np.minimum(1.0, most / np.maximum(length, 1e-300))[:, None])


def _updated(inverse: FloatArray, step: FloatArray, change: FloatArray) -> FloatArray:
    """Learn the curvature along a step (BFGS); where it would bend down nothing is learnt."""
    bend = (step * change).sum(axis=1)
    sizes = np.linalg.norm(step, axis=1) * np.linalg.norm(change, axis=1)
    learns = bend > 1e-8 * sizes
    rho = np.where(learns, 1.0 / np.where(learns, bend, 1.0), 0.0)
    across = (inverse @ change[..., None])[..., 0]
    weight = rho * (1.0 + rho * (change * across).sum(axis=1))
    mixed = step[:, :, None] * across[:, None, :]
    mixed = (mixed + mixed.swapaxes(1, 2)) * rho[:, None, None]
    square = step[:, :, None] * step[:, None, :] * weight[:, None, None]
    return np.asarray(inverse + square - mixed)
>>>>>>> 26d02ad (Parametric bootstrap on the moments: intervals of any statistic, likelihood-ratio tests)
