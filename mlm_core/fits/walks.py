"""Which way up and down the hierarchy: the walk that fits a model, at one theta or at several.

Random intercepts alone, and intercepts with slopes of a single level, have walks of their own,
several times as fast as the general ones (:mod:`mlm_core.fits.criterion`,
:mod:`mlm_core.fits.descent`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Ascent, Problem, ascend
from mlm_core.fits.descent import Descent, descend
from mlm_core.fits.intercept_sums import walk_once
from mlm_core.fits.intercepts import walk
from mlm_core.fits.root import Root, Walk

Array = NDArray[Any]
# Of more groups sums over branches are faster than walks side by side.
_MANY_GROUPS = 2_000


def has_own_walk(problem: Problem) -> bool:
    """Tell whether the general walks can be done without."""
    return problem.structure.has_only_intercepts or problem.lines is not None


def pays_by_branch(problem: Problem) -> bool:
    """Tell whether sums over branches are faster than walks side by side: of very many groups."""
    return problem.structure.has_only_intercepts and len(problem.moments.counts) > _MANY_GROUPS


def walk_at(problem: Problem, theta: NDArray[np.float64]) -> Walk:
    """Walk at one theta, shape (n_theta,)."""
    return walk_once(problem, theta) if pays_by_branch(problem) else _alone(problem, theta)


def walk_beside(problem: Problem, theta: Array) -> Walk:
    """Walk at several theta side by side, shape (n_theta, B), real or complex."""
    if problem.structure.has_only_intercepts:
        return walk(problem, theta)
    if problem.lines is not None:
        return problem.lines.walk(theta, problem.fixed, is_restricted=problem.method == "REML")
    ascent = ascend(problem, theta)
    return as_walk(ascent, descend(problem, ascent, theta.shape[1:]))


def as_walk(ascent: Ascent, descent: Descent) -> Walk:
    """Return what the general walks have found."""
    gradients = descent.log_det_gradient, descent.r2_gradient
    return Walk(ascent.log_pivots, ascent.root, *gradients)


def first_of(beside: Walk) -> Walk:
    """Return the first of walks side by side, its real part."""
    return Walk(
        beside.log_pivots[0].real,
        Root(*(part[..., 0].real for part in beside.root)),
        beside.log_det_gradient[:, 0].real,
        beside.r2_gradient[:, 0].real,
        None if beside.remainder is None else beside.remainder[0].real,
    )


def _alone(problem: Problem, theta: NDArray[np.float64]) -> Walk:
    if problem.structure.has_only_intercepts:
        return walk(problem, theta)  # faster without an axis for others
    return first_of(walk_beside(problem, theta[:, None]))
