"""Steps of the search: within a trust region in theta, or straight to where variances are.

In theta the criterion is even, so that near a small standard deviation it is far from a parabola.
A variance that stands alone (an intercept, or a slope on its own) acts through 1 + n theta^2, n the
size of a group; in u = log(1 + n theta^2) the criterion is close to a parabola and Newton's method
needs one or two evaluations less. u ends at zero, theta does not: steps that would leave it are
left to the trust region.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.structure import NO_COLUMN
from mlm_core.moments.packed import position

FloatArray = NDArray[np.float64]
# Share of the largest curvature below which a direction is taken as flat.
_FLAT = 1e-9
# A relative standard deviation (of groups' means) below which u is no coordinate.
_LEAST_GROWTH = 1e-3
# A u that no step may reach: the exponential of more is no number.
_BEYOND = 700.0


def trust_region_step(
    gradient: FloatArray, hessian: FloatArray, radius: float
) -> tuple[FloatArray, float]:
    """Return the step that minimises the local quadratic within a radius, and the expected fall.

    Directions of negative curvature are followed downhill as if they curved upwards as much.
    """
    values, vectors = np.linalg.eigh(hessian)
    bent = np.abs(values)
    bent = np.maximum(bent, _FLAT * max(bent[0], bent[-1], 1e-300))
    slopes = vectors.T @ gradient
    shift = 0.0
    for _ in range(60):
        parts = -slopes / (bent + shift)
        length = math.sqrt(parts @ parts)
        if length <= radius * (1.0 + 1e-6):
            break
        # Newton's method on 1 / length (More & Sorensen 1983), safe from the left.
        growth = float((parts**2 / (bent + shift)).sum())
        shift += (length**2 / growth) * (length - radius) / radius
    fall = -float(slopes @ parts + 0.5 * (bent @ parts**2))
    return vectors @ parts, fall


def group_weights(problem: Problem) -> FloatArray:
    """Return n for every theta that is a standard deviation on its own, zero for the others.

    n is the mean over groups of the sum of squares of what the effect multiplies: for an intercept
    the mean number of rows.
    """
    moments = problem.moments
    found = np.zeros(problem.structure.n_theta)
    for block in problem.structure.blocks:
        if block.q > 1:
            continue
        index, total = block.indices[0], float(moments.n_rows)
        if index != NO_COLUMN:
            state, where = moments.root, position(moments.k)[index, index]
            origin = float(state.means[index, 0]) + float(block.offsets[0])
            total = float(state.products[where, 0]) + total * origin**2
        found[block.first] = total / moments.levels[block.level].n_groups
    return found


def bent_step(
    theta: FloatArray, gradient: FloatArray, hessian: FloatArray, weights: FloatArray
) -> tuple[FloatArray, float] | None:
    """Return Newton's step in u and its expected fall; None where u has no minimum to go to.

    Parameters
    ----------
    theta, gradient : ndarray (n_theta,)
    hessian : ndarray (n_theta, n_theta)
    weights : ndarray (n_theta,)
        From :func:`group_weights`; an entry without a weight keeps theta as its coordinate.
    """
    if not weights.any():
        return None
    first, second = [], []  # d theta / d u and d^2 theta / d u^2
    own = list(zip(theta.tolist(), weights.tolist(), strict=True))  # few: arrays would take longer
    for at, weight in own:
        growth = weight * at * at
        if weight and growth < _LEAST_GROWTH:
            return None
        first.append((1.0 + growth) / (2.0 * weight * at) if weight else 1.0)
        second.append(first[-1] * (1.0 - first[-1] / at) if weight else 0.0)
    bends = np.array(first)
    curved = hessian * bends * bends[:, None]
    curved.flat[:: len(first) + 1] += gradient * second
    values, vectors = np.linalg.eigh(curved)
    if not values[0] > 0.0:
        return None
    slopes = (gradient * bends) @ vectors
    changes = (vectors @ (-slopes / values)).tolist()
    step = []
    for (at, weight), change in zip(own, changes, strict=True):
        if weight:
            u = math.log1p(weight * at * at) + change
            if not 0.0 < u < _BEYOND:
                return None
            step.append(math.copysign(math.sqrt(math.expm1(u) / weight), at) - at)
        else:
            step.append(change)
    return np.array(step), 0.5 * float(slopes @ (slopes / values))
