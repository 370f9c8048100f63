"""The optimum of a criterion: searched, certified, and settled on its boundary.

Everything here needs moments only, so a model can be refitted by another method, or without some
of its random effects, without touching a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.layout import Block
from mlm_core.fits.boundary import SINGULAR, settle
from mlm_core.fits.criterion import Method, Problem, build_problem
from mlm_core.fits.curvature import exact_curvature, value_at
from mlm_core.fits.search import Optimum, minimise
from mlm_core.fits.start import find_start
from mlm_core.moments.moments import Moments

FloatArray = NDArray[np.float64]
# Relative standard deviations at which a variance found at zero is tried again.
_FAR = (0.5, 3.0, 20.0)


def find_optimum(problem: Problem) -> Optimum:
    """Search from the default start and set what is singular to exactly zero."""
    start, tried = find_start(problem)
    found = minimise(problem, start)
    at, settled = settle(problem, found.at)
    evaluations = tried + found.evaluations + settled
    if settled:
        found = Optimum(at, exact_curvature(problem, at.theta), evaluations)
    elsewhere, used = _lower_point(problem, found)
    if elsewhere is not None:
        other = minimise(problem, elsewhere)
        at, settled = settle(problem, other.at)
        evaluations += other.evaluations + settled
        if at.value < found.at.value:
            found = Optimum(at, exact_curvature(problem, at.theta), evaluations)
    return replace(found, evaluations=evaluations + used)


def _lower_point(problem: Problem, found: Optimum) -> tuple[FloatArray | None, int]:
    """Look beyond a variance at zero: return a theta that is better than it, if there is one.

    Zero can be a minimum with a second, lower one far away. The certificate cannot see that far.
    """
    used = 0
    for block in problem.structure.blocks:
        for row in range(block.q):
            entry = block.entry(row, row)
            if abs(found.at.theta[entry]) > SINGULAR:
                continue
            for size in _FAR:
                theta = found.at.theta.copy()
                theta[entry] = size
                used += 1
                if value_at(problem, theta) < found.at.value:
                    return theta, used
    return None, used


def least_criterion(moments: Moments, method: Method, blocks: Iterable[Block]) -> float:
    """Return the criterion at its optimum with these random effects only (none: a linear model)."""
    layout = replace(moments.layout, blocks=tuple(blocks))
    return find_optimum(build_problem(replace(moments, layout=layout), method)).at.value
