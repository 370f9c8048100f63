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
    evaluate_twice,
    exact_curvature,
    expected_hessian,
)
from mlm_core.fits.steps import bent_step, group_weights, trust_region_step

FloatArray = NDArray[np.float64]
# Expected fall of the criterion at which quasi-Newton hands over to the exact Hessian, ...
_NEAR = 1e-9
# ... and below which a point is the optimum: far below what any printed digit shows.
_AT_OPTIMUM = 1e-10
# Expected fall after which what an exact step leaves is its square, beyond any digit.
_NEARLY_DONE = 1e-9
_FIRST_RADIUS = 0.7
_MAX_EVALUATIONS = 200
# Groups times parameters up to which an evaluation costs its calls, not its arithmetic.
_SMALL = 5_000


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
    if problem.structure.n_theta == 0:
        return Optimum(evaluate(problem, start), exact_curvature(problem, start), 1)
    theta, evaluations = start, 0
    while evaluations < _MAX_EVALUATIONS:
        at, curvature, used = _approach(problem, theta)
        evaluations += used
        at, curvature, used = _newton(problem, at, curvature)
        evaluations += used
        escape = find_escape(problem, at)
        if escape is None:
            return Optimum(at, curvature, evaluations)
        theta, used = _take(problem, at, escape)
        evaluations += used
    raise _not_converged(evaluations)


def _approach(problem: Problem, theta: FloatArray) -> tuple[Evaluation, Curvature, int]:
    """Return a point from which exact Newton steps pay, and the evaluations used.

    Second derivatives cost as much as two or three gradients where groups are many, hardly more
    than one where they are few or carry intercepts only: exact steps then pay from the start.
    """
    n_groups = len(problem.moments.counts)
    if problem.structure.has_only_intercepts or n_groups * problem.structure.n_theta <= _SMALL:
        return *evaluate_twice(problem, theta), 1
    at, used = _quasi_newton(problem, evaluate(problem, theta))
    return at, exact_curvature(problem, at.theta), used + 1


def _not_converged(evaluations: int) -> NotConvergedError:
    return NotConvergedError(
        f"No certified optimum after {evaluations} evaluations of the criterion. Please report this"
        " with the model and, if you can, the table."
    )


def _first_radius(at: Evaluation) -> float:
    """Return how far a first step may go: theta may be of any size, and so must the steps be."""
    return _FIRST_RADIUS * max(1.0, float(np.linalg.norm(at.theta)))


def _quasi_newton(problem: Problem, at: Evaluation) -> tuple[Evaluation, int]:
    """Come near an optimum; return where, and the evaluations used."""
    hessian = expected_hessian(problem, at)
    radius, used = _first_radius(at), 0
    while used < _MAX_EVALUATIONS:
        step, fall = trust_region_step(at.gradient, hessian, radius)
        if fall < _NEAR:
            break
        trial = evaluate(problem, at.theta + step)
        used += 1
        actual = at.value - trial.value
        hessian = _updated(hessian, step, trial.gradient - at.gradient)
        radius = _next_radius(radius, step, actual, fall)
        if actual > 1e-4 * fall:
            at = trial
    return at, used


def _next_radius(radius: float, step: FloatArray, actual: float, expected: float) -> float:
    """Return how far the next step may go, from the fall of the criterion along the last one."""
    if actual > 0.75 * expected:
        return max(radius, 2.0 * math.sqrt(step @ step))
    return radius if actual > 0.1 * expected else 0.4 * math.sqrt(step @ step)


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


def _newton(
    problem: Problem, at: Evaluation, curvature: Curvature
) -> tuple[Evaluation, Curvature, int]:
    """Find an optimum by exact Newton steps."""
    used, radius, weights = 0, _first_radius(at), group_weights(problem)
    while used < _MAX_EVALUATIONS:
        hessian = curvature.hessian(problem, at)
        bent = bent_step(at.theta, at.gradient, hessian, weights)
        if bent is None or math.sqrt(bent[0] @ bent[0]) > radius:
            bent = trust_region_step(at.gradient, hessian, radius)
        step, fall = bent
        if fall < _AT_OPTIMUM:
            return at, curvature, used
        noise = 1e-13 * abs(at.value)
        used += 1
        if fall < _NEARLY_DONE:  # the step is quadratically good: what it leaves is its square
            trial = evaluate(problem, at.theta + step)
            return (trial if trial.value <= at.value + noise else at), curvature, used
        trial, curved = evaluate_twice(problem, at.theta + step)
        actual = at.value - trial.value
        radius = _next_radius(radius, step, actual + noise, fall)
        if actual >= -noise:
            at, curvature = trial, curved
        elif fall < noise:
            return at, curvature, used
    raise _not_converged(used)


def _take(problem: Problem, at: Evaluation, escape: Escape) -> tuple[FloatArray, int]:
    """Return a theta out of a false zero along its escape, and the evaluations used."""
    share, used = 1.0, 0
    while used < 40:
        trial = evaluate(problem, escape.applied(at.theta, share))
        used += 1
        if trial.value < at.value:
            return trial.theta, used
        share *= 0.25
    return at.theta, _MAX_EVALUATIONS
