"""The search for theta: a trust-region quasi-Newton method, finished by exact Newton steps.

Unconstrained, because the criterion is even in every column of Lambda. Curvature starts from the
expected information and learns by BFGS or, where that would lose definiteness, SR1 updates. Near
the optimum the exact Hessian takes over, and a point is only accepted with its certificate
(:mod:`mlm_core.fits.certificate`). Steps are judged on the deviance scale alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlm_core.errors import NotConvergedError
from mlm_core.fits.certificate import Escape, find_escape
from mlm_core.fits.criterion import Problem
from mlm_core.fits.curvature import (
    Curvature,
    Evaluation,
    evaluate,
    exact_curvature,
    expected_hessian,
)

FloatArray = NDArray[np.float64]
# Expected fall of the criterion at which quasi-Newton hands over to the exact Hessian, ...
_NEAR = 1e-9
# ... and below which a point is the optimum: far below what any printed digit shows.
_AT_OPTIMUM = 1e-10
# Expected fall after which what an exact step leaves is its square, beyond any digit.
_NEARLY_DONE = 1e-9
_FIRST_RADIUS = 0.7
_MAX_EVALUATIONS = 200
# Share of the largest curvature below which a direction is taken as flat.
_FLAT = 1e-9


@dataclass(frozen=True, eq=False)
class Optimum:
    """Where the search ended.

    Attributes
    ----------
    at : Evaluation
        The criterion at the optimum.
    curvature : Curvature
        Exact second derivatives there.
    evaluations : int
        Evaluations of the criterion.
    """

    at: Evaluation
    curvature: Curvature
    evaluations: int


def minimise(problem: Problem, start: FloatArray) -> Optimum:
    """Find the theta of least criterion from ``start``, shape (n_theta,).

    Raises
    ------
    NotConvergedError
        No certified optimum within the allowed number of evaluations.
    """
    at = evaluate(problem, start)
    evaluations = 1
    if problem.structure.n_theta == 0:
        return Optimum(at, exact_curvature(problem, start), evaluations)
    while evaluations < _MAX_EVALUATIONS:
        at, used = _quasi_newton(problem, at)
        evaluations += used
        at, curvature, used = _newton(problem, at)
        evaluations += used
        escape = find_escape(problem, at)
        if escape is None:
            return Optimum(at, curvature, evaluations)
        at, used = _take(problem, at, escape)
        evaluations += used
    raise _not_converged(evaluations)


def _not_converged(evaluations: int) -> NotConvergedError:
    return NotConvergedError(
        f"No certified optimum after {evaluations} evaluations of the criterion. Please report this"
        " with the model and, if you can, the table."
    )


def _step(gradient: FloatArray, hessian: FloatArray, radius: float) -> tuple[FloatArray, float]:
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


def _first_radius(at: Evaluation) -> float:
    """Return how far a first step may go: theta may be of any size, and so must the steps be."""
    return _FIRST_RADIUS * max(1.0, float(np.linalg.norm(at.theta)))


def _quasi_newton(problem: Problem, at: Evaluation) -> tuple[Evaluation, int]:
    """Come near an optimum; return where, and the evaluations used."""
    hessian = expected_hessian(problem, at)
    radius, used = _first_radius(at), 0
    while used < _MAX_EVALUATIONS:
        step, fall = _step(at.gradient, hessian, radius)
        if fall < _NEAR:
            break
        trial = evaluate(problem, at.theta + step)
        used += 1
        actual = at.value - trial.value
        hessian = _updated(hessian, step, trial.gradient - at.gradient)
        if actual > 0.75 * fall:
            radius = max(radius, 2.0 * float(np.linalg.norm(step)))
        elif not actual > 0.1 * fall:
            radius = 0.4 * float(np.linalg.norm(step))
        if actual > 1e-4 * fall:
            at = trial
    return at, used


def _updated(hessian: FloatArray, step: FloatArray, change: FloatArray) -> FloatArray:
    """Learn the curvature along a step."""
    along = hessian @ step
    bend, expected = float(step @ change), float(step @ along)
    lengths = float((step @ step) * (change @ change)) ** 0.5
    if bend > 1e-8 * lengths and expected > 0.0:
        return hessian + change[:, None] * (change / bend) - along[:, None] * (along / expected)
    miss = change - along
    weight = float(miss @ step)
    if weight**2 > 1e-16 * float((miss @ miss) * (step @ step)):
        return hessian + miss[:, None] * (miss / weight)
    return hessian


def _newton(problem: Problem, at: Evaluation) -> tuple[Evaluation, Curvature, int]:
    """Finish with exact second derivatives."""
    curvature = exact_curvature(problem, at.theta)
    used = 0
    radius = _first_radius(at)
    for _ in range(40):
        step, fall = _step(at.gradient, curvature.hessian(problem, at), radius)
        if fall < _AT_OPTIMUM:
            break
        trial = evaluate(problem, at.theta + step)
        used += 1
        noise = 1e-13 * abs(at.value)
        if trial.value <= at.value + noise:
            at = trial
            if fall < _NEARLY_DONE:  # the step was quadratically good: what is left is its square
                break
            curvature = exact_curvature(problem, at.theta)
        elif fall < noise:
            break
        else:
            radius = 0.25 * float(np.linalg.norm(step))
    else:
        raise _not_converged(used)
    return at, curvature, used


def _take(problem: Problem, at: Evaluation, escape: Escape) -> tuple[Evaluation, int]:
    """Leave a false zero along its escape."""
    share, used = 1.0, 0
    while used < 40:
        trial = evaluate(problem, escape.applied(at.theta, share))
        used += 1
        if trial.value < at.value:
            return trial, used
        share *= 0.25
    return at, _MAX_EVALUATIONS
