"""Random intercepts only: both walks at once, without carrying the products of every group.

An intercept changes a group's weight and nothing else, kappa' = kappa / (1 + theta^2 kappa). The
products at the root are then those inside the innermost groups, which no theta touches, plus at
each level the sum over its groups of kappa' d d', d the group's means around its parent's: one
matrix product instead of k (k + 1) / 2 sums a group. Downwards, the derivative of the root's
cross-products by kappa' of a group is a a', where

    a = (1, m) at the outermost level,    a <- (0, d) + a / (1 + theta^2 kappa) of the parent below,

so that with r = v'a, v = (-beta, 1),

    d r2 / d kappa' = r^2,    d log |M_XX| / d kappa' = a' M_XX^-1 a.

The weight of a parent is the sum of kappa', which adds to d L / d kappa' the parent's
l = (theta^2 + l' / (1 + theta^2 kappa)) / (1 + theta^2 kappa), l' what its own parent hands down.
The general walks (:mod:`mlm_core.fits.criterion`, :mod:`mlm_core.fits.descent`) give the same
numbers for any random effects.

Shapes: theta (n_theta,) or (n_theta, B) for B evaluations side by side; B is then the first axis of
everything here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.root import Root, Walk, solve

Array = NDArray[Any]
_add, _add_at = np.add.reduce, np.add.reduceat


class _Step(NamedTuple):
    """One level on the way up: theta and its entry, and what the way down needs."""

    entry: int | None
    theta: Any
    pivot: Any
    weight: Array  # kappa'
    deviations: Array  # d


def walk(problem: Problem, theta: Array, *, hold: Callable[[Root], Root] | None = None) -> Walk:
    """Walk up to the root and down again.

    ``hold`` may put other coefficients in place of the root's own before the way down.
    """
    moments = problem.moments
    log_pivots, root, means, steps = _up(problem, theta)
    if hold is not None:
        root = hold(root)
    shape = theta.shape
    log_det_gradient, r2_gradient = np.zeros(shape, theta.dtype), np.zeros(shape, theta.dtype)
    v, spread = root.residual_coefficients.T[..., None, :], root.spread.T
    a = np.ones((*shape[1:], moments.k + 1, 1), theta.dtype)
    a[..., 1:, :] = means
    handed: Any = np.zeros((*shape[1:], 1))
    for family, step in zip(moments.families, reversed(steps), strict=True):
        a, handed = a.take(family.parent, -1), handed.take(family.parent, -1)
        a[..., 1:, :] += step.deviations
        r = (v @ a)[..., 0, :]
        if step.entry is not None:
            inside = handed
            if problem.method == "REML":
                x = a[..., :-1, :]
                inside = inside + _add((spread @ x) * x, -2)
            square = step.weight * step.weight
            twice = 2.0 * theta[step.entry]
            r2_gradient[step.entry] = -twice * _add(square * (r * r), -1)
            log_det_gradient[step.entry] = twice * _add(step.weight - square * inside, -1)
        if step is not steps[0]:
            a = a / step.pivot[..., None, :]
            handed = (step.theta * step.theta + handed / step.pivot) / step.pivot
    return Walk(log_pivots, root, log_det_gradient, r2_gradient, r / steps[0].pivot)


def _up(problem: Problem, theta: Array) -> tuple[Any, Root, Array, list[_Step]]:
    """Return L, the root and its means, and the levels' steps, innermost first."""
    moments = problem.moments
    entries = {block.level: block.first for block in problem.structure.blocks}
    kappa, means, products = moments.counts, moments.means, moments.inside
    log_pivots: Any = 0.0
    steps = []
    for level in reversed(range(len(moments.levels))):
        family, entry = moments.families[level], entries.get(level)
        t: Any = 0.0 if entry is None else theta[entry]
        if theta.ndim > 1 and entry is not None:
            t = t[:, None]
        rise = kappa * (t * t)
        pivot = 1.0 + rise
        log_pivots = log_pivots + _add(np.log1p(rise.real), -1)
        weight = kappa / pivot
        kappa = _add_at(weight, family.starts, -1)
        parents = _add_at(weight[..., None, :] * means, family.starts, -1) / kappa[..., None, :]
        deviations = means - parents.take(family.parent, axis=-1)
        products = products + (deviations * weight[..., None, :]) @ deviations.swapaxes(-1, -2)
        steps.append(_Step(entry, t, pivot, weight, deviations))
        means = parents
    root = solve(kappa[..., 0], means[..., 0].T, products.T, moments, problem.fixed)
    return log_pivots, root, means, steps
