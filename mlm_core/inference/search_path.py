"""The way a search takes over the criterion's surface, for models with two variances of intercepts.

Each step of the search replaces the criterion by the parabola with its slope and curvature at the
point reached, and goes to the lowest point of that parabola, no farther than it is trusted. Steps
of this kind, as :mod:`mlm_core.fits.search` takes them, start here far enough away to be seen. The
coordinates are the standard deviations between groups in units of the residual one (theta).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import criterion
from mlm_core.fits.curvature import evaluate_twice
from mlm_core.fits.intercepts import walk
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.steps import trust_region_step

Floats = NDArray[np.float64]
START = 1.0
POINTS = 41
_RADIUS = 0.7
_AT_OPTIMUM = 1e-10
_MOST_STEPS = 30
_MARGIN = 0.25
# Points of the surface evaluated at a time, times groups, to bound memory.
_AT_ONCE = 60_000


@dataclass(frozen=True, eq=False)
class SearchPath:
    """The criterion over two relative standard deviations, and a search's way to its minimum.

    Attributes
    ----------
    method : {"REML", "ML"}
    levels : tuple of str
        What the two coordinates belong to.
    grids : tuple of ndarray (points,)
        Values of each coordinate.
    surface : ndarray (points, points)
        Criterion above its minimum; a row for each value of the second coordinate.
    steps : ndarray (m, 2)
        Points reached, the start first.
    values : ndarray (m,)
        Criterion there.
    """

    method: str
    levels: tuple[str, str]
    grids: tuple[Floats, Floats]
    surface: Floats
    steps: Floats
    values: Floats


def has_path(fit: MixedFit) -> bool:
    """Tell whether a model has exactly two variances, both of intercepts."""
    return fit.problem.structure.n_theta == 2 and fit.problem.structure.has_only_intercepts


def search_path(fit: MixedFit) -> SearchPath:
    """Search a model with two variances again from afar; see :func:`has_path`."""
    problem = fit.problem
    steps, values = _search(fit)
    names = [fit.levels[block.level].name for block in problem.structure.blocks]
    highest = np.maximum(np.abs(steps).max(axis=0), np.abs(fit.at.theta)) * (1.0 + _MARGIN)
    first, second = (np.linspace(0.0, high, POINTS) for high in highest)
    theta = np.array(np.meshgrid(first, second)).reshape(2, -1)
    at_once = max(1, _AT_ONCE // len(problem.moments.counts))
    parts = [
        np.asarray(criterion(problem, walk(problem, theta[:, begin : begin + at_once])))
        for begin in range(0, theta.shape[1], at_once)
    ]
    surface = np.concatenate(parts).reshape(POINTS, POINTS) - fit.criterion
    return SearchPath(
        method=fit.method,
        levels=(names[0], names[1]),
        grids=(first, second),
        surface=np.maximum(surface, 0.0),
        steps=steps,
        values=values,
    )


def _search(fit: MixedFit) -> tuple[Floats, Floats]:
    """Return the points (m, 2) and values (m,) of a search from afar."""
    problem, theta = fit.problem, np.full(2, START)
    at, curvature = evaluate_twice(problem, theta)
    points, values, radius = [at.theta], [at.value], _RADIUS
    for _ in range(_MOST_STEPS):
        step, fall = trust_region_step(at.gradient, curvature.hessian(problem, at), radius)
        if fall < _AT_OPTIMUM:
            break
        trial, bent = evaluate_twice(problem, at.theta + step)
        if trial.value > at.value:
            radius = 0.25 * float(np.linalg.norm(step))
            continue
        at, curvature = trial, bent
        points.append(at.theta)
        values.append(at.value)
    # The criterion is even in theta: the way is drawn where both are positive.
    return np.abs(np.array(points)), np.array(values)
