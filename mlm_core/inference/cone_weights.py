"""Weights of the chi-square mixture when several variances are tested at zero together.

With information matrix I of the variances at zero the likelihood-ratio statistic behaves as the
squared length of the projection of a standard normal vector on the cone spanned by the columns of
I^(1/2) (Self & Liang 1987; Shapiro 1985): a mixture of chi-squares whose weights are the shares of
space that project on faces of each dimension. For two variances the cone is a sector, for three a
spherical triangle, both in closed form; more are simulated.

Under a null hypothesis without any random effect the information of two variances a and b is half
the squared norm of Z_a'PZ_b (:mod:`mlm_core.inference.effect_geometry`), less what the residual
variance, estimated beside them, takes away.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.structure import CovarianceBlock
from mlm_core.inference.effect_geometry import geometry_of, overlap

FloatArray = NDArray[np.float64]
_DRAWS = 200_000
_SEED = 1


def information_at_zero(problem: Problem, blocks: Sequence[CovarianceBlock]) -> FloatArray:
    """Return the information of variances, relative to sigma^2, where nothing varies.

    Parameters
    ----------
    problem : Problem
        Gives moments and fixed part.
    blocks : sequence of CovarianceBlock
        Each with a single effect a group.
    """
    parts = [geometry_of(problem, block) for block in blocks]
    traces = np.array([part.trace for part in parts])
    size = len(parts)
    found = np.empty((size, size))
    for i in range(size):
        for j in range(i + 1):
            found[i, j] = found[j, i] = 0.5 * overlap(problem, parts[i], parts[j])
    df = problem.moments.n_rows - problem.p
    return found - np.outer(traces, traces) / (2.0 * df)


def weights_without_effects(problem: Problem) -> tuple[tuple[int, float], ...]:
    """Return the mixture for all random effects of a model at once; empty where none is known.

    It is for several variances without covariances; one alone needs no information.
    """
    blocks = problem.structure.blocks
    if len(blocks) < 2 or any(block.q > 1 for block in blocks):
        return ()
    return mixture_weights(information_at_zero(problem, blocks))


def mixture_weights(information: FloatArray) -> tuple[tuple[int, float], ...]:
    """Return the mixture as (degrees of freedom, weight) for variances with this information."""
    root = np.sqrt(np.diag(information))
    cosines = np.clip(information / np.outer(root, root), -1.0, 1.0)
    size = len(cosines)
    if size == 1:
        weights = [0.5, 0.5]
    elif size == 2:
        sector = float(np.arccos(cosines[0, 1]))
        top = sector / (2.0 * np.pi)
        weights = [0.5 - top, 0.5, top]
    elif size == 3:
        weights = _triangle(cosines)
    else:
        weights = _simulated(cosines)
    return tuple(enumerate(weights))


def _triangle(cosines: FloatArray) -> list[float]:
    """Return the weights of a cone of three edges from the cosines of its faces' angles."""
    sides = np.arccos(cosines[[0, 0, 1], [1, 2, 2]])
    sines = np.sin(sides)
    opposite = np.cos(sides)
    # Angles between faces, by the spherical law of cosines.
    angles = [
        np.arccos(
            np.clip((opposite[i] - opposite[j] * opposite[k]) / (sines[j] * sines[k]), -1.0, 1.0)
        )
        for i, j, k in ((0, 1, 2), (1, 0, 2), (2, 0, 1))
    ]
    top = float(np.sum(angles) - np.pi) / (4.0 * np.pi)
    bottom = float(2.0 * np.pi - sides.sum()) / (4.0 * np.pi)
    return [bottom, 0.5 - top, 0.5 - bottom, top]


def _simulated(cosines: FloatArray) -> list[float]:
    """Return the shares of normal vectors that project on faces of each dimension."""
    size = len(cosines)
    factor = np.linalg.cholesky(cosines)
    score = np.random.default_rng(_SEED).standard_normal((_DRAWS, size)) @ factor.T
    best, dimension = np.zeros(_DRAWS), np.zeros(_DRAWS, dtype=np.int64)
    for count in range(1, size + 1):
        for face in combinations(range(size), count):
            own = score[:, face]
            weight = np.linalg.solve(cosines[np.ix_(face, face)], own.T).T
            length = np.where((weight > 0.0).all(axis=1), (weight * own).sum(axis=1), 0.0)
            dimension = np.where(length > best, count, dimension)
            best = np.maximum(best, length)
    return [float(share) for share in np.bincount(dimension, minlength=size + 1) / _DRAWS]
