"""Many outcomes refitted at once: one vectorised search for all replicates.

Each replicate has its own theta; all walk up and down the hierarchy side by side. The search is
quasi-Newton (inverse BFGS) from the truth, with the exact curvature of the data there; replicates
leave when they are done, and the few that take too long are searched for alone. As for a single
fit, a variance that ended at zero is tried again next to zero: where the criterion falls there, the
zero was a false one.

Shapes: B replicates, theta (B, n_theta).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.boundary import SINGULAR
from mlm_core.fits.criterion import Problem, criterion
from mlm_core.fits.curvature import evaluate, exact_curvature
from mlm_core.fits.optimum import find_optimum
from mlm_core.fits.root import Root
from mlm_core.inference.replicate_walks import ReplicateWalks, replicate_walks
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


@dataclass(frozen=True, eq=False)
class Refits:
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
        walks = replicate_walks(self._problem, moments)
        theta = np.tile(self._start, (n, 1))
        theta = self._search(walks, theta)
        if len(self._diagonal):
            theta = self._leave_false_zeros(walks, theta)
            theta[:, self._diagonal] = np.where(
                np.abs(theta[:, self._diagonal]) < SINGULAR, 0.0, theta[:, self._diagonal]
            )
        at = self._evaluate(walks, theta)
        return Refits(theta, at.value, _rows(at.root.r2, n), _rows(at.root.beta, n))

    def _evaluate(self, walks: ReplicateWalks, theta: FloatArray) -> _At:
        problem, found = self._problem, walks.walk(theta.T)
        value = np.asarray(criterion(problem, found))
        gradient = found.log_det_gradient + problem.df / found.root.r2 * found.r2_gradient
        return _At(value, gradient.T, found.root)

    def _search(self, walks: ReplicateWalks, theta: FloatArray) -> FloatArray:
        """Return the optimum of every replicate from its start."""
        found = theta.copy()
        if not theta.shape[1]:
            return found
        left, everyone = np.arange(len(theta)), walks
        at = self._evaluate(walks, theta)
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
                walks = walks.chosen(going)
                if not len(left):
                    return found
            step = share[:, None] * _within(step, theta)
            trial = self._evaluate(walks, theta + step)
            inverse = _updated(inverse, step, trial.gradient - gradient)
            better = trial.value <= value + 1e-12 * np.abs(value)
            share = np.where(better, 1.0, 0.3 * share)
            theta = np.where(better[:, None], theta + step, theta)
            gradient = np.where(better[:, None], trial.gradient, gradient)
            value = np.where(better, trial.value, value)
        for replicate in left:  # few, if any: each is searched for alone
            found[replicate] = find_optimum(everyone.alone(int(replicate))).at.theta
        return found

    def _leave_false_zeros(self, walks: ReplicateWalks, theta: FloatArray) -> FloatArray:
        """Go on where the criterion falls beside a variance that ended at zero."""
        for entry in self._diagonal:
            near = np.flatnonzero(np.abs(theta[:, entry]) < _NEAR_ZERO)
            if not len(near):
                continue
            beside = theta[near]
            beside[:, entry] = _BESIDE_ZERO
            some = walks.chosen(near)
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
