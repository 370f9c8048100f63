"""The optimum of a criterion: searched, certified, and settled on its boundary.

Everything here needs moments only, so a model can be refitted by another method, or without some
of its random effects, without touching a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mlm_core.data.layout import Block
from mlm_core.fits.boundary import settle
from mlm_core.fits.criterion import Method, Problem, build_problem
from mlm_core.fits.curvature import exact_curvature
from mlm_core.fits.search import Optimum, minimise
from mlm_core.fits.start import starting_theta
from mlm_core.moments.moments import Moments


def find_optimum(problem: Problem) -> Optimum:
    """Search from the default start and set what is singular to exactly zero."""
    found = minimise(problem, starting_theta(problem))
    at, used = settle(problem, found.at)
    if not used:
        return found
    return Optimum(at, exact_curvature(problem, at.theta), found.evaluations + used)


def least_criterion(moments: Moments, method: Method, blocks: Iterable[Block]) -> float:
    """Return the criterion at its optimum with these random effects only (none: a linear model)."""
    layout = replace(moments.layout, blocks=tuple(blocks))
    return find_optimum(build_problem(replace(moments, layout=layout), method)).at.value
